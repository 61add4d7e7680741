/** Percent-encoding, undone. Source: WHATWG URL Standard, "percent-decode". */
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
