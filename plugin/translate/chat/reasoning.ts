/**
 * Chat Completions: reasoning that a client sends back, `reasoning_details` (ours and OpenRouter's form) and
 * `thinking_blocks` (Anthropic's blocks). Source: docs/chat.md, "Assistant messages".
 */
import * as L from "../../bytes/literals";
import { startsWithLiteral } from "../../bytes/compare";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { readInteger } from "../../json/number";
import { MessageKey, messageKeyName } from "../../wire/openai/message_keys";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { Conversation, Message, Part, Place } from "../shared/conversation";
import { atItem, refuseMemory, refuseType } from "../shared/problem";

/** Reads the array that comes next. Both kinds are kept: which one counts is decided in shared/thinking_back.ts. */
export function readReasoning(
  c: JsonCursor,
  talk: Conversation,
  message: Message,
  key: MessageKey,
): bool {
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Array) {
    if (c.broken) return false;
    atItem(L.MESSAGES, message.index, messageKeyName(key));
    return refuseType(L.TEXT_AN_ARRAY);
  }
  const blocks = key == MessageKey.ThinkingBlocks;
  const first = talk.parts.count;
  c.enterArray();
  for (let at: u32 = 0; c.nextElement(); at++) {
    const part = talk.parts.push();
    if (part == null) return refuseMemory();
    part.order = at;
    if (!readEntry(c, part)) return false;
    if (blocks) takeAsBlock(part, at);
  }
  if (blocks) {
    message.signedFirst = first;
    message.signedCount = talk.parts.count - first;
  } else {
    message.thinkingFirst = first;
    message.thinkingCount = talk.parts.count - first;
  }
  return c.status == JsonStatus.Ok;
}

/** Anthropic's blocks have no places: they stand in front, in the order given. */
function takeAsBlock(part: Part, at: u32): void {
  part.order = at;
  part.place = Place.Front;
  part.afterText = 0;
  part.afterTools = 0;
}

function readEntry(c: JsonCursor, part: Part): bool {
  part.type = PartType.Thinking;
  if (c.kind() != JsonKind.Object) {
    part.foreign = true;
    return c.skip();
  }
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, part, findPartKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** What has an unexpected kind is passed over: the entry then lacks it and is dropped as a whole. */
function readMember(c: JsonCursor, part: Part, key: PartKey): bool {
  const kind = c.kind();
  if (!c.skipNullable()) return false;
  if (kind == JsonKind.String) takeText(c, part, key);
  else if (kind == JsonKind.Number) takeNumber(c, part, key);
  else if (kind == JsonKind.True && key == PartKey.AfterHidden) part.place = Place.Hidden;
  return true;
}

function takeText(c: JsonCursor, part: Part, key: PartKey): void {
  switch (key) {
    case PartKey.Text:
    case PartKey.Thinking:
      part.textPtr = c.valuePtr;
      part.textLen = c.valueLen;
      break;
    case PartKey.Signature:
      part.auxPtr = c.valuePtr;
      part.auxLen = c.valueLen;
      break;
    case PartKey.Data:
    case PartKey.RedactedContent:
      part.idPtr = c.valuePtr;
      part.idLen = c.valueLen;
      part.type = PartType.RedactedThinking;
      break;
    case PartKey.Format:
      part.foreign = !startsWithLiteral(c.word(), c.wordLen, L.ANTHROPIC);
      break;
    default:
      break;
  }
}

function takeNumber(c: JsonCursor, part: Part, key: PartKey): void {
  const value = readInteger(c.valuePtr, c.valueLen);
  const number: u32 = value < 0 ? u32.MAX_VALUE : <u32>value;
  switch (key) {
    case PartKey.Index:
      part.order = number;
      break;
    case PartKey.AfterText:
      part.afterText = number;
      if (part.place == Place.Front) part.place = Place.Inside;
      break;
    case PartKey.AfterTools:
      part.afterTools = number;
      if (part.place == Place.Front) part.place = Place.Inside;
      break;
    default:
      break;
  }
}
