/**
 * Wasm pages as extents: first fit over a list of free extents sorted by address, joined when they
 * touch. Memory cannot be given back to the host, so what is freed is reused. Total: never traps,
 * answers 0 when the memory cannot grow.
 *
 *   free extent:  | next: u32 | pages: u32 | ...
 */
const NEXT: usize = 0;
const PAGES: usize = 4;

/** Bytes in a wasm page. */
export const PAGE_BYTES: u32 = 65536;

let firstFree: usize = 0;
let pagesInUse: u32 = 0;

/** Number of pages that `bytes` need. */
export function pagesFor(bytes: u32): u32 {
  return <u32>((<u64>bytes + PAGE_BYTES - 1) >> 16);
}

/** Pages handed out at this moment. */
export function livePages(): u32 {
  return pagesInUse;
}

/** Takes `count` pages in one piece; 0 when memory cannot grow. Content is not cleared. */
export function takePages(count: u32): usize {
  let before: usize = 0;
  let extent = firstFree;
  while (extent != 0) {
    const pages = load<u32>(extent, PAGES);
    if (pages >= count) {
      pagesInUse += count;
      return takeFrom(before, extent, pages - count);
    }
    before = extent;
    extent = load<u32>(extent, NEXT);
  }
  const grown = memory.grow(<i32>count);
  if (grown < 0) return 0;
  pagesInUse += count;
  return (<usize>grown) << 16;
}

/** Gives `count` pages at `ptr` back; they must have come from `takePages` with the same count. */
export function giveBackPages(ptr: usize, count: u32): void {
  pagesInUse -= count;
  let before: usize = 0;
  let after = firstFree;
  while (after != 0 && after < ptr) {
    before = after;
    after = load<u32>(after, NEXT);
  }
  store<u32>(ptr, <u32>after, NEXT);
  store<u32>(ptr, count, PAGES);
  if (before == 0) firstFree = ptr;
  else store<u32>(before, <u32>ptr, NEXT);
  joinWithNext(ptr);
  if (before != 0) joinWithNext(before);
}

/** Cuts the tail off a free extent, so that its header stays where it is while anything is left. */
function takeFrom(before: usize, extent: usize, left: u32): usize {
  if (left > 0) {
    store<u32>(extent, left, PAGES);
    return extent + ((<usize>left) << 16);
  }
  const next = load<u32>(extent, NEXT);
  if (before == 0) firstFree = next;
  else store<u32>(before, next, NEXT);
  return extent;
}

function joinWithNext(extent: usize): void {
  const next = <usize>load<u32>(extent, NEXT);
  const pages = load<u32>(extent, PAGES);
  if (next == 0 || extent + ((<usize>pages) << 16) != next) return;
  store<u32>(extent, load<u32>(next, NEXT), NEXT);
  store<u32>(extent, pages + load<u32>(next, PAGES), PAGES);
}
