/**
 * The lexical level: white space, strings, numbers and words. Functions take the first byte of a
 * token and answer the address behind it, or 0 with `scanStatus` set. Strings are searched 16 bytes at a
 * time; up to SLACK bytes behind the end may be read, never trusted.
 * Source: RFC 8259.
 */
import { Ascii, hexValue, isDigit, isJsonSpace } from "../bytes/ascii";
import { JsonStatus } from "./status";

/** Why the last scan answered 0. */
export let scanStatus: JsonStatus = JsonStatus.Ok;
/** Whether the string scanned last holds an escape. */
export let scanEscaped: bool = false;

/** Notes a status and answers 0, so that scanners can return it. */
export function refuse(status: JsonStatus): usize {
  scanStatus = status;
  return 0;
}

/** Address of the first byte at or behind `ptr` that is no JSON white space. */
export function skipSpace(ptr: usize, end: usize): usize {
  while (ptr < end) {
    const c = <u32>load<u8>(ptr);
    if (c > <u32>Ascii.Space || !isJsonSpace(c)) return ptr;
    ptr += 1;
    while (ptr + 8 <= end && load<u64>(ptr) == 0x2020202020202020) ptr += 8;
  }
  return end;
}

/** From behind the opening quote to the closing quote, validating. Sets `scanEscaped`. */
export function findStringEnd(ptr: usize, end: usize): usize {
  return ASC_FEATURE_SIMD ? findStringEndSimd(ptr, end) : findStringEndScalar(ptr, end);
}

/** Vector form of `findStringEnd`. */
export function findStringEndSimd(ptr: usize, end: usize): usize {
  scanEscaped = false;
  while (ptr < end) {
    const lanes = v128.load(ptr);
    const special = v128.or(
      v128.or(
        i8x16.eq(lanes, i8x16.splat(<i8>Ascii.Quote)),
        i8x16.eq(lanes, i8x16.splat(<i8>Ascii.Backslash)),
      ),
      i8x16.lt_u(lanes, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(special);
    if (mask == 0) {
      ptr += 16;
      continue;
    }
    ptr += ctz(mask);
    if (ptr >= end) break;
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Quote) return ptr;
    if (c != Ascii.Backslash) return refuse(JsonStatus.BadString);
    scanEscaped = true;
    const letter = <u32>load<u8>(ptr, 1);
    // Line ends, quotes and backslashes are nearly all escapes there are in texts and tool arguments.
    if (
      (letter == Ascii.LowerN || letter == Ascii.Quote || letter == Ascii.Backslash) &&
      ptr + 1 < end
    ) {
      ptr += 2;
      continue;
    }
    ptr = skipEscape(ptr, end);
    if (ptr == 0) return 0;
  }
  return refuse(JsonStatus.Truncated);
}

/** Byte-wise form of `findStringEnd`; the reference for the vector form. */
export function findStringEndScalar(ptr: usize, end: usize): usize {
  scanEscaped = false;
  while (ptr < end) {
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Quote) return ptr;
    if (c < <u32>Ascii.Space) return refuse(JsonStatus.BadString);
    if (c != Ascii.Backslash) {
      ptr += 1;
      continue;
    }
    scanEscaped = true;
    ptr = skipEscape(ptr, end);
    if (ptr == 0) return 0;
  }
  return refuse(JsonStatus.Truncated);
}

/** From a backslash to behind its escape. */
function skipEscape(ptr: usize, end: usize): usize {
  if (ptr + 1 >= end) return refuse(JsonStatus.Truncated);
  switch (<u32>load<u8>(ptr, 1)) {
    case Ascii.Quote:
    case Ascii.Backslash:
    case Ascii.Slash:
    case Ascii.LowerB:
    case Ascii.LowerF:
    case Ascii.LowerN:
    case Ascii.LowerR:
    case Ascii.LowerT:
      return ptr + 2;
    case Ascii.LowerU:
      return skipHexEscape(ptr, end);
    default:
      return refuse(JsonStatus.BadString);
  }
}

function skipHexEscape(ptr: usize, end: usize): usize {
  if (ptr + 6 > end) return refuse(JsonStatus.Truncated);
  return readHex4(ptr + 2) > 0xffff ? refuse(JsonStatus.BadString) : ptr + 6;
}

/** Value of four hexadecimal digits; above 0xFFFF when one of them is none. */
export function readHex4(ptr: usize): u32 {
  const a = hexValue(<u32>load<u8>(ptr));
  const b = hexValue(<u32>load<u8>(ptr, 1));
  const c = hexValue(<u32>load<u8>(ptr, 2));
  const d = hexValue(<u32>load<u8>(ptr, 3));
  if ((a | b | c | d) > 15) return 0x10000;
  return (a << 12) | (b << 8) | (c << 4) | d;
}

/** From the first byte of a number to behind it. */
export function skipNumber(ptr: usize, end: usize): usize {
  if (<u32>load<u8>(ptr) == Ascii.Minus) ptr += 1;
  if (ptr >= end) return refuse(JsonStatus.Truncated);
  const first = <u32>load<u8>(ptr);
  if (!isDigit(first)) return refuse(JsonStatus.BadNumber);
  ptr = first == Ascii.Zero ? ptr + 1 : skipDigits(ptr, end);
  if (ptr < end && <u32>load<u8>(ptr) == Ascii.Dot) {
    ptr = someDigits(ptr + 1, end);
    if (ptr == 0) return 0;
  }
  if (ptr < end && ((<u32>load<u8>(ptr)) | 0x20) == Ascii.LowerE) {
    ptr += 1;
    if (ptr < end && isSign(<u32>load<u8>(ptr))) ptr += 1;
    return someDigits(ptr, end);
  }
  return ptr;
}

function isSign(c: u32): bool {
  return c == Ascii.Plus || c == Ascii.Minus;
}

function skipDigits(ptr: usize, end: usize): usize {
  while (ptr < end && isDigit(<u32>load<u8>(ptr))) ptr += 1;
  return ptr;
}

function someDigits(ptr: usize, end: usize): usize {
  const behind = skipDigits(ptr, end);
  if (behind != ptr) return behind;
  return refuse(ptr < end ? JsonStatus.BadNumber : JsonStatus.Truncated);
}

/** Behind `true`, `false` or `null`, whichever begins at `ptr`. */
export function skipWord(ptr: usize, end: usize): usize {
  switch (<u32>load<u8>(ptr)) {
    case Ascii.LowerT:
      return matchWord(ptr, end, 0x65757274);
    case Ascii.LowerN:
      return matchWord(ptr, end, 0x6c6c756e);
    case Ascii.LowerF:
      // "alse": the first letter is known.
      return matchWord(ptr + 1, end, 0x65736c61);
    default:
      return refuse(JsonStatus.Unexpected);
  }
}

/** Compares four bytes; when the input is too short, what is there must still fit. */
function matchWord(ptr: usize, end: usize, word: u32): usize {
  if (ptr + 4 <= end) return load<u32>(ptr) == word ? ptr + 4 : refuse(JsonStatus.Unexpected);
  const bits = (<u32>(end - ptr)) << 3;
  const known: u32 = (1 << bits) - 1;
  return refuse(
    (load<u32>(ptr) & known) == (word & known) ? JsonStatus.Truncated : JsonStatus.Unexpected,
  );
}
