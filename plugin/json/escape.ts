/** One escape of a valid string, and code points as UTF-8. */
import { Ascii } from "../bytes/ascii";
import { readHex4 } from "./scan";

/** Bytes that the escape read last occupies in the source: 2, 6, or 12 for a surrogate pair. */
export let escapeBytes: u32 = 0;

/** Code point of the escape at `ptr` (a backslash); a surrogate without partner is answered as it is. */
export function readEscape(ptr: usize, end: usize): u32 {
  escapeBytes = 2;
  const c = <u32>load<u8>(ptr, 1);
  switch (c) {
    case Ascii.LowerB:
      return 0x08;
    case Ascii.LowerF:
      return 0x0c;
    case Ascii.LowerN:
      return 0x0a;
    case Ascii.LowerR:
      return 0x0d;
    case Ascii.LowerT:
      return 0x09;
    case Ascii.LowerU:
      return readUnicodeEscape(ptr, end);
    default:
      return c;
  }
}

function readUnicodeEscape(ptr: usize, end: usize): u32 {
  escapeBytes = 6;
  const high = readHex4(ptr + 2);
  if ((high & 0xfc00) != 0xd800 || ptr + 12 > end) return high;
  if (<u32>load<u8>(ptr, 6) != Ascii.Backslash || <u32>load<u8>(ptr, 7) != Ascii.LowerU)
    return high;
  const low = readHex4(ptr + 8);
  if ((low & 0xfffffc00) != 0xdc00) return high;
  escapeBytes = 12;
  return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
}

/** True for a half of a surrogate pair. */
export function isSurrogate(codePoint: u32): bool {
  return (codePoint & 0xfffff800) == 0xd800;
}

/** Stores a code point as UTF-8 (up to 4 bytes) and answers the address behind it. */
export function putCodePoint(at: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(at, codePoint);
    return at + 1;
  }
  if (codePoint < 0x800) {
    store<u8>(at, 0xc0 | (codePoint >> 6));
    store<u8>(at, 0x80 | (codePoint & 0x3f), 1);
    return at + 2;
  }
  if (codePoint < 0x10000) {
    store<u8>(at, 0xe0 | (codePoint >> 12));
    store<u8>(at, 0x80 | ((codePoint >> 6) & 0x3f), 1);
    store<u8>(at, 0x80 | (codePoint & 0x3f), 2);
    return at + 3;
  }
  store<u8>(at, 0xf0 | (codePoint >> 18));
  store<u8>(at, 0x80 | ((codePoint >> 12) & 0x3f), 1);
  store<u8>(at, 0x80 | ((codePoint >> 6) & 0x3f), 2);
  store<u8>(at, 0x80 | (codePoint & 0x3f), 3);
  return at + 4;
}
