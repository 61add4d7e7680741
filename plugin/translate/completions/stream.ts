/**
 * Legacy Completions: stream events as chunks, one event in, its chunks out. Text deltas are all that is sent; thinking, tools and
 * their like are not of this surface. Source: docs/completions.md, "Streaming".
 *
 *   Idle ──▶ Open ──▶ Done (`[DONE]` is out)        any ──▶ Failed (an error event is out)
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import { openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { Answer, openAnswer, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { DeltaType } from "../../wire/anthropic/delta_types";
import { EventType } from "../../wire/anthropic/event_types";
import { EVENT, readEvent } from "../../wire/anthropic/stream_event";
import { ERROR, readUpstreamError } from "../../wire/upstream_error";
import { AnswerShape } from "../shape";
import { putUsage } from "../shared/chat_usage";
import { putLocalError, putUpstreamError, statusOfType } from "../shared/openai_error";
import { finishOf, putAnswerHead, putFinish, putTexts } from "./answer";

export const enum TextState {
  Idle = 0,
  Open = 1,
  Done = 2,
  Failed = 3,
}

@unmanaged
@final
export class TextStream {
  arena: Arena;
  shape: AnswerShape;
  cursor: JsonCursor;
  answer: Answer; // its spans are never kept
  state: TextState;
  failureStatus: u32; // HTTP status of the error that ended the stream
  headPtr: usize; // `data: {"id":…` up to `"choices":[`; in the arena
  headLen: u32;
  sawReason: bool; // a stop reason came
  pinged: bool; // a comment was sent
}

/** A stream's state in `arena`; null without memory. `shape` lives as long as the arena. */
export function openTextStream(arena: Arena, shape: AnswerShape): TextStream | null {
  const s = openStruct<TextStream>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const answer = openAnswer(arena);
  if (s == null || cursor == null || answer == null) return null;
  s.arena = arena;
  s.shape = shape;
  s.cursor = cursor;
  s.answer = answer;
  return s;
}

/** True when nothing more will be sent. */
export function isOver(s: TextStream): bool {
  return s.state == TextState.Done || s.state == TextState.Failed;
}

/** Translates one event; `name` is the type of its event field. */
export function putEvent(out: Writer, s: TextStream, ptr: usize, len: u32, name: EventType): void {
  if (isOver(s)) return;
  if (equalsLiteral(ptr, len, L.DONE_WORD)) {
    putEnd(out, s);
    return;
  }
  if (!readEvent(s.cursor, ptr, len, s.shape.maxDepth, name, s.answer)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  if (s.answer.stopReasonPtr != 0) s.sawReason = true;
  putRead(out, s, ptr, len);
  forgetSpans(s.answer);
}

function putRead(out: Writer, s: TextStream, ptr: usize, len: u32): void {
  switch (EVENT.type) {
    case EventType.MessageStart:
      putOpening(out, s);
      break;
    case EventType.ContentBlockDelta:
      if (EVENT.delta == DeltaType.Text && EVENT.textLen > 2 && putOpening(out, s))
        putText(out, s, EVENT.textPtr, EVENT.textLen);
      break;
    case EventType.MessageStop:
      if (putOpening(out, s)) putClosing(out, s);
      break;
    case EventType.Ping:
      if (!s.shape.pingComments) break;
      out.literal(L.PING);
      s.pinged = true;
      break;
    case EventType.Error:
      putUpstreamFailure(out, s, ptr, len);
      break;
    default:
      break;
  }
}

/** What a later event could still point to is gone with its window. */
function forgetSpans(answer: Answer): void {
  answer.idPtr = 0;
  answer.modelPtr = 0;
  answer.stopReasonPtr = 0;
}

/** Makes the head that all chunks share; the prompt comes first where it is echoed. False without memory. */
function putOpening(out: Writer, s: TextStream): bool {
  if (s.state != TextState.Idle) return true;
  const mark = out.mark();
  out.literal(L.DATA_OBJECT);
  putAnswerHead(out, s.answer, s.shape);
  s.headLen = out.length - mark;
  s.headPtr = out.failed ? 0 : s.arena.keep(out.start + mark, s.headLen);
  out.rewind(mark);
  if (s.headPtr == 0) {
    putFailure(out, s, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
    return false;
  }
  s.state = TextState.Open;
  if (s.shape.echoLen == 0) return true;
  out.put(s.headPtr, s.headLen);
  out.literal(L.TEXT_ECHO_OPEN);
  out.put(s.shape.echoPtr, s.shape.echoLen);
  out.literal(L.TEXT_ECHO_CLOSE);
  endChunk(out, s);
  return true;
}

/** A chunk around a token. */
function putText(out: Writer, s: TextStream, ptr: usize, len: u32): void {
  out.put(s.headPtr, s.headLen);
  out.literal(L.TEXT_CHOICE_OPEN);
  out.put(ptr, len);
  out.literal(L.TEXT_CHOICE_NULL);
  endChunk(out, s);
}

function endChunk(out: Writer, s: TextStream): void {
  if (s.shape.includeUsage) out.literal(L.USAGE_NULL);
  out.literal(L.CHUNK_CLOSE);
}

/** The end of the upstream's answer, clean as far as the transport can tell. */
export function putEnd(out: Writer, s: TextStream): void {
  if (isOver(s)) return;
  if (s.state == TextState.Open && s.sawReason) putClosing(out, s);
  else putFailure(out, s, L.CODE_STREAM_TRUNCATED, L.TEXT_TRUNCATED);
}

/** The last chunks: finish reason, usage when asked for, `[DONE]`. */
function putClosing(out: Writer, s: TextStream): void {
  out.put(s.headPtr, s.headLen);
  out.literal(L.TEXT_EMPTY_CHOICE);
  putFinish(out, finishOf(s.answer.stopReason));
  endChunk(out, s);
  if (s.shape.includeUsage) {
    out.put(s.headPtr, s.headLen);
    out.literal(L.CHOICES_END);
    out.literal(L.K_USAGE);
    putUsage(out, s.answer.usage);
    out.literal(L.CHUNK_CLOSE);
  }
  out.literal(L.DONE);
  s.state = TextState.Done;
}

/** An error of ours in the stream; nothing follows it, no `[DONE]` either. */
export function putFailure(out: Writer, s: TextStream, code: usize, message: usize): void {
  if (isOver(s)) return;
  out.literal(L.DATA_OPEN);
  putLocalError(out, L.TYPE_SERVER, code, message);
  out.literal(L.EVENT_END);
  s.state = TextState.Failed;
  s.failureStatus = code == L.CODE_OUT_OF_MEMORY ? 500 : 502;
}

/** An error event of the upstream, by the table of types; a stream has no status of its own. */
function putUpstreamFailure(out: Writer, s: TextStream, ptr: usize, len: u32): void {
  if (!readUpstreamError(s.cursor, ptr, len)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  out.literal(L.DATA_OPEN);
  s.failureStatus = statusOfType(ERROR.type);
  putUpstreamError(out, s.failureStatus);
  out.literal(L.EVENT_END);
  s.state = TextState.Failed;
}

/** A whole message as a stream, for clients that asked for one and upstreams that gave none. False without memory. */
export function writeTextAsStream(
  out: Writer,
  whole: WholeAnswer,
  shape: AnswerShape,
  arena: Arena,
): bool {
  const s = openTextStream(arena, shape);
  if (s == null) return false;
  s.answer = whole.answer;
  const echo = shape.echoLen;
  shape.echoLen = 0;
  const opened = putOpening(out, s);
  shape.echoLen = echo;
  if (!opened) return false;
  if (echo > 0 || hasText(whole)) {
    out.put(s.headPtr, s.headLen);
    out.literal(L.TEXT_CHOICE_OPEN);
    putTexts(out, whole, shape);
    out.literal(L.TEXT_CHOICE_NULL);
    endChunk(out, s);
  }
  putClosing(out, s);
  return true;
}

function hasText(whole: WholeAnswer): bool {
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type == BlockType.Text && block.textLen > 2) return true;
  }
  return false;
}
