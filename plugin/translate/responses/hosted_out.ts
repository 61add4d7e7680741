/** Responses: calls of tools that run at the upstream, and their results. Source: docs/responses.md, "Items of an answer". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equals, equalsLiteral, literalLen, literalPtr } from "../../bytes/compare";
import { makeStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { Block } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { findResultKey, ResultKey } from "../../wire/anthropic/result_keys";
import { putInside } from "../shared/tokens";
import { inputOf, keepInput, keepToken, putWholeInput } from "./calls_out";
import { announce, closeOpen, finishItem, grow, openItem, putTextDone } from "./items_out";
import { putCallDelta, putCallText, putPlain } from "./put_event";
import { Include } from "./request";
import { ItemKind, ItemStatus, OpenBlock, OutItem, ResponsesStream } from "./stream_state";

const KEEP: u32 = 4096;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();
const INNER: JsonCursor = makeStruct<JsonCursor>();
const TEXT: Writer = makeWriter();

/** A server_tool_use or mcp_tool_use block begins; tools whose calls clients have no item for are not shown. */
export function startHosted(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  source: Block,
): void {
  const kind = kindOfHosted(source);
  if (kind == ItemKind.Message) return;
  closeOpen(out, s);
  const item = openItem(s, kind);
  if (item == null) return;
  block.item = item;
  item.idPtr = keepToken(s, source.idPtr, source.idLen);
  item.idLen = source.idLen;
  item.namePtr = keepToken(s, source.namePtr, source.nameLen);
  item.nameLen = source.nameLen;
  item.serverPtr = keepToken(s, source.serverPtr, source.serverLen);
  item.serverLen = source.serverLen;
  keepInput(s, block, source);
  if (kind == ItemKind.Search) {
    const action = isFetch(item) ? L.FETCH_OPEN : L.SEARCH_OPEN;
    grow(s, item.more, literalPtr(action), literalLen(action));
  }
  announce(out, s, item);
  if (kind == ItemKind.Search) putPlain(out, s, L.R_SEARCH_PROGRESS, item);
  else if (kind == ItemKind.Mcp) putPlain(out, s, L.R_MCP_PROGRESS, item);
  else putPlain(out, s, L.R_CODE_PROGRESS, item);
}

/** Message: none. */
function kindOfHosted(source: Block): ItemKind {
  if (source.type == BlockType.McpToolUse) return ItemKind.Mcp;
  const ptr = source.namePtr;
  const len = source.nameLen;
  if (equalsLiteral(ptr, len, L.Q_WEB_SEARCH) || equalsLiteral(ptr, len, L.Q_WEB_FETCH))
    return ItemKind.Search;
  if (equalsLiteral(ptr, len, L.Q_CODE_EXECUTION)) return ItemKind.Code;
  if (equalsLiteral(ptr, len, L.Q_BASH_CODE) || equalsLiteral(ptr, len, L.Q_EDITOR_CODE))
    return ItemKind.Code;
  return ItemKind.Message;
}

function isFetch(item: OutItem): bool {
  return equalsLiteral(item.namePtr, item.nameLen, L.Q_WEB_FETCH);
}

/** The block of a hosted call ends: what it does is known, what came of it not yet. */
export function stopHosted(out: Writer, s: ResponsesStream, block: OpenBlock, item: OutItem): void {
  if (!block.seen && (block.inputPtr != 0 || item.kind == ItemKind.Mcp))
    putWholeInput(out, s, block, item);
  switch (item.kind) {
    case ItemKind.Mcp:
      putTextDone(out, s, item);
      break;
    case ItemKind.Search:
      takeQuery(s, item);
      putPlain(out, s, L.R_SEARCHING, item);
      break;
    default:
      takeCode(s, item);
      putWholeCode(out, s, item);
      break;
  }
}

/** The query, or the page, of the call into its action. */
function takeQuery(s: ResponsesStream, item: OutItem): void {
  const c = CURSOR;
  const input = inputOf(item);
  c.open(input.start, input.length, DEPTH_CEILING);
  if (c.kind() != JsonKind.Object || !c.enterObject()) return;
  while (c.nextKey()) {
    const isQuery = c.keyIs(L.QUERY);
    const isUrl = c.keyIs(L.URL) && isFetch(item);
    const isText = c.kind() == JsonKind.String;
    if (!c.skip() || !isText || (!isQuery && !isUrl)) continue;
    TEXT.begin(c.valueLen * 2 + 64, u32.MAX_VALUE);
    TEXT.literal(isUrl ? L.K_URL : L.K_QUERY);
    TEXT.put(c.valuePtr, c.valueLen);
    if (isQuery) {
      TEXT.literal(L.K_QUERIES);
      TEXT.put(c.valuePtr, c.valueLen);
      TEXT.byte(Ascii.BracketClose);
    }
    addTo(s, item);
    item.hasAction = true;
    return;
  }
}

/** Moves TEXT behind what the item has more. */
function addTo(s: ResponsesStream, item: OutItem): void {
  if (TEXT.failed) s.failed = true;
  else grow(s, item.more, TEXT.start, TEXT.length);
  TEXT.finish(KEEP);
}

/** The code is a member of the input; an input without one is the code. */
function takeCode(s: ResponsesStream, item: OutItem): void {
  const c = CURSOR;
  const input = inputOf(item);
  c.open(input.start, input.length, DEPTH_CEILING);
  if (c.kind() != JsonKind.Object || !c.enterObject()) return;
  while (c.nextKey()) {
    const isCode = c.keyIs(L.CODE) || c.keyIs(L.COMMAND);
    const isText = c.kind() == JsonKind.String;
    if (
      !c.skip() ||
      !isCode ||
      !isText ||
      equalsLiteral(item.namePtr, item.nameLen, L.Q_EDITOR_CODE)
    )
      continue;
    item.text.reset();
    grow(s, item.text, c.valuePtr + 1, c.valueLen - 2);
    return;
  }
}

function putWholeCode(out: Writer, s: ResponsesStream, item: OutItem): void {
  TEXT.begin(item.text.length + 2, u32.MAX_VALUE);
  TEXT.byte(Ascii.Quote);
  item.text.copyTo(TEXT);
  TEXT.byte(Ascii.Quote);
  if (TEXT.failed) s.failed = true;
  else putCallDelta(out, s, L.R_CODE_DELTA, item, TEXT.start, TEXT.length);
  TEXT.finish(KEEP);
  putCallText(out, s, L.R_CODE_DONE, item, L.I_CODE_TEXT);
  putPlain(out, s, L.R_INTERPRETING, item);
}

/** The result of a hosted call: it ends the call, wherever that stands. */
export function putResult(out: Writer, s: ResponsesStream, source: Block): void {
  const item = findCaller(s, source);
  if (item == null || item.isFinished) return;
  item.hasResult = true;
  switch (item.kind) {
    case ItemKind.Search:
      putSearchResult(out, s, item, source);
      break;
    case ItemKind.Mcp:
      putMcpResult(out, s, item, source);
      break;
    default:
      takeLogs(s, item, source);
      putPlain(out, s, L.R_CODE_COMPLETED, item);
      takeContainer(s, item);
      finishItem(out, s, item, ItemStatus.Completed);
      break;
  }
}

/** The call that a result names; null when there is none. */
function findCaller(s: ResponsesStream, source: Block): OutItem | null {
  const len = source.toolUseLen;
  for (let i = s.items.count; i > 0 && len > 0; i--) {
    const item = s.items.at(i - 1);
    const isHosted =
      item.kind == ItemKind.Search || item.kind == ItemKind.Mcp || item.kind == ItemKind.Code;
    if (isHosted && item.idLen == len && equals(item.idPtr, source.toolUsePtr, len)) return item;
  }
  return null;
}

/** A result that is no list, but an object, tells an error. */
function putSearchResult(out: Writer, s: ResponsesStream, item: OutItem, source: Block): void {
  const ptr = source.contentPtr;
  const isList = ptr != 0 && kindOf(ptr) == JsonKind.Array;
  const failed = !isList && (!isFetch(item) || isError(source));
  if (isList && (s.own.include & Include.Sources) != 0) takeSources(s, item, source);
  if (!failed) putPlain(out, s, L.R_SEARCH_COMPLETED, item);
  finishItem(out, s, item, failed ? ItemStatus.Failed : ItemStatus.Completed);
}

/** An object that has an error code. */
function isError(source: Block): bool {
  const c = CURSOR;
  c.open(source.contentPtr, source.contentLen, DEPTH_CEILING);
  if (source.contentPtr == 0 || !c.enterObject()) return true;
  let found = false;
  while (c.nextKey()) {
    if (findResultKey(c.keyPtr, c.keyLen) == ResultKey.ErrorCode) found = true;
    c.skip();
  }
  return found;
}

/** The pages found, each `{"type":"url","url":…}`, with all of the result where that is asked for. */
function takeSources(s: ResponsesStream, item: OutItem, source: Block): void {
  const c = CURSOR;
  const full = (s.own.include & Include.Results) != 0;
  c.open(source.contentPtr, source.contentLen, DEPTH_CEILING);
  c.enterArray();
  TEXT.begin(1024, u32.MAX_VALUE);
  TEXT.literal(L.K_SOURCES);
  const first = TEXT.length;
  while (c.nextElement()) {
    if (c.kind() != JsonKind.Object) {
      c.skip();
      continue;
    }
    const mark = TEXT.mark();
    if (TEXT.length != first) TEXT.byte(Ascii.Comma);
    TEXT.literal(L.SOURCE_URL_OPEN);
    if (!putSource(c, full)) TEXT.rewind(mark);
    else TEXT.byte(Ascii.BraceClose);
  }
  TEXT.byte(Ascii.BracketClose);
  addTo(s, item);
}

/** False for a result without a page. */
function putSource(c: JsonCursor, full: bool): bool {
  const inner = INNER;
  c.skip();
  inner.open(c.valuePtr, c.valueLen, DEPTH_CEILING);
  let found = false;
  inner.enterObject();
  while (inner.nextKey()) {
    const isUrl = findResultKey(inner.keyPtr, inner.keyLen) == ResultKey.Url;
    const isText = inner.kind() == JsonKind.String;
    inner.skip();
    if (!isUrl || !isText || found) continue;
    TEXT.put(inner.valuePtr, inner.valueLen);
    found = true;
  }
  if (found && full) putSourceRest(c.valuePtr, c.valueLen);
  return found;
}

/** What a client needs to send the result back. */
function putSourceRest(ptr: usize, len: u32): void {
  const inner = INNER;
  inner.open(ptr, len, DEPTH_CEILING);
  inner.enterObject();
  while (inner.nextKey()) {
    const key = findResultKey(inner.keyPtr, inner.keyLen);
    const isText = inner.kind() == JsonKind.String;
    inner.skip();
    if (!isText) continue;
    if (key == ResultKey.Title) TEXT.literal(L.K_TITLE);
    else if (key == ResultKey.PageAge) TEXT.literal(L.K_PAGE_AGE);
    else if (key == ResultKey.EncryptedContent) TEXT.literal(L.K_ENCRYPTED_CONTENT);
    else continue;
    TEXT.put(inner.valuePtr, inner.valueLen);
  }
}

function putMcpResult(out: Writer, s: ResponsesStream, item: OutItem, source: Block): void {
  if (source.isError) {
    if (source.contentPtr == 0) grow(s, item.more, literalPtr(L.EMPTY_ARRAY), 2);
    else {
      TEXT.begin(source.contentLen, u32.MAX_VALUE);
      TEXT.putOneLine(source.contentPtr, source.contentLen);
      addTo(s, item);
    }
    putPlain(out, s, L.R_MCP_FAILED, item);
    finishItem(out, s, item, ItemStatus.Failed);
    return;
  }
  takeTexts(s, item, source);
  putPlain(out, s, L.R_MCP_COMPLETED, item);
  finishItem(out, s, item, ItemStatus.Completed);
}

/** The texts of a result, a line break between them, as the inside of a string. */
function takeTexts(s: ResponsesStream, item: OutItem, source: Block): void {
  const ptr = source.contentPtr;
  if (ptr == 0) return;
  TEXT.begin(source.contentLen, u32.MAX_VALUE);
  const c = CURSOR;
  c.open(ptr, source.contentLen, DEPTH_CEILING);
  if (c.kind() == JsonKind.String) putInside(TEXT, ptr, source.contentLen);
  else if (c.enterArray()) {
    while (c.nextElement()) {
      if (c.kind() != JsonKind.Object) c.skip();
      else putTextOf(c);
    }
  }
  addTo(s, item);
}

function putTextOf(c: JsonCursor): void {
  c.enterObject();
  while (c.nextKey()) {
    const isIt = findResultKey(c.keyPtr, c.keyLen) == ResultKey.Text && c.kind() == JsonKind.String;
    c.skip();
    if (!isIt) continue;
    if (TEXT.length > 0) TEXT.literal(L.LINE_BREAK);
    putInside(TEXT, c.valuePtr, c.valueLen);
  }
}

/** What the code printed, where that is asked for. */
function takeLogs(s: ResponsesStream, item: OutItem, source: Block): void {
  if ((s.own.include & Include.CodeOutputs) == 0 || source.contentPtr == 0) return;
  const c = CURSOR;
  c.open(source.contentPtr, source.contentLen, DEPTH_CEILING);
  if (c.kind() != JsonKind.Object || !c.enterObject()) return;
  TEXT.begin(source.contentLen, u32.MAX_VALUE);
  while (c.nextKey()) {
    const key = findResultKey(c.keyPtr, c.keyLen);
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (isText && (key == ResultKey.Stdout || key == ResultKey.Stderr))
      putInside(TEXT, c.valuePtr, c.valueLen);
  }
  addTo(s, item);
}

/** The container's id, when the answer has named it by now. */
function takeContainer(s: ResponsesStream, item: OutItem): void {
  const answer = s.answer;
  if (answer.containerPtr == 0 || kindOf(answer.containerPtr) != JsonKind.Object) return;
  const c = CURSOR;
  c.open(answer.containerPtr, answer.containerLen, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const isId = c.keyIs(L.ID) && c.kind() == JsonKind.String;
    c.skip();
    if (!isId) continue;
    item.containerPtr = keepToken(s, c.valuePtr, c.valueLen);
    item.containerLen = c.valueLen;
  }
}
