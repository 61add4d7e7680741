/**
 * Incremental event stream decoder: windows in, one event at a time out. Gives the same events however
 * the bytes are cut.
 *
 *   d.feed(ptr, len); while (d.next()) { ... d.dataPtr, d.dataLen ... }      per window
 *   d.end(); while (d.next()) { ... }                                        once, at the end
 *
 * Lines end in LF, CRLF or CR. An event whose single data line lies inside one window is answered as
 * a span of that window; anything else is put together in owned buffers.
 * Source: HTML Standard, "Interpreting an event stream"; docs/streaming.md for where we differ (an
 * unfinished event at the end is answered with `unfinished` set, the caller decides).
 */
import { Ascii } from "../bytes/ascii";
import { findByte } from "../bytes/compare";
import { copyTrusted } from "../bytes/copy";
import { readU32 } from "../bytes/decimal";
import { HeldBytes } from "../bytes/held_bytes";
import { SseField, SseStatus } from "./event";

/** A multiple of a lane: names are copied by lanes. */
const NAME_CAP: u32 = 64;

@unmanaged
@final
export class SseDecoder {
  status: SseStatus;
  cap: u32; // most bytes of a line or of an event's data

  // The event answered by `next`; spans are valid until the next call.
  dataPtr: usize;
  dataLen: u32;
  nameLen: u32; // 0: no event field; above NAME_CAP: too long to be a name we know
  retryMs: i32; // last valid retry field of the stream, -1: none
  unfinished: bool; // the stream ended before the event's blank line
  sawComment: bool; // a comment line was passed; the caller clears it

  // The current window.
  windowPtr: usize;
  windowEnd: usize;
  ended: bool; // `end` was called

  // The event being read.
  hasData: bool; // a data field was seen
  borrowed: bool; // its data is a span of the current window, not yet in `data`
  afterCr: bool; // the last byte was CR: a LF coming next belongs to it
  started: bool; // the place where a byte order mark may stand is passed
  pendingNameLen: u32;
  line: HeldBytes; // unfinished line
  data: HeldBytes; // data of the current event
  name: usize; // NAME_CAP bytes

  /** Hands in a window; its bytes must stay in place until `next` answers false. */
  feed(ptr: usize, len: u32): void {
    this.windowPtr = ptr;
    this.windowEnd = ptr + len;
  }

  /** Says that no window will follow. */
  end(): void {
    this.ended = true;
    this.windowPtr = 0;
    this.windowEnd = 0;
  }

  /** Goes to the next event; false when the window is used up or the status is not Ok. */
  next(): bool {
    if (!this.hasData) this.data.clear();
    this.nameLen = 0;
    while (this.status == SseStatus.Ok) {
      if (this.windowPtr >= this.windowEnd) return this.ended ? this.takeRest() : this.keepRest();
      if (this.takeLine()) return true;
    }
    return false;
  }

  /** True when bytes of an event came whose blank line did not. */
  get isInside(): bool {
    return this.hasData || this.pendingNameLen > 0 || this.line.len > 0;
  }

  /** Address of the event's name; `nameLen` bytes, valid until the next call. */
  get namePtr(): usize {
    return this.name;
  }

  /** Takes one line, or what there is of it; true when it completed an event. */
  private takeLine(): bool {
    const start = this.windowPtr;
    if (this.afterCr) {
      this.afterCr = false;
      if (<u32>load<u8>(start) == Ascii.LineFeed) {
        this.windowPtr = start + 1;
        return false;
      }
    }
    const lineEnd = findLineEnd(start, this.windowEnd);
    if (lineEnd >= this.windowEnd) {
      this.windowPtr = this.windowEnd;
      this.keepLine(start, lineEnd);
      return false;
    }
    this.afterCr = <u32>load<u8>(lineEnd) == Ascii.CarriageReturn;
    this.windowPtr = lineEnd + 1;
    if (this.line.len == 0) return this.interpret(start, lineEnd, true);
    if (!this.keepLine(start, lineEnd)) return false;
    const complete = this.interpret(this.line.ptr, this.line.ptr + this.line.len, false);
    this.line.clear();
    return complete;
  }

  /** Reads one whole line; true when it was the blank line behind an event. */
  private interpret(ptr: usize, end: usize, inWindow: bool): bool {
    if (!this.started) {
      this.started = true;
      if (hasByteOrderMark(ptr, end)) ptr += MARK_BYTES;
    }
    if (ptr == end) return this.dispatch();
    if (<u32>(end - ptr) > this.cap + LINE_HEAD) return this.stop(SseStatus.Overflow);
    if (<u32>load<u8>(ptr) == Ascii.Colon) {
      this.sawComment = true;
      return false;
    }
    // Nearly every line is `data:` or `event:`.
    const isData = end - ptr > 4 && load<u32>(ptr) == DATA && <u32>load<u8>(ptr, 4) == Ascii.Colon;
    const colon = isData ? ptr + 4 : findByte(ptr, end, Ascii.Colon);
    let value = colon < end ? colon + 1 : end;
    if (value < end && <u32>load<u8>(value) == Ascii.Space) value += 1;
    this.takeField(fieldOf(ptr, <u32>(colon - ptr)), value, end, inWindow);
    return false;
  }

  private takeField(field: SseField, value: usize, end: usize, inWindow: bool): void {
    const len = <u32>(end - value);
    switch (field) {
      case SseField.Data: {
        this.takeData(value, len, inWindow);
        break;
      }
      case SseField.Event: {
        this.pendingNameLen = len;
        if (len <= NAME_CAP) copyTrusted(this.name, value, len);
        break;
      }
      case SseField.Retry: {
        const retryMs = readRetryMs(value, len);
        if (retryMs >= 0) this.retryMs = retryMs;
        break;
      }
      default:
        break;
    }
  }

  private takeData(value: usize, len: u32, inWindow: bool): void {
    if (len > this.cap) {
      this.stop(SseStatus.Overflow);
      return;
    }
    if (!this.hasData && inWindow) {
      this.hasData = true;
      this.borrowed = true;
      this.dataPtr = value;
      this.dataLen = len;
      return;
    }
    if (this.borrowed && !this.keepBorrowed()) return;
    if (this.hasData && !this.keepData(NEWLINE, 1)) return;
    this.hasData = true;
    this.keepData(value, len);
  }

  /** The blank line: answers the event if it has data, forgets the name either way. */
  private dispatch(): bool {
    const nameLen = this.pendingNameLen;
    this.pendingNameLen = 0;
    if (!this.hasData) return false;
    this.hasData = false;
    if (!this.borrowed) {
      this.dataPtr = this.data.ptr;
      this.dataLen = this.data.len;
    }
    // The span answered stays valid: `data` is cleared at the next call.
    this.borrowed = false;
    this.nameLen = nameLen;
    return this.dataLen > 0;
  }

  /** End of a window: what is still borrowed from it is copied. */
  private keepRest(): bool {
    if (this.borrowed) this.keepBorrowed();
    return false;
  }

  private keepBorrowed(): bool {
    this.borrowed = false;
    this.data.len = 0;
    return this.keepData(this.dataPtr, this.dataLen);
  }

  /** End of the stream: an unfinished line counts as a line, an unfinished event as an event. */
  private takeRest(): bool {
    if (this.line.len > 0) {
      this.interpret(this.line.ptr, this.line.ptr + this.line.len, false);
      this.line.clear();
    }
    if (this.status != SseStatus.Ok || !this.hasData) return false;
    this.unfinished = this.dispatch();
    return this.unfinished;
  }

  /** Part of a line. A byte order mark does not count, so that a cut behind it changes nothing. */
  private keepLine(ptr: usize, end: usize): bool {
    const head = this.started ? LINE_HEAD : LINE_HEAD + MARK_BYTES;
    return this.keep(this.line, ptr, <u32>(end - ptr), this.cap + head);
  }

  /** Part of an event's data. */
  private keepData(ptr: usize, len: u32): bool {
    return this.keep(this.data, ptr, len, this.cap);
  }

  private keep(buffer: HeldBytes, ptr: usize, len: u32, cap: u32): bool {
    if (buffer.append(ptr, len, cap)) return true;
    return this.stop(len > cap - buffer.len ? SseStatus.Overflow : SseStatus.NoMemory);
  }

  private stop(status: SseStatus): bool {
    this.status = status;
    this.hasData = false;
    this.borrowed = false;
    return false;
  }
}

/** The four letters, as they lie in memory. */
const DATA: u32 = 0x61746164;
const NEWLINE: usize = memory.data<u8>([<u8>Ascii.LineFeed]);
/** What a data line has in front of its data. */
const LINE_HEAD: u32 = 6;
const MARK_BYTES: u32 = 3;

function hasByteOrderMark(ptr: usize, end: usize): bool {
  return ptr + MARK_BYTES <= end && (load<u32>(ptr) & 0xffffff) == 0xbfbbef;
}

function fieldOf(ptr: usize, len: u32): SseField {
  switch (len) {
    case 4:
      return load<u32>(ptr) == DATA ? SseField.Data : SseField.Other;
    case 5: {
      const head = load<u32>(ptr);
      const last = <u32>load<u8>(ptr, 4);
      if (head == 0x6e657665 && last == Ascii.LowerT) return SseField.Event; // "even"
      if (head == 0x72746572 && last == 0x79) return SseField.Retry; // "retr", "y"
      return SseField.Other;
    }
    case 2:
      return load<u16>(ptr) == 0x6469 ? SseField.Id : SseField.Other; // "id"
    default:
      return SseField.Other;
  }
}

/** Value of a `retry` field in milliseconds; -1 when it has another byte than digits or exceeds i32. */
function readRetryMs(ptr: usize, len: u32): i32 {
  const value = readU32(ptr, len);
  return value <= <i64>i32.MAX_VALUE ? <i32>value : -1;
}

/** Address of the first LF or CR, or `end`. */
export function findLineEnd(ptr: usize, end: usize): usize {
  while (ptr < end) {
    if (ASC_FEATURE_SIMD) {
      const lanes = v128.load(ptr);
      const mask = i8x16.bitmask(
        v128.or(
          i8x16.eq(lanes, i8x16.splat(<i8>Ascii.LineFeed)),
          i8x16.eq(lanes, i8x16.splat(<i8>Ascii.CarriageReturn)),
        ),
      );
      if (mask == 0) {
        ptr += 16;
        continue;
      }
      ptr += ctz(mask);
      break;
    }
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.LineFeed || c == Ascii.CarriageReturn) break;
    ptr += 1;
  }
  return ptr < end ? ptr : end;
}
