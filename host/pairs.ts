/**
 * The serialised form of header maps: count, lengths, then NUL-terminated names and values, little endian.
 * Header text is held with one character per byte (latin1), so no byte is ever changed.
 */
import { fromLatin1, latin1 } from "./octets.ts";

/** Names and values in order. One character is one byte. */
export type HeaderList = [name: string, value: string][];

/** Bounds of the reader; beyond them Envoy reads an empty list without a word. */
export const PAIRS_MAX_BYTES = 1024 * 1024;
export const PAIRS_MAX_COUNT = 1024;

/** Serialises `pairs`; the result is owned by the caller. */
export function encodePairs(pairs: HeaderList): Uint8Array {
  let size = 4 + pairs.length * 8;
  for (const [name, value] of pairs) size += name.length + value.length + 2;
  const out = new Uint8Array(size);
  const numbers = new DataView(out.buffer);
  numbers.setUint32(0, pairs.length, true);
  let at = 4;
  for (const [name, value] of pairs) {
    numbers.setUint32(at, name.length, true);
    numbers.setUint32(at + 4, value.length, true);
    at += 8;
  }
  for (const text of pairs.flat()) {
    out.set(latin1(text), at);
    at += text.length + 1;
  }
  return out;
}

/**
 * Reads a serialised list strictly: lengths, terminators and the end must be exact.
 * Any violation yields an empty list, as on the real host, and never an error.
 */
export function decodePairs(bytes: Uint8Array): HeaderList {
  if (bytes.length < 4 || bytes.length > PAIRS_MAX_BYTES) return [];
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = numbers.getUint32(0, true);
  if (count > PAIRS_MAX_COUNT || 4 + count * 8 > bytes.length) return [];
  const pairs: HeaderList = [];
  let at = 4 + count * 8;
  for (let index = 0; index < count; index++) {
    const nameEnd = at + numbers.getUint32(4 + index * 8, true);
    const valueEnd = nameEnd + 1 + numbers.getUint32(8 + index * 8, true);
    if (valueEnd >= bytes.length || bytes[nameEnd] !== 0 || bytes[valueEnd] !== 0) return [];
    pairs.push([fromLatin1(bytes, at, nameEnd), fromLatin1(bytes, nameEnd + 1, valueEnd)]);
    at = valueEnd + 1;
  }
  return at === bytes.length ? pairs : [];
}
