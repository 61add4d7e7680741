/** Frames of binary event streams, written into a draft; also with lengths that lie under right checksums. */
import type { Draft } from "./draft.ts";

const TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++)
    value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const PRELUDE = 12;

/** CRC-32 of the bytes from `from` up to `to`, unsigned. */
export function crcOf(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at++)
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}

function putU32(draft: Draft, value: number): void {
  for (const shift of [24, 16, 8, 0]) draft.byte((value >>> shift) & 0xff);
}

/** Leaves room for the lengths; answers where the frame begins. */
export function startFrame(draft: Draft): number {
  const start = draft.used;
  for (let at = 0; at < PRELUDE; at++) draft.byte(0);
  return start;
}

/** A header; `size`: bytes that its value has, undefined when its length stands in front of it. */
export function putHeader(
  draft: Draft,
  name: Uint8Array,
  kind: number,
  value: Uint8Array,
  size: number | undefined,
): void {
  draft.byte(name.length);
  draft.add(name);
  draft.byte(kind);
  if (size === undefined) {
    draft.byte(value.length >> 8);
    draft.byte(value.length & 0xff);
    draft.add(value);
  } else for (let at = 0; at < size; at++) draft.byte(value[at] ?? at);
}

/** Writes lengths and checksums. `lie` is added to the length of all (`total`) or of the headers. */
export function endFrame(
  draft: Draft,
  start: number,
  headersEnd: number,
  { lie, total }: { lie: number; total: boolean } = { lie: 0, total: false },
): void {
  const { bytes } = draft;
  const length = draft.used + 4 - start;
  bytes.writeUInt32BE((length + (total ? lie : 0)) >>> 0, start);
  bytes.writeUInt32BE((headersEnd - start - PRELUDE + (total ? 0 : lie)) >>> 0, start + 4);
  bytes.writeUInt32BE(crcOf(bytes, start, start + 8), start + 8);
  putU32(draft, crcOf(bytes, start, draft.used));
}
