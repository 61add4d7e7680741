/**
 * Prompts in the old form: `\n\nHuman:` and `\n\nAssistant:` in front of each turn. Looked for in the string as it is written, where
 * a line end is `\n`. Source: docs/completions.md, "Prompts with turns".
 */
import { Ascii } from "../../bytes/ascii";
import { byteAt, literalLen, startsWithLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";

/** Markers as they stand inside of a token; literals. */
export const MARKER_HUMAN: usize = L.MARKER_HUMAN;
export const MARKER_ASSISTANT: usize = L.MARKER_ASSISTANT;

/** Length of a marker. */
export function markerLen(marker: usize): u32 {
  return literalLen(marker);
}

/** True when the marker at `ptr` is the human's. */
export function isHuman(ptr: usize): bool {
  return startsWithLiteral(ptr, literalLen(MARKER_HUMAN), MARKER_HUMAN);
}

/** Address of the first marker of a valid string's inside, or `end`. */
export function findMarker(ptr: usize, end: usize): usize {
  while (ptr < end) {
    if (byteAt(ptr) != <u32>Ascii.Backslash) {
      ptr += 1;
      continue;
    }
    const left = <u32>(end - ptr);
    if (startsWithLiteral(ptr, left, MARKER_HUMAN)) return ptr;
    if (startsWithLiteral(ptr, left, MARKER_ASSISTANT)) return ptr;
    ptr += 2;
  }
  return end;
}

/** True when the last marker of a prompt is the human's: an answer is due. */
export function endsWithHuman(ptr: usize, end: usize): bool {
  let human = false;
  for (let at = findMarker(ptr, end); at < end; at = findMarker(at + 2, end)) human = isHuman(at);
  return human;
}
