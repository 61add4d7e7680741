/** Texts of others that stand inside of names: bytes that would have a meaning there are replaced. */
import { Ascii } from "./ascii";
import { byteAt } from "./compare";
import { Writer } from "./writer";

/** Appends a text with `_` for every byte that is not visible ASCII or a space, and for `;`, `=`, `"` and the backslash. */
export function putPlain(out: Writer, ptr: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    out.byte(isPlain(c) ? c : <u32>Ascii.Underscore);
  }
}

function isPlain(c: u32): bool {
  if (c < <u32>Ascii.Space || c > <u32>Ascii.Tilde) return false;
  return c != Ascii.Semicolon && c != Ascii.Equals && c != Ascii.Quote && c != Ascii.Backslash;
}
