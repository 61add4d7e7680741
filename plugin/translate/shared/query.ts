/** Members of a client's query, found by name. Names are compared as they stand; values are undone of their escapes. */
import { Ascii, isDigit, isLetter } from "../../bytes/ascii";
import { byteAt, equalsLiteral, findByte } from "../../bytes/compare";
import { decodePercent, putPercent } from "../../bytes/percent";
import { makeWriter, Writer } from "../../bytes/writer";

const VALUE_CAP: u32 = 8192;
const VALUE: Writer = makeWriter();

/** The value found last, unescaped; good until the next search. */
export let queryPtr: usize = 0;
export let queryLen: u32 = 0;

/** Looks for a member with a value that is not empty; the last one of several counts. */
export function findQuery(query: usize, len: u32, name: usize): bool {
  const end = query + len;
  queryLen = 0;
  for (let at = query; at < end;) {
    const next = findByte(at, end, Ascii.Ampersand);
    const equals = findByte(at, next, Ascii.Equals);
    if (equals < next && equalsLiteral(at, <u32>(equals - at), name))
      takeValue(equals + 1, <u32>(next - equals) - 1);
    at = next + 1;
  }
  return queryLen > 0;
}

function takeValue(ptr: usize, len: u32): void {
  VALUE.begin(len, VALUE_CAP);
  VALUE.put(ptr, len);
  if (!VALUE.failed) decodePercent(VALUE);
  queryPtr = VALUE.start;
  queryLen = VALUE.failed ? 0 : VALUE.length;
}

/** Appends bytes for a path's segment or a query's value: all but unreserved ones escaped. Source: RFC 3986, section 2.3. */
export function putEscaped(out: Writer, ptr: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (isUnreserved(c)) out.byte(c);
    else putPercent(out, c);
  }
}

function isUnreserved(c: u32): bool {
  if (isLetter(c) || isDigit(c)) return true;
  return c == Ascii.Minus || c == Ascii.Dot || c == Ascii.Underscore || c == Ascii.Tilde;
}
