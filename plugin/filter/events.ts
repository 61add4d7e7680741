/**
 * Streamed answers: window in, translated events out, one host read and one host write for each callback. Headers are held
 * until the first event, comment or 64 KiB, so that an answer that begins with an error gets its status; the event that
 * releases them leaves in its own callback.
 */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { Writer } from "../bytes/writer";
import {
  frontLen,
  frontPtr,
  passEvent,
  stagedLen,
  stagedPtr,
  stageEvent,
} from "../translate/shared/echo_stage";
import { EventType } from "../wire/anthropic/event_types";
import {
  endSource,
  eventLen,
  eventName,
  eventPtr,
  feedSource,
  Framing,
  hasSource,
  nextEvent,
  openSource,
  sawComment,
  sourceFailure,
} from "./event_source";
import {
  firstFailure,
  isComplete,
  isOver,
  openTranslator,
  putEnd,
  putEvent,
  putFailure,
  putFirstFailure,
  reopen,
} from "./event_translator";
import { replyError } from "./reply";
import { putResponseLength, putResponseLiteral, putStatus } from "./response_headers";
import { Phase, StreamState } from "./stream";
import { noteFirstToken } from "./timing";

/** Bytes after which held headers go although nothing came. */
const HOLD_BYTES: u32 = 65536;
/** An output of one callback: every event may grow by its chunk's head. */
const OUTPUT_CAP: u32 = 0x1000_0000;
const GROWTH_SHIFT: u32 = 1;

/** Makes decoder and translator; false without memory. */
export function openEvents(stream: StreamState, framing: Framing): bool {
  const profile = stream.profile;
  if (profile == null || !openTranslator(stream)) return false;
  if (!openSource(stream, profile, framing)) return false;
  stream.phase = Phase.Events;
  return true;
}

/** Translates a window. While headers are held the host hands in all bytes so far, of which the first are known. */
export function takeEvents(stream: StreamState, size: u32, end: bool): Action {
  if (!hasSource(stream)) return Action.Continue;
  const out = output();
  if (isOver(stream)) {
    if (size > 0) replaceBuffer(BufferType.ResponseBody, out.start, 0);
    return Action.Continue;
  }
  out.begin((size - stream.consumed) << GROWTH_SHIFT, OUTPUT_CAP);
  if (size > stream.consumed) translateWindow(stream, size);
  if (end) translateEnd(stream);
  if (out.failed && !failOutput(stream)) return Action.Continue;
  if (stream.responseHeld) {
    stream.consumed = size;
    if (!end && mayWait(stream, size)) return Action.Pause;
    releaseHeaders(stream);
  }
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
  return Action.Continue;
}

/** Nothing has come yet that lets held headers go. */
function mayWait(stream: StreamState, size: u32): bool {
  return output().length == 0 && size < HOLD_BYTES && !sawComment(stream);
}

/** With trailers: what is left is translated; a body can only be written while the host still collects it. */
export function finishEvents(stream: StreamState): void {
  if (!hasSource(stream) || isOver(stream)) return;
  if (stream.responseHeld && stream.consumed == 0) {
    // No data came at all: there is no body to write to, but headers that can give way to a reply.
    replyError(stream, 502, L.CODE_STREAM_TRUNCATED, L.TEXT_TRUNCATED, 0);
    return;
  }
  const out = output();
  out.begin(1024, OUTPUT_CAP);
  translateEnd(stream);
  if (out.failed && !failOutput(stream)) return;
  if (stream.responseHeld) releaseHeaders(stream);
  if (out.length > 0) replaceBuffer(BufferType.ResponseBody, out.start, out.length);
}

function translateWindow(stream: StreamState, size: u32): void {
  if (readBuffer(BufferType.ResponseBody, size) != Status.Ok || resultLen != size) {
    putFailure(output(), stream, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
    return;
  }
  feedSource(stream, resultPtr + stream.consumed, size - stream.consumed);
  drain(stream);
}

/**
 * The output found no memory: the client gets the error in the place of a part of it. False when there is not even room for
 * that, and held headers gave way to a bare reply.
 */
function failOutput(stream: StreamState): bool {
  const out = output();
  out.begin(512, OUTPUT_CAP);
  reopen(stream);
  stream.streamFailure = L.CODE_OUT_OF_MEMORY;
  putFailure(out, stream, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  if (!out.failed || !stream.responseHeld) return true;
  replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
  return false;
}

function translateEnd(stream: StreamState): void {
  endSource(stream);
  drain(stream);
  const wasOver = isOver(stream);
  putEnd(output(), stream);
  if (!wasOver && !isComplete(stream)) stream.streamFailure = L.W_TRUNCATED;
}

function drain(stream: StreamState): void {
  const out = output();
  while (!isOver(stream)) {
    if (nextEvent(stream)) {
      takeEvent(out, stream);
      continue;
    }
    const failure = sourceFailure(stream);
    if (failure == 0) return;
    const code = failure == L.TEXT_OUT_OF_MEMORY ? L.CODE_OUT_OF_MEMORY : L.CODE_INVALID_UPSTREAM;
    stream.streamFailure = reasonOf(failure);
    putFailure(out, stream, code, failure);
  }
  // What ended it came as an event: an error, or something that is none.
  if (stream.streamFailure == 0 && !isComplete(stream)) stream.streamFailure = L.W_ERROR_EVENT;
}

/** The word of what made a stream unreadable. */
function reasonOf(failure: usize): usize {
  switch (failure) {
    case L.TEXT_OUT_OF_MEMORY:
      return L.CODE_OUT_OF_MEMORY;
    case L.TEXT_EVENT_TOO_LARGE:
      return L.W_TOO_LARGE;
    case L.TEXT_STREAM_DAMAGED:
      return L.W_DAMAGED;
    default:
      return L.W_UNREADABLE;
  }
}

/** The event as it is to be translated, with what comes in front of it. False without memory. */
function stage(stream: StreamState): bool {
  const shape = stream.shape;
  if (shape == null) return passEvent(eventPtr, eventLen);
  const echo = shape.echo;
  if (echo == null) return passEvent(eventPtr, eventLen);
  return stageEvent(echo, eventPtr, eventLen, shape.maxDepth);
}

/** Hands the event to the translator, behind the stage that takes echoes out. */
function takeEvent(out: Writer, stream: StreamState): void {
  noteFirstToken(stream, eventName, eventPtr, eventLen);
  if (!stage(stream)) {
    putFailure(out, stream, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
    return;
  }
  if (frontLen > 0) putEvent(out, stream, frontPtr, frontLen, EventType.ContentBlockDelta);
  if (stagedLen > 0) putEvent(out, stream, stagedPtr, stagedLen, eventName);
}

/**
 * Lets held headers go. An error that comes first becomes an ordinary answer with its status; behind a comment, which lets
 * headers go by itself, it stays in the stream, so that the answer does not depend on how the bytes were cut.
 */
function releaseHeaders(stream: StreamState): void {
  stream.responseHeld = false;
  stream.consumed = 0;
  const status = firstFailure(stream);
  if (status == 0 || sawComment(stream)) return;
  const out = output();
  putFirstFailure(out, stream);
  const length = out.length;
  putStatus(stream, status);
  putResponseLength(length);
  putResponseLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
}
