/**
 * String contents: unescape into a writer, escape into a writer, questions about contents. `ptr`, `len`
 * name the inside of a token, without the quotes, already validated unless said otherwise.
 */
import { Ascii } from "../bytes/ascii";
import { Writer } from "../bytes/writer";
import { escapeBytes, isSurrogate, putCodePoint, readEscape } from "./escape";

/**
 * Appends the unescaped content; asks for room for `len` bytes although fewer may be written. A
 * surrogate without partner has no UTF-8 form: its escape is kept as it stands, which is right where
 * the content is itself JSON (tool arguments).
 */
export function unescapeInto(out: Writer, ptr: usize, len: u32): void {
  if (!out.reserve(len)) return; // unescaped is never longer
  const end = ptr + len;
  let at = out.cursor;
  while (ptr < end) {
    const plain = copyToEscape(at, ptr, end);
    at += plain;
    ptr += plain;
    if (ptr >= end) break;
    const c = <u32>load<u8>(ptr, 1);
    // A quote, a backslash or a slash stands for itself; these and line ends are nearly all there are.
    if (c < <u32>Ascii.LowerA || c == Ascii.LowerN) {
      store<u8>(at, c == Ascii.LowerN ? <u32>Ascii.LineFeed : c);
      at += 1;
      ptr += 2;
      continue;
    }
    const codePoint = readEscape(ptr, end);
    if (isSurrogate(codePoint)) {
      memory.copy(at, ptr, escapeBytes);
      at += escapeBytes;
    } else at = putCodePoint(at, codePoint);
    ptr += escapeBytes;
  }
  out.cursor = at;
}

/**
 * Copies up to the next backslash or `end` and answers how many bytes that were. Moves whole lanes: up to 15 bytes more are
 * written, into room that was asked for or into SLACK.
 */
function copyToEscape(at: usize, ptr: usize, end: usize): u32 {
  const start = ptr;
  while (ptr < end) {
    if (ASC_FEATURE_SIMD) {
      const lanes = v128.load(ptr);
      v128.store(at, lanes);
      const mask = i8x16.bitmask(i8x16.eq(lanes, i8x16.splat(<i8>Ascii.Backslash)));
      if (mask == 0) {
        ptr += 16;
        at += 16;
        continue;
      }
      ptr += ctz(mask);
      break;
    }
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Backslash) break;
    store<u8>(at, c);
    ptr += 1;
    at += 1;
  }
  return <u32>((ptr < end ? ptr : end) - start);
}

/** Address of the next backslash, or `end`. */
export function findEscape(ptr: usize, end: usize): usize {
  while (ptr < end) {
    if (ASC_FEATURE_SIMD) {
      const mask = i8x16.bitmask(i8x16.eq(v128.load(ptr), i8x16.splat(<i8>Ascii.Backslash)));
      if (mask == 0) {
        ptr += 16;
        continue;
      }
      ptr += ctz(mask);
      break;
    }
    if (<u32>load<u8>(ptr) == Ascii.Backslash) break;
    ptr += 1;
  }
  return ptr < end ? ptr : end;
}

/** Appends raw bytes as the content of a string: quotes, backslashes and controls escaped. */
export function escapeInto(out: Writer, ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end) {
    const special = findSpecial(ptr, end);
    out.put(ptr, <u32>(special - ptr));
    if (special >= end) return;
    putEscaped(out, <u32>load<u8>(special));
    ptr = special + 1;
  }
}

/** Address of the next byte that a string cannot hold as it is, or `end`. */
function findSpecial(ptr: usize, end: usize): usize {
  while (ptr < end) {
    if (ASC_FEATURE_SIMD) {
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
      break;
    }
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Quote || c == Ascii.Backslash || c < Ascii.Space) break;
    ptr += 1;
  }
  return ptr < end ? ptr : end;
}

function putEscaped(out: Writer, c: u32): void {
  const short = shortEscape(c);
  if (!out.reserve(short != 0 ? 2 : 6)) return;
  const at = out.cursor;
  store<u8>(at, Ascii.Backslash);
  if (short != 0) {
    store<u8>(at, short, 1);
    out.cursor = at + 2;
    return;
  }
  store<u32>(at, 0x30303075, 1); // "u000"
  store<u8>(at, Ascii.Zero + (c >> 4), 4);
  const low = c & 15;
  store<u8>(at, low < 10 ? Ascii.Zero + low : Ascii.LowerA + low - 10, 5);
  out.cursor = at + 6;
}

/** Letter of the two-byte escape of `c`, or 0 when it has none. */
function shortEscape(c: u32): u32 {
  switch (c) {
    case Ascii.Quote:
    case Ascii.Backslash:
      return c;
    case Ascii.LineFeed:
      return Ascii.LowerN;
    case Ascii.CarriageReturn:
      return Ascii.LowerR;
    case Ascii.Tab:
      return Ascii.LowerT;
    case 0x08:
      return Ascii.LowerB;
    case 0x0c:
      return Ascii.LowerF;
    default:
      return 0;
  }
}

/** Number of code points in a string's content; an escape (or a pair of escapes) counts as one. */
export function countCodePoints(ptr: usize, len: u32): u32 {
  const end = ptr + len;
  let count: u32 = 0;
  while (ptr < end) {
    if (<u32>load<u8>(ptr) == Ascii.Backslash) {
      readEscape(ptr, end);
      ptr += escapeBytes;
      count += 1;
      continue;
    }
    const plain = ASC_FEATURE_SIMD ? plainLanes(ptr, end) : 1;
    count += countHeads(ptr, plain);
    ptr += plain;
  }
  return count;
}

/** Bytes in front of the next backslash or `end`, at most a lane. */
function plainLanes(ptr: usize, end: usize): u32 {
  const room = <u32>(end - ptr);
  const slashes = i8x16.bitmask(i8x16.eq(v128.load(ptr), i8x16.splat(<i8>Ascii.Backslash)));
  return min(room, ctz(slashes | 0x10000));
}

/** How many of the first `len` bytes, at most a lane, begin a code point. */
function countHeads(ptr: usize, len: u32): u32 {
  if (!ASC_FEATURE_SIMD) return ((<u32>load<u8>(ptr)) & 0xc0) != 0x80 ? 1 : 0;
  const heads = i8x16.bitmask(i8x16.gt_s(v128.load(ptr), i8x16.splat(LAST_CONTINUATION)));
  return popcnt(heads & ((1 << len) - 1));
}

/** 0xBF as a signed byte: all continuation bytes are at or below it, all others above. */
const LAST_CONTINUATION: i8 = -65;

/** True when the content is empty or nothing but white space, escapes included. Stops at the first other code point. */
export function isBlank(ptr: usize, len: u32): bool {
  const end = ptr + len;
  while (ptr < end) {
    let codePoint = <u32>load<u8>(ptr);
    let bytes: u32 = 1;
    if (codePoint == Ascii.Backslash) {
      codePoint = readEscape(ptr, end);
      bytes = escapeBytes;
    }
    if (!isTextSpace(codePoint)) return false;
    ptr += bytes;
  }
  return true;
}

/**
 * Length of the content without trailing white space (space, tab, line ends, also as escapes). Walks
 * forward because an escape cannot be told from the back.
 */
export function trimmedLen(ptr: usize, len: u32): u32 {
  if (len > 0 && !maySpaceEnd(<u32>load<u8>(ptr + len - 1))) return len;
  const end = ptr + len;
  let kept = ptr;
  let at = ptr;
  while (at < end) {
    const c = <u32>load<u8>(at);
    let codePoint = c;
    let bytes: u32 = 1;
    if (c == Ascii.Backslash) {
      codePoint = readEscape(at, end);
      bytes = escapeBytes;
    }
    at += bytes;
    if (!isTextSpace(codePoint)) kept = at;
  }
  return <u32>(kept - ptr);
}

/** Whether a content ending in this byte may end in white space: the space itself or an escape's letter. */
function maySpaceEnd(c: u32): bool {
  if (c <= <u32>Ascii.Space) return true;
  if (c == Ascii.LowerN || c == Ascii.LowerR || c == Ascii.LowerT || c == Ascii.LowerF) return true;
  return c == Ascii.Zero || c - Ascii.Nine < 1 || (c | 0x20) - Ascii.LowerA < 4;
}

function isTextSpace(codePoint: u32): bool {
  return codePoint == Ascii.Space || (codePoint >= 0x09 && codePoint <= 0x0d);
}
