/** Spans, and texts put together from them in an arena. */
import { Arena } from "./arena";

/** A piece of a text: borrowed pointer and length. */
@unmanaged
@final
export class Span {
  ptr: usize;
  len: u32;
}

/** A span in the arena; null without memory. */
export function openSpan(arena: Arena, ptr: usize, len: u32): Span | null {
  const at = arena.take(offsetof<Span>());
  if (at == 0) return null;
  const span = changetype<Span>(at);
  span.ptr = ptr;
  span.len = len;
  return span;
}

/** `whole` with `gap`, which lies inside it, replaced by `filling`; a new text in the arena, null without memory. */
export function replaceGap(arena: Arena, whole: Span, gap: Span, filling: Span): Span | null {
  const len = whole.len - gap.len + filling.len;
  const copy = arena.take(len);
  if (copy == 0) return null;
  const head = <u32>(gap.ptr - whole.ptr);
  memory.copy(copy, whole.ptr, head);
  memory.copy(copy + head, filling.ptr, filling.len);
  memory.copy(copy + head + filling.len, gap.ptr + gap.len, whole.len - head - gap.len);
  return openSpan(arena, copy, len);
}
