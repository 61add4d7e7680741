/**
 * Lines in windows: LF or CRLF ends one, blank ones are not answered, the last needs no end. A line above the cap is answered by its
 * beginning, `cut` set; the rest of it is passed over.
 */
import { Ascii } from "./ascii";
import { findByte } from "./compare";
import { allocateZeroed, release } from "./heap";
import { HeldBytes } from "./held_bytes";

@unmanaged
@final
export class LineStream {
  held: HeldBytes; // the beginning of a line that reached over the end of a window
  cap: u32;
  ptr: usize;
  end: usize;
  failed: bool; // memory is exhausted
  number: u32; // of the line that was answered, from 1; blank ones count
  cut: bool; // the line that was answered is above the cap
  linePtr: usize; // good until the next call
  lineLen: u32;

  /** Starts over a window; it stays in place until `next` answers false. */
  feed(ptr: usize, len: u32): void {
    this.ptr = ptr;
    this.end = ptr + len;
  }

  /** The next complete line; false when the window has no more. */
  next(): bool {
    while (!this.failed && this.ptr < this.end) {
      if (this.fresh) this.reset();
      const stop = findByte(this.ptr, this.end, Ascii.LineFeed);
      const isWhole = stop < this.end;
      const start = this.ptr;
      this.ptr = isWhole ? stop + 1 : this.end;
      if (isWhole && this.held.len == 0) this.takeSpan(start, <u32>(stop - start));
      else if (!this.hold(start, <u32>(stop - start))) return false;
      if (!isWhole) return false;
      if (this.finishLine()) return true;
    }
    return false;
  }

  /** The last line, which has no end; false when there is none. */
  last(): bool {
    if (this.failed || this.fresh) return false;
    return this.held.len > 0 && this.finishLine();
  }

  /** The line before this was answered: what is held belongs to it. */
  private fresh: bool;

  private reset(): void {
    this.fresh = false;
    this.cut = false;
    this.held.clear();
  }

  private takeSpan(ptr: usize, len: u32): void {
    this.linePtr = ptr;
    this.lineLen = len < this.cap ? len : this.cap;
    this.cut = len > this.cap;
  }

  private hold(ptr: usize, len: u32): bool {
    const room = this.cap - this.held.len;
    if (len > room) this.cut = true;
    if (!this.held.append(ptr, len < room ? len : room, this.cap)) this.failed = true;
    this.linePtr = this.held.ptr;
    this.lineLen = this.held.len;
    return !this.failed;
  }

  /** Drops the carriage return; false for a blank line. */
  private finishLine(): bool {
    if (this.held.len > 0) {
      this.linePtr = this.held.ptr;
      this.lineLen = this.held.len;
    }
    this.fresh = true;
    this.number += 1;
    const last = this.linePtr + this.lineLen - 1;
    if (!this.cut && this.lineLen > 0 && <u32>load<u8>(last) == Ascii.CarriageReturn)
      this.lineLen -= 1;
    return this.lineLen > 0;
  }
}

/** A reader of lines of at most `cap` bytes; null without memory. The caller closes it. */
export function openLineStream(cap: u32): LineStream | null {
  const ptr = allocateZeroed(offsetof<LineStream>() + offsetof<HeldBytes>());
  if (ptr == 0) return null;
  const lines = changetype<LineStream>(ptr);
  lines.held = changetype<HeldBytes>(ptr + offsetof<LineStream>());
  lines.cap = cap;
  return lines;
}

/** Gives back what a reader owns, and itself. */
export function closeLineStream(lines: LineStream): void {
  lines.held.free();
  release(changetype<usize>(lines), offsetof<LineStream>() + offsetof<HeldBytes>());
}
