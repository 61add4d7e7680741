/** Texts put together from pieces in an arena. */
import { Arena } from "./arena";

/** A piece of a text: borrowed pointer and length. */
@unmanaged
@final
export class Span {
  ptr: usize;
  len: u32;
}

/** The three pieces behind each other, `head.len + middle.len + tail.len` bytes; 0 without memory. */
export function join(arena: Arena, head: Span, middle: Span, tail: Span): usize {
  const copy = arena.take(head.len + middle.len + tail.len);
  if (copy == 0) return 0;
  memory.copy(copy, head.ptr, head.len);
  memory.copy(copy + head.len, middle.ptr, middle.len);
  memory.copy(copy + head.len + middle.len, tail.ptr, tail.len);
  return copy;
}
