/** Chat Completions: the walk over `messages`. Source: docs/chat.md, "Messages". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { findMessageKey, MessageKey, messageKeyName } from "../../wire/openai/message_keys";
import { ChatRole, findChatRole } from "../../wire/openai/roles";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { Facts } from "../plan";
import { ContentKind, Conversation, Message } from "../shared/conversation";
import {
  atItem,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseType,
  refuseValue,
} from "../shared/problem";
import { readCalls } from "./calls";
import { readBlocks } from "./content_blocks";
import { readFunctionCall } from "./legacy";
import { readParts } from "../shared/parts";
import { readReasoning } from "./reasoning";

/** Reads the array that comes next; `limit` is the most messages a request may have. */
export function readMessages(c: JsonCursor, talk: Conversation, facts: Facts, limit: u32): bool {
  c.enterArray();
  let index: u32 = 0;
  while (c.nextElement()) {
    if (index == limit) {
      atItem(L.MESSAGES, index, 0);
      return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_MESSAGES);
    }
    if (!readMessage(c, talk, facts, index)) return false;
    index += 1;
  }
  return c.status == JsonStatus.Ok;
}

function readMessage(c: JsonCursor, talk: Conversation, facts: Facts, index: u32): bool {
  const message = talk.messages.push();
  if (message == null) return refuseMemory();
  message.index = index;
  if (c.kind() != JsonKind.Object) {
    if (c.broken) return false;
    atItem(L.MESSAGES, index, 0);
    return refuseType(L.TEXT_AN_OBJECT);
  }
  c.enterObject();
  while (c.nextKey()) {
    const key = findMessageKey(c.keyPtr, c.keyLen);
    if (!readMember(c, talk, message, key)) return false;
  }
  if (c.status != JsonStatus.Ok) return false;
  if (message.role == ChatRole.Unknown) {
    atItem(L.MESSAGES, index, messageKeyName(MessageKey.Role));
    return refuseMissing();
  }
  return true;
}

function readMember(c: JsonCursor, talk: Conversation, message: Message, key: MessageKey): bool {
  switch (key) {
    case MessageKey.Role:
      return readRole(c, message);
    case MessageKey.Content:
      return readContent(c, talk, message);
    case MessageKey.ToolCalls:
      return readCalls(c, talk, message);
    case MessageKey.ReasoningDetails:
    case MessageKey.ThinkingBlocks:
      return readReasoning(c, talk, message, key);
    case MessageKey.ReasoningContent:
    case MessageKey.Reasoning:
      return readReasoningText(c, message);
    case MessageKey.ContentBlocks:
      return readBlocks(c, message);
    case MessageKey.FunctionCall:
      return readFunctionCall(c, talk, message);
    case MessageKey.ToolCallId:
    case MessageKey.Refusal:
      return readText(c, message, key);
    case MessageKey.CacheControl:
      if (!c.skipNullable()) return false;
      message.cachePtr = c.valuePtr;
      message.cacheLen = c.valueLen;
      return true;
    case MessageKey.Name:
      return readName(c, message);
    default:
      return readFlag(c, message, key);
  }
}

/** Members of which only so much counts as that they are there. */
function readFlag(c: JsonCursor, message: Message, key: MessageKey): bool {
  switch (key) {
    case MessageKey.IsError:
      if (!c.skipBool()) return wrongKind(c, message, key, L.TEXT_A_BOOLEAN);
      message.isError = c.valueLen == 4;
      return true;
    case MessageKey.PromptCacheBreakpoint:
      message.breakpoint = c.kind() == JsonKind.Object;
      return c.skip();
    case MessageKey.Audio:
      message.hasAudio = c.kind() != JsonKind.Null;
      return c.skip();
    default:
      return c.skip();
  }
}

function readRole(c: JsonCursor, message: Message): bool {
  if (c.kind() != JsonKind.String) return wrongKind(c, message, MessageKey.Role, L.TEXT_A_STRING);
  if (!c.skip()) return false;
  const ptr = c.valuePtr + 1;
  const len = c.valueLen - 2;
  message.role = findChatRole(ptr, len);
  if (message.role == ChatRole.Unknown) {
    message.role = findChatRole(UNESCAPED_KEY, unescapeShort(ptr, len));
  }
  if (message.role != ChatRole.Unknown) return true;
  atItem(L.MESSAGES, message.index, messageKeyName(MessageKey.Role));
  return refuseValue(L.CODE_INVALID_VALUE, ptr, len, L.TEXT_ROLES);
}

/** String, parts or null; a later `content` replaces an earlier one. */
function readContent(c: JsonCursor, talk: Conversation, message: Message): bool {
  message.content = ContentKind.None;
  switch (c.kind()) {
    case JsonKind.Null:
      return c.skip();
    case JsonKind.String:
      if (!c.skip()) return false;
      message.content = ContentKind.Text;
      message.textPtr = c.valuePtr;
      message.textLen = c.valueLen;
      return true;
    case JsonKind.Array:
      message.content = ContentKind.Parts;
      message.partsFirst = talk.parts.count;
      if (!readParts(c, talk, message)) return false;
      message.partsCount = talk.parts.count - message.partsFirst;
      return true;
    default:
      return wrongKind(c, message, MessageKey.Content, L.TEXT_STRING_OR_PARTS);
  }
}

function readText(c: JsonCursor, message: Message, key: MessageKey): bool {
  if (!c.skipKind(JsonKind.String)) return wrongKind(c, message, key, L.TEXT_A_STRING);
  if (key == MessageKey.Refusal) {
    message.refusalPtr = c.valuePtr;
    message.refusalLen = c.valueLen;
    return true;
  }
  message.toolCallIdPtr = c.valuePtr;
  message.toolCallIdLen = c.valueLen;
  return true;
}

/** Thinking as text only: it cannot be sent back, but its loss can be told. */
function readReasoningText(c: JsonCursor, message: Message): bool {
  const isText = c.kind() == JsonKind.String;
  if (!c.skip()) return false;
  if (isText && c.valueLen > 2) message.saysReasoning = true;
  return true;
}

function readName(c: JsonCursor, message: Message): bool {
  message.hasName = c.kind() != JsonKind.Null;
  const isText = c.kind() == JsonKind.String;
  if (!c.skip()) return false;
  if (!isText) return true;
  message.namePtr = c.valuePtr;
  message.nameLen = c.valueLen;
  return true;
}

function wrongKind(c: JsonCursor, message: Message, key: MessageKey, expected: usize): bool {
  if (c.broken) return false;
  atItem(L.MESSAGES, message.index, messageKeyName(key));
  return refuseType(expected);
}
