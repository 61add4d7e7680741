/** The request: headers, body, trailers. Finishes at whichever comes first of `end_of_stream` and the trailers. */
import {
  canReplaceBodies,
  logLine,
  readBuffer,
  removeHeader,
  replaceBuffer,
  resultLen,
  resultPtr,
} from "../abi/host";
import { output } from "../abi/memory";
import { Action, BufferType, HeaderMap, LogLevel, Status } from "../abi/numbers";
import { equalsLiteralIgnoreCase } from "../bytes/compare";
import { putU64, readU32 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { Config, Profile, RequestHeaders } from "../policy/config";
import { forgetModel } from "../policy/model_label";
import { problemMessage } from "../translate/shared/problem";
import { Dialect, foundDialect } from "../translate/surface";
import { noteModels, openAccount } from "./account";
import { isAttempt, restoreOrigin, settleAttempt } from "./attempts";
import { settleEarlyBetas } from "./beta_headers";
import { noteClient } from "./client_id";
import { usesOAuth } from "./credentials";
import { hasKeysByModel } from "./key_choice";
import { putRequestExports } from "./exports";
import { noteModelLabel } from "./metrics";
import { checkOperation, classify, isNotOurs } from "./operation";
import { replyError, replyProblem } from "./reply";
import { editRequestHeaders } from "./request_edit";
import { headerBlock, headerBlockLen, putHeader, readRequestHeaders } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { requestUnchanged, translateRequest } from "./request_translator";
import { mayRoute } from "./prefill_route";
import { needsModel, selectProfile, selectWithoutModel, UNKNOWN_PROFILE } from "./select_profile";
import { sendNative } from "./native_resource";
import { isNativeResource, isResource, Operation } from "../translate/surface";
import { finishUpload, takeUpload } from "./upload";
import { openCreation, sendResource } from "./resource_request";
import { Phase, StreamState } from "./stream";
import { noteSent } from "./timing";
import { proveHold, watch } from "./tick";

/** Classifies the request, edits its headers, holds them when the configuration says so. */
export function onRequestHeaders(stream: StreamState, end: bool): Action {
  const config = stream.root.config;
  const placed = isAttempt();
  stream.isAttempt = placed;
  const headers = readClientHeaders(placed);
  if (config == null || headers == null) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return Action.Continue;
  }
  const chosen = chooseProfile(config, headers, placed);
  if (chosen < 0 && isRefused(stream, config, headers, chosen)) return Action.Continue;
  if (chosen < 0 || isNotOurs(headers)) {
    stream.phase = Phase.Pass;
    return Action.Continue;
  }
  const profile = config.profiles.at(chosen);
  stream.profile = profile;
  noteClient(stream, profile);
  openAccount(stream, profile);
  if (placed) settleAttempt(headers, profile);
  stream.hasBetas = headers.has(RequestHeader.AnthropicBeta);
  if (!checkOperation(stream, headers, profile)) return Action.Continue;
  if (leavesAtOnce(stream.operation)) return sendAtOnce(stream, headers, profile, end);
  if (!isAcceptable(stream, headers, profile, end)) return Action.Continue;
  return awaitBody(stream, headers, config, profile);
}

/** True for requests that need not wait until their body is whole. */
function leavesAtOnce(operation: Operation): bool {
  if (operation == Operation.BatchCreate) return false;
  return isResource(operation) || isNativeResource(operation);
}

function sendAtOnce(stream: StreamState, headers: SpanTable, profile: Profile, end: bool): Action {
  return isNativeResource(stream.operation)
    ? sendNative(stream, headers, profile)
    : sendResource(stream, headers, profile, end);
}

/** Edits what can be edited without the body, and holds the headers until it has come. */
function awaitBody(
  stream: StreamState,
  headers: SpanTable,
  config: Config,
  profile: Profile,
): Action {
  const early = config.requestHeaders == RequestHeaders.Early;
  stream.deferred = waitsForBody(stream, profile);
  if (!stream.deferred) {
    editRequestHeaders(stream, headers, profile, !early && stream.root.holdProven);
    stream.usesOAuth = usesOAuth;
  }
  stream.phase = Phase.Waiting;
  if (early) {
    if (!settleEarlyBetas(stream, config, profile)) replyProblem(stream);
    return Action.Continue;
  }
  stream.requestHeld = true;
  watch(stream);
  return Action.Pause;
}

/** Where the request goes, or by which key, is told by its body. */
function waitsForBody(stream: StreamState, profile: Profile): bool {
  if (stream.resource != null) return false;
  return needsModel || hasKeysByModel(profile) || mayRoute(stream, profile);
}

/** Index of the profile, below 0: none. Operations without a model in their body are chosen for at once. */
function chooseProfile(config: Config, headers: SpanTable, placed: bool): i32 {
  const chosen = selectProfile(config, headers, headerBlock, headerBlockLen, placed);
  if (!needsModel) return chosen;
  const operation = classify(headers);
  if (!isResource(operation) && !isNativeResource(operation)) return chosen;
  return selectWithoutModel(config, headers, headerBlock, headerBlockLen, placed);
}

/** The headers as the client sent them, also where another attempt has changed them before. */
function readClientHeaders(placed: bool): SpanTable | null {
  const headers = readRequestHeaders();
  return placed && restoreOrigin() ? readRequestHeaders() : headers;
}

/** Answers a request without a profile, where the configuration says so. */
function isRefused(stream: StreamState, config: Config, headers: SpanTable, chosen: i32): bool {
  classify(headers);
  stream.dialect = foundDialect;
  if (chosen == UNKNOWN_PROFILE) {
    logLine(LogLevel.Error, problemMessage.start, problemMessage.length);
    replyProblem(stream);
    return true;
  }
  if (config.rejectUnmatched) replyError(stream, 404, L.CODE_UNKNOWN_URL, L.TEXT_NO_PROFILE, 0);
  return config.rejectUnmatched;
}

/** Answers what the headers alone tell to be in vain; true when the request goes on. */
function isAcceptable(stream: StreamState, headers: SpanTable, profile: Profile, end: bool): bool {
  if (stream.operation == Operation.BatchCreate && !openCreation(stream, profile)) return false;
  if (!checkRequestHeaders(stream, headers, profile)) return false;
  if (end) refuseBody(stream);
  return !end;
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

/** True when `onRequestBody` wants the body of a request whose headers it has seen. */
export function takesBody(stream: StreamState): bool {
  if (stream.upload != null || stream.phase == Phase.Waiting) return true;
  return stream.resource != null && stream.phase == Phase.Sent;
}

/** Collects the body; translates it when it is complete. */
export function onRequestBody(stream: StreamState, size: u32, end: bool): Action {
  if (stream.upload != null) return takeUpload(stream, size, end);
  if (stream.resource != null && stream.phase == Phase.Sent && size > 0) {
    // None is wanted, and none was announced.
    replaceBuffer(BufferType.RequestBody, 0, 0);
    return Action.Continue;
  }
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
  finishUpload(stream);
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
  const body = resultPtr;
  if (!translate(stream, config, profile, size)) {
    if (stream.phase != Phase.Pass) replyProblem(stream);
    return;
  }
  const out = output();
  if (
    !requestUnchanged &&
    replaceBuffer(BufferType.RequestBody, out.start, out.length) != Status.Ok
  ) {
    refuseReplacement(stream);
    return;
  }
  stream.phase = Phase.Sent;
  noteSent(stream);
  if (requestUnchanged) sendOn(stream, body, size);
  else sendOn(stream, out.start, out.length);
}

/** The request goes on, as `length` bytes at `ptr`: headers that were held get its length. */
function sendOn(stream: StreamState, ptr: usize, length: u32): void {
  const isOurs = !requestUnchanged && stream.dialect == Dialect.OpenAi;
  putRequestExports(stream, ptr, length, isOurs);
  if (!stream.requestHeld) return;
  const out = output();
  const mark = out.mark();
  putU64(out, length);
  // Without memory for it the body is chunked; the client's length would be wrong.
  if (out.failed) removeHeader(HeaderMap.Request, L.H_CONTENT_LENGTH);
  else putHeader(L.H_CONTENT_LENGTH, out.start + mark, out.length - mark);
  stream.requestHeld = false;
}

/** The new body cannot be put in: there is no memory for it, or nobody who does it. */
function refuseReplacement(stream: StreamState): void {
  if (canReplaceBodies()) replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
  else replyError(stream, 500, L.CODE_CONFIGURATION, L.TEXT_NO_COMPANION, 0);
}

/** Translates the body that was read last, and notes the model that it asks for. False with a problem. */
function translate(stream: StreamState, config: Config, profile: Profile, size: u32): bool {
  forgetModel();
  const translated = translateRequest(stream, config, profile, resultPtr, size);
  // A batch asks for many.
  if (stream.operation != Operation.BatchCreate) {
    noteModelLabel(stream);
    noteModels(stream);
  }
  return translated;
}

/** A body that is not there is no JSON object. */
function refuseBody(stream: StreamState): void {
  replyError(stream, 400, 0, L.TEXT_BAD_JSON, 0);
}
