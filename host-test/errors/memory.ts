/** A filter whose memory cannot grow far, to see what becomes of a request when none is left. */
import { CONFIG, Filter, filterBytes } from "../support/filter.ts";

const MEMORY_SECTION = 5;
const HEAD_BYTES = 8;
const PAGE_BYTES = 65_536;
/** More than the module and its configuration need, less than a large request does. */
const ROOM_BYTES = 2 * 1024 * 1024;

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, next: at };
  }
}

/** The same module with a maximum for its memory: what it has at the start and `room` bytes. */
export function boundMemory(bytes: Uint8Array, room: number): Uint8Array {
  let at = HEAD_BYTES;
  while (at < bytes.length) {
    const id = bytes[at] as number;
    const size = readLeb(bytes, at + 1);
    const end = size.next + size.value;
    if (id === MEMORY_SECTION) {
      // One memory: count, flags, initial pages and, with flag 1, the maximum.
      const initial = readLeb(bytes, size.next + 2).value;
      const content = [1, 1, ...leb(initial), ...leb(initial + Math.ceil(room / PAGE_BYTES))];
      const section = Uint8Array.from([id, ...leb(content.length), ...content]);
      return Buffer.concat([bytes.subarray(0, at), section, bytes.subarray(end)]);
    }
    at = end;
  }
  throw new Error("the module has no memory section");
}

/** A filter that cannot take a request of some megabytes. */
export function exhaustedFilter(): Filter {
  return Filter.load({ config: CONFIG, bytes: boundMemory(filterBytes(), ROOM_BYTES) });
}
