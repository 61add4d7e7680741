/**
 * Numbers as text: integers with OpenAI's tolerance, decimals in fixed point. Never floating point, so
 * no digit is lost. `ptr`, `len` name a valid number token.
 */
import { Ascii, isDigit } from "../bytes/ascii";

/** Answer of `readInteger` for a number that is no integer. */
export const NOT_AN_INTEGER: i64 = i64.MIN_VALUE;

/** Fixed-point one: nine decimals and a bit that says "and a little more". */
export const FIXED_ONE: i64 = 2_000_000_000;

/** Integers are held at this magnitude: more than any count we compare with. */
const SATURATED: i64 = 0xffff_ffff;

/** Value of `100`, `-1` or `100.0`, saturating; NOT_AN_INTEGER for fractions and exponents. */
export function readInteger(ptr: usize, len: u32): i64 {
  const end = ptr + len;
  const negative = <u32>load<u8>(ptr) == Ascii.Minus;
  if (negative) ptr += 1;
  let value: i64 = 0;
  for (; ptr < end && isDigit(<u32>load<u8>(ptr)); ptr++) {
    value = value * 10 + <i64>(<u32>load<u8>(ptr) - Ascii.Zero);
    if (value > SATURATED) value = SATURATED;
  }
  if (ptr < end && !isZeroFraction(ptr, end)) return NOT_AN_INTEGER;
  return negative ? -value : value;
}

/** True for `.0`, `.00` and so on up to the end. */
function isZeroFraction(ptr: usize, end: usize): bool {
  if (<u32>load<u8>(ptr) != Ascii.Dot) return false;
  for (ptr += 1; ptr < end; ptr++) {
    if (<u32>load<u8>(ptr) != Ascii.Zero) return false;
  }
  return true;
}

/**
 * A decimal in units of FIXED_ONE, saturating; exact for comparison with numbers of nine decimals, since
 * anything beyond sets the lowest bit. Exponents are honoured.
 */
export function readFixed(ptr: usize, len: u32): i64 {
  const end = ptr + len;
  const negative = <u32>load<u8>(ptr) == Ascii.Minus;
  if (negative) ptr += 1;
  let power = <i32>integerDigits(ptr, end) - 1 + readExponent(ptr, end);
  let value: i64 = 0;
  let more: i64 = 0;
  for (; ptr < end; ptr++) {
    const c = <u32>load<u8>(ptr);
    if (c == Ascii.Dot) continue;
    if (!isDigit(c)) break;
    if (c != Ascii.Zero) {
      if (power > 8) return negative ? -i64.MAX_VALUE : i64.MAX_VALUE;
      if (power < -9) more = 1;
      else value += <i64>(c - Ascii.Zero) * powerOfTen(<u32>(power + 9));
    }
    power -= 1;
  }
  value = value * 2 + more;
  return negative ? -value : value;
}

function integerDigits(ptr: usize, end: usize): u32 {
  const start = ptr;
  while (ptr < end && isDigit(<u32>load<u8>(ptr))) ptr += 1;
  return <u32>(ptr - start);
}

/** The exponent, held at ±100000 so that it can be added to digit counts. */
function readExponent(ptr: usize, end: usize): i32 {
  while (ptr < end && ((<u32>load<u8>(ptr)) | 0x20) != Ascii.LowerE) ptr += 1;
  ptr += 1;
  if (ptr >= end) return 0;
  const sign = <u32>load<u8>(ptr);
  if (!isDigit(sign)) ptr += 1;
  let value: i32 = 0;
  for (; ptr < end && value < 10_000_000; ptr++) {
    value = value * 10 + <i32>(<u32>load<u8>(ptr) - Ascii.Zero);
  }
  return sign == Ascii.Minus ? -value : value;
}

function powerOfTen(exponent: u32): i64 {
  let value: i64 = 1;
  for (let i: u32 = 0; i < exponent; i++) value *= 10;
  return value;
}
