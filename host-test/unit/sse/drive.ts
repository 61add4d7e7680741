/** Runs the decoder over a stream that is cut into windows, and writes down what it answers. */
import type { Probe } from "../../support/probe.ts";

/** Names of the statuses, by number. */
const STATUS = ["ok", "overflow", "no memory"];
const NAME_CAP = 64;

/** Garbage behind every window: bytes that would continue a line, end one, or begin an event. */
const BEHIND = Buffer.from("z\ndata: x\n\n\r");

/** One line of the log for an event; `place` is `off=N` when the data is a span of the stream. */
function eventLine(probe: Probe, decoder: number, place: string, comment: boolean): string {
  const { exports: x } = probe;
  const data = probe.utf8(x.decoderDataPtr(decoder), x.decoderDataLen(decoder));
  const nameLen = x.decoderNameLen(decoder);
  const parts = ["event", place, `len=${x.decoderDataLen(decoder)}`, JSON.stringify(data)];
  if (nameLen > NAME_CAP) parts.push(`name=(${nameLen} bytes)`);
  else if (nameLen > 0) {
    parts.push(`name=${JSON.stringify(probe.utf8(x.decoderNamePtr(decoder), nameLen))}`);
  }
  if (comment) parts.push("comment");
  if (x.decoderUnfinished(decoder) === 1) parts.push("unfinished");
  return parts.join(" ");
}

/** A decoder with the log of one stream. */
class Drive {
  readonly log: string[] = [];
  private comment = false;

  constructor(
    private readonly probe: Probe,
    private readonly decoder: number,
  ) {}

  /** Hands in one window, takes its events and then destroys it: nothing may be left borrowed. */
  window(bytes: Uint8Array, streamOffset: number): void {
    const { exports: x } = this.probe;
    const ptr = this.probe.put(bytes, BEHIND);
    x.decoderFeed(this.decoder, ptr, bytes.length);
    this.take(ptr, bytes.length, streamOffset);
    this.probe.memory.fill(0x0a, ptr, ptr + bytes.length);
    this.probe.drop(ptr, bytes.length);
  }

  finish(): string[] {
    const { exports: x } = this.probe;
    x.decoderEnd(this.decoder);
    this.take(0, 0, 0);
    const retryMs = x.decoderRetryMs(this.decoder);
    const parts = ["end", STATUS[x.decoderStatus(this.decoder)]];
    if (retryMs >= 0) parts.push(`retry=${retryMs}`);
    if (this.comment) parts.push("comment");
    this.log.push(parts.join(" "));
    return this.log;
  }

  private take(ptr: number, len: number, streamOffset: number): void {
    const { exports: x } = this.probe;
    for (;;) {
      const more = x.decoderNext(this.decoder) === 1;
      this.comment = x.decoderTakeComment(this.decoder) === 1 || this.comment;
      if (!more) return;
      const data = x.decoderDataPtr(this.decoder) >>> 0;
      const inside = data >= ptr && data < ptr + len;
      const place = inside ? `off=${streamOffset + data - ptr}` : "off=-";
      this.log.push(eventLine(this.probe, this.decoder, place, this.comment));
      this.comment = false;
    }
  }
}

/** Cap of the decoder where a test does not care. */
export const WIDE_CAP = 1 << 20;

/**
 * Log of a stream: a line per event, then `end` with status, last retry and whether a comment followed the last event.
 * `cuts` are rising offsets at which one window ends and the next begins; equal ones make an empty window.
 */
export function drive(
  probe: Probe,
  bytes: Uint8Array,
  cuts: number[] = [],
  cap = WIDE_CAP,
): string[] {
  const { exports: x } = probe;
  const live = x.liveBytes();
  const decoder = x.openDecoder(cap);
  const run = new Drive(probe, decoder);
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    run.window(bytes.subarray(at, cut), at);
    at = cut;
  }
  const log = run.finish();
  x.closeDecoder(decoder);
  if (x.liveBytes() !== live) throw new Error("the decoder did not give its memory back");
  return log;
}

/** The log without the places, which depend on the cuts. */
export function withoutPlaces(log: string[]): string[] {
  return log.map((line) => line.replace(/ off=\S+/, ""));
}

/** Cuts that make windows of `size` bytes. */
export function windowsOf(size: number, total: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(total / size) - 1) }, (_, i) => (i + 1) * size);
}
