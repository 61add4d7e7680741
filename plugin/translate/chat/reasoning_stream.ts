/** Chat Completions: thinking in a stream. Every entry carries its index, so accumulators can merge (docs/chat.md, "Event table"). */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { Block } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { AnswerShape } from "../shape";
import { findOpenBlock } from "./blocks";
import { beginDelta, endDelta } from "./chunk";
import { putPlace, putRedactedBlock } from "./reasoning_out";
import { ChatStream, OpenBlock } from "./stream_state";

/** A thinking or redacted block begins: its place, when that is not the front, and a redacted block's data. */
export function startReasoning(out: Writer, s: ChatStream, block: OpenBlock, source: Block): void {
  block.reasoning = s.nextReasoning;
  s.nextReasoning += 1;
  const hidden = s.hidden;
  s.hidden = false;
  const placed = s.textPoints > 0 || s.nextTool > 0 || hidden;
  const redacted = source.type == BlockType.RedactedThinking;
  if (redacted && s.shape.thinkingBlocks) {
    beginDelta(out, s);
    out.literal(L.D_BLOCKS_OPEN);
    putRedactedBlock(out, source.dataPtr, source.dataLen);
    out.byte(Ascii.BracketClose);
    endDelta(out, s);
  }
  if (!s.shape.reasoningDetails || (!placed && !redacted)) return;
  beginDelta(out, s);
  out.literal(L.D_DETAILS_OPEN);
  putU64(out, block.reasoning);
  if (redacted) {
    out.literal(L.DETAIL_ENCRYPTED);
    if (source.dataPtr == 0) out.literal(L.EMPTY_STRING);
    else out.put(source.dataPtr, source.dataLen);
  } else {
    out.literal(L.DETAIL_TEXT);
    out.literal(L.EMPTY_STRING);
    block.textTold = true;
  }
  putPlace(out, s.textPoints, s.nextTool, hidden);
  out.literal(L.D_DETAILS_CLOSE);
  endDelta(out, s);
}

/** A piece of thinking text, in all fields that the route asks for. */
export function putReasoningDelta(
  out: Writer,
  s: ChatStream,
  index: u32,
  ptr: usize,
  len: u32,
): void {
  const block = findOpenBlock(s, index);
  if (block == null) return;
  const shape = s.shape;
  if (!block.seen && block.reasoning > 0) putGap(out, s);
  block.seen = true;
  block.textTold = true;
  s.reasoningText = true;
  if (!showsThinking(shape)) return;
  beginDelta(out, s);
  const first = out.length;
  if (shape.reasoningContent) putText(out, first, L.D_REASONING_CONTENT, ptr, len);
  if (shape.reasoningField) putText(out, first, L.D_REASONING, ptr, len);
  if (shape.reasoningDetails) {
    if (out.length != first) out.byte(Ascii.Comma);
    out.literal(L.D_DETAILS_OPEN);
    putU64(out, block.reasoning);
    out.literal(L.DETAIL_TEXT);
    out.put(ptr, len);
    out.literal(L.D_DETAILS_CLOSE);
  }
  if (shape.thinkingBlocks) {
    if (out.length != first) out.byte(Ascii.Comma);
    out.literal(L.D_BLOCKS_OPEN);
    out.literal(L.B_THINKING);
    out.put(ptr, len);
    out.literal(L.D_BLOCK_UNSIGNED);
  }
  endDelta(out, s);
}

/** Some member carries thinking texts. */
function showsThinking(shape: AnswerShape): bool {
  if (shape.reasoningContent || shape.reasoningField) return true;
  return shape.reasoningDetails || shape.thinkingBlocks;
}

function putText(out: Writer, first: u32, member: usize, ptr: usize, len: u32): void {
  if (out.length != first) out.byte(Ascii.Comma);
  out.literal(member);
  out.put(ptr, len);
}

/** The blank line between the texts of two thinking blocks. */
function putGap(out: Writer, s: ChatStream): void {
  if (!s.reasoningText) return;
  const shape = s.shape;
  if (!shape.reasoningContent && !shape.reasoningField) return;
  beginDelta(out, s);
  const first = out.length;
  if (shape.reasoningContent) putGapIn(out, first, L.D_REASONING_CONTENT);
  if (shape.reasoningField) putGapIn(out, first, L.D_REASONING);
  endDelta(out, s);
}

function putGapIn(out: Writer, first: u32, member: usize): void {
  if (out.length != first) out.byte(Ascii.Comma);
  out.literal(member);
  out.literal(L.D_REASONING_GAP);
}

/**
 * The signature of a thinking block. When its entry has no text yet it says so, once: an empty text stays distinguishable, and what is
 * left of an entry whose chunks overwrite each other has a signature without a text, or all that there was.
 */
export function putSignatureDelta(
  out: Writer,
  s: ChatStream,
  index: u32,
  ptr: usize,
  len: u32,
): void {
  const block = findOpenBlock(s, index);
  const shape = s.shape;
  if (block == null || (!shape.reasoningDetails && !shape.thinkingBlocks)) return;
  beginDelta(out, s);
  if (shape.reasoningDetails) {
    out.literal(L.D_DETAILS_OPEN);
    putU64(out, block.reasoning);
    out.literal(block.textTold ? L.DETAIL_SIGNATURE : L.DETAIL_EMPTY_SIGNATURE);
    block.textTold = true;
    out.put(ptr, len);
    out.literal(L.D_DETAILS_CLOSE);
  }
  if (shape.thinkingBlocks) {
    if (shape.reasoningDetails) out.byte(Ascii.Comma);
    out.literal(L.D_BLOCK_SIGNATURE);
    out.put(ptr, len);
    out.literal(L.D_DETAILS_CLOSE);
  }
  endDelta(out, s);
}
