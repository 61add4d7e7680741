/**
 * Chat Completions: a stream whose content is the input of a tool of ours. Texts are withheld, since the call may come behind
 * them and the content must then be its JSON alone; they are sent at the end when no call came, or when they get too long to
 * hold. Source: docs/chat.md, "Structured output".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { openHeldText } from "../../bytes/held_text";
import { Writer } from "../../bytes/writer";
import { countCodePoints } from "../../json/string";
import { beginDelta, endDelta, putTokenDelta } from "./chunk";
import { ChatStream, TextState } from "./stream_state";

/** A piece of text, a token: sent, withheld or dropped. */
export function putText(out: Writer, s: ChatStream, ptr: usize, len: u32): void {
  if (len <= 2) return;
  if (s.text == TextState.Dropped) {
    s.dropped += 1;
    return;
  }
  s.textPoints += countCodePoints(ptr + 1, len - 2);
  if (s.text == TextState.Withheld && hold(s, ptr + 1, len - 2)) return;
  flushText(out, s);
  putTokenDelta(out, s, L.D_CONTENT, ptr, len);
}

/** Holds the inside of a token; false when that is too much, or memory is. */
function hold(s: ChatStream, ptr: usize, len: u32): bool {
  if (s.held == null) s.held = openHeldText(s.arena);
  const held = s.held;
  if (held == null || len > s.shape.maxHeldBytes - held.length) return false;
  return held.put(ptr, len);
}

/** Sends what was withheld; from now on texts are sent at once. */
export function flushText(out: Writer, s: ChatStream): void {
  if (s.text != TextState.Withheld) return;
  s.text = TextState.Sent;
  const held = s.held;
  if (held == null || held.length == 0) return;
  beginDelta(out, s);
  out.literal(L.D_CONTENT);
  out.byte(Ascii.Quote);
  held.copyTo(out);
  out.byte(Ascii.Quote);
  endDelta(out, s);
  held.reset();
}

/** The call has come: its input is the content. */
export function dropText(s: ChatStream): void {
  if (s.text == TextState.Withheld) {
    if (s.textPoints > 0) s.dropped += 1;
    s.textPoints = 0;
  }
  s.text = TextState.Dropped;
  s.citations = null;
}
