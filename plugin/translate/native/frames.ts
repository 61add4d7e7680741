/**
 * Native streams that are framed anew, because the upstream frames them otherwise or because something in them changes: each event
 * becomes a frame of server-sent events, its JSON as it came.
 * Source: docs/native.md, "Streams"; docs/streaming.md, "Bedrock framing".
 */
import { Ascii } from "../../bytes/ascii";
import { findByte } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { splice } from "../../bytes/splice";
import { Arena } from "../../bytes/arena";
import { Writer } from "../../bytes/writer";
import { ErrorType } from "../../wire/anthropic/error_types";
import { EventType } from "../../wire/anthropic/event_types";
import { putNativeFrame } from "../../wire/bedrock_stream";
import { ERROR, readUpstreamError } from "../../wire/upstream_error";
import { putAnthropicError } from "../shared/anthropic_error";
import { statusOfType } from "../shared/openai_error";
import { AnswerShape } from "../shape";
import { openEdits } from "./edits";
import { renameStart } from "./model_name";
import { NativeState, NativeStream, watchEvent } from "./stream";

/** Appends the event of `len` bytes at `ptr`; `scratch` holds what is noted of it meanwhile. */
export function putNativeEvent(
  out: Writer,
  s: NativeStream,
  ptr: usize,
  len: u32,
  name: EventType,
  shape: AnswerShape,
  scratch: Arena,
): void {
  const mark = out.mark();
  if (!putNativeFrame(s.cursor, shape.maxDepth, out, ptr, len)) {
    out.rewind(mark);
    putNativeFailure(out, s, 502, L.TEXT_EVENT_INVALID);
    return;
  }
  watchEvent(s, ptr, len, name, false, shape.maxDepth);
  if (s.state == NativeState.Failed) noteFailure(s, ptr, len);
  else s.began = true;
  if (s.waits && s.started) renameFrame(out, s, mark, shape, scratch);
}

/** Appends an error of ours, the stream's last event. */
export function putNativeFailure(out: Writer, s: NativeStream, status: u32, message: usize): void {
  s.state = NativeState.Failed;
  s.failureStatus = status;
  out.literal(L.STREAM_ERROR_OPEN);
  putAnthropicError(out, status, message);
  out.literal(L.EVENT_END);
}

/** The status that the upstream's error would have had as an answer. */
function noteFailure(s: NativeStream, ptr: usize, len: u32): void {
  readUpstreamError(s.cursor, ptr, len);
  s.failureStatus = ERROR.type == ErrorType.Overloaded ? 529 : statusOfType(ERROR.type);
}

/** Puts the client's name of the model into the frame of message_start that was appended at `mark`. */
function renameFrame(
  out: Writer,
  s: NativeStream,
  mark: u32,
  shape: AnswerShape,
  scratch: Arena,
): void {
  s.waits = false;
  const edits = openEdits(scratch);
  if (edits == null || out.failed) return;
  const frame = out.start + mark;
  const data = findByte(frame, out.cursor, Ascii.BraceOpen);
  if (!renameStart(edits, s.cursor, data, <u32>(out.cursor - data), shape)) return;
  for (let i = edits.list.count; i > 0; i--) {
    const edit = edits.list.at(i - 1);
    splice(out, <u32>(edit.ptr - out.start), edit.gap, edit.textPtr, edit.textLen);
  }
}
