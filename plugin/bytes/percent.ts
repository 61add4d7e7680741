/** Percent-encoding. Sources: RFC 3986, section 2.1; WHATWG URL Standard, "percent-decode". */
import { Ascii, hexValue } from "./ascii";
import { Writer } from "./writer";

/** Replaces the content of `text` by its percent-decoded form; a `%` without two hexadecimal digits stays. */
export function decodePercent(text: Writer): void {
  const end = text.cursor;
  let from = text.start;
  let to = from;
  while (from < end) {
    let c = <u32>load<u8>(from);
    from += 1;
    if (c == Ascii.Percent && from + 2 <= end) {
      const high = hexValue(<u32>load<u8>(from));
      const low = hexValue(<u32>load<u8>(from, 1));
      if (high < 16 && low < 16) {
        c = (high << 4) | low;
        from += 2;
      }
    }
    store<u8>(to, c);
    to += 1;
  }
  text.cursor = to;
}

/** Appends a byte as `%` and two upper-case digits. */
export function putPercent(out: Writer, c: u32): void {
  out.byte(Ascii.Percent);
  out.byte(upperDigit(c >> 4));
  out.byte(upperDigit(c & 15));
}

function upperDigit(value: u32): u32 {
  return value < 10 ? Ascii.Zero + value : Ascii.UpperA + value - 10;
}
