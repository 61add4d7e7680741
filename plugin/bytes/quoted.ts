/** A piece of a string token as a token of its own. */
import { Arena } from "./arena";
import { Ascii } from "./ascii";
import { literalLen, literalPtr } from "./compare";
import * as L from "./literals";

/** A copy of `len` bytes between quotes, `len` + 2 bytes in the arena; 0 without memory. */
export function keepQuoted(arena: Arena, ptr: usize, len: u32): usize {
  const token = arena.take(len + 2);
  if (token == 0) return 0;
  store<u8>(token, Ascii.Quote);
  memory.copy(token + 1, ptr, len);
  store<u8>(token + 1 + len, Ascii.Quote);
  return token;
}

/** A token `"first__second"` from two tokens, `firstLen + secondLen` bytes in the arena; 0 without memory. */
export function joinTokens(
  arena: Arena,
  first: usize,
  firstLen: u32,
  second: usize,
  secondLen: u32,
): usize {
  const joined = arena.take(firstLen + secondLen);
  if (joined == 0) return 0;
  memory.copy(joined, first, firstLen - 1);
  store<u8>(joined + firstLen - 1, Ascii.Underscore);
  store<u8>(joined + firstLen, Ascii.Underscore);
  memory.copy(joined + firstLen + 1, second + 1, secondLen - 1);
  return joined;
}

/** A token `"first\\n\\nsecond"` from two tokens, `firstLen + secondLen + 2` bytes in the arena; 0 without memory. */
export function joinParagraphs(
  arena: Arena,
  first: usize,
  firstLen: u32,
  second: usize,
  secondLen: u32,
): usize {
  const gap = literalLen(L.BLANK_LINE);
  const joined = arena.take(firstLen + secondLen + gap - 2);
  if (joined == 0) return 0;
  memory.copy(joined, first, firstLen - 1);
  memory.copy(joined + firstLen - 1, literalPtr(L.BLANK_LINE), gap);
  memory.copy(joined + firstLen - 1 + gap, second + 1, secondLen - 1);
  return joined;
}
