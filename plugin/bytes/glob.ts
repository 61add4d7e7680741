/**
 * Globs: ASCII case ignored, anchored at both ends, `*` matches any run of bytes. Linear in practice:
 * only the last star is ever tried again, so the cost is at most pattern × text.
 */
import { Ascii, toLower } from "./ascii";
import { TextList } from "./text_list";

/** True when the whole text matches the pattern. */
export function globMatches(pattern: usize, patternLen: u32, ptr: usize, len: u32): bool {
  const patternEnd = pattern + patternLen;
  const end = ptr + len;
  let star: usize = 0; // behind the last star passed
  let retry: usize = 0; // where its run ends for now
  while (ptr < end) {
    if (pattern < patternEnd && <u32>load<u8>(pattern) == Ascii.Star) {
      pattern += 1;
      star = pattern;
      retry = ptr;
    } else if (pattern < patternEnd && sameLetter(pattern, ptr)) {
      pattern += 1;
      ptr += 1;
    } else {
      if (star == 0) return false;
      retry += 1;
      pattern = star;
      ptr = retry;
    }
  }
  while (pattern < patternEnd && <u32>load<u8>(pattern) == Ascii.Star) pattern += 1;
  return pattern == patternEnd;
}

/** True when one of the patterns matches. */
export function anyMatches(globs: TextList, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < globs.count; i++) {
    if (globMatches(globs.ptr(i), globs.len(i), ptr, len)) return true;
  }
  return false;
}

function sameLetter(a: usize, b: usize): bool {
  return toLower(<u32>load<u8>(a)) == toLower(<u32>load<u8>(b));
}

/** Number of stars in a pattern. */
export function countStars(ptr: usize, len: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    if (<u32>load<u8>(ptr + i) == Ascii.Star) count += 1;
  }
  return count;
}
