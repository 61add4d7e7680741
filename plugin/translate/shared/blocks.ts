/** Anthropic content blocks onto the writer, each with its cache mark. Source: docs/chat.md, "Messages". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";

/** A comma between the elements of an open array: nothing behind its bracket. */
export function separate(out: Writer, first: u32): void {
  if (out.length != first) out.byte(Ascii.Comma);
}

/** `,"cache_control":…` when there is one, then the closing brace of the block. */
export function closeBlock(out: Writer, cachePtr: usize, cacheLen: u32): void {
  if (cachePtr != 0) {
    out.literal(L.K_CACHE_CONTROL);
    out.put(cachePtr, cacheLen);
  }
  out.byte(Ascii.BraceClose);
}

/** A text block around a string token. */
export function putTextBlock(
  out: Writer,
  ptr: usize,
  len: u32,
  cachePtr: usize,
  cacheLen: u32,
): void {
  out.literal(L.B_TEXT);
  out.put(ptr, len);
  closeBlock(out, cachePtr, cacheLen);
}

/** A text block `.`: stands where the API demands a block and the client gave none. */
export function putStandIn(out: Writer): void {
  out.literal(L.B_TEXT_DOT);
}
