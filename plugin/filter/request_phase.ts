/** The request: headers, body, trailers. Finishes at whichever comes first of `end_of_stream` and the trailers. */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import { Arena, openArena } from "../bytes/arena";
import { equalsLiteral, equalsLiteralIgnoreCase } from "../bytes/compare";
import { putU64, readU32 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { SpanTable } from "../bytes/span_table";
import { Config, Profile, RequestHeaders, StreamPing, StreamUsage } from "../policy/config";
import { makePlan, planModelChanged } from "../policy/plan_maker";
import { CITATIONS_CAP } from "../translate/chat/annotations_stream";
import { openChatRequest, readChat, ChatRequest } from "../translate/chat/request";
import { expectedBytes, writeChat } from "../translate/chat/write";
import { AnswerShape } from "../translate/shape";
import { putAdaptations } from "../translate/shared/adaptation";
import { keepTools } from "../translate/shared/names";
import { problemStatus, refuseMemory, refuse, refuseWhole } from "../translate/shared/problem";
import { ChatKey } from "../wire/openai/chat_keys";
import { findOperation, Operation } from "../translate/surface";
import { chooseByModel, needsModel, selectProfile, strippedPrefix } from "./select_profile";
import { putBodyHeaders } from "./beta_headers";
import { hasKeysByModel, putCredentials } from "./credentials";
import {
  dropHeader,
  headerBlock,
  headerBlockLen,
  putHeader,
  putHeaderLiteral,
  readRequestHeaders,
} from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { replyError, replyProblem } from "./reply";
import { countRequest } from "./metrics";
import { Phase, StreamState } from "./stream";
import { proveHold, watch } from "./tick";

/** First chunk of what a stream keeps for its answer. */
const STREAM_ARENA_BYTES: u32 = 1008;
/** What a stream may keep besides one event: citations, which may leave half of each chunk unused, and the rest. */
const STREAM_ARENA_EXTRA: u32 = 2 * CITATIONS_CAP + 65536;

/** Classifies the request, edits its headers, holds them when the configuration says so. */
export function onRequestHeaders(stream: StreamState, end: bool): Action {
  const config = stream.root.config;
  const headers = readRequestHeaders();
  if (config == null || headers == null) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return Action.Continue;
  }
  const chosen = selectProfile(config, headers, headerBlock, headerBlockLen);
  if (chosen < 0 && config.rejectUnmatched) {
    replyError(stream, 404, L.CODE_UNKNOWN_URL, L.TEXT_NO_PROFILE, 0);
    return Action.Continue;
  }
  if (chosen < 0 || isNotOurs(headers)) {
    stream.phase = Phase.Pass;
    return Action.Continue;
  }
  const profile = config.profiles.at(chosen);
  stream.profile = profile;
  if (!isAcceptable(stream, headers, profile, end)) return Action.Continue;
  stream.deferred = needsModel || hasKeysByModel(profile);
  if (!stream.deferred) editRequestHeaders(headers, profile);
  stream.phase = Phase.Waiting;
  if (config.requestHeaders == RequestHeaders.Early) return Action.Continue;
  stream.requestHeld = true;
  watch(stream);
  return Action.Pause;
}

/** Answers what the headers alone tell to be in vain; true when the request goes on. */
function isAcceptable(stream: StreamState, headers: SpanTable, profile: Profile, end: bool): bool {
  if (!checkOperation(stream, headers)) return false;
  if (!checkRequestHeaders(stream, headers, profile)) return false;
  if (end) refuseBody(stream);
  return !end;
}

/** Upgrades and tunnels are no request and answer; OPTIONS is the business of Envoy's CORS filter or of the upstream. */
function isNotOurs(headers: SpanTable): bool {
  if (headers.has(RequestHeader.Upgrade)) return true;
  const ptr = headers.ptr(RequestHeader.Method);
  const len = headers.len(RequestHeader.Method);
  return equalsLiteral(ptr, len, L.OPTIONS) || equalsLiteral(ptr, len, L.CONNECT);
}

/** Answers what is not served; true when the request goes on. */
function checkOperation(stream: StreamState, headers: SpanTable): bool {
  const operation = findOperation(
    headers.ptr(RequestHeader.Method),
    headers.len(RequestHeader.Method),
    headers.ptr(RequestHeader.Path) + strippedPrefix,
    headers.len(RequestHeader.Path) - strippedPrefix,
  );
  switch (operation) {
    case Operation.Chat:
      return true;
    case Operation.Stored:
      replyError(stream, 400, L.CODE_UNSUPPORTED_OPERATION, L.TEXT_OPERATION, 0);
      return false;
    case Operation.Unsupported:
      replyError(stream, 400, L.CODE_UNSUPPORTED_OPERATION, L.TEXT_OTHER_OPERATION, 0);
      return false;
    case Operation.WrongMethod:
      replyError(stream, 405, L.CODE_METHOD, L.TEXT_METHOD, L.POST);
      return false;
    default:
      replyError(stream, 404, L.CODE_UNKNOWN_URL, L.TEXT_UNKNOWN_URL, 0);
      return false;
  }
}

/** What the headers alone tell to be in vain: a compressed body, a body that is too large. */
function checkRequestHeaders(stream: StreamState, headers: SpanTable, profile: Profile): bool {
  const encoding = headers.len(RequestHeader.ContentEncoding);
  if (
    encoding > 0 &&
    !equalsLiteralIgnoreCase(headers.ptr(RequestHeader.ContentEncoding), encoding, L.IDENTITY)
  ) {
    replyError(stream, 415, L.CODE_CONTENT_ENCODING, L.TEXT_ENCODED_REQUEST, 0);
    return false;
  }
  const length = readU32(
    headers.ptr(RequestHeader.ContentLength),
    headers.len(RequestHeader.ContentLength),
  );
  if (length <= <i64>profile.maxRequestBytes) return true;
  replyError(stream, 413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_TOO_LARGE, 0);
  return false;
}

/** Everything that does not depend on the body. */
function editRequestHeaders(headers: SpanTable, profile: Profile): void {
  putPath(profile);
  putCredentials(headers, profile);
  dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  dropHeader(headers, RequestHeader.OpenAiOrganization, L.H_OPENAI_ORGANIZATION);
  dropHeader(headers, RequestHeader.OpenAiProject, L.H_OPENAI_PROJECT);
  dropHeader(headers, RequestHeader.OpenAiBeta, L.H_OPENAI_BETA);
  dropHeader(headers, RequestHeader.Cookie, L.H_COOKIE);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  if (!isJson(headers)) putHeaderLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
  if (headers.has(RequestHeader.AnthropicVersion)) return;
  if (profile.anthropicVersionPtr == 0) putHeaderLiteral(L.H_ANTHROPIC_VERSION, L.VERSION_2023);
  else putHeader(L.H_ANTHROPIC_VERSION, profile.anthropicVersionPtr, profile.anthropicVersionLen);
}

function isJson(headers: SpanTable): bool {
  const ptr = headers.ptr(RequestHeader.ContentType);
  return equalsLiteral(ptr, headers.len(RequestHeader.ContentType), L.APPLICATION_JSON);
}

function putPath(profile: Profile): void {
  if (profile.basePathLen == 0) {
    putHeaderLiteral(L.H_PATH, L.PATH_MESSAGES);
    return;
  }
  const out = output();
  out.begin(256, 65536);
  out.put(profile.basePathPtr, profile.basePathLen);
  out.literal(L.PATH_MESSAGES);
  putHeader(L.H_PATH, out.start, out.length);
}

/** Collects the body; translates it when it is complete. */
export function onRequestBody(stream: StreamState, size: u32, end: bool): Action {
  if (stream.phase != Phase.Waiting && stream.phase != Phase.Body) return Action.Continue;
  if (stream.requestHeld) proveHold(stream.root);
  stream.phase = Phase.Body;
  stream.requestBytes = size;
  const profile = stream.profile;
  if (profile == null) return Action.Continue;
  if (size > profile.maxRequestBytes) {
    replyError(stream, 413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_TOO_LARGE, 0);
    return Action.Continue;
  }
  if (!end) return Action.Pause;
  finishRequest(stream, profile);
  return Action.Continue;
}

/** With trailers no body callback says that it is the last. */
export function onRequestTrailers(stream: StreamState): Action {
  if (stream.phase != Phase.Waiting && stream.phase != Phase.Body) return Action.Continue;
  const profile = stream.profile;
  if (profile != null) finishRequest(stream, profile);
  return Action.Continue;
}

/** Reads, translates and replaces the body, or answers why not. */
function finishRequest(stream: StreamState, profile: Profile): void {
  const size = stream.requestBytes;
  const config = stream.root.config;
  if (size == 0 || config == null) {
    refuseBody(stream);
    return;
  }
  if (readBuffer(BufferType.RequestBody, size) != Status.Ok || resultLen != size) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return;
  }
  if (!translate(stream, config, profile, resultPtr, size)) {
    if (stream.phase != Phase.Pass) replyProblem(stream);
    return;
  }
  const out = output();
  if (replaceBuffer(BufferType.RequestBody, out.start, out.length) != Status.Ok) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return;
  }
  stream.phase = Phase.Sent;
  countRequest(stream);
  if (!stream.requestHeld) return;
  const length = out.length;
  const mark = out.mark();
  putU64(out, length);
  if (!out.failed) putHeader(L.H_CONTENT_LENGTH, out.start + mark, out.length - mark);
  stream.requestHeld = false;
}

/** A body that is not there is no JSON object. */
function refuseBody(stream: StreamState): void {
  replyError(stream, 400, 0, L.TEXT_BAD_JSON, 0);
}

/** Leaves the Messages request in the output writer. False with a problem. */
function translate(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openChatRequest(scratch());
  if (request == null) return refuseMemory();
  request.maxMessages = profile.maxMessages;
  request.maxTools = profile.maxTools;
  if (!readChat(request, ptr, len, profile.maxDepth)) return false;
  if (stream.deferred) {
    if (!settleProfile(stream, config, request)) return false;
    const settled = stream.profile;
    if (settled != null) profile = settled;
  }
  const plan = makePlan(request, config, profile, len, scratch());
  if (plan == null) return problemStatus != 0 ? false : refuseMemory();
  const out = output();
  out.begin(expectedBytes(request, len), plan.maxOutputBytes);
  if (!writeChat(out, request, plan)) return false;
  if (out.failed) return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
  if (stream.requestHeld) putBodyHeaders(request.facts);
  return keepShape(stream, profile, request) || refuseMemory();
}

/** Chooses profile and key now that the model is known, and edits the headers. False with a problem, or when nothing matches. */
function settleProfile(stream: StreamState, config: Config, request: ChatRequest): bool {
  const headers = readRequestHeaders();
  if (headers == null) return refuseMemory();
  if (request.members.has(ChatKey.Model)) {
    const ptr = request.members.ptr(ChatKey.Model) + 1;
    chooseByModel(ptr, request.members.len(ChatKey.Model) - 2);
  }
  const chosen = selectProfile(config, headers, headerBlock, headerBlockLen);
  if (chosen < 0) {
    chooseByModel(0, 0);
    if (config.rejectUnmatched) return refuse(404, L.CODE_UNKNOWN_URL, L.TEXT_NO_PROFILE);
    stream.phase = Phase.Pass;
    return false;
  }
  const profile = config.profiles.at(chosen);
  stream.profile = profile;
  editRequestHeaders(headers, profile);
  chooseByModel(0, 0);
  return true;
}

/** Notes how the answer is to look. False without memory. */
function keepShape(stream: StreamState, profile: Profile, request: ChatRequest): bool {
  const facts = request.facts;
  const arena = openArena(STREAM_ARENA_BYTES, profile.maxEventBytes + STREAM_ARENA_EXTRA);
  if (arena == null) return false;
  stream.arena = arena;
  stream.wantsStream = facts.stream;
  const shape = openStruct<AnswerShape>(arena);
  if (shape == null) return false;
  stream.shape = shape;
  shape.reasoningContent = profile.reasoningContent;
  shape.reasoningField = profile.reasoningField;
  shape.reasoningDetails = profile.reasoningDetails;
  shape.thinkingBlocks = profile.thinkingBlocks;
  shape.includeUsage = facts.includeUsage || profile.streamUsage == StreamUsage.Always;
  shape.pingComments = profile.streamPing == StreamPing.Comment;
  shape.legacyFunctions = facts.legacyFunctions;
  if (!keepToolShape(shape, arena, request, profile)) return false;
  shape.maxDepth = profile.maxDepth;
  shape.showsAsked = planModelChanged;
  if (facts.modelLen > 0) {
    shape.modelPtr = arena.keep(facts.modelPtr, facts.modelLen);
    shape.modelLen = facts.modelLen;
    if (shape.modelPtr == 0) return false;
  }
  return facts.adapted == 0 || keepAdaptations(stream, request);
}

/** What answers need to know of the tools. False without memory. */
function keepToolShape(
  shape: AnswerShape,
  arena: Arena,
  request: ChatRequest,
  profile: Profile,
): bool {
  const facts = request.facts;
  shape.maxHeldBytes = profile.maxEventBytes;
  shape.jsonTool = facts.jsonTool;
  if (facts.jsonTool) {
    shape.jsonNamePtr = arena.keep(facts.jsonNamePtr, facts.jsonNameLen);
    shape.jsonNameLen = facts.jsonNameLen;
    if (shape.jsonNamePtr == 0) return false;
  }
  return keepTools(arena, request.talk, shape);
}

/** The value of x-bridge-adapted, written behind the body and copied. */
function keepAdaptations(stream: StreamState, request: ChatRequest): bool {
  const arena = stream.arena;
  if (arena == null) return false;
  const out = output();
  const mark = out.mark();
  putAdaptations(out, request.facts);
  stream.adaptedLen = out.length - mark;
  stream.adaptedPtr = arena.keep(out.start + mark, stream.adaptedLen);
  out.rewind(mark);
  return stream.adaptedPtr != 0;
}
