/** The answer: which way it goes is decided from its headers, then whole.ts or events.ts does the work. */
import { canReplaceBodies, replaceBuffer } from "../abi/host";
import { Action, BufferType } from "../abi/numbers";
import * as L from "../bytes/literals";
import { readU32 } from "../bytes/decimal";
import { SpanTable } from "../bytes/span_table";
import { Profile, ResponseHeaders } from "../policy/config";
import { Dialect, isNativeResource } from "../translate/surface";
import { noteUpstreamId } from "./account";
import { holdsAnswer } from "./attempts";
import { dropByPolicy, putAnswerPolicy } from "./header_policy";
import { Framing } from "./event_source";
import { finishEvents, openEvents, takeEvents } from "./events";
import { finishNativeBody, isNativeBody, openNativeAnswer, takeNativeBody } from "./native_answer";
import { finishNativeEvents, takeNativeEvents } from "./native_events";
import { replyError, sendUpstreamError } from "./reply";
import {
  answerTime,
  dropBodyHeaders,
  ensureResponseHeader,
  isAwsEventStream,
  isEventStream,
  isIdentity,
  mapHeaders,
  putAdapted,
  putResponseLiteral,
  putStatus,
  readResponseHeaders,
  requestIdHeader,
} from "./response_headers";
import { ResponseHeader } from "./response_headers_table";
import { restKey } from "./key_choice";
import { isContent } from "./resource_request";
import { finishList, isList, openList, takeList } from "./resource_lists";
import { finishLines, isResults, nameResults, openResults, takeLines } from "./results";
import { Operation } from "../translate/surface";
import { replyDeleted } from "./resource_answer";
import { finishTally, passTally } from "./tally";
import { Phase, StreamState } from "./stream";
import { finishWhole, takeWhole } from "./whole";
import { putEmptyError, statusFor } from "./error_body";
import { typeOfStatus } from "../wire/upstream_error";

/** True when the request was none of ours or we answered it ourselves. */
function isSettled(phase: Phase): bool {
  return (
    phase == Phase.New || phase == Phase.Pass || phase == Phase.Replied || phase == Phase.Finished
  );
}

/** Decides what becomes of the body, edits the headers, holds them where that is proven to work. */
export function onResponseHeaders(stream: StreamState, end: bool): Action {
  if (isSettled(stream.phase)) return Action.Continue;
  const headers = readResponseHeaders();
  if (headers == null) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return Action.Continue;
  }
  stream.status = stream.clientStatus = statusOf(headers);
  const profile = stream.profile;
  if (profile == null || stream.status < 200) return openResponse(stream, headers, end);
  dropByPolicy(profile);
  const action = openResponse(stream, headers, end);
  if (stream.phase != Phase.Replied) putAnswerPolicy(profile);
  return action;
}

/** The same, behind what the configuration says of headers. */
function openResponse(stream: StreamState, headers: SpanTable, end: bool): Action {
  const failed = stream.status >= 400 || stream.phase != Phase.Sent;
  noteUpstreamId(stream, headers);
  if (isUntouched(stream, failed, end)) {
    stream.phase = Phase.Pass;
    return Action.Continue;
  }
  if (failed) noteFailure(stream, headers);
  if (passesNative(stream, end)) return openNativeAnswer(stream, headers, failed);
  if (end) return answerEmpty(stream, headers, failed);
  if (!openBody(stream, headers, failed)) return Action.Continue;
  stream.responseHeld = stream.phase != Phase.Lines && holdsAnswer(stream, failed);
  editHeaders(stream, headers);
  return stream.responseHeld ? Action.Pause : Action.Continue;
}

/** A native answer with a body, or any where none can be given. */
function passesNative(stream: StreamState, end: bool): bool {
  return stream.dialect == Dialect.Anthropic && (!end || !canReplaceBodies());
}

/** Answers that are the client's as they are: no final ones, redirections, the bytes of a file, results in the upstream's form. */
function isUntouched(stream: StreamState, failed: bool, end: bool): bool {
  if (stream.status < 200 || (stream.status >= 300 && stream.status < 400)) return true;
  if (failed) return false;
  if (end && isNativeResource(stream.operation)) return true;
  const resource = stream.resource;
  if (resource == null) return false;
  return stream.operation == Operation.BatchResults || isContent(stream, resource);
}

/** False when the answer was refused. An error in a compression that we cannot read is one without a body. */
function openBody(stream: StreamState, headers: SpanTable, failed: bool): bool {
  if (!failed) return openAnswer(stream, headers);
  stream.phase = Phase.Error;
  stream.unreadable = !isIdentity(headers);
  return true;
}

/** Notes it, and lets the key rest where it is about the key. */
function noteFailure(stream: StreamState, headers: SpanTable): void {
  stream.upstreamError = typeOfStatus(stream.status);
  const key = stream.key;
  const profile = stream.profile;
  if (key != null && profile != null) restKey(profile, key, stream.status, headers);
}

function statusOf(headers: SpanTable): u32 {
  const status = readU32(headers.ptr(ResponseHeader.Status), headers.len(ResponseHeader.Status));
  return status < 0 ? 0 : <u32>status;
}

/** Decides between events and a whole answer; false when it was refused. */
function openAnswer(stream: StreamState, headers: SpanTable): bool {
  if (!checkAnswer(stream, headers)) return false;
  const profile = stream.profile;
  if (stream.resource != null && profile != null) return openResourceAnswer(stream, profile);
  const framing = framingOf(stream, headers);
  if (framing == Framing.None) stream.phase = Phase.Whole;
  else if (!openEvents(stream, framing)) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return false;
  }
  stampCreated(stream);
  return true;
}

/** How the answer is framed. A binary stream of an upstream that has none is an answer that cannot be read. */
function framingOf(stream: StreamState, headers: SpanTable): Framing {
  if (isEventStream(headers)) return Framing.Sse;
  const profile = stream.profile;
  const binary = profile != null && profile.upstream.eventStream && isAwsEventStream(headers);
  return binary ? Framing.AwsEventStream : Framing.None;
}

/** A header-only answer: a body can only be given to it by a reply. */
function answerEmpty(stream: StreamState, headers: SpanTable, failed: bool): Action {
  if (!failed && replyDeleted(stream)) return Action.Continue;
  if (failed) {
    sendUpstreamError(stream, putEmptyError(stream, stream.status), headers);
  } else replyError(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID, 0);
  return Action.Continue;
}

/** Refuses answers that cannot be read: compressed ones, streams that nobody asked for. */
function checkAnswer(stream: StreamState, headers: SpanTable): bool {
  if (!isIdentity(headers)) {
    replyError(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_ENCODED, 0);
    return false;
  }
  if (stream.wantsStream || framingOf(stream, headers) == Framing.None) return true;
  replyError(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_STREAM, 0);
  return false;
}

/** Lists go element by element, other answers whole. False when it was refused. */
function openResourceAnswer(stream: StreamState, profile: Profile): bool {
  let opened = true;
  if (isList(stream.operation)) opened = openList(stream, profile);
  else if (isResults(stream)) opened = openResults(stream, profile);
  else stream.phase = Phase.Whole;
  if (!opened) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return false;
  }
  return true;
}

function stampCreated(stream: StreamState): void {
  const shape = stream.shape;
  if (shape != null) shape.createdUnix = answerTime();
}

function editHeaders(stream: StreamState, headers: SpanTable): void {
  // Only what waits until it is whole gets its length later.
  const whole = stream.phase == Phase.Whole || stream.phase == Phase.Error;
  dropBodyHeaders(headers, stream.responseHeld && whole);
  mapHeaders(headers);
  if (stream.phase == Phase.Lines) {
    nameResults(stream);
    return;
  }
  stream.hasRequestId =
    headers.has(ResponseHeader.XRequestId) || requestIdHeader(headers) != ResponseHeader.Unknown;
  if (stream.phase == Phase.Events || (stream.wantsStream && stream.phase == Phase.Whole)) {
    putContentType(headers, L.EVENT_STREAM_UTF8);
    putResponseLiteral(L.H_CACHE_CONTROL, L.NO_CACHE);
  } else putContentType(headers, L.APPLICATION_JSON);
  // Known already, so hosts that cannot hold headers show it too.
  const status = statusFor(stream, stream.status);
  if (status != stream.status) putStatus(stream, status);
  putAdapted(stream);
}

function putContentType(headers: SpanTable, value: usize): void {
  ensureResponseHeader(headers, ResponseHeader.ContentType, L.H_CONTENT_TYPE, value);
}

/** True when `onResponseBody` wants the body of an answer whose headers it has seen. */
export function takesAnswer(stream: StreamState): bool {
  return !isSettled(stream.phase);
}

/** A window of a stream, or the body so far. */
export function onResponseBody(stream: StreamState, size: u32, end: bool): Action {
  if (stream.phase == Phase.Events) return takeEvents(stream, size, end);
  if (stream.phase == Phase.List) return takeList(stream, size, end);
  if (stream.phase == Phase.Lines) return takeLines(stream, size, end);
  if (stream.phase == Phase.Watch) return takeNativeEvents(stream, size, end);
  if (stream.phase == Phase.Tally) return passTally(stream, size, end);
  if (isNativeBody(stream)) return takeNativeBody(stream, size, end);
  if (stream.phase == Phase.Whole || stream.phase == Phase.Error)
    return takeWhole(stream, size, end);
  if (stream.phase == Phase.Finished) return swallow(size);
  return Action.Continue;
}

/** What comes behind an answer of ours is dropped. */
function swallow(size: u32): Action {
  if (size > 0) replaceBuffer(BufferType.ResponseBody, 0, 0);
  return Action.Continue;
}

/** With trailers no body callback says that it is the last. */
export function onResponseTrailers(stream: StreamState): Action {
  if (stream.phase == Phase.Events) finishEvents(stream);
  else if (stream.phase == Phase.List) finishList(stream);
  else if (stream.phase == Phase.Lines) finishLines(stream);
  else if (stream.phase == Phase.Watch) finishNativeEvents(stream);
  else if (stream.phase == Phase.Tally) finishTally(stream);
  else if (isNativeBody(stream)) finishNativeBody(stream);
  else if (stream.phase == Phase.Whole || stream.phase == Phase.Error) finishWhole(stream);
  return Action.Continue;
}
