/** Unsigned integers to and from digits. No floating point. */
import { Ascii, isDigit } from "./ascii";
import { Writer } from "./writer";

const DIGITS: usize = memory.data(24);

/** Appends `value` in decimal. */
export function putU64(out: Writer, value: u64): void {
  let at = DIGITS + 20;
  do {
    at -= 1;
    store<u8>(at, <u8>(Ascii.Zero + <u32>(value % 10)));
    value /= 10;
  } while (value != 0);
  out.put(at, <u32>(DIGITS + 20 - at));
}

/** Reads a run of digits, saturating at u32.MAX_VALUE; -1 when it is empty or has another byte. */
export function readU32(ptr: usize, len: u32): i64 {
  if (len == 0) return -1;
  let value: u64 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(ptr + i);
    if (!isDigit(c)) return -1;
    value = value * 10 + (c - Ascii.Zero);
    if (value > <u64>u32.MAX_VALUE) value = <u64>u32.MAX_VALUE;
  }
  return <i64>value;
}
