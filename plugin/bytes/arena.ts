/**
 * Bump memory in chained chunks with one owner. Blocks are never freed one by one: `reset` drops all
 * but the first chunk, `closeArena` everything. Used for a callback's scratch (one per VM), for what
 * a stream must keep, and for a parsed configuration.
 *
 *   chunk:  | previous chunk: u32 | size: u32 | blocks ... | SLACK |
 */
import { clear, copyTrusted, SLACK } from "./copy";
import { allocate, release } from "./heap";

const PREVIOUS: usize = 0;
const SIZE: usize = 4;
const CHUNK_HEAD: u32 = 8;

@unmanaged
@final
export class Arena {
  chunk: usize; // newest chunk
  first: usize; // the chunk this struct lives in
  cursor: usize; // next free byte
  limit: usize; // end of the newest chunk, SLACK left out
  held: u32; // bytes in all chunks
  cap: u32; // hard bound for `held`
  step: u32; // smallest size of a further chunk
  padding: u32;

  /** Takes `len` bytes, 8-byte aligned, uninitialised; 0 above the cap or without memory. */
  take(len: u32): usize {
    const ptr = this.cursor;
    const room = <u32>(this.limit - ptr);
    if (len > room) return this.takeFromNewChunk(len);
    const aligned = (len + 7) & ~7;
    this.cursor = aligned > room ? this.limit : ptr + aligned;
    return ptr;
  }

  /** As `take`, filled with zeros. */
  takeZeroed(len: u32): usize {
    const ptr = this.take(len);
    if (ptr != 0) clear(ptr, len);
    return ptr;
  }

  /** A copy of `len` bytes that lives as long as the arena; 0 without memory. */
  keep(ptr: usize, len: u32): usize {
    const copy = this.take(len);
    // The newest block: what a lane writes behind it is nobody's yet.
    if (copy != 0) copyTrusted(copy, ptr, len);
    return copy;
  }

  /** True when the address lies in one of the arena's chunks. */
  holds(ptr: usize): bool {
    let chunk = this.chunk;
    while (chunk != 0) {
      if (ptr >= chunk && ptr < chunk + load<u32>(chunk, SIZE)) return true;
      chunk = <usize>load<u32>(chunk, PREVIOUS);
    }
    return false;
  }

  /** Forgets all blocks; keeps the first chunk. Pointers into the arena are dead afterwards. */
  reset(): void {
    let chunk = this.chunk;
    while (chunk != this.first) {
      const previous = <usize>load<u32>(chunk, PREVIOUS);
      const size = load<u32>(chunk, SIZE);
      this.held -= size;
      release(chunk, size);
      chunk = previous;
    }
    this.chunk = chunk;
    this.cursor = chunk + CHUNK_HEAD + offsetof<Arena>();
    this.limit = chunk + load<u32>(chunk, SIZE) - SLACK;
  }

  private takeFromNewChunk(len: u32): usize {
    if (len > this.cap || this.cap - len < CHUNK_HEAD + SLACK + 8) return 0;
    const needed = ((len + 7) & ~7) + CHUNK_HEAD + SLACK;
    const size = needed > this.step ? needed : this.step;
    if (size > this.cap - this.held) return 0;
    const chunk = allocate(size);
    if (chunk == 0) return 0;
    store<u32>(chunk, <u32>this.chunk, PREVIOUS);
    store<u32>(chunk, size, SIZE);
    this.held += size;
    this.chunk = chunk;
    this.limit = chunk + size - SLACK;
    this.cursor = chunk + CHUNK_HEAD + ((len + 7) & ~7);
    return chunk + CHUNK_HEAD;
  }
}

/**
 * Opens an arena whose first chunk has `size` bytes and whose chunks together hold at most `cap`.
 * The struct itself lives in the first chunk. Null without memory, and when the struct does not fit
 * into `size` or `size` into `cap`. The caller owns it.
 */
export function openArena(size: u32, cap: u32): Arena | null {
  if (size < CHUNK_HEAD + offsetof<Arena>() + SLACK || size > cap) return null;
  const chunk = allocate(size);
  if (chunk == 0) return null;
  store<u32>(chunk, 0, PREVIOUS);
  store<u32>(chunk, size, SIZE);
  const arena = changetype<Arena>(chunk + CHUNK_HEAD);
  arena.chunk = chunk;
  arena.first = chunk;
  arena.held = size;
  arena.cap = cap;
  arena.step = size;
  arena.reset();
  return arena;
}

/** Frees an arena with all its chunks. */
export function closeArena(arena: Arena): void {
  arena.reset();
  const first = arena.first;
  release(first, load<u32>(first, SIZE));
}

/** An arena for a module-level constant: made while the module starts, never closed. */
export function makeArena(size: u32, cap: u32): Arena {
  return changetype<Arena>(changetype<usize>(openArena(size, cap)));
}
