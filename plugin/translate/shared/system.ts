/** The `system` member: the client's native one first, then system messages in order. Source: docs/chat.md, "Roles". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { skipSpace } from "../../json/scan";
import { PartKey } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { putTextBlock, separate } from "./blocks";
import { ContentKind, Conversation, Message } from "./conversation";
import { atPartOf, refuseValue } from "./problem";
import { isBlankToken } from "./tokens";
import { TurnRole, turnRole } from "./turns";

/**
 * Appends `,"system":…` when there is something to say. `native` is the client's own top-level `system` (JSON, or length
 * 0); `tail` a literal text that comes last, or 0. False with a problem when a system message holds something else but text.
 */
export function putSystem(
  out: Writer,
  talk: Conversation,
  native: usize,
  nativeLen: u32,
  tail: usize,
): bool {
  const only = nativeLen == 0 && tail == 0 ? onlyText(talk) : null;
  if (only != null) {
    out.literal(L.K_SYSTEM);
    out.put(only.textPtr, only.textLen);
    return true;
  }
  const mark = out.mark();
  out.literal(L.K_SYSTEM);
  out.byte(Ascii.BracketOpen);
  const first = out.length;
  putNative(out, native, nativeLen);
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped || message.inPlace || turnRole(message) != TurnRole.System) continue;
    if (!putSystemMessage(out, talk, message, first)) return false;
  }
  if (tail != 0) {
    separate(out, first);
    out.literal(tail);
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
  return true;
}

/** The one system message that may be a plain string; null when there are more or it needs a block. */
function onlyText(talk: Conversation): Message | null {
  let only: Message | null = null;
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped || message.inPlace || turnRole(message) != TurnRole.System) continue;
    if (only != null || message.content != ContentKind.Text || message.cachePtr != 0) return null;
    only = message;
  }
  return only;
}

/** A string becomes a text block; the elements of an array are copied. */
function putNative(out: Writer, ptr: usize, len: u32): void {
  if (len == 0) return;
  if (byteAt(ptr) == Ascii.Quote) {
    if (!isBlankToken(ptr, len)) putTextBlock(out, ptr, len, 0, 0);
    return;
  }
  if (byteAt(ptr) != Ascii.BracketOpen) return;
  const end = ptr + len - 1;
  const start = skipSpace(ptr + 1, end);
  out.put(start, <u32>(end - start));
}

/** Appends the text blocks of a system message. False with a problem when it holds something else. */
export function putSystemMessage(
  out: Writer,
  talk: Conversation,
  message: Message,
  first: u32,
): bool {
  if (message.content == ContentKind.Text) {
    separate(out, first);
    putTextBlock(out, message.textPtr, message.textLen, message.cachePtr, message.cacheLen);
    return true;
  }
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (part.type != PartType.Text) {
      atPartOf(message, i, PartKey.Type);
      return refuseValue(L.CODE_INVALID_VALUE, part.typePtr, part.typeLen, L.TEXT_SYSTEM_PARTS);
    }
    if (isBlankToken(part.textPtr, part.textLen)) continue;
    separate(out, first);
    putTextBlock(out, part.textPtr, part.textLen, part.cachePtr, part.cacheLen);
  }
  return true;
}
