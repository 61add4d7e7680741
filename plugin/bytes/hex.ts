/** Bytes as hexadecimal digits. */
import { Ascii } from "./ascii";
import { Writer } from "./writer";

/** Appends two lower-case digits for each of `len` bytes. */
export function putHex(out: Writer, ptr: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(ptr + i);
    out.byte(digit(c >> 4));
    out.byte(digit(c & 15));
  }
}

/** Appends a number as 16 lower-case digits. */
export function putHexU64(out: Writer, value: u64): void {
  for (let shift: i32 = 60; shift >= 0; shift -= 4) out.byte(digit((<u32>(value >> shift)) & 15));
}

function digit(value: u32): u32 {
  return value < 10 ? Ascii.Zero + value : Ascii.LowerA + value - 10;
}
