/** Runs the decoder over a stream that is cut into windows, and writes down what it answers. */
import type { Probe } from "../../support/probe.ts";

const STATUS = ["ok", "overflow", "no memory", "corrupt", "truncated"];
const TYPES = ["?", "event", "exception", "error"];
/** Texts of the headers that the decoder knows, by number from 1. */
const HEADERS = ["message-type", "event-type", "exception-type", "error-code", "error-message"];

/** Cap of the decoder where a test does not care. */
export const WIDE_CAP = 1 << 20;

/** Garbage behind every window: a length, a header, a checksum would be read wrong. */
const BEHIND = Buffer.from([0xff, 0, 0, 0x10, 7, 0xff]);

function messageLine(probe: Probe, decoder: number, place: string): string {
  const { exports: x } = probe;
  const payload = x.eventStreamPayloadPtr(decoder);
  const len = x.eventStreamPayloadLen(decoder);
  const texts = HEADERS.slice(1).flatMap((name, i) => {
    const ptr = x.eventStreamHeaderPtr(decoder, i + 2);
    const value = probe.latin1(ptr, x.eventStreamHeaderLen(decoder, i + 2));
    return ptr === 0 ? [] : [`${name}=${JSON.stringify(value)}`];
  });
  const type = TYPES[x.eventStreamType(decoder)];
  return [type, place, ...texts, JSON.stringify(probe.latin1(payload, len))].join(" ");
}

/** What a drive may be told. */
export interface DriveOptions {
  /** rising offsets at which one window ends and the next begins; equal ones make an empty window */
  cuts?: number[];
  cap?: number;
}

/**
 * Log of a stream: a line per message with the offset of its payload in the window's stream (`off=-` when it was put together), then
 * the status at the end.
 */
export function drive(probe: Probe, bytes: Uint8Array, options: DriveOptions = {}): string[] {
  const { exports: x } = probe;
  const live = x.liveBytes();
  const decoder = x.openEventStream(options.cap ?? WIDE_CAP);
  const log: string[] = [];
  let at = 0;
  for (const cut of [...(options.cuts ?? []), bytes.length]) {
    const window = bytes.subarray(at, cut);
    const ptr = probe.put(window, BEHIND);
    x.eventStreamFeed(decoder, ptr, window.length);
    while (x.eventStreamNext(decoder) === 1) {
      const payload = x.eventStreamPayloadPtr(decoder) >>> 0;
      const inside = payload >= ptr && payload <= ptr + window.length;
      log.push(messageLine(probe, decoder, inside ? `off=${at + payload - ptr}` : "off=-"));
    }
    // Nothing may be left borrowed from a window that is gone.
    probe.memory.fill(0xee, ptr, ptr + window.length);
    probe.drop(ptr, window.length);
    at = cut;
  }
  x.eventStreamEnd(decoder);
  while (x.eventStreamNext(decoder) === 1) log.push("a message behind the end");
  log.push(`end ${STATUS[x.eventStreamStatus(decoder)]}`);
  x.closeEventStream(decoder);
  if (x.liveBytes() !== live) throw new Error("the decoder did not give its memory back");
  return log;
}

/** The log without the places, which depend on the cuts. */
export function withoutPlaces(log: string[]): string[] {
  return log.map((line) => line.replace(/ off=\S+/, ""));
}
