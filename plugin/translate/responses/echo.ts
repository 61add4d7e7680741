/**
 * Responses: what the response object repeats of the request, put together once: the pieces that stand between the members which
 * only the answer knows. Source: docs/responses.md, "Response object".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral } from "../../bytes/compare";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { ResponseKey } from "../../wire/openai/response_keys";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { refuseMemory } from "../shared/problem";
import {
  sentTemperatureLen,
  sentTemperaturePtr,
  sentTopPLen,
  sentTopPPtr,
} from "../shared/sampling";
import { ResponsesRequest } from "./request";

/** The pieces. */
export const enum Echo {
  /** `instructions` … `metadata` */
  Head = 0,
  /** `parallel_tool_calls` … `safety_identifier` */
  Middle = 1,
  /** `store` … `truncation` */
  Tail = 2,
  /** `user` */
  User = 3,
}

/** Number of pieces. */
export const ECHO_PIECES: u32 = 4;
/** Most bytes of instructions and tools that are repeated; above, both are told as absent. */
const ECHO_CAP: u32 = 262144;
const KEEP: u32 = 4096;

const TEXT: Writer = makeWriter();

/** Writes the pieces into the request's arena. False without memory. */
export function keepEcho(request: ResponsesRequest): bool {
  const own = request.own;
  const members = request.base.members;
  const size = own.len(ResponseKey.Instructions) + members.len(ChatKey.Tools);
  const full = size <= ECHO_CAP;
  TEXT.begin(1024 + (full ? size : 0), u32.MAX_VALUE);
  let mark = TEXT.mark();
  putOwn(request, L.E_INSTRUCTIONS, full ? ResponseKey.Instructions : ResponseKey.Unknown, L.NULL);
  putOwn(request, L.E_MAX_OUTPUT_TOKENS, ResponseKey.MaxOutputTokens, L.NULL);
  putOwn(request, L.E_MAX_TOOL_CALLS, ResponseKey.MaxToolCalls, L.NULL);
  putShared(request, L.E_METADATA, ChatKey.Metadata, L.EMPTY_OBJECT);
  mark = keep(request, Echo.Head, mark);
  putShared(request, L.E_PARALLEL, ChatKey.ParallelToolCalls, L.TRUE);
  putShared(request, L.E_PROMPT_CACHE_KEY, ChatKey.PromptCacheKey, L.NULL);
  putShared(request, L.E_REASONING, ChatKey.Reasoning, L.NO_REASONING);
  putShared(request, L.E_SAFETY_IDENTIFIER, ChatKey.SafetyIdentifier, L.NULL);
  mark = keep(request, Echo.Middle, mark);
  putTail(request, full);
  mark = keep(request, Echo.Tail, mark);
  putShared(request, L.E_USER, ChatKey.User, L.NULL);
  keep(request, Echo.User, mark);
  const failed = TEXT.failed;
  TEXT.finish(KEEP);
  for (let i: u32 = 0; i < ECHO_PIECES; i++) {
    if (failed || !request.echo.has(i)) return refuseMemory();
  }
  return true;
}

/** Keeps what was written behind a mark; answers the next mark. */
function keep(request: ResponsesRequest, piece: Echo, mark: u32): u32 {
  const len = TEXT.length - mark;
  request.echo.set(piece, request.base.talk.arena.keep(TEXT.start + mark, len), len);
  return TEXT.length;
}

function putTail(request: ResponsesRequest, full: bool): void {
  TEXT.literal(L.E_TEMPERATURE);
  putNumber(sentTemperaturePtr, sentTemperatureLen);
  putOwn(request, L.E_TEXT, ResponseKey.Text, L.NO_TEXT_FORMAT);
  putShared(request, L.E_TOOL_CHOICE, ChatKey.ToolChoice, L.Q_AUTO);
  TEXT.literal(L.E_TOOLS);
  if (full) putTools(request);
  else TEXT.literal(L.EMPTY_ARRAY);
  putShared(request, L.E_TOP_LOGPROBS, ChatKey.TopLogprobs, L.ZERO);
  TEXT.literal(L.E_TOP_P);
  putNumber(sentTopPPtr, sentTopPLen);
  const otherwise = request.hasComputer ? L.Q_AUTO : L.Q_DISABLED;
  putOwn(request, L.E_TRUNCATION, ResponseKey.Truncation, otherwise);
}

/** What was not sent counts as the default of both APIs. */
function putNumber(ptr: usize, len: u32): void {
  if (len == 0) TEXT.literal(L.ONE);
  else TEXT.put(ptr, len);
}

function putOwn(
  request: ResponsesRequest,
  key: usize,
  member: ResponseKey,
  otherwise: usize,
): void {
  const own = request.own;
  put(key, own.ptr(member), member == ResponseKey.Unknown ? 0 : own.len(member), otherwise);
}

function putShared(request: ResponsesRequest, key: usize, member: ChatKey, otherwise: usize): void {
  const members = request.base.members;
  put(key, members.ptr(member), members.len(member), otherwise);
}

/** The pieces stand in events, which are one line. */
function put(key: usize, ptr: usize, len: u32, otherwise: usize): void {
  TEXT.literal(key);
  if (len == 0) TEXT.literal(otherwise);
  else TEXT.putOneLine(ptr, len);
}

/** The list as it came; functions get the two members that clients' types demand of them. */
function putTools(request: ResponsesRequest): void {
  const members = request.base.members;
  if (!members.has(ChatKey.Tools)) {
    TEXT.literal(L.EMPTY_ARRAY);
    return;
  }
  const c = request.inner;
  c.open(members.ptr(ChatKey.Tools), members.len(ChatKey.Tools), DEPTH_CEILING);
  c.enterArray();
  TEXT.byte(Ascii.BracketOpen);
  for (let count: u32 = 0; c.nextElement(); count++) {
    if (count > 0) TEXT.byte(Ascii.Comma);
    const start = c.ptr;
    const missing = missingMembers(c);
    const len = <u32>(c.ptr - start);
    if (missing == 0) {
      TEXT.putOneLine(start, len);
      continue;
    }
    TEXT.putOneLine(start, len - 1);
    if ((missing & 1) != 0) TEXT.literal(L.PARAMETERS_NULL);
    if ((missing & 2) != 0) TEXT.literal(L.STRICT_NULL);
    TEXT.byte(Ascii.BraceClose);
  }
  TEXT.byte(Ascii.BracketClose);
}

/** Passes a tool; bit 0: a function without `parameters`, bit 1: without `strict`. */
function missingMembers(c: JsonCursor): u32 {
  let isFunction = false;
  let missing: u32 = 3;
  if (c.kind() != JsonKind.Object) {
    c.skip();
    return 0;
  }
  c.enterObject();
  while (c.nextKey()) {
    const key = findToolKey(c.keyPtr, c.keyLen);
    c.skip();
    if (key == ToolKey.Type) isFunction = equalsLiteral(c.valuePtr, c.valueLen, L.Q_FUNCTION);
    else if (key == ToolKey.Parameters) missing &= ~1;
    else if (key == ToolKey.Strict) missing &= ~2;
  }
  return isFunction ? missing : 0;
}
