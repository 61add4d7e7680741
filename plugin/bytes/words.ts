/** Lists of words in one text, joined by commas. */
import { Ascii } from "./ascii";
import { equals, findByte, startsWith } from "./compare";

/** True when one of the words of a list is this text; an empty list has no word. */
export function hasWord(list: usize, listLen: u32, ptr: usize, len: u32): bool {
  const end = list + listLen;
  let at = list;
  while (at < end) {
    const stop = findByte(at, end, Ascii.Comma);
    if (<u32>(stop - at) == len && equals(at, ptr, len)) return true;
    at = stop + 1;
  }
  return false;
}

/** True when the text begins with one of the words of a list. */
export function hasPrefixWord(list: usize, listLen: u32, ptr: usize, len: u32): bool {
  const end = list + listLen;
  let at = list;
  while (at < end) {
    const stop = findByte(at, end, Ascii.Comma);
    if (startsWith(ptr, len, at, <u32>(stop - at))) return true;
    at = stop + 1;
  }
  return false;
}

/** Length of the first word of a list that the text ends with; 0: with none. */
export function endingWordLen(list: usize, listLen: u32, ptr: usize, len: u32): u32 {
  const end = list + listLen;
  let at = list;
  while (at < end) {
    const stop = findByte(at, end, Ascii.Comma);
    const size = <u32>(stop - at);
    if (size <= len && equals(ptr + len - size, at, size)) return size;
    at = stop + 1;
  }
  return 0;
}
