/**
 * Context id ▶ struct, for streams and for root contexts: open addressing over unmanaged memory with linear
 * probing; removal moves followers back, so there are no tombstones and an empty table costs nothing.
 */
import { allocateZeroed, release } from "../bytes/heap";
import { RootState } from "./root_state";
import { StreamState } from "./stream";
import { isSampled } from "./sampling";

const FIRST_SLOTS: u32 = 64;
/** A slot is (id + 1: u32, address: u32); 0 is free. */
const SLOT_SHIFT: u32 = 3;

@unmanaged
@final
export class IdTable {
  slots: usize;
  slotCount: u32; // a power of two
  count: u32;

  /** Address kept for an id; 0 when there is none. */
  find(id: u32): usize {
    if (this.count == 0) return 0;
    const mask = this.slotCount - 1;
    let at = spread(id) & mask;
    while (true) {
      const slot = this.slots + (at << SLOT_SHIFT);
      const key = load<u32>(slot);
      if (key == id + 1) return <usize>load<u32>(slot, 4);
      if (key == 0) return 0;
      at = (at + 1) & mask;
    }
  }

  /** Keeps an address for a new id; false without memory. */
  insert(id: u32, address: usize): bool {
    if (this.count >= this.slotCount >> 1 && !this.grow()) return false;
    this.put(id + 1, <u32>address);
    this.count += 1;
    return true;
  }

  /** Forgets an id. */
  remove(id: u32): void {
    if (this.count == 0) return;
    const mask = this.slotCount - 1;
    let hole = spread(id) & mask;
    while (true) {
      const key = load<u32>(this.slots + (hole << SLOT_SHIFT));
      if (key == 0) return;
      if (key == id + 1) break;
      hole = (hole + 1) & mask;
    }
    this.count -= 1;
    this.closeHole(hole);
  }

  /** Address in slot `at` (0 to slotCount - 1); 0 when it is free. For walks over all. */
  slot(at: u32): usize {
    return <usize>load<u32>(this.slots + (at << SLOT_SHIFT), 4);
  }

  /** Moves every follower that may stand in the hole, so that probing never meets a gap. */
  private closeHole(hole: u32): void {
    const mask = this.slotCount - 1;
    let at = hole;
    while (true) {
      at = (at + 1) & mask;
      const key = load<u32>(this.slots + (at << SLOT_SHIFT));
      if (key == 0) break;
      const home = spread(key - 1) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      store<u64>(this.slots + (hole << SLOT_SHIFT), load<u64>(this.slots + (at << SLOT_SHIFT)));
      hole = at;
    }
    store<u64>(this.slots + (hole << SLOT_SHIFT), 0);
  }

  private put(key: u32, address: u32): void {
    const mask = this.slotCount - 1;
    let at = spread(key - 1) & mask;
    while (load<u32>(this.slots + (at << SLOT_SHIFT)) != 0) at = (at + 1) & mask;
    store<u32>(this.slots + (at << SLOT_SHIFT), key);
    store<u32>(this.slots + (at << SLOT_SHIFT), address, 4);
  }

  private grow(): bool {
    const oldSlots = this.slots;
    const oldCount = this.slotCount;
    const count = oldCount == 0 ? FIRST_SLOTS : oldCount << 1;
    const slots = allocateZeroed(count << SLOT_SHIFT);
    if (slots == 0) return false;
    this.slots = slots;
    this.slotCount = count;
    for (let i: u32 = 0; i < oldCount; i++) {
      const slot = oldSlots + (i << SLOT_SHIFT);
      if (load<u32>(slot) != 0) this.put(load<u32>(slot), load<u32>(slot, 4));
    }
    release(oldSlots, oldCount << SLOT_SHIFT);
    return true;
  }
}

function spread(id: u32): u32 {
  return (id * 0x9e3779b1) >> 8;
}

const STREAMS: IdTable = changetype<IdTable>(allocateZeroed(offsetof<IdTable>()));
const ROOTS: IdTable = changetype<IdTable>(allocateZeroed(offsetof<IdTable>()));

/** The stream with this context id; null when it is unknown or went without memory. */
export function findStream(id: u32): StreamState | null {
  return changetype<StreamState | null>(STREAMS.find(id));
}

/** The root context with this id; null when it is unknown. */
export function findRoot(id: u32): RootState | null {
  return changetype<RootState | null>(ROOTS.find(id));
}

/** Makes the state of a new stream; nothing when memory is exhausted (its request is then refused). */
export function addStream(id: u32, root: RootState): void {
  const ptr = allocateZeroed(offsetof<StreamState>());
  if (ptr == 0) return;
  const stream = changetype<StreamState>(ptr);
  stream.id = id;
  stream.root = root;
  stream.isTimed = isSampled();
  if (!STREAMS.insert(id, ptr)) release(ptr, offsetof<StreamState>());
}

/** Frees the struct of a stream; what it owns was freed by the caller. */
export function dropStream(stream: StreamState): void {
  STREAMS.remove(stream.id);
  release(changetype<usize>(stream), offsetof<StreamState>());
}

/** Makes the state of a new root context; null without memory. */
export function addRoot(id: u32): RootState | null {
  const ptr = allocateZeroed(offsetof<RootState>());
  if (ptr == 0) return null;
  const root = changetype<RootState>(ptr);
  root.id = id;
  if (ROOTS.insert(id, ptr)) return root;
  release(ptr, offsetof<RootState>());
  return null;
}

/** Frees the struct of a root context. */
export function dropRoot(root: RootState): void {
  ROOTS.remove(root.id);
  release(changetype<usize>(root), offsetof<RootState>());
}

/** Number of slots for `streamAt`. */
export function streamSlots(): u32 {
  return STREAMS.slotCount;
}

/** The stream in a slot; null when it is free. */
export function streamAt(slot: u32): StreamState | null {
  return changetype<StreamState | null>(STREAMS.slot(slot));
}
