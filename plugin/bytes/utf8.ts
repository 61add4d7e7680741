/**
 * Validity of UTF-8 over windows: well-formed sequences only, so no overlong form, no surrogate and
 * nothing above U+10FFFF. The state between two windows is one number that callers keep in a struct of
 * theirs; nothing is decoded.
 * Source: The Unicode Standard, table 3-7 "Well-Formed UTF-8 Byte Sequences".
 *
 *   state:  | 0 | highest next byte | lowest next byte | continuation bytes due |     one byte each
 */

/** State at the start and between characters: everything so far is whole and valid. */
export const UTF8_WHOLE: u32 = 0;
/** State after a byte that no valid text has there; it stays whatever follows. */
export const UTF8_INVALID: u32 = 0xff00_0000;

const ANY_TAIL: u32 = 0xbf8000; // 80..BF
const ASCII_MASK: u64 = 0x8080_8080_8080_8080;

/**
 * Goes over a window and answers the state behind it. Begin with UTF8_WHOLE; a text is valid when the
 * state behind its last window is UTF8_WHOLE again. Any other value but UTF8_INVALID: a character is
 * unfinished. Reads nothing behind the window.
 */
export function feedUtf8(state: u32, ptr: usize, len: u32): u32 {
  const end = ptr + len;
  while (ptr < end && state != UTF8_INVALID) {
    if (state == UTF8_WHOLE) {
      while (ptr + 8 <= end && (load<u64>(ptr) & ASCII_MASK) == 0) ptr += 8;
      if (ptr == end) return state;
    }
    const c = <u32>load<u8>(ptr);
    ptr += 1;
    state = state == UTF8_WHOLE ? afterLead(c) : afterTail(state, c);
  }
  return state;
}

/** True when the run is whole, valid UTF-8. */
export function isUtf8(ptr: usize, len: u32): bool {
  return feedUtf8(UTF8_WHOLE, ptr, len) == UTF8_WHOLE;
}

/** State behind the first byte of a character: how many follow, and what the next may be. */
function afterLead(c: u32): u32 {
  if (c < 0x80) return UTF8_WHOLE;
  if (c < 0xc2) return UTF8_INVALID; // a tail, or an overlong form of ASCII
  if (c < 0xe0) return ANY_TAIL | 1;
  if (c == 0xe0) return 0xbfa000 | 2; // below A0: overlong
  if (c == 0xed) return 0x9f8000 | 2; // above 9F: surrogates
  if (c < 0xf0) return ANY_TAIL | 2;
  if (c == 0xf0) return 0xbf9000 | 3; // below 90: overlong
  if (c < 0xf4) return ANY_TAIL | 3;
  return c == 0xf4 ? 0x8f8000 | 3 : UTF8_INVALID; // above 8F: beyond U+10FFFF
}

function afterTail(state: u32, c: u32): u32 {
  if (c < ((state >> 8) & 0xff) || c > ((state >> 16) & 0xff)) return UTF8_INVALID;
  const due = (state & 0xff) - 1;
  return due == 0 ? UTF8_WHOLE : ANY_TAIL | due;
}
