/**
 * Answers to native clients. What is in Anthropic's form passes as it is, unheld; what is not an error in that form is made one, and
 * the model's name is put back where an alias changed it. Source: docs/native.md, "Answers", "Errors".
 */
import { canReplaceBodies, readBuffer, replaceBuffer, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { SpanTable } from "../bytes/span_table";
import { JsonCursor } from "../json/cursor";
import { Edits, openEdits, putEdited } from "../translate/native/edits";
import { isAnthropicError } from "../translate/native/error_shape";
import { renameCount, renameMessage } from "../translate/native/model_name";
import { wholeLen, wholePtr } from "../translate/shared/echo_whole";
import { Dialect, Operation } from "../translate/surface";
import { readUpstreamError } from "../wire/upstream_error";
import { holdsAnswer } from "./attempts";
import { quotesKey } from "./key_choice";
import { noteErrorType, putEmptyError, putErrorBody } from "./error_body";
import { Framing } from "./event_source";
import { openEvents } from "./events";
import { openNativeEvents } from "./native_events";
import { replyError, sendUpstreamError } from "./reply";
import {
  dropBodyHeaders,
  dropOrganization,
  isAwsEventStream,
  isEventStream,
  isIdentity,
  putAdapted,
  putResponseLength,
  putResponseLiteral,
  readResponseHeaders,
} from "./response_headers";
import { openTally, readTally } from "./tally";
import { Phase, StreamState } from "./stream";
import { stageAnswer } from "./whole";

/** Decides from the headers of an answer with a body what becomes of it. */
export function openNativeAnswer(stream: StreamState, headers: SpanTable, failed: bool): Action {
  dropOrganization(headers);
  putAdapted(stream);
  if (!canReplaceBodies()) return pass(stream);
  if (failed) return openBody(stream, headers, Phase.Error);
  const framing = framingOf(stream, headers);
  const edits = wantsName(stream) || hasEcho(stream);
  if (!isIdentity(headers)) {
    if (!edits && framing == Framing.None) return pass(stream);
    replyError(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_ENCODED, 0);
    return Action.Continue;
  }
  if (framing != Framing.None) return openFrames(stream, headers, framing);
  if (!isEventStream(headers) || stream.operation != Operation.Messages)
    return edits ? openBody(stream, headers, Phase.Whole) : passWhole(stream);
  // Also where no name changes: the error of a stream that breaks off comes on top of what was announced.
  dropBodyHeaders(headers, false);
  if (openNativeEvents(stream, wantsName(stream))) return Action.Continue;
  replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
  return Action.Continue;
}

/** True for a body of a native answer that is collected. */
export function isNativeBody(stream: StreamState): bool {
  if (stream.dialect != Dialect.Anthropic) return false;
  return stream.phase == Phase.Whole || stream.phase == Phase.Error;
}

function pass(stream: StreamState): Action {
  stream.phase = Phase.Pass;
  return Action.Continue;
}

/** A whole answer passes; its usage is read on the side where somebody asks for it. */
function passWhole(stream: StreamState): Action {
  return openTally(stream) ? Action.Continue : pass(stream);
}

/** An alias or a template changed the name on the way in, or a count comes under another name than the API's. */
function wantsName(stream: StreamState): bool {
  const profile = stream.profile;
  if (stream.operation == Operation.CountTokens)
    return profile != null && profile.upstream.row.countInvokes != 0;
  const shape = stream.shape;
  return shape != null && shape.showsAsked;
}

/** The answer may repeat a prefill that became an instruction. */
function hasEcho(stream: StreamState): bool {
  const shape = stream.shape;
  return shape != null && shape.echo != null;
}

/** How a stream is read whose events are framed anew: Bedrock's own framing, or server-sent events whose text may change. */
function framingOf(stream: StreamState, headers: SpanTable): Framing {
  const profile = stream.profile;
  if (profile == null || stream.operation != Operation.Messages) return Framing.None;
  if (profile.upstream.eventStream && isAwsEventStream(headers)) return Framing.AwsEventStream;
  return hasEcho(stream) && isEventStream(headers) ? Framing.Sse : Framing.None;
}

/** Headers are held until the first event, which may be an error with a status. */
function openFrames(stream: StreamState, headers: SpanTable, framing: Framing): Action {
  if (!openEvents(stream, framing)) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return Action.Continue;
  }
  dropBodyHeaders(headers, false);
  putResponseLiteral(L.H_CONTENT_TYPE, L.EVENT_STREAM_UTF8);
  putResponseLiteral(L.H_CACHE_CONTROL, L.NO_CACHE);
  stream.responseHeld = stream.root.holdProven;
  return stream.responseHeld ? Action.Pause : Action.Continue;
}

/** Collects a body that may have to be replaced. A compressed error cannot be read: it passes. */
function openBody(stream: StreamState, headers: SpanTable, phase: Phase): Action {
  if (!isIdentity(headers)) return pass(stream);
  stream.phase = phase;
  stream.responseHeld = holdsAnswer(stream, phase == Phase.Error);
  if (stream.responseHeld) return Action.Pause;
  dropBodyHeaders(headers, false);
  if (phase == Phase.Error) putResponseLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
  return Action.Continue;
}

/** Collects; finishes with the last piece. What is larger than the limit passes as it is. */
export function takeNativeBody(stream: StreamState, size: u32, end: bool): Action {
  stream.responseBytes = size;
  const profile = stream.profile;
  if (profile == null || size > profile.maxResponseBytes) {
    stream.responseHeld = false;
    return pass(stream);
  }
  if (!end) return Action.Pause;
  finishBody(stream);
  return Action.Continue;
}

/**
 * With trailers no body callback says that it is the last. Trailers without any data leave no body to write to: headers that are
 * held give way to a reply.
 */
export function finishNativeBody(stream: StreamState): void {
  if (stream.responseBytes > 0 || stream.phase != Phase.Error || !stream.responseHeld) {
    finishBody(stream);
    return;
  }
  const headers = readResponseHeaders();
  if (headers != null) sendUpstreamError(stream, putEmptyError(stream, stream.status), headers);
}

/** The body is complete: replaces it where it has to be. */
function finishBody(stream: StreamState): void {
  const size = stream.responseBytes;
  const failed = stream.phase == Phase.Error;
  stream.phase = Phase.Pass;
  const held = stream.responseHeld;
  stream.responseHeld = false;
  if (size > 0 && readBuffer(BufferType.ResponseBody, size) != Status.Ok) return;
  const ptr = size > 0 ? resultPtr : 0;
  if (!(failed ? putError(stream, ptr, size) : putRenamed(stream, ptr, size))) return;
  stream.phase = Phase.Finished;
  const out = output();
  if (held) editHeldHeaders(failed, out.length);
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
}

/** Writes the error that the body is; false when it is in Anthropic's shape already, or without memory. */
function putError(stream: StreamState, ptr: usize, len: u32): bool {
  const cursor = openStruct<JsonCursor>(scratch());
  const profile = stream.profile;
  if (cursor == null || profile == null) return false;
  if (isAnthropicError(cursor, ptr, len) && !quotesKey(profile, ptr, len)) {
    if (readUpstreamError(cursor, ptr, len)) noteErrorType(stream, stream.status);
    return false;
  }
  putErrorBody(stream, stream.status, ptr, len);
  return !output().failed;
}

/**
 * Writes the message without an echo and with the client's name of the model, or the count under its name; false when there is nothing
 * to change.
 */
function putRenamed(stream: StreamState, ptr: usize, len: u32): bool {
  const shape = stream.shape;
  const edits = openEdits(scratch());
  const cursor = openStruct<JsonCursor>(scratch());
  if (shape == null || edits == null || cursor == null) return false;
  if (stream.operation == Operation.CountTokens) {
    if (!renameCount(edits, cursor, ptr, len)) return false;
    return edits.list.count > 0 && putEdits(edits, ptr, len);
  }
  readTally(stream, ptr, len);
  if (!stageAnswer(shape, ptr, len, shape.maxDepth)) return false;
  const named = !shape.showsAsked || renameMessage(edits, cursor, wholePtr, wholeLen, shape);
  if (!named || (edits.list.count == 0 && wholePtr == ptr)) return false;
  return putEdits(edits, wholePtr, wholeLen);
}

function putEdits(edits: Edits, ptr: usize, len: u32): bool {
  const out = output();
  out.begin(len + edits.textBytes, len + edits.textBytes);
  putEdited(out, edits, ptr, len);
  return !out.failed;
}

function editHeldHeaders(failed: bool, length: u32): void {
  const headers = readResponseHeaders();
  if (headers != null) dropBodyHeaders(headers, true);
  putResponseLength(length);
  if (failed) putResponseLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
}
