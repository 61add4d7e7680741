/**
 * Base64. Read as clients write it: white space anywhere, the padding may be missing, its last bits may be anything.
 * Source: RFC 4648, section 4; WHATWG Infra Standard, "forgiving-base64 decode".
 */
import { Ascii, isDigit, isJsonSpace } from "./ascii";
import { Writer } from "./writer";

/** What no character of the alphabet stands for. */
const NO_SEXTET: u32 = 64;

/** Replaces the content of `text` by the bytes that it encodes. False when it is no base64; the content is then lost. */
export function decodeBase64(text: Writer): bool {
  const end = text.cursor;
  let from = text.start;
  let to = from;
  let bits: u32 = 0;
  let count: u32 = 0; // characters of the alphabet
  for (; from < end; from++) {
    const c = <u32>load<u8>(from);
    const sextet = sextetOf(c);
    if (sextet == NO_SEXTET) {
      if (isJsonSpace(c)) continue;
      break;
    }
    bits = (bits << 6) | sextet;
    count += 1;
    if ((count & 3) != 0) continue;
    // Four characters were read for the three bytes written: the write never overtakes.
    store<u8>(to, bits >> 16);
    store<u8>(to, bits >> 8, 1);
    store<u8>(to, bits, 2);
    to += 3;
  }
  text.cursor = to;
  return isTail(from, end, count) && putTail(text, bits, count);
}

/** What follows `count` characters of the alphabet is nothing, or the padding that completes them, and white space. */
function isTail(ptr: usize, end: usize, count: u32): bool {
  let pads: u32 = 0;
  for (; ptr < end; ptr++) {
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Equals) pads += 1;
    else if (!isJsonSpace(c)) return false;
  }
  return pads == 0 || (pads <= 2 && ((count + pads) & 3) == 0);
}

/** The one or two bytes of an unfinished group; a single character encodes none. */
function putTail(text: Writer, bits: u32, count: u32): bool {
  switch (count & 3) {
    case 0:
      return true;
    case 2:
      text.byte(bits >> 4);
      return true;
    case 3:
      text.byte(bits >> 10);
      text.byte(bits >> 2);
      return true;
    default:
      return false;
  }
}

function sextetOf(c: u32): u32 {
  if (c - Ascii.UpperA < 26) return c - Ascii.UpperA;
  if (c - Ascii.LowerA < 26) return c - Ascii.LowerA + 26;
  if (isDigit(c)) return c - Ascii.Zero + 52;
  if (c == Ascii.Plus) return 62;
  return c == Ascii.Slash ? 63 : NO_SEXTET;
}

/** Appends `len` bytes as base64 with padding; the writer's `failed` says whether they found room. */
export function encodeBase64(out: Writer, ptr: usize, len: u32): void {
  const whole = len - (len % 3);
  const size = ((len + 2) / 3) << 2;
  if (!out.reserve(size)) return;
  let to = out.cursor;
  for (let i: u32 = 0; i < whole; i += 3, to += 4) {
    const at = ptr + i;
    putGroup(
      to,
      ((<u32>load<u8>(at)) << 16) | ((<u32>load<u8>(at, 1)) << 8) | (<u32>load<u8>(at, 2)),
    );
  }
  if (whole < len) {
    const second: u32 = whole + 1 < len ? <u32>load<u8>(ptr + whole, 1) : 0;
    putGroup(to, ((<u32>load<u8>(ptr + whole)) << 16) | (second << 8));
    store<u8>(to, Ascii.Equals, 3);
    if (whole + 1 == len) store<u8>(to, Ascii.Equals, 2);
    to += 4;
  }
  out.cursor = to;
}

function putGroup(to: usize, bits: u32): void {
  store<u8>(to, letterOf(bits >> 18));
  store<u8>(to, letterOf((bits >> 12) & 63), 1);
  store<u8>(to, letterOf((bits >> 6) & 63), 2);
  store<u8>(to, letterOf(bits & 63), 3);
}

function letterOf(sextet: u32): u32 {
  if (sextet < 26) return Ascii.UpperA + sextet;
  if (sextet < 52) return Ascii.LowerA + sextet - 26;
  if (sextet < 62) return Ascii.Zero + sextet - 52;
  return sextet == 62 ? Ascii.Plus : Ascii.Slash;
}
