/**
 * Finds the end of any value, validating it whole. Iterative: depth costs one byte of static memory
 * per level and never stack.
 */
import { Ascii } from "../bytes/ascii";
import { findStringEnd, refuse, scanStatus, skipNumber, skipSpace, skipWord } from "./scan";
import { JsonStatus } from "./status";

/** Deepest nesting that any configuration may allow. */
export const DEPTH_CEILING: u32 = 512;

/** Closing bracket expected at each open level. */
const CLOSERS: usize = memory.data(512);

/**
 * From the first byte of a value to behind it; 0 with `scanStatus` when it is not valid. `depth` is
 * how many containers may be open inside it, at most DEPTH_CEILING.
 */
export function skipValue(ptr: usize, end: usize, depth: u32): usize {
  if (ptr >= end) return refuse(JsonStatus.Truncated);
  const c = <u32>load<u8>(ptr);
  if (c == Ascii.Quote) return skipString(ptr, end);
  if (c != Ascii.BraceOpen && c != Ascii.BracketOpen) return skipScalar(ptr, end);
  return skipContainer(ptr, end, depth < DEPTH_CEILING ? depth : DEPTH_CEILING);
}

/** From the opening quote to behind the closing one. */
export function skipString(ptr: usize, end: usize): usize {
  const quote = findStringEnd(ptr + 1, end);
  return quote == 0 ? 0 : quote + 1;
}

function skipScalar(ptr: usize, end: usize): usize {
  const c = <u32>load<u8>(ptr);
  if (c == Ascii.Quote) return skipString(ptr, end);
  if (c == Ascii.Minus || c - Ascii.Zero < 10) return skipNumber(ptr, end);
  return skipWord(ptr, end);
}

/**
 * The walk over a container. Each turn of the loop stands where a value or a closing bracket is due
 * and leaves behind the comma that follows, so there is no state but the stack of closers.
 */
function skipContainer(ptr: usize, end: usize, depth: u32): usize {
  let level: u32 = 0;
  while (ptr != 0) {
    const opener = <u32>load<u8>(ptr);
    if (opener == Ascii.BraceOpen || opener == Ascii.BracketOpen) {
      if (level == depth) return refuse(JsonStatus.TooDeep);
      ptr = skipSpace(ptr + 1, end);
      if (ptr >= end) return refuse(JsonStatus.Truncated);
      const closer = opener + 2; // { → }, [ → ]
      if (<u32>load<u8>(ptr) != closer) {
        store<u8>(CLOSERS + level, closer);
        level += 1;
        ptr = closer == Ascii.BraceClose ? skipKey(ptr, end) : ptr;
        continue;
      }
      ptr += 1;
    } else {
      ptr = skipScalar(ptr, end);
      if (ptr == 0) return 0;
    }
    ptr = closeLevels(ptr, end, level);
    level = closedLevel;
    if (level == 0) return ptr;
  }
  return 0;
}

/** Level left open by the last `closeLevels`. */
let closedLevel: u32 = 0;

/** Behind a value: takes closing brackets up to a comma, and the key behind the comma. */
function closeLevels(ptr: usize, end: usize, level: u32): usize {
  while (level > 0) {
    ptr = skipSpace(ptr, end);
    if (ptr >= end) return refuse(JsonStatus.Truncated);
    const c = <u32>load<u8>(ptr);
    const closer = <u32>load<u8>(CLOSERS + level - 1);
    ptr += 1;
    if (c == closer) {
      level -= 1;
      continue;
    }
    if (c != Ascii.Comma) return refuse(JsonStatus.Unexpected);
    ptr = skipSpace(ptr, end);
    closedLevel = level;
    if (closer == Ascii.BraceClose) return skipKey(ptr, end);
    return ptr < end ? ptr : refuse(JsonStatus.Truncated);
  }
  closedLevel = 0;
  return ptr;
}

/** From a key's opening quote to the first byte of its value. */
function skipKey(ptr: usize, end: usize): usize {
  if (ptr >= end) return refuse(JsonStatus.Truncated);
  if (<u32>load<u8>(ptr) != Ascii.Quote) return refuse(JsonStatus.Unexpected);
  ptr = skipString(ptr, end);
  if (ptr == 0) return 0;
  ptr = skipSpace(ptr, end);
  if (ptr >= end) return refuse(JsonStatus.Truncated);
  if (<u32>load<u8>(ptr) != Ascii.Colon) return refuse(JsonStatus.Unexpected);
  ptr = skipSpace(ptr + 1, end);
  return ptr < end ? ptr : refuse(JsonStatus.Truncated);
}

/** Ok when exactly one valid value, with white space around it, fills the run. */
export function checkDocument(ptr: usize, len: u32, depth: u32): JsonStatus {
  const end = ptr + len;
  const behind = skipValue(skipSpace(ptr, end), end, depth);
  if (behind == 0) return scanStatus;
  return skipSpace(behind, end) == end ? JsonStatus.Ok : JsonStatus.Trailing;
}
