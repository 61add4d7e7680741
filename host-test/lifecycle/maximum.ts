/** A module whose memory may not grow above a maximum: the only way to see exhaustion. */

const MEMORY_SECTION = 5;
const HEADER_BYTES = 8;

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function readLeb(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  for (let at = from, shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, next: at };
  }
}

/** The same module with `pages` (64 KiB each) as the maximum of its memory. */
export function withMaximum(bytes: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const size = readLeb(bytes, at + 1);
    const end = size.next + size.value;
    if (bytes[at] === MEMORY_SECTION) {
      const minimum = readLeb(bytes, size.next + 2);
      const body = [1, 1, ...leb(minimum.value), ...leb(pages)];
      const section = Uint8Array.from([MEMORY_SECTION, ...leb(body.length), ...body]);
      return new Uint8Array(Buffer.concat([bytes.subarray(0, at), section, bytes.subarray(end)]));
    }
    at = end;
  }
  throw new Error("the module has no memory section");
}
