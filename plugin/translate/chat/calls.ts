/** Chat Completions: the walk over an assistant message's tool calls. Source: docs/chat.md, "Assistant messages". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { MessageKey, messageKeyName } from "../../wire/openai/message_keys";
import { findToolKey, ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { CallKind, Conversation, Message, ToolCall } from "../shared/conversation";
import {
  atItem,
  refuseMemory,
  refuseMissing,
  refuseType,
  thenItem,
  thenMember,
} from "../shared/problem";

/** Reads the array that comes next; null and an empty list are absent, a later list replaces an earlier one and a legacy call. */
export function readCalls(c: JsonCursor, talk: Conversation, message: Message): bool {
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Array) {
    if (c.broken) return false;
    atItem(L.MESSAGES, message.index, messageKeyName(MessageKey.ToolCalls));
    return refuseType(L.TEXT_AN_ARRAY);
  }
  const first = talk.calls.count;
  c.enterArray();
  for (let at: u32 = 0; c.nextElement(); at++) {
    const call = talk.calls.push();
    if (call == null) return refuseMemory();
    call.index = at;
    if (!readCall(c, call, message)) return false;
  }
  if (talk.calls.count > first) {
    message.callsFirst = first;
    message.callsCount = talk.calls.count - first;
  }
  return c.status == JsonStatus.Ok;
}

function readCall(c: JsonCursor, call: ToolCall, message: Message): bool {
  if (c.kind() != JsonKind.Object)
    return wrongKind(c, call, message, ToolKey.Unknown, L.TEXT_AN_OBJECT);
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, call, message, findToolKey(c.keyPtr, c.keyLen))) return false;
  }
  if (c.status != JsonStatus.Ok) return false;
  if (call.nameLen > 2) return true;
  atCall(message, call, ToolKey.Unknown);
  thenMember(toolKeyName(call.kind == CallKind.Custom ? ToolKey.Custom : ToolKey.Function));
  thenMember(toolKeyName(ToolKey.Name));
  return refuseMissing();
}

function readMember(c: JsonCursor, call: ToolCall, message: Message, key: ToolKey): bool {
  switch (key) {
    case ToolKey.Id:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, call, message, key, L.TEXT_A_STRING);
      call.idPtr = c.valuePtr;
      call.idLen = c.valueLen;
      return true;
    case ToolKey.Function:
    case ToolKey.Custom:
      return readBody(c, call, message, key);
    case ToolKey.CacheControl:
      if (!c.skipNullable()) return false;
      call.cachePtr = c.valuePtr;
      call.cacheLen = c.valueLen;
      return true;
    default:
      return c.skip();
  }
}

/** The object under `function` or `custom`. */
function readBody(c: JsonCursor, call: ToolCall, message: Message, key: ToolKey): bool {
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Object) return wrongKind(c, call, message, key, L.TEXT_AN_OBJECT);
  call.kind = key == ToolKey.Custom ? CallKind.Custom : CallKind.Function;
  c.enterObject();
  while (c.nextKey()) {
    const member = findToolKey(c.keyPtr, c.keyLen);
    if (member != ToolKey.Name && member != ToolKey.Arguments && member != ToolKey.Input) {
      if (!c.skip()) return false;
      continue;
    }
    if (!c.skipKind(JsonKind.String)) return wrongBody(c, call, message, key, member);
    if (member == ToolKey.Name) {
      call.namePtr = c.valuePtr;
      call.nameLen = c.valueLen;
    } else {
      call.inputPtr = c.valuePtr;
      call.inputLen = c.valueLen;
    }
  }
  return c.status == JsonStatus.Ok;
}

function atCall(message: Message, call: ToolCall, key: ToolKey): void {
  atItem(L.MESSAGES, message.index, 0);
  thenItem(messageKeyName(MessageKey.ToolCalls), call.index);
  if (key != ToolKey.Unknown) thenMember(toolKeyName(key));
}

function wrongKind(
  c: JsonCursor,
  call: ToolCall,
  message: Message,
  key: ToolKey,
  expected: usize,
): bool {
  if (c.broken) return false;
  atCall(message, call, key);
  return refuseType(expected);
}

function wrongBody(
  c: JsonCursor,
  call: ToolCall,
  message: Message,
  key: ToolKey,
  member: ToolKey,
): bool {
  if (c.broken) return false;
  atCall(message, call, key);
  thenMember(toolKeyName(member));
  return refuseType(L.TEXT_A_STRING);
}
