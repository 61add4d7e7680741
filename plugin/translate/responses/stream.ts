/**
 * Responses: stream events of the upstream as events of the Responses API, one event in, its events out. States: ResponsesState of
 * stream_state.ts. Source: docs/responses.md, "Streaming".
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { equals, equalsLiteral, literalLen, literalPtr } from "../../bytes/compare";
import { openHeldText } from "../../bytes/held_text";
import { openFewRecords, openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { openAnswer, readBlock } from "../../wire/anthropic/answer";
import { EventType } from "../../wire/anthropic/event_types";
import { ErrorType } from "../../wire/anthropic/error_types";
import { StopReason } from "../../wire/anthropic/stop_reasons";
import { clearBlock, EVENT, opensAnswer, readEvent } from "../../wire/anthropic/stream_event";
import { ERROR, readUpstreamError } from "../../wire/upstream_error";
import { AnswerShape } from "../shape";
import { keepAnswer } from "../shared/keep_answer";
import { putModelName } from "../shared/model_name";
import { putLocalError, putUpstreamError, statusOfType } from "../shared/openai_error";
import { flushText, putDelta, startBlock, stopAllBlocks, stopBlock } from "./blocks_out";
import { breakAll, finishAll, putRefusal } from "./items_out";
import { putErrorEvent, putLifecycle } from "./put_event";
import { ResponseStatus, setError, statusOf } from "./put_response";
import {
  ItemKind,
  OpenBlock,
  OutItem,
  ResponsesState,
  ResponsesStream,
  TextState,
} from "./stream_state";

/** A stream's state in `arena`; null without memory. `shape` lives as long as the arena. */
export function openResponsesStream(arena: Arena, shape: AnswerShape): ResponsesStream | null {
  const s = openStruct<ResponsesStream>(arena);
  const own = shape.responses;
  const cursor = openStruct<JsonCursor>(arena);
  const answer = openAnswer(arena);
  const items = openFewRecords<OutItem>(arena);
  const blocks = openFewRecords<OpenBlock>(arena);
  const withheld = openHeldText(arena);
  if (s == null || own == null || cursor == null || answer == null) return null;
  if (items == null || blocks == null || withheld == null) return null;
  s.arena = arena;
  s.shape = shape;
  s.own = own;
  s.cursor = cursor;
  s.answer = answer;
  s.items = items;
  s.blocks = blocks;
  s.withheld = withheld;
  if (shape.jsonTool) s.text = TextState.Withheld;
  return s;
}

/** True when nothing more will be sent. */
export function isOver(s: ResponsesStream): bool {
  return s.state == ResponsesState.Done || s.state == ResponsesState.Failed;
}

/** Translates one event; `name` is the type of its event field. */
export function putEvent(
  out: Writer,
  s: ResponsesStream,
  ptr: usize,
  len: u32,
  name: EventType,
): void {
  if (isOver(s)) return;
  if (equalsLiteral(ptr, len, L.DONE_WORD)) {
    putEnd(out, s);
    return;
  }
  if (!readEvent(s.cursor, ptr, len, s.shape.maxDepth, name, s.answer)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  if (EVENT.type == EventType.Error) {
    putUpstreamFailure(out, s, ptr, len);
    return;
  }
  if (!isExpected(out, s)) return;
  const opens = s.state == ResponsesState.Idle && opensAnswer();
  if (EVENT.saysAnswer && !opens && !keepAnswer(s.arena, s.answer)) {
    failMemory(out, s);
    return;
  }
  translate(out, s);
  if (s.failed && !isOver(s)) failMemory(out, s);
}

/** A second message in one stream is none of ours; the same one again says nothing new. */
function isExpected(out: Writer, s: ResponsesStream): bool {
  if (EVENT.type != EventType.MessageStart || s.state == ResponsesState.Idle) return true;
  const answer = s.answer;
  const same =
    answer.idLen <= 2 ||
    (answer.idLen == s.idLen + 2 && equals(answer.idPtr + 1, s.idPtr, s.idLen));
  answer.idPtr = 0;
  answer.modelPtr = 0;
  if (same) return true;
  putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
  return false;
}

function translate(out: Writer, s: ResponsesStream): void {
  // The upstream's answer may begin with any event that says something of it.
  if (s.state == ResponsesState.Idle && opensAnswer()) {
    if (!putOpening(out, s)) return;
    if (EVENT.type == EventType.MessageStart) playContent(out, s);
  }
  switch (EVENT.type) {
    case EventType.Ping:
      putPing(out, s);
      break;
    case EventType.MessageStop:
      putClosing(out, s);
      break;
    case EventType.MessageDelta:
      if (s.state == ResponsesState.Open && s.answer.stopReasonPtr != 0) finish(out, s);
      break;
    default:
      if (s.state == ResponsesState.Open) putBlockEvent(out, s);
      break;
  }
}

function putBlockEvent(out: Writer, s: ResponsesStream): void {
  switch (EVENT.type) {
    case EventType.ContentBlockDelta:
      putDelta(out, s);
      break;
    case EventType.ContentBlockStart:
      if (!startBlock(out, s, EVENT.index, EVENT.block))
        putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_TOO_MANY_BLOCKS);
      break;
    case EventType.ContentBlockStop:
      stopBlock(out, s, EVENT.index);
      break;
    default:
      break;
  }
}

function putPing(out: Writer, s: ResponsesStream): void {
  if (!s.shape.pingComments) return;
  out.literal(L.PING);
  s.pinged = true;
}

/** Says that there is an answer, with what is known of the message. */
export function putOpening(out: Writer, s: ResponsesStream): bool {
  if (!keepNames(out, s) || !keepAnswer(s.arena, s.answer)) {
    failMemory(out, s);
    return false;
  }
  s.state = ResponsesState.Open;
  putLifecycle(out, s, L.R_CREATED, ResponseStatus.InProgress);
  putLifecycle(out, s, L.R_IN_PROGRESS, ResponseStatus.InProgress);
  return true;
}

/** Id and model, which stand in every response object. `out` is scratch space behind what it holds. */
function keepNames(out: Writer, s: ResponsesStream): bool {
  const answer = s.answer;
  const isNamed = answer.idLen > 2;
  s.idLen = isNamed ? answer.idLen - 2 : literalLen(L.MSG_UNKNOWN) - 2;
  s.idPtr = s.arena.keep(isNamed ? answer.idPtr + 1 : literalPtr(L.MSG_UNKNOWN) + 1, s.idLen);
  const mark = out.mark();
  putModelName(out, answer, s.shape);
  s.modelLen = out.length - mark;
  s.modelPtr = s.arena.keep(out.start + mark, s.modelLen);
  const failed = out.failed;
  out.rewind(mark);
  return s.idPtr != 0 && s.modelPtr != 0 && !failed;
}

/** Blocks that stand in message_start already are played as start and stop. */
function playContent(out: Writer, s: ResponsesStream): void {
  if (EVENT.contentPtr == 0 || EVENT.contentLen <= 2) return;
  const c = s.cursor;
  c.open(EVENT.contentPtr, EVENT.contentLen, s.shape.maxDepth);
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    clearBlock(EVENT.block);
    if (!readBlock(c, EVENT.block)) return;
    if (!startBlock(out, s, index, EVENT.block)) {
      s.failed = true;
      return;
    }
    stopBlock(out, s, index);
  }
}

/** The answer is complete: all items get their status. */
function finish(out: Writer, s: ResponsesStream): void {
  const answer = s.answer;
  stopAllBlocks(out, s);
  flushText(out, s);
  finishAll(out, s);
  if (answer.stopReason == StopReason.Refusal) {
    if (answer.explanationPtr != 0)
      putRefusal(out, s, answer.explanationPtr + 1, answer.explanationLen - 2);
    else if (!hasMessage(s))
      putRefusal(out, s, literalPtr(L.TEXT_DECLINED), literalLen(L.TEXT_DECLINED));
  }
  s.state = ResponsesState.Finished;
}

function hasMessage(s: ResponsesStream): bool {
  for (let i: u32 = 0; i < s.items.count; i++) {
    if (s.items.at(i).kind == ItemKind.Message) return true;
  }
  return false;
}

/** The end of the upstream's answer, clean as far as the transport can tell. */
export function putEnd(out: Writer, s: ResponsesStream): void {
  if (isOver(s)) return;
  if (s.state == ResponsesState.Finished) putClosing(out, s);
  else putFailure(out, s, L.CODE_STREAM_TRUNCATED, L.TEXT_TRUNCATED);
}

/** The last event, with the whole answer. */
export function putClosing(out: Writer, s: ResponsesStream): void {
  if (s.state == ResponsesState.Open) finish(out, s);
  if (s.failed) return;
  const status = statusOf(s.answer.stopReason);
  const type = status == ResponseStatus.Completed ? L.R_COMPLETED : L.R_INCOMPLETE;
  putLifecycle(out, s, type, status);
  s.state = ResponsesState.Done;
}

/** An error of ours; nothing follows it. */
export function putFailure(out: Writer, s: ResponsesStream, code: usize, message: usize): void {
  if (isOver(s)) return;
  s.failureStatus = code == L.CODE_OUT_OF_MEMORY ? 500 : 502;
  const mark = out.mark();
  putLocalError(out, L.TYPE_SERVER, code, message);
  keepFirst(out, s, mark);
  setError(L.CODE_SERVER_ERROR, literalPtr(message), literalLen(message));
  fail(out, s);
}

/** The room for an answer is used up, or the memory of all. */
function failMemory(out: Writer, s: ResponsesStream): void {
  s.failed = false;
  if (s.full || s.arena.held + LARGEST_CHUNK > s.arena.cap)
    putFailure(out, s, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_ANSWER_TOO_LARGE);
  else putFailure(out, s, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
}

/** What an arena may ask for at once: with less room than this it has come to its cap. */
const LARGEST_CHUNK: u32 = 131072;

/** An error event of the upstream. */
function putUpstreamFailure(out: Writer, s: ResponsesStream, ptr: usize, len: u32): void {
  if (!readUpstreamError(s.cursor, ptr, len)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  s.failureStatus = statusOfType(ERROR.type);
  const mark = out.mark();
  putUpstreamError(out, s.failureStatus);
  keepFirst(out, s, mark);
  setError(codeOf(ERROR.type), ERROR.messagePtr + 1, ERROR.messageLen - 2);
  fail(out, s);
}

/** The three codes that clients' types know. */
function codeOf(type: ErrorType): usize {
  if (type == ErrorType.RateLimit) return L.CODE_RATE_LIMIT;
  return type == ErrorType.InvalidRequest ? L.CODE_INVALID_PROMPT : L.CODE_SERVER_ERROR;
}

/** Keeps what stands behind a mark as the body of an error that came first, and takes it away. */
function keepFirst(out: Writer, s: ResponsesStream, mark: u32): void {
  const isFirst = s.state == ResponsesState.Idle && !s.pinged;
  if (isFirst && !out.failed) {
    s.firstErrorLen = out.length - mark;
    s.firstErrorPtr = s.arena.keep(out.start + mark, s.firstErrorLen);
  }
  out.rewind(mark);
}

/** Tells the error that was set, in the events that the route wants. Without a response there is none to fail. */
function fail(out: Writer, s: ResponsesStream): void {
  const started = s.state != ResponsesState.Idle;
  breakAll(s);
  if (started && s.own.failedEvent) putLifecycle(out, s, L.R_FAILED, ResponseStatus.Failed);
  if (!started || s.own.errorEvent) putErrorEvent(out, s);
  s.state = ResponsesState.Failed;
}
