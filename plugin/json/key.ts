/**
 * Keys and words that contain escapes, unescaped into a small static buffer so that `"mod\u0065l"` is
 * the same key as `"model"`. What does not fit cannot be a name we know: it is cut, which keeps it
 * different from all of them.
 */
import { Ascii } from "../bytes/ascii";
import { readEscape, escapeBytes, putCodePoint } from "./escape";

const CAPACITY: u32 = 160;

/** Where `unescapeShort` leaves its result. */
export const UNESCAPED_KEY: usize = memory.data(192);

/** Unescapes the inside of a valid string token; answers the length in UNESCAPED_KEY. */
export function unescapeShort(ptr: usize, len: u32): u32 {
  const end = ptr + len;
  let at = UNESCAPED_KEY;
  const stop = UNESCAPED_KEY + CAPACITY;
  while (ptr < end && at < stop) {
    const c = <u32>load<u8>(ptr);
    if (c != Ascii.Backslash) {
      store<u8>(at, c);
      at += 1;
      ptr += 1;
      continue;
    }
    at = putCodePoint(at, readEscape(ptr, end));
    ptr += escapeBytes;
  }
  return <u32>(at - UNESCAPED_KEY);
}
