/**
 * `multipart/*` in windows: heads of parts as text, bodies as spans, whatever the cuts. Nothing of a body is held: what looks like a
 * delimiter and turns out to be none is answered from the delimiter itself. Source: RFC 2046, section 5.1.
 *
 *   Outside ─delimiter─▶ Tail ─CRLF─▶ Head ─blank line─▶ Inside ─delimiter─▶ Tail ─"--"─▶ Done
 */
import { Ascii } from "./ascii";
import { findByte } from "./compare";
import { copyTrusted, SLACK } from "./copy";
import { allocateZeroed, release } from "./heap";
import { HeldBytes } from "./held_bytes";

/** Most bytes of the head of a part. */
const HEAD_CAP: u32 = 8192;
/** Longest boundary. Source: RFC 2046, section 5.1.1. */
export const LONGEST_BOUNDARY: u32 = 70;
/** Most bytes of white space behind a delimiter. */
const TAIL_CAP: u32 = 64;

export const enum PartEvent {
  /** The window has no more. */
  More = 0,
  /** A part begins: `ptr`, `len` are its head, with the blank line. */
  Head = 1,
  /** `ptr`, `len` are bytes of its body, good until the next call. */
  Body = 2,
  /** The part is complete. */
  End = 3,
  /** The closing delimiter was read; what follows is passed over. */
  Done = 4,
  /** A head is too large, or memory is exhausted. Final. */
  Failed = 5,
}

const enum Place {
  Outside = 0,
  Inside = 1,
  Tail = 2,
  Head = 3,
  Done = 4,
}

@unmanaged
@final
export class Multipart {
  held: HeldBytes; // head of a part, or what follows a delimiter
  delimiter: usize; // CRLF, two dashes, the boundary
  delimiterLen: u32;
  matched: u32; // bytes of the delimiter that were seen
  place: Place;
  wasInside: bool; // where the delimiter was found
  rejected: bool; // `held` is part of the body
  at: usize;
  end: usize;
  ptr: usize;
  len: u32;

  /** Starts over a window; it stays in place until `next` answers More. */
  feed(ptr: usize, len: u32): void {
    this.at = ptr;
    this.end = ptr + len;
  }

  /** What comes next. */
  next(): PartEvent {
    while (true) {
      if (this.rejected) {
        this.rejected = false;
        this.ptr = this.held.ptr;
        this.len = this.held.len;
        if (this.place == Place.Inside && this.len > 0) return PartEvent.Body;
      }
      if (this.place == Place.Done) return PartEvent.Done;
      if (this.at >= this.end) return PartEvent.More;
      const event = this.step();
      if (event != PartEvent.More) return event;
    }
  }

  /** True when the closing delimiter was read. */
  get isDone(): bool {
    return this.place == Place.Done;
  }

  /** More: go on. */
  private step(): PartEvent {
    if (this.place == Place.Head) return this.readHead();
    if (this.place == Place.Tail) return this.readTail();
    return this.matched == 0 ? this.findDelimiter() : this.matchDelimiter();
  }

  /** Bytes up to the next carriage return, with which every delimiter begins. */
  private findDelimiter(): PartEvent {
    const start = this.at;
    this.at = findByte(start, this.end, Ascii.CarriageReturn);
    if (this.at < this.end) this.matched = 1;
    this.ptr = start;
    this.len = <u32>(this.at - start);
    if (this.matched > 0) this.at += 1;
    return this.len > 0 && this.place == Place.Inside ? PartEvent.Body : PartEvent.More;
  }

  private matchDelimiter(): PartEvent {
    while (this.at < this.end) {
      if (load<u8>(this.at) != load<u8>(this.delimiter + this.matched)) return this.giveBack();
      this.at += 1;
      this.matched += 1;
      if (this.matched < this.delimiterLen) continue;
      this.wasInside = this.place == Place.Inside;
      this.place = Place.Tail;
      this.held.clear();
      return PartEvent.More;
    }
    return PartEvent.More;
  }

  /** It was none: what was seen of it belongs to the body. */
  private giveBack(): PartEvent {
    this.ptr = this.delimiter;
    this.len = this.matched;
    this.matched = 0;
    return this.place == Place.Inside ? PartEvent.Body : PartEvent.More;
  }

  /** Behind a delimiter: two dashes, or white space and a line end. Anything else was none. */
  private readTail(): PartEvent {
    const c = <u32>load<u8>(this.at);
    const last = this.held.len == 0 ? 0 : <u32>load<u8>(this.held.ptr + this.held.len - 1);
    if (c == Ascii.LineFeed && last == Ascii.CarriageReturn) return this.enterHead();
    if (c == Ascii.Minus && last == Ascii.Minus && this.held.len == 1) return this.finish();
    if (!this.continuesTail(c, last) || !this.held.append(this.at, 1, TAIL_CAP)) {
      this.place = this.wasInside ? Place.Inside : Place.Outside;
      this.rejected = true;
      this.matched = this.delimiterLen;
      return this.giveBack();
    }
    this.at += 1;
    return PartEvent.More;
  }

  private continuesTail(c: u32, last: u32): bool {
    if (c == Ascii.Minus) return this.held.len == 0;
    if (c != Ascii.Space && c != Ascii.Tab && c != Ascii.CarriageReturn) return false;
    return last == 0 || last == Ascii.Space || last == Ascii.Tab;
  }

  private enterHead(): PartEvent {
    this.at += 1;
    this.matched = 0;
    this.place = Place.Head;
    this.held.clear();
    return this.wasInside ? PartEvent.End : PartEvent.More;
  }

  private finish(): PartEvent {
    this.place = Place.Done;
    return this.wasInside ? PartEvent.End : PartEvent.Done;
  }

  /** Collects a head up to its blank line. */
  private readHead(): PartEvent {
    const start = this.at;
    const feed = findByte(start, this.end, Ascii.LineFeed);
    this.at = feed < this.end ? feed + 1 : feed;
    if (!this.held.append(start, <u32>(this.at - start), HEAD_CAP)) return PartEvent.Failed;
    if (feed >= this.end || !this.endsBlank()) return PartEvent.More;
    this.place = Place.Inside;
    this.ptr = this.held.ptr;
    this.len = this.held.len;
    return PartEvent.Head;
  }

  /** True when the last line of the head is blank. */
  private endsBlank(): bool {
    const len = this.held.len;
    const end = this.held.ptr + len;
    if (len < 2 || load<u8>(end - 2) != <u8>Ascii.CarriageReturn) return false;
    return len == 2 || load<u8>(end - 3) == <u8>Ascii.LineFeed;
  }
}

/** A reader for a boundary of 1 to 70 bytes; null without memory. The caller closes it. */
export function openMultipart(boundary: usize, len: u32): Multipart | null {
  const size = sizeOf(len);
  const ptr = allocateZeroed(size);
  if (ptr == 0) return null;
  const parts = changetype<Multipart>(ptr);
  parts.held = changetype<HeldBytes>(ptr + offsetof<Multipart>());
  parts.delimiter = ptr + offsetof<Multipart>() + offsetof<HeldBytes>();
  parts.delimiterLen = len + 4;
  store<u32>(parts.delimiter, 0x2d2d0a0d);
  copyTrusted(parts.delimiter + 4, boundary, len);
  // The first delimiter may stand at the very beginning, without its line end.
  parts.matched = 2;
  return parts;
}

function sizeOf(len: u32): u32 {
  return offsetof<Multipart>() + offsetof<HeldBytes>() + len + 4 + SLACK;
}

/** Gives back what a reader owns, and itself. */
export function closeMultipart(parts: Multipart): void {
  parts.held.free();
  release(changetype<usize>(parts), sizeOf(parts.delimiterLen - 4));
}
