/**
 * Native streams: they pass as they are, unheld, and are only looked at until their end is known. Where the model's name is to be
 * put back, the bytes up to the end of message_start are kept back. Source: docs/native.md, "Streams".
 */
import { appendBuffer, readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { SseDecoder } from "../sse/decoder";
import { SseStatus } from "../sse/event";
import { closeDecoder, openDecoder } from "../sse/open";
import { openEdits, putEdited } from "../translate/native/edits";
import { renameStart } from "../translate/native/model_name";
import {
  NativeState,
  NativeStream,
  openNativeStream,
  putNativeEnd,
  watchEvent,
} from "../translate/native/stream";
import { AnswerShape } from "../translate/shape";
import { findEventType } from "../wire/anthropic/event_types";
import { Phase, StreamState } from "./stream";
import { noteFirstToken } from "./timing";

/** Bytes after which a stream goes on although its message_start is not whole. */
const WAIT_BYTES: u32 = 65536;
const END_CAP: u32 = 4096;

/** Makes decoder and state; false without memory. */
export function openNativeEvents(stream: StreamState, renames: bool): bool {
  const profile = stream.profile;
  const arena = stream.arena;
  if (profile == null || arena == null) return false;
  stream.native = openNativeStream(arena, renames);
  stream.decoder = openDecoder(profile.maxEventBytes);
  stream.phase = Phase.Watch;
  return stream.native != null && stream.decoder != null;
}

/** Looks at a window. While the stream waits the host hands in all bytes so far, of which the first are known. */
export function takeNativeEvents(stream: StreamState, size: u32, end: bool): Action {
  const s = stream.native;
  const decoder = stream.decoder;
  if (s == null || decoder == null) return Action.Continue;
  if (s.state != NativeState.Open && !s.waits) return Action.Continue;
  if (size > stream.consumed) look(stream, s, decoder, size);
  if (s.waits && !end && mustWait(s, size)) {
    stream.consumed = size;
    return Action.Pause;
  }
  release(stream, s, decoder, size, end);
  return Action.Continue;
}

function mustWait(s: NativeStream, size: u32): bool {
  return !s.started && s.state == NativeState.Open && size < WAIT_BYTES;
}

/** Lets the bytes go, with what has to be changed in front or added behind. */
function release(
  stream: StreamState,
  s: NativeStream,
  decoder: SseDecoder,
  size: u32,
  end: bool,
): void {
  const out = output();
  const renamed = s.waits && size > 0 && rename(stream, s, size);
  if (!renamed) out.begin(0, END_CAP);
  s.waits = false;
  stream.consumed = 0;
  if (end) finish(stream, s, decoder);
  if (renamed) replaceBuffer(BufferType.ResponseBody, out.start, out.length);
  else if (out.length > 0 && !out.failed)
    appendBuffer(BufferType.ResponseBody, size, out.start, out.length);
}

/** With trailers: what was kept back goes; a body can only be written while the host still collects it. */
export function finishNativeEvents(stream: StreamState): void {
  const s = stream.native;
  const decoder = stream.decoder;
  if (s == null || decoder == null || !s.waits) return;
  takeNativeEvents(stream, stream.consumed, true);
}

/** Feeds the decoder with what is new. */
function look(stream: StreamState, s: NativeStream, decoder: SseDecoder, size: u32): void {
  if (readBuffer(BufferType.ResponseBody, size) != Status.Ok || resultLen != size) {
    s.state = NativeState.Blind;
    return;
  }
  decoder.feed(resultPtr + stream.consumed, size - stream.consumed);
  drain(stream, s, decoder);
}

function drain(stream: StreamState, s: NativeStream, decoder: SseDecoder): void {
  const profile = stream.profile;
  const depth = profile == null ? 0 : profile.maxDepth;
  while (s.state == NativeState.Open && decoder.next()) {
    const name = findEventType(decoder.namePtr, decoder.nameLen);
    noteFirstToken(stream, name, decoder.dataPtr, decoder.dataLen);
    watchEvent(s, decoder.dataPtr, decoder.dataLen, name, decoder.unfinished, depth);
  }
  if (decoder.status != SseStatus.Ok) s.state = NativeState.Blind;
  if (s.state == NativeState.Failed) stream.streamFailure = L.W_ERROR_EVENT;
}

/** Writes what a stream lacks at its end. */
function finish(stream: StreamState, s: NativeStream, decoder: SseDecoder): void {
  if (s.state != NativeState.Open) return;
  s.pending = decoder.isInside;
  decoder.end();
  drain(stream, s, decoder);
  if (s.state == NativeState.Open) stream.streamFailure = L.W_TRUNCATED;
  putNativeEnd(output(), s);
}

/** Writes all bytes with the client's name of the model in message_start; false when there is nothing to change. */
function rename(stream: StreamState, s: NativeStream, size: u32): bool {
  const shape = stream.shape;
  const profile = stream.profile;
  if (shape == null || profile == null || !s.started) return false;
  // Whether the bytes came in this callback or before: they are all there.
  if (readBuffer(BufferType.ResponseBody, size) != Status.Ok || resultLen != size) return false;
  const decoder = openDecoder(profile.maxEventBytes);
  if (decoder == null) return false;
  decoder.feed(resultPtr, size);
  const renamed = putRenamed(s, decoder, shape, size);
  closeDecoder(decoder);
  return renamed;
}

function putRenamed(s: NativeStream, decoder: SseDecoder, shape: AnswerShape, size: u32): bool {
  const edits = openEdits(scratch());
  if (edits == null) return false;
  while (edits.list.count == 0 && decoder.next()) {
    const ptr = decoder.dataPtr;
    // Data of several lines is no span of the window; nobody writes it so.
    if (ptr < resultPtr || ptr >= resultPtr + size) continue;
    if (!renameStart(edits, s.cursor, ptr, decoder.dataLen, shape)) return false;
  }
  if (edits.list.count == 0) return false;
  const out = output();
  out.begin(size + edits.textBytes, size + edits.textBytes + END_CAP);
  putEdited(out, edits, resultPtr, size);
  return !out.failed;
}
