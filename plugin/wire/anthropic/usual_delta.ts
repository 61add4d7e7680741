/**
 * Deltas spelled the way all providers spell them, which nearly all events of a stream are. They are compared with that
 * spelling instead of being taken apart: a third of the work. Anything else, white space between tokens
 * included, is left to the reader of all events, whose result for these is the same.
 * Source: Anthropic API reference, "Streaming Messages", content_block_delta.
 */
import { Ascii, isDigit } from "../../bytes/ascii";
import { byteAt, literalLen, startsWithLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { findStringEnd, skipSpace } from "../../json/scan";
import { DeltaType } from "./delta_types";

/** More digits than a block's index ever has; fewer than would overflow. */
const INDEX_DIGITS: usize = 9;
/** Containers that such an event opens. */
const DEPTH: u32 = 2;

/** What `readUsualDelta` found; spans as in EVENT. */
export let usualIndex: u32 = 0;
export let usualType: DeltaType = DeltaType.Unknown;
export let usualTextPtr: usize = 0;
export let usualTextLen: u32 = 0;

/** True when the data is such a delta, whole and valid within `depth`. False says nothing about the data. */
export function readUsualDelta(ptr: usize, len: u32, depth: u32): bool {
  if (depth < DEPTH || !startsWithLiteral(ptr, len, L.TEXT_DELTA_OPEN)) return false;
  const end = ptr + len;
  const behindIndex = readIndex(ptr + literalLen(L.TEXT_DELTA_OPEN), end);
  if (behindIndex == 0) return false;
  const text = findText(behindIndex, <u32>(end - behindIndex));
  if (text == 0) return false;
  const quote = findStringEnd(text, end);
  if (quote == 0 || !isClosed(quote + 1, end)) return false;
  usualTextPtr = text - 1;
  usualTextLen = <u32>(quote - text) + 2;
  return true;
}

/** Behind the index; 0 when it is no small number without leading zeros. */
function readIndex(ptr: usize, end: usize): usize {
  const start = ptr;
  usualIndex = 0;
  while (ptr < end && ptr - start < INDEX_DIGITS && isDigit(byteAt(ptr))) {
    usualIndex = usualIndex * 10 + (byteAt(ptr) - Ascii.Zero);
    ptr += 1;
  }
  if (ptr == start) return 0;
  return ptr - start > 1 && byteAt(start) == Ascii.Zero ? 0 : ptr;
}

/** First byte of the text behind its opening quote; 0 for other deltas. */
function findText(ptr: usize, len: u32): usize {
  const text = behind(ptr, len, L.TEXT_DELTA_TEXT, DeltaType.Text);
  if (text != 0) return text;
  const json = behind(ptr, len, L.JSON_DELTA_TEXT, DeltaType.InputJson);
  return json != 0 ? json : behind(ptr, len, L.THINKING_DELTA_TEXT, DeltaType.Thinking);
}

function behind(ptr: usize, len: u32, head: usize, type: DeltaType): usize {
  if (!startsWithLiteral(ptr, len, head)) return 0;
  usualType = type;
  return ptr + literalLen(head);
}

/** Both objects end here. Providers pad what is behind the first one, so that its length tells nothing of the text. */
function isClosed(ptr: usize, end: usize): bool {
  if (ptr >= end || byteAt(ptr) != Ascii.BraceClose) return false;
  ptr = skipSpace(ptr + 1, end);
  if (ptr >= end || byteAt(ptr) != Ascii.BraceClose) return false;
  return skipSpace(ptr + 1, end) == end;
}
