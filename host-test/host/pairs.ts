/**
 * The serialised form of header maps: count, lengths, then NUL-terminated names and values, little endian.
 * Header text is held with one character per byte (latin1), so no byte is ever changed.
 */

/** Names and values in order. One character is one byte. */
export type HeaderList = [name: string, value: string][];

/** Bounds of the reader; beyond them Envoy reads an empty list without a word. */
export const PAIRS_MAX_BYTES = 1024 * 1024;
export const PAIRS_MAX_COUNT = 1024;

/** Serialises `pairs`; the result is owned by the caller. */
export function encodePairs(pairs: HeaderList): Buffer {
  let size = 4 + pairs.length * 8;
  for (const [name, value] of pairs) size += name.length + value.length + 2;
  const out = Buffer.alloc(size);
  out.writeUInt32LE(pairs.length, 0);
  let at = 4;
  for (const [name, value] of pairs) {
    out.writeUInt32LE(name.length, at);
    out.writeUInt32LE(value.length, at + 4);
    at += 8;
  }
  for (const [name, value] of pairs) {
    at += out.write(name, at, "latin1") + 1;
    at += out.write(value, at, "latin1") + 1;
  }
  return out;
}

/**
 * Reads a serialised list strictly: lengths, terminators and the end must be exact.
 * Any violation yields an empty list, as on the real host, and never an error.
 */
export function decodePairs(bytes: Uint8Array): HeaderList {
  if (bytes.length < 4 || bytes.length > PAIRS_MAX_BYTES) return [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = buffer.readUInt32LE(0);
  if (count > PAIRS_MAX_COUNT || 4 + count * 8 > buffer.length) return [];
  const pairs: HeaderList = [];
  let at = 4 + count * 8;
  for (let index = 0; index < count; index++) {
    const nameEnd = at + buffer.readUInt32LE(4 + index * 8);
    const valueEnd = nameEnd + 1 + buffer.readUInt32LE(8 + index * 8);
    if (valueEnd >= buffer.length || buffer[nameEnd] !== 0 || buffer[valueEnd] !== 0) return [];
    pairs.push([
      buffer.toString("latin1", at, nameEnd),
      buffer.toString("latin1", nameEnd + 1, valueEnd),
    ]);
    at = valueEnd + 1;
  }
  return at === buffer.length ? pairs : [];
}
