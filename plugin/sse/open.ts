/** Making and freeing decoders; kept apart because it is the only place that knows their memory. */
import { allocateZeroed, release } from "../bytes/heap";
import { HeldBytes } from "../bytes/held_bytes";
import { SseDecoder } from "./decoder";

const NAME_BYTES: u32 = 64;
/** Keeps sizes from wrapping; what a host hands over is far smaller. */
const LARGEST_CAP: u32 = 0x4000_0000;
const TOTAL: u32 = offsetof<SseDecoder>() + 2 * offsetof<HeldBytes>() + NAME_BYTES;

/** A decoder whose lines and events may have up to `cap` bytes. Null without memory. The caller owns it. */
export function openDecoder(cap: u32): SseDecoder | null {
  const ptr = allocateZeroed(TOTAL);
  if (ptr == 0) return null;
  const decoder = changetype<SseDecoder>(ptr);
  decoder.cap = cap < LARGEST_CAP ? cap : LARGEST_CAP;
  decoder.retryMs = -1;
  decoder.line = changetype<HeldBytes>(ptr + offsetof<SseDecoder>());
  decoder.data = changetype<HeldBytes>(ptr + offsetof<SseDecoder>() + offsetof<HeldBytes>());
  decoder.name = ptr + offsetof<SseDecoder>() + 2 * offsetof<HeldBytes>();
  return decoder;
}

/** Frees a decoder with its buffers. */
export function closeDecoder(decoder: SseDecoder): void {
  decoder.line.free();
  decoder.data.free();
  release(changetype<usize>(decoder), TOTAL);
}
