/**
 * The lexical level: white space, strings, numbers and words. Functions take the first byte of a
 * token and answer the address behind it, or 0 with `scanStatus` set. Strings are searched 16 bytes at a
 * time; up to SLACK bytes behind the end may be read, never trusted.
 * Source: RFC 8259.
 */
import { Ascii, hexValue, isDigit, isJsonSpace } from "../bytes/ascii";
import { JsonStatus } from "./status";

/** Every second bit of a mask, beginning with the second one. */
const ODD_PLACES: u64 = 0xaaaa_aaaa_aaaa_aaaa;

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

/** How far a string is searched by lanes, without a thought of escapes: keys, words, ids, pieces of a stream. */
const SHORT_BYTES: usize = 48;

/**
 * Vector form of `findStringEnd`: lanes for short strings without an escape, then blocks of four. No step ends at an escape,
 * since in texts and tool arguments they come too often and too irregularly to branch on.
 */
export function findStringEndSimd(ptr: usize, end: usize): usize {
  const start = ptr;
  while (ptr < end && ptr - start < SHORT_BYTES) {
    const lanes = v128.load(ptr);
    const special = i8x16.bitmask(v128.or(stopsOf(lanes), slashesOf(lanes)));
    if (special == 0) {
      ptr += 16;
      continue;
    }
    const at = ptr + ctz(special);
    if (at >= end || <u32>load<u8>(at) != Ascii.Quote) break;
    scanEscaped = false;
    return at;
  }
  return searchBlocks(ptr, end);
}

/**
 * Quotes and control characters: what a string cannot hold unless it is escaped. With bit 1 turned over the quote (22) becomes 20, the
 * byte next to the control characters, and these stay among themselves: one comparison finds all.
 */
function stopsOf(lanes: v128): v128 {
  return i8x16.le_u(v128.xor(lanes, i8x16.splat(0x02)), i8x16.splat(0x20));
}

function slashesOf(lanes: v128): v128 {
  return i8x16.eq(lanes, i8x16.splat(<i8>Ascii.Backslash));
}

/** One bit for each byte of four lanes. */
function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = (<u32>i8x16.bitmask(a)) | ((<u32>i8x16.bitmask(b)) << 16);
  const high = (<u32>i8x16.bitmask(c)) | ((<u32>i8x16.bitmask(d)) << 16);
  return (<u64>low) | ((<u64>high) << 32);
}

/**
 * `findStringEnd` in blocks of 64 bytes; the last bytes of the input are left to lanes. Which bytes are escaped follows from the
 * mask of the backslashes: a run of them escapes every second one.
 */
function searchBlocks(ptr: usize, end: usize): usize {
  let carry: u64 = 0; // the block's first byte is escaped
  let sawEscape = false;
  while (ptr + 64 <= end) {
    const a = v128.load(ptr);
    const b = v128.load(ptr, 16);
    const c = v128.load(ptr, 32);
    const d = v128.load(ptr, 48);
    let stops = bitsOf(stopsOf(a), stopsOf(b), stopsOf(c), stopsOf(d));
    const slashes = bitsOf(slashesOf(a), slashesOf(b), slashesOf(c), slashesOf(d));
    if ((slashes | carry) != 0) {
      const runs = runsOf(slashes & ~carry);
      let escaped = runs ^ (slashes | carry);
      carry = (runs & slashes) >> 63;
      stops &= ~escaped;
      // What is behind the string is not ours to judge.
      escaped &= (stops & (0 - stops)) - 1;
      sawEscape = sawEscape || escaped != 0;
      const common = bitsOf(lettersOf(a), lettersOf(b), lettersOf(c), lettersOf(d));
      if ((escaped & ~common) != 0 && !checkEscapes(ptr, end, escaped & ~common)) return 0;
    }
    if (stops != 0) return stopAt(ptr + <usize>ctz(stops), sawEscape);
    ptr += 64;
  }
  return searchLanes(ptr, end, <u32>carry, sawEscape);
}

/** A closing quote, or a control character that no string may hold. */
function stopAt(ptr: usize, sawEscape: bool): usize {
  scanEscaped = sawEscape;
  return <u32>load<u8>(ptr) == Ascii.Quote ? ptr : refuse(JsonStatus.BadString);
}

/** The same in lanes, which may reach over the end. `carry` is 1 when the first byte is escaped. */
function searchLanes(ptr: usize, end: usize, carry: u32, sawEscape: bool): usize {
  while (ptr < end) {
    const lanes = v128.load(ptr);
    const slashes = <u32>i8x16.bitmask(slashesOf(lanes));
    const runs = <u32>runsOf(slashes & ~carry);
    let escaped = (runs ^ (slashes | carry)) & 0xffff;
    const stops = (<u32>i8x16.bitmask(stopsOf(lanes))) & ~escaped;
    carry = ((runs & slashes) >> 15) & 1;
    const room = <u32>(end - ptr);
    const limit = min<u32>(stops == 0 ? 16 : <u32>ctz(stops), room);
    escaped &= (1 << limit) - 1;
    if (escaped != 0) {
      sawEscape = true;
      const common = <u32>i8x16.bitmask(lettersOf(lanes));
      if (!checkEscapes(ptr, end, escaped & ~common)) return 0;
    }
    ptr += limit;
    if (limit < room && stops != 0) return stopAt(ptr, sawEscape);
  }
  return refuse(JsonStatus.Truncated);
}

/**
 * With the backslashes that are not escaped from before: bits that differ from the backslashes' at each escaped byte. The
 * difference carries through a run of backslashes and comes out at a place whose parity tells the run's length.
 */
function runsOf(openers: u64): u64 {
  return (((openers << 1) | ODD_PLACES) - openers) ^ ODD_PLACES;
}

/**
 * The letters of nearly all escapes there are in texts and tool arguments, each at the place of its low four bits: quote, t, f, backslash,
 * n, slash. Elsewhere stands a byte with other low bits, which equals none.
 */
// prettier-ignore
const COMMON_LETTERS: v128 = i8x16(1, 0, 0x22, 0, 0x74, 0, 0x66, 0, 0, 0, 0, 0, 0x5c, 0, 0x6e, 0x2f);

/** The bytes of a block that are such letters. */
function lettersOf(lanes: v128): v128 {
  const low = v128.and(lanes, i8x16.splat(0x0f));
  return i8x16.eq(i8x16.swizzle(COMMON_LETTERS, low), lanes);
}

/** Checks the escapes whose letters are at the places of a mask, in order. False with a status. */
function checkEscapes(block: usize, end: usize, letters: u64): bool {
  for (; letters != 0; letters &= letters - 1) {
    if (skipEscape(block + <usize>ctz(letters) - 1, end) == 0) return false;
  }
  return true;
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
