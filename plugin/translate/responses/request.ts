/**
 * Responses: the walk over the client's body. One pass validates the whole document and finds the top-level members; the items of
 * `input` then fill the records of shared/conversation.ts. Source: docs/responses.md, "Request"; OpenAI API reference, "Create a
 * model response".
 */
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { openStruct } from "../../bytes/records";
import { openSpanTable, SpanTable } from "../../bytes/span_table";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { ChatKey, findChatKey } from "../../wire/openai/chat_keys";
import { findIncludeWord, IncludeWord } from "../../wire/openai/include_words";
import { findResponseKey, ResponseKey, responseKeyName } from "../../wire/openai/response_keys";
import {
  ClientRequest,
  noteUnknown,
  openClientRequest,
  refuseBroken,
  takeFacts,
} from "../shared/client_request";
import { takeExtraParams } from "../shared/extensions";
import { kindOfMember, skipExpected, wrongKind } from "../shared/member_kinds";
import {
  atMember,
  clearProblem,
  refuse,
  refuseJson,
  refuseMissing,
  refuseType,
} from "../shared/problem";
import { readInput } from "./input";
import { checkStateless } from "./stateless";
import { readTools } from "./tools";

/** Rows of the tables: one per member. */
const OWN_COUNT: u32 = 32;
const ITEM_COUNT: u32 = 40;

/** What `include` asks for; bits. */
export const enum Include {
  Sources = 1,
  Results = 2,
  CodeOutputs = 4,
}

@unmanaged
@final
export class ResponsesRequest {
  base: ClientRequest;
  own: SpanTable; // members that only this surface has, by ResponseKey
  item: SpanTable; // members of the item at hand, by ItemKey
  inner: JsonCursor; // for values inside of the item at hand
  nested: JsonCursor; // for tools inside of a tool
  include: u32; // bits of Include
  asksSummary: bool; // `reasoning` asks for a summary
  hasComputer: bool; // hosted tools that were declared
  hasLocalShell: bool;
  hasShell: bool;
  hasApplyPatch: bool;
  hasWebSearch: bool;
  serversPtr: usize; // decided: `mcp_servers`, JSON array; 0: there are none
  serversLen: u32;
  temperaturePtr: usize; // decided: values that were sent; 0: none was
  temperatureLen: u32;
  topPPtr: usize;
  topPLen: u32;
  echo: SpanTable; // decided: pieces of the response object, by Echo
}

/** Empty request state in `arena`; null without memory. */
export function openResponsesRequest(arena: Arena): ResponsesRequest | null {
  const request = openStruct<ResponsesRequest>(arena);
  const base = openClientRequest(arena);
  const own = openSpanTable(arena, OWN_COUNT);
  const item = openSpanTable(arena, ITEM_COUNT);
  const inner = openStruct<JsonCursor>(arena);
  const nested = openStruct<JsonCursor>(arena);
  const echo = openSpanTable(arena, 4);
  if (request == null || base == null || own == null || item == null) return null;
  if (inner == null || nested == null || echo == null) return null;
  request.base = base;
  base.isResponses = true;
  request.own = own;
  request.item = item;
  request.inner = inner;
  request.nested = nested;
  request.echo = echo;
  return request;
}

/**
 * Reads a body of `len` bytes. False when it cannot be served; shared/problem.ts says why. The body must stay in place until the
 * request was written.
 */
export function readResponses(request: ResponsesRequest, ptr: usize, len: u32, depth: u32): bool {
  clearProblem();
  const base = request.base;
  const c = base.cursor;
  c.open(ptr, len, depth);
  if (c.kind() != JsonKind.Object) return refuseJson();
  if (!readMembers(request) || !c.finish()) return refuseBroken(c);
  takeFacts(base);
  if (!takeExtraParams(base) || !checkStateless(request)) return false;
  readInclude(request);
  return checkInput(request) && readInput(request);
}

function readMembers(request: ResponsesRequest): bool {
  const c = request.base.cursor;
  c.enterObject();
  while (c.nextKey()) {
    const own = findResponseKey(c.keyPtr, c.keyLen);
    if (own != ResponseKey.Unknown) {
      if (!readOwn(request, own)) return false;
    } else if (!readShared(request, findChatKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** A member that both surfaces have under one name; the ones that only Chat has are unknown here. */
function readShared(request: ResponsesRequest, key: ChatKey): bool {
  const base = request.base;
  const c = base.cursor;
  if (key == ChatKey.Tools) return readToolList(request);
  if (isUnknown(key)) {
    if (c.kind() != JsonKind.Null) noteUnknown(base);
    return c.skip();
  }
  const expected = kindOfMember(key);
  if (expected == JsonKind.Invalid) {
    if (!c.skipNullable()) return false;
  } else if (!skipExpected(c, expected)) return wrongKind(c, key, expected);
  base.members.set(key, c.valuePtr, c.valueLen);
  return true;
}

function isUnknown(key: ChatKey): bool {
  switch (key) {
    case ChatKey.Unknown:
    case ChatKey.Messages:
    case ChatKey.MaxCompletionTokens:
    case ChatKey.MaxTokens:
    case ChatKey.N:
    case ChatKey.ReasoningEffort:
    case ChatKey.ResponseFormat:
    case ChatKey.Functions:
    case ChatKey.FunctionCall:
    case ChatKey.WebSearchOptions:
    case ChatKey.Verbosity:
    case ChatKey.Modalities:
    case ChatKey.Audio:
    case ChatKey.System:
      return true;
    default:
      return false;
  }
}

function readOwn(request: ResponsesRequest, key: ResponseKey): bool {
  const c = request.base.cursor;
  const expected = kindOfOwn(key);
  if (expected == JsonKind.Invalid) {
    if (!c.skipNullable()) return false;
  } else if (!skipExpected(c, expected)) {
    if (c.broken) return false;
    atMember(responseKeyName(key));
    return refuseType(textOfKind(expected));
  }
  request.own.set(key, c.valuePtr, c.valueLen);
  return true;
}

/** Kind that a member must have (True: a boolean); Invalid: any, it is checked where it is used. */
function kindOfOwn(key: ResponseKey): JsonKind {
  switch (key) {
    case ResponseKey.MaxOutputTokens:
    case ResponseKey.MaxToolCalls:
      return JsonKind.Number;
    case ResponseKey.Text:
    case ResponseKey.InstructionsCacheControl:
      return JsonKind.Object;
    case ResponseKey.Include:
      return JsonKind.Array;
    case ResponseKey.Background:
      return JsonKind.True;
    case ResponseKey.PreviousResponseId:
    case ResponseKey.Truncation:
      return JsonKind.String;
    default:
      return JsonKind.Invalid;
  }
}

function textOfKind(kind: JsonKind): usize {
  switch (kind) {
    case JsonKind.Number:
      return L.TEXT_A_NUMBER;
    case JsonKind.True:
      return L.TEXT_A_BOOLEAN;
    case JsonKind.Array:
      return L.TEXT_AN_ARRAY;
    case JsonKind.String:
      return L.TEXT_A_STRING;
    default:
      return L.TEXT_AN_OBJECT;
  }
}

/** A later list replaces an earlier one; null is absent. */
function readToolList(request: ResponsesRequest): bool {
  const base = request.base;
  const c = base.cursor;
  base.talk.tools.truncate(0);
  const start = c.ptr;
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Array) {
    if (c.broken) return false;
    atMember(L.TOOLS);
    return refuseType(L.TEXT_AN_ARRAY);
  }
  if (!readTools(request, c)) return false;
  base.members.set(ChatKey.Tools, start, <u32>(c.ptr - start));
  return true;
}

/** Words that we do not know ask for nothing that we leave out. */
function readInclude(request: ResponsesRequest): void {
  const own = request.own;
  if (!own.has(ResponseKey.Include)) return;
  const c = request.base.cursor;
  c.open(own.ptr(ResponseKey.Include), own.len(ResponseKey.Include), u32.MAX_VALUE);
  c.enterArray();
  while (c.nextElement()) {
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (!isText) continue;
    switch (findIncludeWord(c.valuePtr + 1, c.valueLen - 2)) {
      case IncludeWord.Sources:
        request.include |= Include.Sources;
        break;
      case IncludeWord.Results:
        request.include |= Include.Sources | Include.Results;
        break;
      case IncludeWord.CodeOutputs:
        request.include |= Include.CodeOutputs;
        break;
      default:
        break;
    }
  }
}

/** There must be something to answer. */
function checkInput(request: ResponsesRequest): bool {
  const own = request.own;
  const ptr = own.ptr(ResponseKey.Input);
  const len = own.len(ResponseKey.Input);
  atMember(L.INPUT);
  if (len == 0 || equalsLiteral(ptr, len, L.EMPTY_STRING)) return refuseMissing();
  const c = request.base.cursor;
  c.open(ptr, len, u32.MAX_VALUE);
  const kind = c.kind();
  if (kind == JsonKind.String) return true;
  if (kind != JsonKind.Array) return refuseType(L.TEXT_STRING_OR_ITEMS);
  c.enterArray();
  return c.nextElement() || refuse(400, L.CODE_EMPTY_ARRAY, L.TEXT_EMPTY_INPUT);
}
