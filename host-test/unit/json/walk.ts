/** Drives the cursor over a document as a reader would, and writes down what it saw, with offsets. */
import { Probe } from "../../support/probe.ts";

/** Names of the statuses, by number. */
export const STATUS = [
  "Ok",
  "Truncated",
  "Unexpected",
  "BadString",
  "BadNumber",
  "TooDeep",
  "Trailing",
] as const;
/** Names of the kinds, by number. */
export const KIND = [
  "invalid",
  "null",
  "true",
  "false",
  "number",
  "string",
  "array",
  "object",
] as const;

/** What a walk saw. */
export interface Walk {
  status: (typeof STATUS)[number];
  /** One line per event: `key off=17 len=4`; offsets from the start of the document. */
  log: string[];
  /** The value, made of what the walk saw; meaningless unless the status is Ok. */
  value: unknown;
}

/** Whether to step into the next container (true) or to pass it whole (false). */
export type Enter = () => boolean;

const ARRAY = 6;
const OBJECT = 7;
const WIDE_SURROGATE = /\xed[\xa0-\xbf][\x80-\xbf]/g;

/** Text of a key: UTF-8 in which a half of a pair, which has no bytes of its own, stands in three bytes. */
function keyText(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes).toString("latin1");
  let text = "";
  let at = 0;
  for (const match of latin1.matchAll(WIDE_SURROGATE)) {
    const [high, middle, low] = Buffer.from(match[0], "latin1");
    text += Buffer.from(latin1.slice(at, match.index), "latin1").toString("utf8");
    text += String.fromCharCode(((high & 15) << 12) | ((middle & 63) << 6) | (low & 63));
    at = match.index + 3;
  }
  return text + Buffer.from(latin1.slice(at), "latin1").toString("utf8");
}

/** One walk over one document; a cursor of its own. */
class Walker {
  readonly log: string[] = [];
  private readonly cursor: number;

  constructor(
    private readonly probe: Probe,
    private readonly start: number,
    private readonly len: number,
    private readonly enter: Enter,
  ) {
    this.cursor = probe.exports.newCursor() >>> 0;
  }

  run(depth: number): Walk {
    const { exports: x } = this.probe;
    x.cursorOpen(this.cursor, this.start, this.len, depth);
    const value = this.readValue();
    x.cursorFinish(this.cursor);
    const status = STATUS[x.cursorStatus(this.cursor)];
    x.release(this.cursor, x.cursorBytes());
    return { status, log: this.log, value };
  }

  private offset(ptr: number): number {
    return (ptr >>> 0) - this.start;
  }

  private readValue(): unknown {
    const kind = this.probe.exports.cursorKind(this.cursor);
    if (kind === ARRAY && this.enter()) return this.readArray();
    if (kind === OBJECT && this.enter()) return this.readObject();
    const { exports: x } = this.probe;
    if (x.cursorSkip(this.cursor) === 0) return undefined;
    const ptr = x.cursorValuePtr(this.cursor);
    const len = x.cursorValueLen(this.cursor);
    this.log.push(`${KIND[kind]} off=${this.offset(ptr)} len=${len}`);
    return JSON.parse(this.probe.utf8(ptr, len));
  }

  private open(kind: "array" | "object"): boolean {
    const { exports: x } = this.probe;
    const at = this.offset(x.cursorPtr(this.cursor));
    const opened = kind === "array" ? x.cursorEnterArray : x.cursorEnterObject;
    if (opened(this.cursor) === 0) return false;
    this.log.push(`${kind} off=${at}`);
    return true;
  }

  private close(): void {
    const { exports: x } = this.probe;
    if (x.cursorStatus(this.cursor) !== 0) return;
    this.log.push(`close off=${this.offset(x.cursorPtr(this.cursor)) - 1}`);
  }

  private readArray(): unknown {
    const items: unknown[] = [];
    if (!this.open("array")) return undefined;
    while (this.probe.exports.cursorNextElement(this.cursor) !== 0) items.push(this.readValue());
    this.close();
    return items;
  }

  private readObject(): unknown {
    const { exports: x } = this.probe;
    const object = {};
    if (!this.open("object")) return undefined;
    while (x.cursorNextKey(this.cursor) !== 0) {
      const ptr = x.cursorKeyPtr(this.cursor);
      const bytes = this.probe.take(ptr, x.cursorKeyLen(this.cursor));
      const inside = ptr >= this.start && ptr < this.start + this.len;
      const place = inside ? `off=${this.offset(ptr)}` : "off=-";
      this.log.push(`key ${place} len=${bytes.length}`);
      const value = this.readValue();
      // Assignment would change the prototype for one key that JSON allows.
      const property = { value, enumerable: true, configurable: true, writable: true };
      Object.defineProperty(object, keyText(bytes), property);
    }
    this.close();
    return object;
  }
}

/** Walks the document at `ptr`; `enter` is asked at every container. */
export function walk(probe: Probe, ptr: number, len: number, depth: number, enter: Enter): Walk {
  return new Walker(probe, ptr, len, enter).run(depth);
}

/** Verdict of `checkDocument` by name. */
export function verdictOf(probe: Probe, ptr: number, len: number, depth: number): string {
  return STATUS[probe.exports.checkDocument(ptr, len, depth)];
}
