/** A growing byte buffer with a cap, for what must outlive a window. Owned by a decoder. */
import { allocate, release } from "./heap";
import { copyTrusted, SLACK } from "./copy";

@unmanaged
@final
export class HeldBytes {
  ptr: usize;
  len: u32;
  size: u32; // of the owned block

  /** Appends; false above `cap` or without memory. Amortised linear. */
  append(ptr: usize, len: u32, cap: u32): bool {
    if (len > cap - this.len) return false;
    const needed = this.len + len + SLACK;
    if (needed > this.size && !this.grow(needed, cap + SLACK)) return false;
    copyTrusted(this.ptr + this.len, ptr, len);
    this.len += len;
    return true;
  }

  /** Forgets the content; gives large blocks back so that an idle stream stays small. */
  clear(): void {
    this.len = 0;
    if (this.size > KEEP) this.free();
  }

  /** Gives the block back. */
  free(): void {
    release(this.ptr, this.size);
    this.ptr = 0;
    this.len = 0;
    this.size = 0;
  }

  /** Doubles, but never beyond `most`, which is what the cap allows. */
  private grow(needed: u32, most: u32): bool {
    let size = this.size << 1;
    if (size > most) size = most;
    if (size < needed) size = needed;
    if (size < FIRST) size = FIRST;
    const block = allocate(size);
    if (block == 0) return false;
    memory.copy(block, this.ptr, this.len);
    release(this.ptr, this.size);
    this.ptr = block;
    this.size = size;
    return true;
  }
}

const FIRST: u32 = 512;
const KEEP: u32 = 2048;
