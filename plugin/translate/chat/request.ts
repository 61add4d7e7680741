/**
 * Chat Completions: the walk over the client's body. One pass validates the whole document and fills the
 * records of shared/conversation.ts and the table of top-level members; nothing is decided here but what is wrong in
 * itself. Source: docs/chat.md, "Request"; OpenAI API reference, "Create chat completion".
 */
import { Arena } from "../../bytes/arena";
import * as L from "../../bytes/literals";
import { openStruct } from "../../bytes/records";
import { openSpanTable, SpanTable } from "../../bytes/span_table";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { ChatKey, chatKeyName, findChatKey } from "../../wire/openai/chat_keys";
import { Facts } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { Conversation, openConversation } from "../shared/conversation";
import {
  atMember,
  clearProblem,
  problemStatus,
  refuseJson,
  refuseType,
  refuseWhole,
} from "../shared/problem";
import { takeExtraParams } from "./extensions";
import { readMessages } from "./messages";
import { readTools } from "./tools";

/** Rows of the member table: one per ChatKey. */
const MEMBER_COUNT: u32 = 64;

@unmanaged
@final
export class ChatRequest {
  cursor: JsonCursor;
  members: SpanTable; // by ChatKey; null counts as absent
  talk: Conversation;
  facts: Facts;
  maxMessages: u32;
  maxTools: u32;
  sawMessages: bool;
  unknownPtr: usize; // name of the first member that no API has; 0: there is none
  unknownLen: u32;
}

/** Empty request state in `arena`; null without memory. */
export function openChatRequest(arena: Arena): ChatRequest | null {
  const request = openStruct<ChatRequest>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const members = openSpanTable(arena, MEMBER_COUNT);
  const talk = openConversation(arena);
  const facts = openStruct<Facts>(arena);
  if (request == null || cursor == null || members == null || talk == null || facts == null) {
    return null;
  }
  request.cursor = cursor;
  request.members = members;
  request.talk = talk;
  request.facts = facts;
  return request;
}

/**
 * Reads a body of `len` bytes. False when it cannot be served; shared/problem.ts says why. The body must stay in
 * place until the request was written.
 */
export function readChat(request: ChatRequest, ptr: usize, len: u32, depth: u32): bool {
  clearProblem();
  const c = request.cursor;
  c.open(ptr, len, depth);
  if (c.kind() != JsonKind.Object) return refuseJson();
  if (readMembers(request) && c.finish()) {
    takeFacts(request);
    return takeExtraParams(request);
  }
  if (problemStatus != 0) return false;
  if (c.status == JsonStatus.TooDeep)
    return refuseWhole(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_DEEP);
  return refuseJson();
}

/** What the members say that policy and the answer need. */
function takeFacts(request: ChatRequest): void {
  const facts = request.facts;
  const members = request.members;
  facts.stream = members.len(ChatKey.Stream) == 4; // true
  facts.includeUsage = facts.stream && wantsUsage(request);
  if (!members.has(ChatKey.Model)) return;
  facts.modelPtr = members.ptr(ChatKey.Model) + 1;
  facts.modelLen = members.len(ChatKey.Model) - 2;
}

/** `stream_options.include_usage`. */
function wantsUsage(request: ChatRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.StreamOptions)) return false;
  const c = request.cursor;
  c.open(members.ptr(ChatKey.StreamOptions), members.len(ChatKey.StreamOptions), 16);
  c.enterObject();
  let wants = false;
  while (c.nextKey()) {
    const isUsage = c.keyIs(L.INCLUDE_USAGE);
    const kind = c.kind();
    c.skip();
    if (isUsage) wants = kind == JsonKind.True;
  }
  return wants;
}

function readMembers(request: ChatRequest): bool {
  const c = request.cursor;
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(request, findChatKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.status == JsonStatus.Ok;
}

function readMember(request: ChatRequest, key: ChatKey): bool {
  const c = request.cursor;
  switch (key) {
    case ChatKey.Unknown: {
      if (c.kind() != JsonKind.Null) noteUnknown(request);
      return c.skip();
    }
    case ChatKey.Messages:
      return readMessageList(request);
    case ChatKey.Tools:
      return readToolList(request);
    default: {
      const expected = kindOfMember(key);
      if (expected == JsonKind.Invalid) {
        if (!c.skipNullable()) return false;
      } else if (!skipExpected(c, expected)) {
        return wrongKind(c, key, expected);
      }
      request.members.set(key, c.valuePtr, c.valueLen);
      return true;
    }
  }
}

/** Notes that the name under the cursor is of no API. */
export function noteUnknown(request: ChatRequest): void {
  const c = request.cursor;
  note(request.facts, Adaptation.DroppedUnknown);
  if (request.unknownPtr != 0) return;
  request.unknownPtr = request.talk.arena.keep(c.keyPtr, c.keyLen);
  request.unknownLen = c.keyLen;
}

/** A later `messages` replaces an earlier one. */
function readMessageList(request: ChatRequest): bool {
  const c = request.cursor;
  const talk = request.talk;
  talk.messages.truncate(0);
  talk.parts.truncate(0);
  talk.calls.truncate(0);
  if (c.kind() != JsonKind.Array) return notAnArray(request, L.MESSAGES);
  request.sawMessages = true;
  return readMessages(c, talk, request.facts, request.maxMessages);
}

function readToolList(request: ChatRequest): bool {
  const c = request.cursor;
  request.talk.tools.truncate(0);
  if (c.kind() != JsonKind.Array) return notAnArray(request, L.TOOLS);
  return readTools(c, request.talk, request.maxTools);
}

/** Null is absent; anything else but an array is a problem. */
function notAnArray(request: ChatRequest, member: usize): bool {
  const c = request.cursor;
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.broken) return false;
  atMember(member);
  return refuseType(L.TEXT_AN_ARRAY);
}

function skipExpected(c: JsonCursor, expected: JsonKind): bool {
  return expected == JsonKind.True ? c.skipBool() : c.skipKind(expected);
}

function wrongKind(c: JsonCursor, key: ChatKey, expected: JsonKind): bool {
  if (c.broken) return false;
  atMember(chatKeyName(key));
  return refuseType(kindText(expected));
}

/** Kind that a member must have (True: a boolean); Invalid: any, it is checked where it is used. */
function kindOfMember(key: ChatKey): JsonKind {
  switch (key) {
    case ChatKey.Model:
    case ChatKey.ReasoningEffort:
    case ChatKey.User:
    case ChatKey.SafetyIdentifier:
    case ChatKey.ServiceTier:
      return JsonKind.String;
    case ChatKey.MaxCompletionTokens:
    case ChatKey.MaxTokens:
    case ChatKey.Temperature:
    case ChatKey.TopP:
    case ChatKey.N:
      return JsonKind.Number;
    case ChatKey.Stream:
    case ChatKey.ParallelToolCalls:
      return JsonKind.True;
    case ChatKey.StreamOptions:
    case ChatKey.Reasoning:
    case ChatKey.ResponseFormat:
    case ChatKey.WebSearchOptions:
    case ChatKey.Metadata:
      return JsonKind.Object;
    case ChatKey.Modalities:
    case ChatKey.Functions:
      return JsonKind.Array;
    default:
      return JsonKind.Invalid;
  }
}

function kindText(kind: JsonKind): usize {
  switch (kind) {
    case JsonKind.String:
      return L.TEXT_A_STRING;
    case JsonKind.Number:
      return L.TEXT_A_NUMBER;
    case JsonKind.True:
      return L.TEXT_A_BOOLEAN;
    case JsonKind.Array:
      return L.TEXT_AN_ARRAY;
    default:
      return L.TEXT_AN_OBJECT;
  }
}
