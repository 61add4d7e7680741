/**
 * Memory that lives for one callback. The host copies its results into it (through the exported
 * allocator), translation keeps its records in it, and `leave` drops everything at once, so nothing that
 * came from the host can survive its callback by accident.
 */
import { Arena, makeArena } from "../bytes/arena";
import { makeWriter, Writer } from "../bytes/writer";

/** First chunk: holds what a small request needs without asking for more pages. */
const SCRATCH_BYTES: u32 = 131072 - 16;
/** Bound of all scratch in one callback; limits of the configuration refuse long before. */
const SCRATCH_CAP: u32 = 0x3000_0000;
/** An output block above this size is given back after the callback. */
const OUTPUT_KEEP: u32 = 262144;

const SCRATCH: Arena = makeArena(SCRATCH_BYTES, SCRATCH_CAP);
const OUTPUT: Writer = makeWriter();

/** The scratch arena of this callback. */
export function scratch(): Arena {
  return SCRATCH;
}

/** The output writer of this callback. */
export function output(): Writer {
  return OUTPUT;
}

/** End of a callback: everything in scratch and output is dead. */
export function dropScratch(): void {
  SCRATCH.reset();
  OUTPUT.finish(OUTPUT_KEEP);
}

/**
 * The allocator that hosts call from inside our calls. A total function: answers 0 when memory is
 * exhausted, which the host reports as status InvalidMemoryAccess.
 */
export function proxy_on_memory_allocate(size: u32): usize {
  return SCRATCH.take(size);
}
