/** Edits inside of what a writer holds. */
import { Writer } from "./writer";

/**
 * Puts `len` bytes in place of the `gap` bytes at offset `at`, which lie inside the content. The source is not inside the
 * content. False (and `failed`) when the result exceeds the writer's cap.
 */
export function splice(out: Writer, at: u32, gap: u32, ptr: usize, len: u32): bool {
  if (len > gap && !out.reserve(len - gap)) return false;
  const place = out.start + at;
  const behind = place + gap;
  memory.copy(place + len, behind, out.cursor - behind);
  memory.copy(place, ptr, len);
  out.cursor = out.cursor - gap + len;
  return true;
}
