/** Stream events to the client's form, by operation. The one place that knows the translators of all surfaces. */
import { unixNanos } from "../abi/host";
import { scratch } from "../abi/memory";
import { literalLen } from "../bytes/compare";
import * as L from "../bytes/literals";
import { Writer } from "../bytes/writer";
import * as chat from "../translate/chat/stream";
import { ChatState } from "../translate/chat/stream_state";
import { putNativeEvent, putNativeFailure } from "../translate/native/frames";
import { NativeState, openNativeStream } from "../translate/native/stream";
import * as text from "../translate/completions/stream";
import * as responses from "../translate/responses/stream";
import { ResponsesState } from "../translate/responses/stream_state";
import { Operation } from "../translate/surface";
import { Answer } from "../wire/anthropic/answer";
import { EventType } from "../wire/anthropic/event_types";
import { StreamState } from "./stream";

const NANOS: u64 = 1_000_000_000;
/** `data: ` and the blank line around the payload of an error that becomes a body of its own. */
const FRAME_HEAD: u32 = 6;
const FRAME_TAIL: u32 = 2;

/** Makes the translator of the stream's operation; false without memory. */
export function openTranslator(stream: StreamState): bool {
  const arena = stream.arena;
  const shape = stream.shape;
  if (arena == null || shape == null) return false;
  if (stream.operation == Operation.Messages) {
    stream.native = openNativeStream(arena, shape.showsAsked);
    return stream.native != null;
  }
  if (stream.operation == Operation.Completions) {
    stream.text = text.openTextStream(arena, shape);
    return stream.text != null;
  }
  if (stream.operation == Operation.Responses) {
    stream.responses = responses.openResponsesStream(arena, shape);
    stampCompleted(stream);
    return stream.responses != null;
  }
  stream.chat = chat.openChatStream(arena, shape);
  return stream.chat != null;
}

/** True when nothing more will be sent. */
export function isOver(stream: StreamState): bool {
  const n = stream.native;
  if (n != null) return n.state == NativeState.Complete || n.state == NativeState.Failed;
  const t = stream.text;
  if (t != null) return text.isOver(t);
  const r = stream.responses;
  if (r != null) return responses.isOver(r);
  const s = stream.chat;
  return s == null || chat.isOver(s);
}

/** True when the answer was sent to its regular end. */
export function isComplete(stream: StreamState): bool {
  const t = stream.text;
  if (t != null) return t.state == text.TextState.Done;
  const n = stream.native;
  if (n != null) return n.state == NativeState.Complete || n.state == NativeState.Blind;
  const r = stream.responses;
  if (r != null) return r.state == ResponsesState.Done;
  const s = stream.chat;
  return s != null && s.state == ChatState.Done;
}

/** What the upstream said of the answer as a whole, so far; null: nothing. Spans in it may be gone. */
export function streamAnswer(stream: StreamState): Answer | null {
  const t = stream.text;
  if (t != null) return t.answer;
  const n = stream.native;
  if (n != null) return n.answer;
  const r = stream.responses;
  if (r != null) return r.answer;
  const s = stream.chat;
  return s == null ? null : s.answer;
}

/** Pieces of the answer that the client did not get. */
export function droppedPieces(stream: StreamState): u32 {
  const s = stream.chat;
  return s == null ? 0 : s.dropped;
}

/** Translates one event; `name` is the type of its event field. */
export function putEvent(
  out: Writer,
  stream: StreamState,
  ptr: usize,
  len: u32,
  name: EventType,
): void {
  const n = stream.native;
  const shape = stream.shape;
  if (n != null && shape != null) putNativeEvent(out, n, ptr, len, name, shape, scratch());
  const t = stream.text;
  if (t != null) text.putEvent(out, t, ptr, len, name);
  const r = stream.responses;
  if (r != null) {
    if (name == EventType.MessageStop) stampCompleted(stream);
    const before = r.state;
    responses.putEvent(out, r, ptr, len, name);
    // Where events have no names, what became of one tells that it was the last but one.
    if (r.state == ResponsesState.Finished && before != r.state) stampCompleted(stream);
    return;
  }
  const s = stream.chat;
  if (s != null) chat.putEvent(out, s, ptr, len, name);
}

/** The end of the upstream's answer, clean as far as the transport can tell. */
export function putEnd(out: Writer, stream: StreamState): void {
  const n = stream.native;
  if (n != null && n.state == NativeState.Open) putNativeFailure(out, n, 502, L.TEXT_TRUNCATED);
  const t = stream.text;
  if (t != null) text.putEnd(out, t);
  const r = stream.responses;
  if (r != null) responses.putEnd(out, r);
  const s = stream.chat;
  if (s != null) chat.putEnd(out, s);
}

/** An error of ours in the stream. */
export function putFailure(out: Writer, stream: StreamState, code: usize, message: usize): void {
  const n = stream.native;
  if (n != null) putNativeFailure(out, n, code == L.CODE_OUT_OF_MEMORY ? 500 : 502, message);
  const t = stream.text;
  if (t != null) text.putFailure(out, t, code, message);
  const r = stream.responses;
  if (r != null) responses.putFailure(out, r, code, message);
  const s = stream.chat;
  if (s != null) chat.putFailure(out, s, code, message);
}

/** HTTP status of the error that is all that the translator wrote; 0 when it wrote anything else. */
export function firstFailure(stream: StreamState): u32 {
  const n = stream.native;
  if (n != null) return n.began ? 0 : n.failureStatus;
  const t = stream.text;
  if (t != null) return t.headPtr != 0 || t.pinged ? 0 : t.failureStatus;
  const r = stream.responses;
  if (r != null) return r.firstErrorPtr == 0 ? 0 : r.failureStatus;
  const s = stream.chat;
  if (s == null || s.state != ChatState.Failed || s.headPtr != 0 || s.pinged) return 0;
  return s.failureStatus;
}

/** Lets a failure take the place of output that was thrown away. */
export function reopen(stream: StreamState): void {
  const n = stream.native;
  if (n != null) n.state = NativeState.Open;
  const t = stream.text;
  if (t != null) t.state = text.TextState.Open;
  const r = stream.responses;
  if (r != null) r.state = r.idPtr == 0 ? ResponsesState.Idle : ResponsesState.Open;
  const s = stream.chat;
  if (s != null) s.state = ChatState.Open;
}

/** Leaves that error in the output writer as a body of its own. */
export function putFirstFailure(out: Writer, stream: StreamState): void {
  const r = stream.responses;
  if (r == null) {
    // A native event has a name in front.
    out.dropEnds(stream.native == null ? FRAME_HEAD : literalLen(L.STREAM_ERROR_OPEN), FRAME_TAIL);
    return;
  }
  out.rewind(0);
  out.put(r.firstErrorPtr, r.firstErrorLen);
}

/** An answer that comes to its end may say when. */
function stampCompleted(stream: StreamState): void {
  const shape = stream.shape;
  if (shape == null) return;
  const own = shape.responses;
  if (own != null) own.completedUnix = unixNanos() / NANOS;
}
