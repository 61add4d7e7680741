/** Places in a string's content, told in code points as `countCodePoints` counts them. */
import { Ascii } from "../bytes/ascii";
import { escapeBytes, readEscape } from "./escape";

/** Code points that the last `passCodePoints` did not find: 0 when it went all the way. */
export let codePointsLeft: u32 = 0;

/**
 * Address behind the first `count` code points of a content, or `end` when it has fewer. Never inside a character, an
 * escape, or the two escapes of a surrogate pair.
 */
export function passCodePoints(ptr: usize, end: usize, count: u32): usize {
  while (ptr < end && count > 0) {
    const c = <u32>load<u8>(ptr);
    count -= 1;
    if (c == Ascii.Backslash) {
      readEscape(ptr, end);
      ptr += escapeBytes;
      continue;
    }
    ptr += 1;
    while (ptr < end && ((<u32>load<u8>(ptr)) & 0xc0) == 0x80) ptr += 1;
  }
  codePointsLeft = count;
  return ptr;
}
