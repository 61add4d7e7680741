/** Making and freeing decoders; kept apart because it is the only place that knows their memory. */
import { allocateZeroed, release } from "../bytes/heap";
import { HeldBytes } from "../bytes/held_bytes";
import { SpanTable } from "../bytes/span_table";
import { EventStreamDecoder } from "./decoder";
import { HEADER_COUNT } from "./headers";

/** Keeps sizes from wrapping; what a host hands over is far smaller. */
const LARGEST_CAP: u32 = 0x4000_0000;
const SPAN_BYTES: u32 = 8;
const HELD_AT: u32 = offsetof<EventStreamDecoder>();
const TABLE_AT: u32 = HELD_AT + offsetof<HeldBytes>();
const SPANS_AT: u32 = TABLE_AT + offsetof<SpanTable>();
const TOTAL: u32 = SPANS_AT + HEADER_COUNT * SPAN_BYTES;

/** A decoder whose messages may have up to `cap` bytes. Null without memory. The caller owns it. */
export function openEventStream(cap: u32): EventStreamDecoder | null {
  const ptr = allocateZeroed(TOTAL);
  if (ptr == 0) return null;
  const decoder = changetype<EventStreamDecoder>(ptr);
  decoder.cap = cap < LARGEST_CAP ? cap : LARGEST_CAP;
  decoder.held = changetype<HeldBytes>(ptr + HELD_AT);
  decoder.headers = changetype<SpanTable>(ptr + TABLE_AT);
  decoder.headers.base = ptr + SPANS_AT;
  decoder.headers.count = HEADER_COUNT;
  return decoder;
}

/** Frees a decoder with its buffer. */
export function closeEventStream(decoder: EventStreamDecoder): void {
  decoder.held.free();
  release(changetype<usize>(decoder), TOTAL);
}
