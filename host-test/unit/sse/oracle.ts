/**
 * The rules of the HTML Standard, "Interpreting an event stream", over a whole stream, written for clarity. Our
 * differences: an event whose data is empty is not answered; an event left unfinished at the end is, marked as such;
 * the id is not kept; a line may have `cap` + 6 bytes, an event's data `cap`.
 */
const LINE_HEAD = 6;
const NAME_CAP = 64;
const I32_MAX = 2147483647n;

const utf8Of = (text: string): string => Buffer.from(text, "latin1").toString("utf8");

class Overflow extends Error {}

/** State of one stream; strings have one character per byte. */
class Reader {
  readonly log: string[] = [];
  private data: string[] = [];
  private name = "";
  private retryMs = "";
  private comment = false;

  constructor(private readonly cap: number) {}

  line(line: string): void {
    if (line === "") {
      this.dispatch("");
      return;
    }
    if (line.length > this.cap + LINE_HEAD) throw new Overflow();
    const colon = line.indexOf(":");
    if (colon === 0) {
      this.comment = true;
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.field(field, value);
  }

  dispatch(mark: string): void {
    const data = this.data.join("\n");
    if (data !== "") {
      const parts = ["event", `len=${data.length}`, JSON.stringify(utf8Of(data))];
      if (this.name.length > NAME_CAP) parts.push(`name=(${this.name.length} bytes)`);
      else if (this.name !== "") parts.push(`name=${JSON.stringify(utf8Of(this.name))}`);
      this.log.push(parts.join(" ") + (this.comment ? " comment" : "") + mark);
      this.comment = false;
    }
    this.data = [];
    this.name = "";
  }

  end(status: string): void {
    this.log.push(`end ${status}${this.retryMs}${this.comment ? " comment" : ""}`);
  }

  private field(field: string, value: string): void {
    if (field === "data") {
      this.data.push(value);
      if (this.data.join("\n").length > this.cap) throw new Overflow();
    } else if (field === "event") this.name = value;
    else if (field === "retry" && /^[0-9]+$/.test(value) && BigInt(value) <= I32_MAX) {
      this.retryMs = ` retry=${BigInt(value)}`;
    }
  }
}

/** Expected log of a stream, in the form of `drive` without places. */
export function expectedLog(bytes: Uint8Array, cap: number): string[] {
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "");
  const reader = new Reader(cap);
  const lines = text.split(/\r\n|\n|\r/);
  const rest = lines.pop()!;
  try {
    for (const line of lines) reader.line(line);
    if (rest !== "") reader.line(rest);
    reader.dispatch(" unfinished");
    reader.end("ok");
  } catch (error) {
    if (!(error instanceof Overflow)) throw error;
    reader.end("overflow");
  }
  return reader.log;
}
