/** Regular expressions that schema-bound output enforces: no look-around, word boundary or back-reference. */
import { Ascii } from "../../bytes/ascii";
import { escapeBytes, readEscape } from "../../json/escape";
import { byteAt } from "../../bytes/compare";

/** Where a scan over a pattern stands. */
const enum PatternState {
  Plain = 0,
  /** Behind a backslash. */
  Escape = 1,
  /** Behind `(`. */
  Group = 2,
  /** Behind `(?`. */
  Question = 3,
  /** Behind `(?<`. */
  Angle = 4,
}

const QUESTION: u32 = 0x3f;
const PAREN_OPEN: u32 = 0x28;
const EQUALS: u32 = 0x3d;
const EXCLAMATION: u32 = 0x21;
const LESS: u32 = 0x3c;
const UPPER_B: u32 = 0x42;
const LOWER_K: u32 = 0x6b;

/** True for a pattern, the inside of a valid string token, without any of the three. */
export function isPlainPattern(ptr: usize, len: u32): bool {
  const end = ptr + len;
  let state = PatternState.Plain;
  while (ptr < end) {
    let c = byteAt(ptr);
    let bytes: u32 = 1;
    if (c == Ascii.Backslash) {
      c = readEscape(ptr, end);
      bytes = escapeBytes;
    }
    ptr += bytes;
    if (isRefused(state, c)) return false;
    state = nextState(state, c);
  }
  return true;
}

function isRefused(state: PatternState, c: u32): bool {
  switch (state) {
    case PatternState.Escape:
      if (c == Ascii.LowerB || c == UPPER_B || c == LOWER_K) return true;
      return c > <u32>Ascii.Zero && c <= <u32>Ascii.Nine;
    case PatternState.Question:
    case PatternState.Angle:
      return c == EQUALS || c == EXCLAMATION;
    default:
      return false;
  }
}

function nextState(state: PatternState, c: u32): PatternState {
  if (state == PatternState.Escape) return PatternState.Plain;
  if (c == Ascii.Backslash) return PatternState.Escape;
  if (state == PatternState.Group && c == QUESTION) return PatternState.Question;
  if (state == PatternState.Question && c == LESS) return PatternState.Angle;
  return c == PAREN_OPEN ? PatternState.Group : PatternState.Plain;
}
