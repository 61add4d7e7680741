/**
 * Chat Completions: `functions` and `function_call`, the forerunners of tools. A function is a tool, a call a tool call without
 * an id, a message of role `function` its result. Source: docs/chat.md, "Tools"; OpenAI API reference, deprecated parameters.
 */
import * as L from "../../bytes/literals";
import { equals } from "../../bytes/compare";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { MessageKey, messageKeyName } from "../../wire/openai/message_keys";
import { ChatRole } from "../../wire/openai/roles";
import { findToolKey, ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Conversation, Message, Tool, ToolCall, ToolKind } from "../shared/conversation";
import {
  atItem,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseType,
  thenMember,
} from "../shared/problem";

/** Messages in front of a result in which its call is looked for. */
const SEARCH_BACK: u32 = 64;

/** Reads the array at `ptr`, which is known to be valid, into the list of tools; `limit` is the most that a request may have. */
export function readFunctions(
  c: JsonCursor,
  ptr: usize,
  len: u32,
  talk: Conversation,
  limit: u32,
): bool {
  c.open(ptr, len, u32.MAX_VALUE);
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    atItem(L.FUNCTIONS, index, 0);
    if (index == limit) return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_TOOLS);
    if (c.kind() != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
    const tool = talk.tools.push();
    if (tool == null) return refuseMemory();
    tool.index = index;
    tool.kind = ToolKind.Function;
    if (!readFunction(c, tool)) return false;
  }
  return true;
}

function readFunction(c: JsonCursor, tool: Tool): bool {
  c.enterObject();
  while (c.nextKey()) {
    const key = findToolKey(c.keyPtr, c.keyLen);
    const expected = kindOfMember(key);
    if (expected == JsonKind.Invalid) {
      c.skip();
      continue;
    }
    if (!c.skipKind(expected)) {
      atItem(L.FUNCTIONS, tool.index, toolKeyName(key));
      return refuseType(expected == JsonKind.String ? L.TEXT_A_STRING : L.TEXT_AN_OBJECT);
    }
    takeMember(c, tool, key);
  }
  if (tool.nameLen > 2) return true;
  atItem(L.FUNCTIONS, tool.index, toolKeyName(ToolKey.Name));
  return refuseMissing();
}

function kindOfMember(key: ToolKey): JsonKind {
  switch (key) {
    case ToolKey.Name:
    case ToolKey.Description:
      return JsonKind.String;
    case ToolKey.Parameters:
    case ToolKey.CacheControl:
      return JsonKind.Object;
    default:
      return JsonKind.Invalid;
  }
}

function takeMember(c: JsonCursor, tool: Tool, key: ToolKey): void {
  switch (key) {
    case ToolKey.Name:
      tool.namePtr = c.valuePtr;
      tool.nameLen = c.valueLen;
      break;
    case ToolKey.Description:
      tool.descriptionPtr = c.valuePtr;
      tool.descriptionLen = c.valueLen;
      break;
    case ToolKey.Parameters:
      tool.schemaPtr = c.valuePtr;
      tool.schemaLen = c.valueLen;
      break;
    default:
      tool.cachePtr = c.valuePtr;
      tool.cacheLen = c.valueLen;
      break;
  }
}

/** Reads an assistant message's `function_call` that comes next, as a call without id; `tool_calls` win over it, in either order. */
export function readFunctionCall(c: JsonCursor, talk: Conversation, message: Message): bool {
  if (message.callsCount > 0 || c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Object) {
    if (c.broken) return false;
    atCall(message, ToolKey.Unknown);
    return refuseType(L.TEXT_AN_OBJECT);
  }
  const first = talk.calls.count;
  const call = talk.calls.push();
  if (call == null) return refuseMemory();
  c.enterObject();
  while (c.nextKey()) {
    if (!readCallMember(c, message, call)) return false;
  }
  if (c.status != JsonStatus.Ok) return false;
  message.callsFirst = first;
  message.callsCount = 1;
  if (call.nameLen > 2) return true;
  atCall(message, ToolKey.Name);
  return refuseMissing();
}

function readCallMember(c: JsonCursor, message: Message, call: ToolCall): bool {
  const key = findToolKey(c.keyPtr, c.keyLen);
  if (key != ToolKey.Name && key != ToolKey.Arguments) return c.skip();
  if (!c.skipKind(JsonKind.String)) {
    if (c.broken) return false;
    atCall(message, key);
    return refuseType(L.TEXT_A_STRING);
  }
  if (key == ToolKey.Name) {
    call.namePtr = c.valuePtr;
    call.nameLen = c.valueLen;
  } else {
    call.inputPtr = c.valuePtr;
    call.inputLen = c.valueLen;
  }
  return true;
}

function atCall(message: Message, key: ToolKey): void {
  atItem(L.MESSAGES, message.index, messageKeyName(MessageKey.FunctionCall));
  if (key != ToolKey.Unknown) thenMember(toolKeyName(key));
}

/** Gives every result of role `function` the latest unanswered call of its name, over the pairing by order alone. */
export function pairFunctions(talk: Conversation): void {
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.role != ChatRole.Function || message.nameLen <= 2) continue;
    const end = i > SEARCH_BACK ? i - SEARCH_BACK : 0;
    for (let at = i; at > end; at--) {
      const call = callOf(talk, talk.messages.at(at - 1));
      if (call == null || call.answered || !isNamed(call, message)) continue;
      call.answered = true;
      message.answers = at;
      message.answersCall = 0;
      break;
    }
  }
}

/** The one call of an assistant message; null when it has none or several, which are no legacy calls. */
function callOf(talk: Conversation, message: Message): ToolCall | null {
  if (message.role != ChatRole.Assistant || message.callsCount != 1) return null;
  return talk.calls.at(message.callsFirst);
}

function isNamed(call: ToolCall, message: Message): bool {
  return call.nameLen == message.nameLen && equals(call.namePtr, message.namePtr, call.nameLen);
}
