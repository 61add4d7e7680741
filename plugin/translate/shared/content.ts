/** Content parts as blocks, and tool results. Source: docs/chat.md, "User content parts", "Tool results". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { skipSpace } from "../../json/scan";
import { PartKey } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Feature, Plan } from "../plan";
import { putCall } from "./assistant";
import { closeBlock, putTextBlock, separate } from "./blocks";
import { ContentKind, Conversation, Message, Part } from "./conversation";
import { putResultId } from "./ids";
import { putMedia } from "./media";
import { atPartOf, refuseValue } from "./problem";
import { putThinkingBlock } from "./thinking_back";
import { isBlankToken, putTrimmedToken } from "./tokens";

/** Appends the parts of a message. */
export function putParts(
  out: Writer,
  talk: Conversation,
  message: Message,
  first: u32,
  plan: Plan,
  facts: Facts,
): bool {
  const last = lastVisiblePart(talk, message);
  // Calls that have their places among the parts leave nothing behind them.
  const isEnd = message.callsCount == 0 || message.callsInParts;
  for (let i: i32 = 0; i <= last; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (isEmptyPart(part)) continue;
    separate(out, first);
    if (message.trimEnd && isEnd && i == last && part.type == PartType.Text) {
      out.literal(L.B_TEXT);
      putTrimmedToken(out, part.textPtr, part.textLen);
      closeBlock(out, part.cachePtr, part.cacheLen);
    } else if (part.call > 0) {
      if (!putCall(out, talk, message, part.call - 1, plan, facts)) return false;
    } else if (!putPart(out, message, part, plan, facts)) return false;
  }
  return true;
}

/** True when a part writes nothing. */
export function isEmptyPart(part: Part): bool {
  if (part.foreign) return true;
  if (part.verbatim) return false;
  if (part.type != PartType.Text && part.type != PartType.Refusal) return false;
  return isBlankToken(part.textPtr, part.textLen);
}

function lastVisiblePart(talk: Conversation, message: Message): i32 {
  for (let i = <i32>message.partsCount - 1; i >= 0; i--) {
    if (!isEmptyPart(talk.parts.at(message.partsFirst + i))) return i;
  }
  return -1;
}

function putPart(out: Writer, message: Message, part: Part, plan: Plan, facts: Facts): bool {
  if (part.verbatim) {
    out.put(part.rawPtr, part.rawLen);
    return true;
  }
  switch (part.type) {
    case PartType.Text:
      putTextBlock(out, part.textPtr, part.textLen, part.cachePtr, part.cacheLen);
      return true;
    case PartType.Refusal:
      if (message.role == ChatRole.Assistant) {
        putTextBlock(out, part.textPtr, part.textLen, part.cachePtr, part.cacheLen);
        return true;
      }
      atPartOf(message, part.index, PartKey.Type);
      return refuseValue(L.CODE_INVALID_VALUE, part.typePtr, part.typeLen, L.TEXT_PART_TYPES);
    case PartType.Thinking:
    case PartType.RedactedThinking:
      if (message.role != ChatRole.Assistant) return putMedia(out, message, part, plan, facts);
      putThinkingBlock(out, part);
      return true;
    case PartType.Image:
    case PartType.Document:
    case PartType.SearchResult:
    case PartType.ContainerUpload:
    case PartType.ToolResult:
    case PartType.ToolReference:
      putNativeBlock(out, part, facts);
      return true;
    default:
      return putMedia(out, message, part, plan, facts);
  }
}

/** An Anthropic block as the client wrote it, but for a mark that came to it or went from it. */
function putNativeBlock(out: Writer, part: Part, facts: Facts): void {
  if (part.idPtr != 0) facts.features |= Feature.Files;
  const end = part.rawPtr + part.rawLen - 1; // its brace
  const isOwn = part.cachePtr > part.rawPtr && part.cachePtr < end;
  if (isOwn || (part.cachePtr == 0 && part.markLen == 0)) {
    out.put(part.rawPtr, part.rawLen);
    return;
  }
  if (part.markLen == 0) out.put(part.rawPtr, part.rawLen - 1);
  else {
    out.put(part.rawPtr, <u32>(part.markPtr - part.rawPtr));
    let rest = part.markPtr + part.markLen;
    if (part.markPtr == part.rawPtr + 1) rest = skipSpace(rest, end) + 1; // the comma that parted it
    out.put(rest, <u32>(end - rest));
  }
  closeBlock(out, part.cachePtr, part.cacheLen);
}

/** Appends the tool_result block of message `at`. */
export function putToolResult(
  out: Writer,
  talk: Conversation,
  at: u32,
  plan: Plan,
  facts: Facts,
): bool {
  const message = talk.messages.at(at);
  out.literal(L.B_TOOL_RESULT);
  putResultId(out, talk, at);
  if (message.content == ContentKind.Text && !isBlankToken(message.textPtr, message.textLen)) {
    out.literal(L.K_CONTENT);
    out.put(message.textPtr, message.textLen);
  } else if (
    message.content == ContentKind.Parts &&
    !putResultParts(out, talk, message, plan, facts)
  )
    return false;
  if (message.isError) out.literal(L.K_IS_ERROR);
  closeBlock(out, message.cachePtr, message.cacheLen);
  return true;
}

function putResultParts(
  out: Writer,
  talk: Conversation,
  message: Message,
  plan: Plan,
  facts: Facts,
): bool {
  const mark = out.mark();
  out.literal(L.K_CONTENT);
  out.byte(Ascii.BracketOpen);
  const first = out.length;
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (isEmptyPart(part)) continue;
    separate(out, first);
    if (!putPart(out, message, part, plan, facts)) return false;
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
  return true;
}
