/** Error answers of our own, in the client's dialect. Decides how, never when. */
import { scratch, output } from "../abi/memory";
import { sendLocalResponse } from "../abi/host";
import { Action } from "../abi/numbers";
import { openPairList, PairList } from "../abi/pairs";
import * as L from "../bytes/literals";
import { literalLen, literalPtr } from "../bytes/compare";
import { SpanTable } from "../bytes/span_table";
import { ResponseHeaders } from "../policy/config";
import { Dialect } from "../translate/surface";
import { putNotedProblem, putOwnError } from "./error_body";
import { problemCode } from "../translate/shared/problem";
import { errorTypeName } from "../wire/anthropic/error_types";
import { typeOfStatus } from "../wire/upstream_error";
import { logReject } from "./event_log";
import { countLocalReply } from "./metrics";
import { requestIdHeader } from "./response_headers";
import { ResponseHeader } from "./response_headers_table";
import { Phase, StreamState } from "./stream";

/** Answers with the problem that was noted. */
export function replyProblem(stream: StreamState): void {
  const status = putNotedProblem(stream);
  send(stream, status, problemCode, 0);
}

/** Answers with a literal message; the type follows the status. `allow` is a literal for 405, or 0. */
export function replyError(
  stream: StreamState,
  status: u32,
  code: usize,
  message: usize,
  allow: usize,
): void {
  putOwnError(stream.dialect, status, code, message);
  send(stream, status, code, allow);
}

/**
 * Answers an upstream's error that has no body, with what the output writer holds. A reply loses the upstream's headers: whether
 * and when to retry is its say, and the id under which its support finds the request stays.
 */
export function sendUpstreamError(stream: StreamState, status: u32, headers: SpanTable): void {
  const out = output();
  const pairs = openPairList(scratch());
  stream.phase = Phase.Replied;
  stream.clientStatus = status;
  if (pairs == null) {
    sendLocalResponse(status, out.start, out.length, 0, 0);
    return;
  }
  pairs.add(L.H_CONTENT_TYPE, literalPtr(L.APPLICATION_JSON), literalLen(L.APPLICATION_JSON));
  const id = requestIdHeader(headers);
  const isNative = stream.dialect == Dialect.Anthropic;
  if (!isNative) {
    const source = id != ResponseHeader.Unknown ? id : ResponseHeader.XRequestId;
    keep(pairs, headers, source, L.H_X_REQUEST_ID);
    keep(pairs, headers, ResponseHeader.RequestId, L.H_REQUEST_ID);
  } else if (id != ResponseHeader.Unknown) keep(pairs, headers, id, L.H_REQUEST_ID);
  keep(pairs, headers, ResponseHeader.RetryAfter, L.H_RETRY_AFTER);
  keep(pairs, headers, ResponseHeader.RetryAfterMs, L.H_RETRY_AFTER_MS);
  keep(pairs, headers, ResponseHeader.XShouldRetry, L.H_X_SHOULD_RETRY);
  const block = pairs.write(scratch());
  sendLocalResponse(status, out.start, out.length, block, block == 0 ? 0 : pairs.length);
}

function keep(pairs: PairList, headers: SpanTable, header: ResponseHeader, name: usize): void {
  if (headers.has(header)) pairs.add(name, headers.ptr(header), headers.len(header));
}

/** A request whose state could not be made: it must not pass untranslated. */
export function refuseUnknown(): Action {
  return refuseWith(Dialect.OpenAi, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
}

/** Answers 500 for a request without a state. `code` and `message` are literals. */
export function refuseWith(dialect: Dialect, code: usize, message: usize): Action {
  const out = output();
  const pairs = openPairList(scratch());
  putOwnError(dialect, 500, code, message);
  if (pairs == null) {
    sendLocalResponse(500, out.start, out.length, 0, 0);
    return Action.Continue;
  }
  pairs.add(L.H_CONTENT_TYPE, literalPtr(L.APPLICATION_JSON), literalLen(L.APPLICATION_JSON));
  const block = pairs.write(scratch());
  sendLocalResponse(500, out.start, out.length, block, block == 0 ? 0 : pairs.length);
  return Action.Continue;
}

/**
 * Answers with what the output writer holds. `code` is the error's, a literal, or 0; `allow` a literal for 405, or 0.
 */
export function send(stream: StreamState, status: u32, code: usize, allow: usize): void {
  const out = output();
  const pairs = openPairList(scratch());
  stream.phase = Phase.Replied;
  stream.clientStatus = status;
  noteReply(stream, status, code != 0 ? code : reasonOf(status));
  if (pairs == null) {
    sendLocalResponse(status, out.start, out.length, 0, 0);
    return;
  }
  pairs.add(L.H_CONTENT_TYPE, literalPtr(L.APPLICATION_JSON), literalLen(L.APPLICATION_JSON));
  // Clients retry 408, 409, 429 and 5xx by themselves; a refusal of ours stays one.
  if (status < 500) pairs.add(L.H_X_SHOULD_RETRY, literalPtr(L.FALSE), literalLen(L.FALSE));
  if (stream.prefillWord != 0 && tellsClient(stream))
    pairs.add(L.H_X_BRIDGE_PREFILL, literalPtr(stream.prefillWord), literalLen(stream.prefillWord));
  addProfile(stream, pairs);
  if (allow != 0) pairs.add(L.H_ALLOW, literalPtr(allow), literalLen(allow));
  const block = pairs.write(scratch());
  sendLocalResponse(status, out.start, out.length, block, block == 0 ? 0 : pairs.length);
}

function tellsClient(stream: StreamState): bool {
  const profile = stream.profile;
  return profile != null && profile.responseHeaders != ResponseHeaders.None;
}

/** The profile that answered, where the configuration wants it told. */
function addProfile(stream: StreamState, pairs: PairList): void {
  const profile = stream.profile;
  if (profile != null && profile.responseHeaders == ResponseHeaders.All)
    pairs.add(L.H_X_BRIDGE_PROFILE, profile.namePtr, profile.nameLen);
}

/** Counts it, and tells of a refusal. */
function noteReply(stream: StreamState, status: u32, reason: usize): void {
  countLocalReply(stream, reason);
  if (status < 400) return;
  stream.replyReason = reason;
  logReject(stream, status, reason);
}

/** What stands for the code of an answer that has none: the type of the error, or that there is none. */
function reasonOf(status: u32): usize {
  return status < 400 ? L.W_ANSWERED : errorTypeName(typeOfStatus(status));
}
