/**
 * Short texts that stand in the names of metrics, each with a number that stays: what came once is kept for good, so whoever adds one
 * says how many there may be.
 */
import { equals, fnv1a } from "./compare";
import { allocateKept, releaseKept } from "./heap";
import { putPlain } from "./plain";
import { Writer } from "./writer";

/** Longest text. */
export const LABEL_BYTES: u32 = 64;
/** A text is (length: u32, its bytes). */
const VALUE_BYTES: u32 = 4 + LABEL_BYTES;
const SMALLEST_INDEX: u32 = 16;
const FIRST_ROOM: u32 = 16;

@unmanaged
@final
export class LabelTable {
  values: usize;
  index: usize; // numbers by hash: u16, 0 is free
  indexCount: u32; // a power of two, at least twice `room`
  room: u32;
  count: u32;

  /**
   * Number of a text, from 1; it is added as long as there are fewer than `most`. 0: there is no room. Only its first LABEL_BYTES
   * bytes count.
   */
  find(ptr: usize, len: u32, most: u32): u32 {
    if (len > LABEL_BYTES) len = LABEL_BYTES;
    const slot = this.slotOf(ptr, len);
    const number = slot == 0 ? 0 : <u32>load<u16>(slot);
    if (number != 0 || this.count >= most) return number;
    if (this.count == this.room) growLabels(this, min(max(this.room << 1, FIRST_ROOM), most));
    return this.count == this.room ? 0 : this.add(ptr, len);
  }

  private add(ptr: usize, len: u32): u32 {
    const slot = this.slotOf(ptr, len);
    this.count += 1;
    const value = this.valueAt(this.count);
    store<u32>(value, len);
    memory.copy(value + 4, ptr, len);
    store<u16>(slot, <u16>this.count);
    return this.count;
  }

  /** The place of a text in the index, which may be free; 0 without an index. */
  private slotOf(ptr: usize, len: u32): usize {
    if (this.indexCount == 0) return 0;
    const mask = this.indexCount - 1;
    let at = fnv1a(ptr, len) & mask;
    while (true) {
      const slot = this.index + (at << 1);
      const number = <u32>load<u16>(slot);
      if (number == 0) return slot;
      const value = this.valueAt(number);
      if (load<u32>(value) == len && equals(value + 4, ptr, len)) return slot;
      at = (at + 1) & mask;
    }
  }

  /** Appends the text of a number that `find` answered, fit for a name. */
  put(out: Writer, number: u32): void {
    const value = this.valueAt(number);
    putPlain(out, value + 4, load<u32>(value));
  }

  private valueAt(number: u32): usize {
    return this.values + (number - 1) * VALUE_BYTES;
  }
}

/**
 * Makes room for `room` texts (at most 65535), keeping those that are there with their numbers. Without memory the room stays as
 * it was.
 */
export function growLabels(table: LabelTable, room: u32): void {
  if (room <= table.room) return;
  let indexCount = SMALLEST_INDEX;
  while (indexCount < room * 2) indexCount <<= 1;
  const values = allocateKept(room * VALUE_BYTES);
  const index = allocateKept(indexCount << 1);
  if (values == 0 || index == 0) {
    releaseKept(values, room * VALUE_BYTES);
    releaseKept(index, indexCount << 1);
    return;
  }
  const old = table.values;
  const oldIndex = table.index;
  const oldIndexCount = table.indexCount;
  const oldRoom = table.room;
  const count = table.count;
  table.values = values;
  table.index = index;
  table.indexCount = indexCount;
  table.room = room;
  table.count = 0;
  for (let i: u32 = 0; i < count; i++) {
    const value = old + i * VALUE_BYTES;
    table.find(value + 4, load<u32>(value), room);
  }
  releaseKept(old, oldRoom * VALUE_BYTES);
  releaseKept(oldIndex, oldIndexCount << 1);
}
