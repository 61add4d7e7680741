/**
 * Incremental decoder of `application/vnd.amazon.eventstream`: windows in, one message at a time out. Gives the same messages
 * however the bytes are cut.
 *
 *   d.feed(ptr, len); while (d.next()) { ... d.type, d.payloadPtr, d.payloadLen ... }      per window
 *   d.end(); d.next();                                                                     once, at the end
 *
 *   | total length: u32 | headers length: u32 | CRC of these 8 bytes: u32 | headers | payload | CRC of all before: u32 |
 *
 * A message that lies inside one window is answered as spans of that window, any other is put together in an owned buffer. Lengths
 * are believed only when the prelude's CRC is right, and checked before anything is kept.
 * Source: Smithy 2.0, "Amazon Event Stream Specification".
 */
import { crc32 } from "../bytes/crc32";
import { HeldBytes } from "../bytes/held_bytes";
import { SpanTable } from "../bytes/span_table";
import { HeaderName } from "./header_names";
import { readHeaders } from "./headers";
import { findMessageType, MessageType } from "./message_types";
import { EventStreamStatus } from "./status";

/** Both lengths and their CRC. */
const PRELUDE_BYTES: u32 = 12;
const CRC_BYTES: u32 = 4;
/** What a message has besides headers and payload. */
const FRAME_BYTES: u32 = PRELUDE_BYTES + CRC_BYTES;
/** Most bytes of a message's headers. */
const HEADERS_CAP: u32 = 131072;

@unmanaged
@final
export class EventStreamDecoder {
  status: EventStreamStatus;
  cap: u32; // most bytes of a message, frame included

  // The message answered by `next`; spans are valid until the next call.
  type: MessageType; // Unknown: no such header, or a word that is none of ours
  payloadPtr: usize;
  payloadLen: u32;
  headers: SpanTable; // by HeaderName; only values that are text

  // The current window.
  windowPtr: usize;
  windowEnd: usize;
  ended: bool; // `end` was called

  // The message that reaches over the end of a window.
  total: u32; // its length; 0 while its prelude is not complete
  answered: bool; // it was answered: dropped at the next call
  held: HeldBytes;

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

  /** Goes to the next message; false when the window is used up or the status is not Ok. */
  next(): bool {
    if (this.answered) {
      this.answered = false;
      this.held.clear();
    }
    if (this.status != EventStreamStatus.Ok) return false;
    if (this.held.len == 0 && this.windowLen >= PRELUDE_BYTES) {
      const total = this.checkPrelude(this.windowPtr);
      if (total == 0) return false;
      if (this.windowLen >= total) {
        const start = this.windowPtr;
        this.windowPtr += total;
        return this.answer(start, total);
      }
      this.total = total;
    }
    return this.completeHeld();
  }

  /** Bytes of the window that were not taken. */
  private get windowLen(): u32 {
    return <u32>(this.windowEnd - this.windowPtr);
  }

  /** Takes what the window has of an unfinished message; answers the message when that completes it. */
  private completeHeld(): bool {
    if (this.total == 0) {
      if (!this.hold(PRELUDE_BYTES)) return false;
      this.total = this.checkPrelude(this.held.ptr);
      if (this.total == 0) return false;
    }
    if (!this.hold(this.total)) return false;
    const total = this.total;
    this.total = 0;
    this.answered = true;
    return this.answer(this.held.ptr, total);
  }

  /** Takes bytes of the window until `len` are held; false when there are fewer. */
  private hold(len: u32): bool {
    const missing = len - this.held.len;
    const part = this.windowLen < missing ? this.windowLen : missing;
    if (part > 0 && !this.held.append(this.windowPtr, part, len))
      return this.stop(EventStreamStatus.NoMemory);
    this.windowPtr += part;
    if (part == missing) return true;
    if (this.ended && this.held.len > 0) this.stop(EventStreamStatus.Truncated);
    return false;
  }

  /** Length of the message that begins with this prelude; 0 when it is refused. */
  private checkPrelude(ptr: usize): u32 {
    const total = readU32BigEndian(ptr);
    const headers = readU32BigEndian(ptr + 4);
    const right =
      crc32(ptr, PRELUDE_BYTES - CRC_BYTES) == readU32BigEndian(ptr + 8) &&
      total >= FRAME_BYTES &&
      headers <= total - FRAME_BYTES &&
      headers <= HEADERS_CAP;
    if (!right) this.stop(EventStreamStatus.Corrupt);
    else if (total > this.cap) this.stop(EventStreamStatus.Overflow);
    return this.status == EventStreamStatus.Ok ? total : 0;
  }

  /** Checks a whole message and sets its spans. */
  private answer(ptr: usize, total: u32): bool {
    const body = total - CRC_BYTES;
    const headers = ptr + PRELUDE_BYTES;
    const payload = headers + readU32BigEndian(ptr + 4);
    if (
      crc32(ptr, body) != readU32BigEndian(ptr + body) ||
      !readHeaders(headers, payload, this.headers)
    )
      return this.stop(EventStreamStatus.Corrupt);
    this.payloadPtr = payload;
    this.payloadLen = <u32>(ptr + body - payload);
    this.type = findMessageType(
      this.headers.ptr(HeaderName.MessageType),
      this.headers.len(HeaderName.MessageType),
    );
    return true;
  }

  private stop(status: EventStreamStatus): bool {
    this.status = status;
    this.held.free();
    return false;
  }
}

function readU32BigEndian(ptr: usize): u32 {
  return bswap<u32>(load<u32>(ptr));
}
