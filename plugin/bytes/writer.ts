/**
 * One growing output block with a hard cap. A write that does not fit sets `failed` and writes
 * nothing; all later writes are ignored, so callers may check once at the end.
 */
import { copyTrusted, SLACK } from "./copy";
import { allocate, allocateZeroed, release } from "./heap";

/** Keeps sizes from wrapping; what hosts can hand over is far smaller. */
const LARGEST_CAP: u32 = 0x8000_0000;

let bytesHeld: u32 = 0;

/** Bytes of all writers' blocks. Writers are module-level: what they hold is kept for the next output, whoever it is for. */
export function writerBytes(): u32 {
  return bytesHeld;
}

@unmanaged
@final
export class Writer {
  start: usize; // first byte; owned block
  cursor: usize; // next byte
  end: usize; // last usable byte + 1, SLACK left out
  size: u32; // of the owned block, as asked from the heap
  cap: u32; // most bytes the output may have
  failed: bool; // the cap was reached or memory is exhausted

  /** Bytes written. */
  get length(): u32 {
    return <u32>(this.cursor - this.start);
  }

  /** Makes room for `len` bytes. False (and `failed`) when that exceeds the cap. */
  reserve(len: u32): bool {
    if (len <= <u32>(this.end - this.cursor)) return true;
    return this.grow(len);
  }

  /** Appends `len` bytes; the source has SLACK readable bytes behind it. */
  put(ptr: usize, len: u32): void {
    if (!this.reserve(len)) return;
    copyTrusted(this.cursor, ptr, len);
    this.cursor += len;
  }

  /** As `put`, with line breaks as spaces: for JSON inside one line, where they stand between tokens only. */
  putOneLine(ptr: usize, len: u32): void {
    const mark = this.length;
    this.put(ptr, len);
    for (let at = this.start + mark; at < this.cursor; at++) {
      const c = <u32>load<u8>(at);
      if (c == 0x0a || c == 0x0d) store<u8>(at, 0x20);
    }
  }

  /** Appends a generated literal. */
  literal(literal: usize): void {
    this.put(literal + 4, load<u32>(literal));
  }

  /** Appends one byte. */
  byte(value: u32): void {
    if (!this.reserve(1)) return;
    store<u8>(this.cursor, value);
    this.cursor += 1;
  }

  /** Position to come back to with `rewind`. */
  mark(): u32 {
    return this.length;
  }

  /** Drops everything behind a mark; a failure stays one. */
  rewind(mark: u32): void {
    this.cursor = this.start + mark;
    if (this.failed) this.stop();
  }

  /** Drops `head` bytes in front and `tail` bytes at the end; of a shorter content nothing is left. */
  dropEnds(head: u32, tail: u32): void {
    const kept = this.length > head + tail ? this.length - head - tail : 0;
    memory.copy(this.start, this.start + head, kept);
    this.rewind(kept);
  }

  /** Takes out the bytes from mark `from` up to mark `to`. */
  cut(from: u32, to: u32): void {
    memory.copy(this.start + from, this.start + to, this.length - to);
    this.cursor -= to - from;
  }

  /** Puts `len` bytes in at a mark; they stand outside of this writer. */
  insert(at: u32, ptr: usize, len: u32): void {
    if (!this.reserve(len)) return;
    const place = this.start + at;
    memory.copy(place + len, place, <usize>(this.length - at));
    memory.copy(place, ptr, len);
    this.cursor += len;
  }

  /** Starts an output of at most `cap` bytes, of which about `expected` are needed. */
  begin(expected: u32, cap: u32): void {
    if (cap > LARGEST_CAP) cap = LARGEST_CAP;
    this.cursor = this.start;
    this.cap = cap;
    this.failed = false;
    // The block may be larger than this output may become, and `stop` may have cut `end` short.
    const usable: u32 = this.size == 0 ? 0 : this.size - SLACK;
    this.end = this.start + (usable < cap ? usable : cap);
    this.reserve(expected < cap ? expected : cap);
  }

  /** Drops the content; a block above `keep` bytes is given back. */
  finish(keep: u32): void {
    if (this.size > keep) {
      release(this.start, this.size);
      bytesHeld -= this.size;
      this.start = 0;
      this.end = 0;
      this.size = 0;
    }
    this.cursor = this.start;
  }

  private grow(len: u32): bool {
    const used = this.length;
    if (this.failed || len > this.cap - used) {
      this.stop();
      return false;
    }
    const needed = used + len;
    let size = this.size + (this.size >> 1);
    if (size > this.cap) size = this.cap;
    if (size < needed) size = needed;
    size += SLACK;
    const block = allocate(size);
    if (block == 0) {
      this.stop();
      return false;
    }
    memory.copy(block, this.start, used);
    release(this.start, this.size);
    bytesHeld += size - this.size;
    this.start = block;
    this.cursor = block + used;
    this.size = size;
    this.end = block + size - SLACK;
    return true;
  }

  /** Closes the output: every later write finds no room. */
  private stop(): void {
    this.failed = true;
    this.end = this.cursor;
    this.cap = this.length;
  }
}

/**
 * A writer without a block; `begin` makes it usable. For module-level constants only: it runs while the
 * module starts, when memory for a few bytes is always there.
 */
export function makeWriter(): Writer {
  return changetype<Writer>(allocateZeroed(offsetof<Writer>()));
}
