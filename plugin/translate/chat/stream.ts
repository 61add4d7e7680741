/**
 * Chat Completions: stream events as chunks, one event in, its chunks out. States: ChatState of stream_state.ts.
 * Source: docs/chat.md, "Event table", "State machine", "End of stream".
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import { openFewRecords, openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { openAnswer, readBlock } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { DeltaType } from "../../wire/anthropic/delta_types";
import { EventType } from "../../wire/anthropic/event_types";
import { StopReason } from "../../wire/anthropic/stop_reasons";
import { clearBlock, EVENT, opensAnswer, readEvent } from "../../wire/anthropic/stream_event";
import { ERROR, readUpstreamError } from "../../wire/upstream_error";
import { AnswerShape } from "../shape";
import { keepAnswer } from "../shared/keep_answer";
import { putLocalError, putUpstreamError, statusOfType } from "../shared/openai_error";
import { keepCitation, putStreamAnnotations } from "./annotations_stream";
import { findOpenBlock, hasAllBlocksOpen, startBlock, stopAllBlocks, stopBlock } from "./blocks";
import { beginDelta, buildHead, endDelta, putFinish, putTokenDelta } from "./chunk";
import { flushText, putText } from "./json_tool_stream";

import { ChatState, ChatStream, OpenBlock, TextState } from "./stream_state";
import { putToolDelta } from "./tool_stream";
import { putReasoningDelta, putSignatureDelta } from "./reasoning_stream";

/** A stream's state in `arena`; null without memory. `shape` lives as long as the arena. */
export function openChatStream(arena: Arena, shape: AnswerShape): ChatStream | null {
  const s = openStruct<ChatStream>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const answer = openAnswer(arena);
  const blocks = openFewRecords<OpenBlock>(arena);
  if (s == null || cursor == null || answer == null || blocks == null) return null;
  s.arena = arena;
  s.cursor = cursor;
  s.answer = answer;
  s.blocks = blocks;
  s.shape = shape;
  if (shape.jsonTool) s.text = TextState.Withheld;
  return s;
}

/** True when nothing more will be sent. */
export function isOver(s: ChatStream): bool {
  return s.state == ChatState.Done || s.state == ChatState.Failed;
}

/** Translates one event; `name` is the type of its event field. */
export function putEvent(out: Writer, s: ChatStream, ptr: usize, len: u32, name: EventType): void {
  if (isOver(s)) return;
  if (equalsLiteral(ptr, len, L.DONE_WORD)) {
    putEnd(out, s);
    return;
  }
  if (!readEvent(s.cursor, ptr, len, s.shape.maxDepth, name, s.answer)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  // Any event may say something of the message; it must not point into a window that is gone. The opening needs the name first.
  if (
    EVENT.saysAnswer &&
    !(s.state == ChatState.Idle && opensAnswer()) &&
    !keepAnswer(s.arena, s.answer)
  ) {
    failMemory(out, s);
    return;
  }
  switch (EVENT.type) {
    case EventType.ContentBlockDelta:
      if (putOpening(out, s)) putDelta(out, s);
      break;
    case EventType.ContentBlockStart:
      if (putOpening(out, s) && !startBlock(out, s, EVENT.index)) failBlock(out, s);
      break;
    case EventType.ContentBlockStop:
      stopBlock(out, s, EVENT.index);
      break;
    case EventType.Ping:
      putPing(out, s);
      break;
    case EventType.Error:
      putUpstreamFailure(out, s, ptr, len);
      break;
    default:
      putMessageEvent(out, s);
      break;
  }
}

function putPing(out: Writer, s: ChatStream): void {
  if (!s.shape.pingComments) return;
  out.literal(L.PING);
  s.pinged = true;
}

/** Events of the message as a whole; unknown ones are ignored. */
function putMessageEvent(out: Writer, s: ChatStream): void {
  switch (EVENT.type) {
    case EventType.MessageStart:
      // A second one says nothing new but counters, which are kept by now.
      if (s.state == ChatState.Idle && putOpening(out, s)) playContent(out, s);
      break;
    case EventType.MessageStop:
      if (putOpening(out, s)) putClosing(out, s);
      break;
    default:
      break;
  }
}

/** Sends the role chunk before anything else, with what is known of the message. */
export function putOpening(out: Writer, s: ChatStream): bool {
  if (s.state != ChatState.Idle) return true;
  if (!buildHead(out, s) || !keepAnswer(s.arena, s.answer)) {
    failMemory(out, s);
    return false;
  }
  s.state = ChatState.Open;
  beginDelta(out, s);
  out.literal(L.D_ROLE);
  endDelta(out, s);
  return true;
}

/** Blocks that stand in message_start already are played as start and stop. */
function playContent(out: Writer, s: ChatStream): void {
  if (EVENT.contentPtr == 0 || EVENT.contentLen <= 2) return;
  const c = s.cursor;
  c.open(EVENT.contentPtr, EVENT.contentLen, s.shape.maxDepth);
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    clearBlock(EVENT.block);
    if (!readBlock(c, EVENT.block)) return;
    if (!startBlock(out, s, index)) {
      failBlock(out, s);
      return;
    }
    stopBlock(out, s, index);
  }
}

function putDelta(out: Writer, s: ChatStream): void {
  const event = EVENT;
  const block = findOpenBlock(s, event.index);
  if (block == null) return;
  if (event.delta == DeltaType.Citations) {
    if (block.type == BlockType.Text && event.citationPtr != 0) keepCitation(s, block);
    return;
  }
  if (event.textLen <= 2) return; // empty: nothing to send
  if (block.type != blockOfDelta(event.delta)) return;
  switch (event.delta) {
    case DeltaType.Text:
      putText(out, s, event.textPtr, event.textLen);
      break;
    case DeltaType.InputJson:
      if (!putToolDelta(out, s, block, event.textPtr, event.textLen))
        putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_HELD_TOO_LARGE);
      break;
    case DeltaType.Thinking:
      putReasoningDelta(out, s, event.index, event.textPtr, event.textLen);
      break;
    default:
      putSignatureDelta(out, s, event.index, event.textPtr, event.textLen);
      break;
  }
}

/** The type of block that a delta belongs to; RedactedThinking, which has no deltas, for the ones that we do not know. */
function blockOfDelta(delta: DeltaType): BlockType {
  switch (delta) {
    case DeltaType.Text:
      return BlockType.Text;
    case DeltaType.InputJson:
      return BlockType.ToolUse;
    case DeltaType.Thinking:
    case DeltaType.Signature:
      return BlockType.Thinking;
    default:
      return BlockType.RedactedThinking;
  }
}

/** The end of the upstream's answer, clean as far as the transport can tell. */
export function putEnd(out: Writer, s: ChatStream): void {
  if (isOver(s)) return;
  if (s.state == ChatState.Open && s.answer.stopReasonPtr != 0) putClosing(out, s);
  else putFailure(out, s, L.CODE_STREAM_TRUNCATED, L.TEXT_TRUNCATED);
}

export function putClosing(out: Writer, s: ChatStream): void {
  const answer = s.answer;
  stopAllBlocks(out, s);
  flushText(out, s);
  putStreamAnnotations(out, s);
  if (answer.stopReason == StopReason.Refusal && answer.explanationPtr != 0) {
    putTokenDelta(out, s, L.D_REFUSAL, answer.explanationPtr, answer.explanationLen);
  }
  putFinish(out, s);
  s.state = ChatState.Done;
}

/** An error of ours in the stream; nothing follows it, no `[DONE]` either. */
export function putFailure(out: Writer, s: ChatStream, code: usize, message: usize): void {
  if (isOver(s)) return;
  out.literal(L.DATA_OPEN);
  putLocalError(out, L.TYPE_SERVER, code, message);
  out.literal(L.EVENT_END);
  s.state = ChatState.Failed;
  s.failureStatus = code == L.CODE_OUT_OF_MEMORY ? 500 : 502;
}

function failMemory(out: Writer, s: ChatStream): void {
  putFailure(out, s, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
}

/** A block could not be kept. */
function failBlock(out: Writer, s: ChatStream): void {
  if (hasAllBlocksOpen(s)) putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_TOO_MANY_BLOCKS);
  else failMemory(out, s);
}

/** An error event of the upstream, by the table of types; a stream has no status of its own. */
function putUpstreamFailure(out: Writer, s: ChatStream, ptr: usize, len: u32): void {
  if (!readUpstreamError(s.cursor, ptr, len)) {
    putFailure(out, s, L.CODE_INVALID_UPSTREAM, L.TEXT_EVENT_INVALID);
    return;
  }
  out.literal(L.DATA_OPEN);
  s.failureStatus = statusOfType(ERROR.type);
  putUpstreamError(out, s.failureStatus);
  out.literal(L.EVENT_END);
  s.state = ChatState.Failed;
}
