/**
 * Structs side by side: arrays in an arena whose size is known when they are opened, and generated
 * tables in static memory.
 */
import { Arena } from "./arena";

/** `count` structs of one type; filled in order with `push`. */
@unmanaged
@final
export class StructArray<T> {
  count: u32;
  capacity: u32;
  items: usize;

  /** The struct at `index`; the caller has checked that it is below `count`. */
  at(index: u32): T {
    return structAt<T>(this.items, index);
  }

  /** The next struct, zeroed; null when the array is full. */
  push(): T | null {
    if (this.count == this.capacity) return null;
    this.count += 1;
    return this.at(this.count - 1);
  }
}

/** An empty array with room for `capacity` zeroed structs; null without memory. */
export function openStructArray<T>(arena: Arena, capacity: u32): StructArray<T> | null {
  const ptr = arena.takeZeroed(offsetof<StructArray<T>>() + capacity * offsetof<T>());
  if (ptr == 0) return null;
  const array = changetype<StructArray<T>>(ptr);
  array.capacity = capacity;
  array.items = ptr + offsetof<StructArray<T>>();
  return array;
}

/** Row `index` of a table that starts at `base`. */
export function structAt<T>(base: usize, index: u32): T {
  return changetype<T>(base + index * offsetof<T>());
}

/** Overwrites `to` with the fields of `from`. */
export function copyStruct<T>(to: T, from: T): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), offsetof<T>());
}

/** One bit of a table of 256 bits, `words` being its eight u32. */
export function bitAt(words: usize, bit: u32): bool {
  return ((load<u32>(words + ((bit >> 5) << 2)) >> (bit & 31)) & 1) != 0;
}
