/** A piece of a string token as a token of its own. */
import { Arena } from "./arena";
import { Ascii } from "./ascii";

/** A copy of `len` bytes between quotes, `len` + 2 bytes in the arena; 0 without memory. */
export function keepQuoted(arena: Arena, ptr: usize, len: u32): usize {
  const token = arena.take(len + 2);
  if (token == 0) return 0;
  store<u8>(token, Ascii.Quote);
  memory.copy(token + 1, ptr, len);
  store<u8>(token + 1 + len, Ascii.Quote);
  return token;
}
