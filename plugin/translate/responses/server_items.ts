/**
 * Responses: calls of tools that ran at the upstream, as the pair of blocks that they were. Where something of it is gone the call is
 * left out: what came of it stands in the answer that follows. Source: docs/responses.md, "Hosted tools".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equals, literalLen, startsWithLiteral } from "../../bytes/compare";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ItemKey } from "../../wire/openai/item_keys";
import { ItemType } from "../../wire/openai/item_types";
import { findResultKey, ResultKey } from "../../wire/anthropic/result_keys";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { putInput } from "../shared/arguments";
import { refuseMemory } from "../shared/problem";
import { pushBlock } from "./reasoning_in";
import { ResponsesRequest } from "./request";

/** Longest pair of blocks that is put together. */
const PAIR_CAP: u32 = 0x0400_0000;
const KEEP: u32 = 4096;

const PAIR: Writer = makeWriter();

/** What a source of a search says; tokens. */
let urlPtr: usize = 0;
let urlLen: u32 = 0;
let titlePtr: usize = 0;
let titleLen: u32 = 0;
let agePtr: usize = 0;
let ageLen: u32 = 0;
let contentPtr: usize = 0;
let contentLen: u32 = 0;

/** Takes a web search or an MCP call, if it is whole. False without memory. */
export function takeServerCall(request: ResponsesRequest, type: ItemType, index: u32): bool {
  const item = request.item;
  const prefix = type == ItemType.McpCall ? L.ID_MCP : L.ID_SEARCH;
  const ptr = item.ptr(ItemKey.Id);
  const len = item.len(ItemKey.Id);
  const size = literalLen(prefix);
  let whole = false;
  if (len > size + 2 && startsWithLiteral(ptr + 1, len - 2, prefix)) {
    PAIR.begin(1024, PAIR_CAP);
    const id = ptr + 1 + size;
    const idLen = len - 2 - size;
    whole = type == ItemType.McpCall ? putMcp(request, id, idLen) : putSearch(request, id, idLen);
  }
  if (!whole || PAIR.failed) {
    const failed = PAIR.failed;
    PAIR.finish(KEEP);
    if (failed) return refuseMemory();
    note(request.base.facts, Adaptation.DroppedItem);
    return true;
  }
  const kept = request.base.talk.arena.keep(PAIR.start, PAIR.length);
  const pairLen = PAIR.length;
  PAIR.finish(KEEP);
  return kept == 0 ? refuseMemory() : pushBlock(request, index, kept, pairLen);
}

/** `"id"` from the inside of our own item id. */
function putId(id: usize, len: u32): void {
  PAIR.byte(Ascii.Quote);
  PAIR.put(id, len);
  PAIR.byte(Ascii.Quote);
}

/** Spans of a search's action. */
let queryPtr: usize = 0;
let queryLen: u32 = 0;
let sourcesPtr: usize = 0;
let sourcesLen: u32 = 0;

/** Finds query and sources of the action at hand. */
function readAction(c: JsonCursor, ptr: usize, len: u32): void {
  queryPtr = sourcesPtr = 0;
  queryLen = sourcesLen = 0;
  c.open(ptr, len, DEPTH_CEILING);
  if (!c.enterObject()) return;
  while (c.nextKey()) {
    const isQuery = c.keyIs(L.QUERY) && c.kind() == JsonKind.String;
    const isSources = c.keyIs(L.SOURCES) && c.kind() == JsonKind.Array;
    c.skip();
    if (isQuery) {
      queryPtr = c.valuePtr;
      queryLen = c.valueLen;
    } else if (isSources) {
      sourcesPtr = c.valuePtr;
      sourcesLen = c.valueLen;
    }
  }
}

/** The two blocks of a search whose every source can be sent back. */
function putSearch(request: ResponsesRequest, id: usize, idLen: u32): bool {
  const action = request.item.ptr(ItemKey.Action);
  if (!request.hasWebSearch || action == 0) return false;
  const c = request.inner;
  readAction(c, action, request.item.len(ItemKey.Action));
  if (queryPtr == 0 || sourcesLen <= 2) return false;
  PAIR.literal(L.B_SERVER_TOOL);
  putId(id, idLen);
  PAIR.literal(L.SEARCH_QUERY);
  PAIR.put(queryPtr, queryLen);
  PAIR.literal(L.B_SEARCH_RESULT);
  putId(id, idLen);
  PAIR.literal(L.K_CONTENT_LIST);
  c.open(sourcesPtr, sourcesLen, DEPTH_CEILING);
  c.enterArray();
  for (let count: u32 = 0; c.nextElement(); count++) {
    if (!readSource(c)) return false;
    if (count > 0) PAIR.byte(Ascii.Comma);
    putSource();
  }
  PAIR.literal(L.LIST_BLOCK_END);
  return true;
}

/** True when the source has all that the API wants of a result. */
function readSource(c: JsonCursor): bool {
  urlPtr = titlePtr = agePtr = contentPtr = 0;
  if (c.kind() != JsonKind.Object) return false;
  c.enterObject();
  while (c.nextKey()) {
    const key = findResultKey(c.keyPtr, c.keyLen);
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (isText) takeText(c, key);
  }
  return urlPtr != 0 && contentPtr != 0;
}

function takeText(c: JsonCursor, key: ResultKey): void {
  switch (key) {
    case ResultKey.Url:
      urlPtr = c.valuePtr;
      urlLen = c.valueLen;
      break;
    case ResultKey.Title:
      titlePtr = c.valuePtr;
      titleLen = c.valueLen;
      break;
    case ResultKey.PageAge:
      agePtr = c.valuePtr;
      ageLen = c.valueLen;
      break;
    case ResultKey.EncryptedContent:
      contentPtr = c.valuePtr;
      contentLen = c.valueLen;
      break;
    default:
      break;
  }
}

function putSource(): void {
  PAIR.literal(L.SEARCH_RESULT_OPEN);
  PAIR.put(urlPtr, urlLen);
  PAIR.literal(L.K_TITLE);
  if (titlePtr == 0) PAIR.literal(L.EMPTY_STRING);
  else PAIR.put(titlePtr, titleLen);
  PAIR.literal(L.K_PAGE_AGE);
  if (agePtr == 0) PAIR.literal(L.NULL);
  else PAIR.put(agePtr, ageLen);
  PAIR.literal(L.K_ENCRYPTED_CONTENT);
  PAIR.put(contentPtr, contentLen);
  PAIR.byte(Ascii.BraceClose);
}

/** The two blocks of an MCP call that has come to an end, when its server is declared again. */
function putMcp(request: ResponsesRequest, id: usize, idLen: u32): bool {
  const item = request.item;
  const output = item.ptr(ItemKey.Output);
  const error = item.ptr(ItemKey.Error);
  const label = item.ptr(ItemKey.ServerLabel);
  const name = item.ptr(ItemKey.Name);
  if (output == 0 && error == 0) return false;
  if (!isText(label) || !isText(name) || !isDeclared(request, label, item.len(ItemKey.ServerLabel)))
    return false;
  PAIR.literal(L.B_MCP_USE);
  putId(id, idLen);
  PAIR.literal(L.K_NAME);
  PAIR.put(name, item.len(ItemKey.Name));
  PAIR.literal(L.K_SERVER_NAME);
  PAIR.put(label, item.len(ItemKey.ServerLabel));
  PAIR.literal(L.K_INPUT);
  const args = item.ptr(ItemKey.Arguments);
  putInput(
    PAIR,
    args,
    isText(args) ? item.len(ItemKey.Arguments) : 0,
    DEPTH_CEILING,
    request.base.facts,
  );
  PAIR.literal(L.B_MCP_RESULT);
  putId(id, idLen);
  PAIR.literal(error != 0 ? L.IS_ERROR_TRUE : L.IS_ERROR_FALSE);
  PAIR.literal(L.K_CONTENT_LIST);
  if (isText(output)) {
    PAIR.literal(L.B_TEXT);
    PAIR.put(output, item.len(ItemKey.Output));
    PAIR.byte(Ascii.BraceClose);
  } else if (isText(error)) {
    PAIR.literal(L.B_TEXT);
    PAIR.put(error, item.len(ItemKey.Error));
    PAIR.byte(Ascii.BraceClose);
  }
  PAIR.literal(L.LIST_BLOCK_END);
  return true;
}

function isText(ptr: usize): bool {
  return ptr != 0 && kindOf(ptr) == JsonKind.String;
}

/** Whether a tool of the request names the server. */
function isDeclared(request: ResponsesRequest, label: usize, len: u32): bool {
  const tools = request.base.talk.tools;
  for (let i: u32 = 0; i < tools.count; i++) {
    const tool = tools.at(i);
    if (tool.serverLen == len && equals(tool.serverPtr, label, len)) return true;
  }
  return false;
}
