/** Whole answers: collected by the host, translated at once. Errors too. */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { Profile } from "../policy/config";
import { JsonCursor } from "../json/cursor";
import { writeOldText } from "../translate/completions/answer";
import { writeCount } from "../translate/responses/count";
import { AnswerShape } from "../translate/shape";
import { passWhole, stageWhole, wholeLen, wholePtr } from "../translate/shared/echo_whole";
import { statusOfType } from "../translate/shared/openai_error";
import { Operation } from "../translate/surface";
import { openAnswer, readWhole } from "../wire/anthropic/answer";
import { ERROR, readUpstreamError } from "../wire/upstream_error";
import { expectedAnswerBytes, writeAnswer } from "./answer_translator";
import { putEmptyError, putErrorBody, putOwnError } from "./error_body";
import { send, sendUpstreamError } from "./reply";
import {
  putResponseLength,
  putResponseLiteral,
  putStatus,
  readResponseHeaders,
} from "./response_headers";
import { takeAnswer } from "./tally";
import { putResource } from "./resource_answer";
import { Phase, StreamState } from "./stream";

/** The output of an answer may have this many times the bytes that one may have coming in. */
const GROWTH: u64 = 4;
/** … but never more than half of what a module's memory can be. */
const OUTPUT_CEILING: u64 = 0x2000_0000;
/** Bytes that an object of OpenAI has around what it copies. */
const FRAME_BYTES: u32 = 1024;
const ERROR_CAP: u32 = 65536;

/** Collects; finishes with the last piece. */
export function takeWhole(stream: StreamState, size: u32, end: bool): Action {
  stream.responseBytes = size;
  const profile = stream.profile;
  if (profile != null && size > profile.maxResponseBytes) {
    replaceBody(
      stream,
      putFailure(stream, 502, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_UPSTREAM_TOO_LARGE),
    );
    return Action.Continue;
  }
  if (!end) return Action.Pause;
  translateBody(stream);
  return Action.Continue;
}

/**
 * With trailers no body callback says that it is the last. Trailers without any data leave no body to write to: headers
 * that are held give way to a reply.
 */
export function finishWhole(stream: StreamState): void {
  if (stream.responseBytes > 0 || !stream.responseHeld) {
    translateBody(stream);
    return;
  }
  const headers = stream.phase == Phase.Error ? readResponseHeaders() : null;
  if (headers != null) {
    sendUpstreamError(stream, putEmptyError(stream, stream.status), headers);
    return;
  }
  const status = putFailure(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  send(stream, status, L.CODE_INVALID_UPSTREAM, 0);
}

/** Replaces the collected body by its translation. */
function translateBody(stream: StreamState): void {
  const size = stream.responseBytes;
  let ptr: usize = 0;
  let len: u32 = 0;
  if (size > 0 && !stream.unreadable) {
    if (readBuffer(BufferType.ResponseBody, size) != Status.Ok) {
      replaceBody(stream, putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY));
      return;
    }
    ptr = resultPtr;
    len = resultLen;
  }
  if (stream.phase == Phase.Error)
    replaceBody(stream, putErrorBody(stream, stream.status, ptr, len));
  else replaceBody(stream, putAnswer(stream, ptr, len));
}

/** Writes the answer, or the error that it is; answers the status for the client. */
function putAnswer(stream: StreamState, ptr: usize, len: u32): u32 {
  const cursor = openStruct<JsonCursor>(scratch());
  const profile = stream.profile;
  if (cursor == null || profile == null)
    return putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  const other = putOther(stream, profile, cursor, ptr, len);
  if (other != 0) return other;
  if (!stageAnswer(stream.shape, ptr, len, profile.maxDepth))
    return putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  const whole = readWhole(cursor, wholePtr, wholeLen, profile.maxDepth, scratch());
  if (whole == null) return putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  if (whole.isError && readUpstreamError(cursor, ptr, len))
    return putErrorBody(stream, statusOfType(ERROR.type), ptr, len);
  if (!whole.isMessage)
    return putFailure(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  const out = output();
  out.begin(expectedAnswerBytes(stream, len), outputCap(profile.maxResponseBytes));
  if (!writeAnswer(stream, whole))
    return putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  if (out.failed)
    return putFailure(stream, 502, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_UPSTREAM_TOO_LARGE);
  takeAnswer(stream, whole.answer);
  return stream.status;
}

/** Answers that are no message; answers the status, or 0 for a message. */
function putOther(
  stream: StreamState,
  profile: Profile,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): u32 {
  const shape = stream.shape;
  if (shape != null && shape.oldText) return putOldText(stream, shape, cursor, ptr, len);
  if (stream.resource != null) return putResourceBody(stream, profile, cursor, ptr, len);
  const counts = stream.operation == Operation.ResponseTokens;
  return counts ? putCount(stream, profile, cursor, ptr, len) : 0;
}

/** Takes the echo of a prefill out: the answer is what `wholePtr` says. False without memory. */
export function stageAnswer(shape: AnswerShape | null, ptr: usize, len: u32, depth: u32): bool {
  if (shape == null) return passWhole(ptr, len);
  const stage = shape.echo;
  if (stage == null) return passWhole(ptr, len);
  return stageWhole(stage, ptr, len, depth);
}

/** An answer of the legacy text endpoint. */
function putOldText(
  stream: StreamState,
  shape: AnswerShape,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): u32 {
  const out = output();
  const answer = openAnswer(scratch());
  const profile = stream.profile;
  if (answer == null || profile == null)
    return putFailure(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  out.begin(expectedAnswerBytes(stream, len), outputCap(profile.maxResponseBytes));
  if (!writeOldText(out, cursor, ptr, len, answer, shape))
    return putFailure(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  if (out.failed)
    return putFailure(stream, 502, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_UPSTREAM_TOO_LARGE);
  return stream.status;
}

/** A count of tokens. */
function putCount(
  stream: StreamState,
  profile: Profile,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): u32 {
  const out = output();
  out.begin(FRAME_BYTES, outputCap(profile.maxResponseBytes));
  if (!writeCount(out, cursor, ptr, len, profile.maxDepth))
    return putFailure(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  return stream.status;
}

/** Models, files and batches. */
function putResourceBody(
  stream: StreamState,
  profile: Profile,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): u32 {
  const out = output();
  out.begin(len + FRAME_BYTES, outputCap(profile.maxResponseBytes));
  if (!putResource(out, stream, cursor, ptr, len))
    return putFailure(stream, 502, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  if (out.failed)
    return putFailure(stream, 502, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_UPSTREAM_TOO_LARGE);
  return stream.status;
}

function outputCap(limit: u32): u32 {
  const cap = <u64>limit * GROWTH;
  return <u32>(cap < OUTPUT_CEILING ? cap : OUTPUT_CEILING);
}

/** An error of ours in the output writer; answers its status. */
function putFailure(stream: StreamState, status: u32, code: usize, message: usize): u32 {
  putOwnError(stream.dialect, status, code, message);
  return status;
}

/**
 * Puts the output in the place of the body; status and length follow while the headers are held. The write comes last: an
 * output above the host's limit ends the stream inside that call, and with it our state (docs/hosts.md, "Limits").
 */
function replaceBody(stream: StreamState, status: u32): void {
  const out = output();
  const promisesEvents = stream.phase == Phase.Whole && stream.wantsStream;
  stream.phase = Phase.Finished;
  if (stream.responseHeld) editHeldHeaders(stream, status, out.length);
  else if (promisesEvents && status != stream.status) frameError();
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
}

/** Headers that are out already promise events: the error in the output writer becomes one. */
function frameError(): void {
  const out = output();
  const length = out.length;
  const body = scratch().keep(out.start, length);
  out.begin(length, ERROR_CAP + out.length);
  if (body == 0) return;
  out.literal(L.DATA_OPEN);
  out.putOneLine(body, length);
  out.literal(L.EVENT_END);
}

function editHeldHeaders(stream: StreamState, status: u32, length: u32): void {
  stream.responseHeld = false;
  putResponseLength(length);
  if (status == stream.status) return;
  putStatus(stream, status);
  putResponseLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
}
