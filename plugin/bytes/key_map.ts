/** A map from numbers to numbers that only grows: open addressing, nothing is ever removed. */
import { allocateKept, releaseKept } from "./heap";

/** A slot has a key (u64), and in a second row its value (u32); key 0 is free. */
const KEY_SHIFT: u32 = 3;
const VALUE_SHIFT: u32 = 2;
const SLOT_BYTES: u32 = 12;
/** Of 8 slots, so many may be taken: probing meets a free one soon. */
const MOST_OF_8: u32 = 7;

@unmanaged
@final
export class KeyMap {
  keys: usize;
  slotCount: u32; // a power of two; 0: there is no room at all
  most: u32; // slots that there may be
  count: u32;

  /** Value of a key, which is not 0; 0: the key is not there. */
  get(key: u64): u32 {
    if (this.slotCount == 0) return 0;
    return load<u32>(this.valueOf(this.find(key)));
  }

  /** Adds a key that is not there, with a value that is not 0; false when there is no room. */
  put(key: u64, value: u32): bool {
    if (this.isFull && (this.slotCount >= this.most || !this.grow())) return false;
    const slot = this.find(key);
    store<u64>(this.keys + (slot << KEY_SHIFT), key);
    store<u32>(this.valueOf(slot), value);
    this.count += 1;
    return true;
  }

  /** Gives a key a value, whether it is there or not; nothing where there is no room. */
  set(key: u64, value: u32): void {
    if (this.get(key) == 0) this.put(key, value);
    else store<u32>(this.valueOf(this.find(key)), value);
  }

  private get isFull(): bool {
    return this.count >= (this.slotCount >> 3) * MOST_OF_8;
  }

  private grow(): bool {
    const old = this.keys;
    const oldCount = this.slotCount;
    if (!takeRoom(this, oldCount << 1)) return false;
    const values = old + (oldCount << KEY_SHIFT);
    for (let i: u32 = 0; i < oldCount; i++) {
      const key = load<u64>(old + (i << KEY_SHIFT));
      if (key == 0) continue;
      const slot = this.find(key);
      store<u64>(this.keys + (slot << KEY_SHIFT), key);
      store<u32>(this.valueOf(slot), load<u32>(values + (i << VALUE_SHIFT)));
    }
    releaseKept(old, oldCount * SLOT_BYTES);
    return true;
  }

  private valueOf(slot: u32): usize {
    return this.keys + (this.slotCount << KEY_SHIFT) + (slot << VALUE_SHIFT);
  }

  /** The slot that has the key, or the free one where it belongs. */
  private find(key: u64): u32 {
    const mask = this.slotCount - 1;
    let slot = (<u32>((key * 0x9e37_79b9_7f4a_7c15) >> 40)) & mask;
    while (true) {
      const found = load<u64>(this.keys + (slot << KEY_SHIFT));
      if (found == key || found == 0) return slot;
      slot = (slot + 1) & mask;
    }
  }
}

/** Makes room for a map of `slotCount` slots at first and `most` in the end, powers of two of 8 at least; none without memory. */
export function openKeyMap(map: KeyMap, slotCount: u32, most: u32): void {
  map.most = most;
  takeRoom(map, slotCount);
}

function takeRoom(map: KeyMap, slotCount: u32): bool {
  const keys = allocateKept(slotCount * SLOT_BYTES);
  if (keys == 0) return false;
  map.keys = keys;
  map.slotCount = slotCount;
  return true;
}
