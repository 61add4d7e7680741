/**
 * Long-lived blocks: power-of-two size classes cut from single pages, whole pages above. The caller
 * keeps the size and gives it back with the block, so blocks carry no header. Total: 0 on failure.
 * Every block has SLACK addressable bytes behind it.
 */
import { clear, SLACK } from "./copy";
import { giveBackPages, PAGE_BYTES, pagesFor, takePages } from "./pages";

const SMALLEST_SHIFT: u32 = 5; // 32 bytes
const LARGEST_SHIFT: u32 = 14; // 16 KiB; above: whole pages
const MOST: u32 = 0xffff_0000; // keeps size + SLACK from wrapping
const FREE_LISTS: usize = memory.data(40); // one u32 per class

/** Unoptimised builds find uses of what was freed: it reads as no address, and what is written to it is seen. */
const CHECKED: bool = ASC_OPTIMIZE_LEVEL == 0;
const FREED: u8 = 0xdd;
const FREED_WORD: u32 = 0xdddd_dddd;

let bytesInUse: u32 = 0;

/** Bytes asked for and not yet released. */
export function liveBytes(): u32 {
  return bytesInUse;
}

/** Takes a block of `size` bytes (uninitialised); 0 when memory is exhausted. */
export function allocate(size: u32): usize {
  if (size > MOST) return 0;
  const ptr = size > 1 << LARGEST_SHIFT ? takePages(pagesFor(size + SLACK)) : takeSmall(size);
  if (ptr != 0) bytesInUse += size;
  return ptr;
}

/** As `allocate`, filled with zeros. */
export function allocateZeroed(size: u32): usize {
  const ptr = allocate(size);
  if (ptr != 0) clear(ptr, size);
  return ptr;
}

/** Gives a block back; `size` as it was asked for. A zero pointer is ignored. */
export function release(ptr: usize, size: u32): void {
  if (ptr == 0) return;
  bytesInUse -= size;
  if (size > 1 << LARGEST_SHIFT) {
    giveBackPages(ptr, pagesFor(size + SLACK));
    return;
  }
  const shift = classShift(size);
  const list = listOf(shift);
  if (CHECKED) memory.fill(ptr, FREED, (<usize>1) << shift);
  store<u32>(ptr, load<u32>(list));
  store<u32>(list, <u32>ptr);
}

/** As `allocateZeroed`, for what is kept as long as the module lives and may grow at any time: it is none of the bytes in use. */
export function allocateKept(size: u32): usize {
  const ptr = allocateZeroed(size);
  if (ptr != 0) bytesInUse -= size;
  return ptr;
}

/** Gives back a block of `allocateKept`. */
export function releaseKept(ptr: usize, size: u32): void {
  if (ptr == 0) return;
  bytesInUse += size;
  release(ptr, size);
}

function classShift(size: u32): u32 {
  if (size <= 1 << SMALLEST_SHIFT) return SMALLEST_SHIFT;
  return 32 - clz<u32>(size - 1);
}

function listOf(shift: u32): usize {
  return FREE_LISTS + ((shift - SMALLEST_SHIFT) << 2);
}

function takeSmall(size: u32): usize {
  const shift = classShift(size);
  const list = listOf(shift);
  if (load<u32>(list) == 0 && !fillList(list, shift)) return 0;
  const ptr = <usize>load<u32>(list);
  store<u32>(list, load<u32>(ptr));
  if (CHECKED) checkFreed(ptr, (<usize>1) << shift);
  return ptr;
}

/** Traps when somebody has written to a block behind the link since it was freed. */
function checkFreed(ptr: usize, size: usize): void {
  for (let at: usize = 4; at < size; at += 4) {
    if (load<u32>(ptr + at) != FREED_WORD) unreachable();
  }
}

/** Cuts one page into blocks of a class; the last SLACK bytes of the page stay unused. */
function fillList(list: usize, shift: u32): bool {
  const page = takePages(1);
  if (page == 0) return false;
  const size: usize = (<usize>1) << shift;
  if (CHECKED) memory.fill(page, FREED, PAGE_BYTES);
  const end = page + PAGE_BYTES - SLACK;
  let next: u32 = 0;
  for (let ptr = page; ptr + size <= end; ptr += size) {
    store<u32>(ptr, next);
    next = <u32>ptr;
  }
  store<u32>(list, next);
  return true;
}
