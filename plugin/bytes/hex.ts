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

function digit(value: u32): u32 {
  return value < 10 ? Ascii.Zero + value : Ascii.LowerA + value - 10;
}
