/**
 * Entry of the debug build: the wasm exports, and one more for tests that look for leaks. Never built for release.
 */
import { liveBytes } from "./bytes/heap";
import { writerBytes } from "./bytes/writer";
import { streamSlots } from "./filter/registry";

export * from "./index";

/** Bytes of a slot in the table of streams. */
const SLOT_BYTES: u32 = 8;

/**
 * Bytes taken and not given back, without what the VM keeps for its next callback whatever contexts there are: the blocks of
 * the writers and the table of streams. Each is bounded; host-test/soak watches them by the size of the memory.
 */
export function debug_live_bytes(): u32 {
  return liveBytes() - writerBytes() - streamSlots() * SLOT_BYTES;
}
