/** RFC 3339 to Unix seconds, and durations in OpenAI's spelling. Source: docs/errors.md, "Rate limit headers". */
import { Ascii, isDigit } from "./ascii";
import { putU64 } from "./decimal";
import { Writer } from "./writer";

/** Answer of `readRfc3339` for what is no time. */
export const NOT_A_TIME: i64 = i64.MIN_VALUE;
const SHORTEST: u32 = 20; // 2026-03-02T09:15:27Z

/** Unix seconds of `YYYY-MM-DDThh:mm:ss[.f]Z|±hh:mm`, fractions dropped; NOT_A_TIME for anything else. */
export function readRfc3339(ptr: usize, len: u32): i64 {
  if (len < SHORTEST) return NOT_A_TIME;
  const year = digits(ptr, 4);
  const month = digits(ptr + 5, 2);
  const day = digits(ptr + 8, 2);
  const hour = digits(ptr + 11, 2);
  const minute = digits(ptr + 14, 2);
  const second = digits(ptr + 17, 2);
  if (!hasMarks(ptr) || (year | month | day | hour | minute | second) < 0) return NOT_A_TIME;
  if (!isDate(month, day) || hour > 23 || minute > 59 || second > 60) return NOT_A_TIME;
  let at: u32 = 19;
  if (<u32>load<u8>(ptr + at) == Ascii.Dot) {
    at += 1;
    while (at < len && isDigit(<u32>load<u8>(ptr + at))) at += 1;
  }
  const offset = readOffset(ptr + at, len - at);
  if (offset == NOT_A_TIME) return NOT_A_TIME;
  return daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
}

function isDate(month: i64, day: i64): bool {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function hasMarks(ptr: usize): bool {
  const t = (<u32>load<u8>(ptr, 10)) | 0x20;
  return (
    load<u8>(ptr, 4) == <u8>Ascii.Minus &&
    load<u8>(ptr, 7) == <u8>Ascii.Minus &&
    (t == <u32>Ascii.LowerT || t == <u32>Ascii.Space) &&
    load<u8>(ptr, 13) == <u8>Ascii.Colon &&
    load<u8>(ptr, 16) == <u8>Ascii.Colon
  );
}

/** Value of `count` digits; -1 when one is none. */
function digits(ptr: usize, count: u32): i64 {
  let value: i64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const c = <u32>load<u8>(ptr + i);
    if (!isDigit(c)) return -1;
    value = value * 10 + <i64>(c - Ascii.Zero);
  }
  return value;
}

/** Seconds of `Z` or `±hh:mm` at the end; NOT_A_TIME otherwise. */
function readOffset(ptr: usize, len: u32): i64 {
  if (len == 1) return ((<u32>load<u8>(ptr)) | 0x20) == <u32>Ascii.LowerZ ? 0 : NOT_A_TIME;
  if (len != 6 || load<u8>(ptr, 3) != <u8>Ascii.Colon) return NOT_A_TIME;
  const hour = digits(ptr + 1, 2);
  const minute = digits(ptr + 4, 2);
  if (hour < 0 || minute < 0) return NOT_A_TIME;
  const sign = <u32>load<u8>(ptr);
  if (sign != <u32>Ascii.Plus && sign != <u32>Ascii.Minus) return NOT_A_TIME;
  const seconds = hour * 3600 + minute * 60;
  return sign == <u32>Ascii.Minus ? -seconds : seconds;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar; years start in March so that leap days come last. */
function daysFromCivil(year: i64, month: i64, day: i64): i64 {
  const shifted = month <= 2 ? year - 1 : year;
  const era = shifted / 400;
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Appends `12s`, `6m0s`, `1h2m3s`; nothing and the past are `0s`. */
export function putDuration(out: Writer, seconds: i64): void {
  const left = seconds > 0 ? <u64>seconds : 0;
  if (left >= 3600) {
    putU64(out, left / 3600);
    out.byte(0x68);
  }
  if (left >= 60) {
    putU64(out, (left % 3600) / 60);
    out.byte(0x6d);
  }
  putU64(out, left % 60);
  out.byte(0x73);
}
