/** String tokens (quotes included) as spans: questions and pieces that several writers need. */
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { isBlank, trimmedLen } from "../../json/string";

/** True for an absent token and for one whose text is empty or white space. */
export function isBlankToken(ptr: usize, len: u32): bool {
  return len < 2 || isBlank(ptr + 1, len - 2);
}

/** Appends a token without the white space at its end. */
export function putTrimmedToken(out: Writer, ptr: usize, len: u32): void {
  out.put(ptr, trimmedLen(ptr + 1, len - 2) + 1);
  out.byte(Ascii.Quote);
}

/** Appends the inside of a token. */
export function putInside(out: Writer, ptr: usize, len: u32): void {
  if (len > 2) out.put(ptr + 1, len - 2);
}
