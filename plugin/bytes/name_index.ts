/** A set of names with a number each: open addressing in an arena, room fixed when it is opened. */
import { Arena } from "./arena";
import { equals, fnv1a } from "./compare";

/** Answer of `find` for a name that is not there. */
export const NOT_FOUND: u32 = 0xffff_ffff;

const HASH: usize = 0;
const PTR: usize = 4;
const LEN: usize = 8;
const VALUE: usize = 12;
const SLOT_SHIFT: u32 = 4;

@unmanaged
@final
export class NameIndex {
  slots: usize; // (hash, ptr, len, value: u32) each; ptr 0: free
  mask: u32; // number of slots - 1
  room: u32; // names that may still be added

  /** Adds a name, whose bytes stay where they are; one that is there already keeps its number. False when full. */
  add(ptr: usize, len: u32, value: u32): bool {
    const hash = fnv1a(ptr, len);
    const slot = this.slotOf(hash, ptr, len);
    if (load<u32>(slot, PTR) != 0) return true;
    if (this.room == 0) return false;
    this.room -= 1;
    store<u32>(slot, hash, HASH);
    store<u32>(slot, <u32>ptr, PTR);
    store<u32>(slot, len, LEN);
    store<u32>(slot, value, VALUE);
    return true;
  }

  /** The number of a name, or NOT_FOUND. */
  find(ptr: usize, len: u32): u32 {
    const slot = this.slotOf(fnv1a(ptr, len), ptr, len);
    return load<u32>(slot, PTR) == 0 ? NOT_FOUND : load<u32>(slot, VALUE);
  }

  /** The slot that holds the name, or the free one where it belongs; at least one slot in two is free. */
  private slotOf(hash: u32, ptr: usize, len: u32): usize {
    let at = hash & this.mask;
    while (true) {
      const slot = this.slots + (at << SLOT_SHIFT);
      if (load<u32>(slot, PTR) == 0) return slot;
      const same = load<u32>(slot, HASH) == hash && load<u32>(slot, LEN) == len;
      if (same && equals(<usize>load<u32>(slot, PTR), ptr, len)) return slot;
      at = (at + 1) & this.mask;
    }
  }
}

/** An empty index with room for `room` names; null without memory. */
export function openNameIndex(arena: Arena, room: u32): NameIndex | null {
  let slots: u32 = 8;
  while (slots < room << 1) slots <<= 1;
  const ptr = arena.takeZeroed(offsetof<NameIndex>() + (slots << SLOT_SHIFT));
  if (ptr == 0) return null;
  const index = changetype<NameIndex>(ptr);
  index.slots = ptr + offsetof<NameIndex>();
  index.mask = slots - 1;
  index.room = room;
  return index;
}
