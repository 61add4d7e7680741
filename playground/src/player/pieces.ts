/** How an upstream's answer is cut into pieces, and how fast they come. */
import { bedrockFrames } from "../filter/event_stream.ts";

export interface Cuts {
  pieces: Uint8Array[];
  /** Characters of the text that have been sent after each piece; empty when the bytes are not the text's. */
  sentChars: number[];
}

const encoder = new TextEncoder();
const SLOWEST_MS = 1000;
const STEPS = 10;

/** Choices of the size of a piece, by value. */
export const PIECES: readonly (readonly [string, string])[] = [
  ["event", "one event"],
  ["1", "1 byte"],
  ["7", "7 bytes"],
  ["64", "64 bytes"],
  ["1024", "1 KiB"],
  ["all", "all at once"],
];

/** Whether an answer is JSON rather than a stream of events. */
export function isJsonAnswer(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** Cuts `text`; `framed`: as binary frames, one for each event. */
export function cutAnswer(text: string, piece: string, framed: boolean): Cuts {
  if (framed)
    return {
      pieces: bedrockFrames(text).flatMap((frame) => cutBytes(frame, piece)),
      sentChars: [],
    };
  const pieces = piece === "event" ? cutEvents(text) : cutBytes(encoder.encode(text), piece);
  const decoder = new TextDecoder();
  let chars = 0;
  const sentChars = pieces.map(
    (bytes) => (chars += decoder.decode(bytes, { stream: true }).length),
  );
  return { pieces, sentChars };
}

function cutEvents(text: string): Uint8Array[] {
  if (isJsonAnswer(text)) return [encoder.encode(text)];
  return text.split(/(?<=\r?\n\r?\n)/).map((event) => encoder.encode(event));
}

function cutBytes(bytes: Uint8Array, piece: string): Uint8Array[] {
  const size = /^\d+$/.test(piece) ? Number(piece) : bytes.length;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** Milliseconds between two pieces, for a position 0 (slowest) to 10 (at once). */
export function delayOf(speed: number): number {
  return speed >= STEPS ? 0 : Math.round(SLOWEST_MS / 2 ** Math.max(speed, 0));
}

/** The same as a person says it. */
export function speedText(speed: number): string {
  if (speed >= STEPS) return "no pauses";
  const perSecond = 1000 / delayOf(speed);
  return perSecond <= 1 ? "1 piece/s" : `${Math.round(perSecond)} pieces/s`;
}
