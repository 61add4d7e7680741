/**
 * Memory that lives for one callback. The host copies its results into it (through the exported
 * allocator), translation keeps its records in it, and `leave` drops everything at once, so nothing that
 * came from the host can survive its callback by accident.
 */
import { Arena, openArena } from "../bytes/arena";
import { allocate } from "../bytes/heap";
import { openWriter, Writer } from "../bytes/writer";

/** First chunk: holds what a small request needs without asking for more pages. */
const SCRATCH_BYTES: u32 = 131072 - 16;
/** Bound of all scratch in one callback; limits of the configuration refuse long before. */
const SCRATCH_CAP: u32 = 0x3000_0000;
/** An output block above this size is given back after the callback. */
const OUTPUT_KEEP: u32 = 262144;

let scratchArena: Arena | null = null;
let outputWriter: Writer | null = null;

/** Makes the VM's scratch memory on first use; false when there is no memory. */
export function prepareMemory(): bool {
  if (scratchArena == null) scratchArena = openArena(SCRATCH_BYTES, SCRATCH_CAP);
  if (outputWriter == null) outputWriter = openWriter();
  return scratchArena != null && outputWriter != null;
}

/** The scratch arena of this callback. `prepareMemory` has succeeded. */
export function scratch(): Arena {
  return changetype<Arena>(changetype<usize>(scratchArena));
}

/** The output writer of this callback. `prepareMemory` has succeeded. */
export function output(): Writer {
  return changetype<Writer>(changetype<usize>(outputWriter));
}

/** End of a callback: everything in scratch and output is dead. */
export function dropScratch(): void {
  scratch().reset();
  output().finish(OUTPUT_KEEP);
}

/**
 * The allocator that hosts call from inside our calls. A total function: answers 0 when memory is
 * exhausted, which the host reports as status InvalidMemoryAccess. Before the first context exists
 * there is no scratch, then a block of the heap is handed out and never freed (it cannot happen on
 * the hosts we know).
 */
export function proxy_on_memory_allocate(size: u32): usize {
  return prepareMemory() ? scratch().take(size) : allocate(size);
}
