/**
 * Chat Completions: thinking blocks of a whole answer as `reasoning_content` and `reasoning_details`, each entry with its
 * place in the turn when that is not the front. Source: docs/chat.md, "Content blocks".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { countCodePoints } from "../../json/string";
import { Block, isHidden, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { AnswerShape } from "../shape";
import { separate } from "../shared/blocks";
import { putInside } from "../shared/tokens";

/** What stands in front of the block that is being written. */
let textPoints: u32 = 0;
let toolCount: u32 = 0;
let sawHidden: bool = false;

/** Appends the members that the route asks for; nothing when the answer has no thinking. */
export function putReasoning(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  if (!hasReasoning(whole)) return;
  if (shape.reasoningContent) putTexts(out, whole, L.K_REASONING_CONTENT);
  if (shape.reasoningField) putTexts(out, whole, L.K_REASONING);
  if (shape.reasoningDetails) putDetails(out, whole);
  if (shape.thinkingBlocks) putBlocks(out, whole);
}

function hasReasoning(whole: WholeAnswer): bool {
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const type = whole.blocks.at(i).type;
    if (type == BlockType.Thinking || type == BlockType.RedactedThinking) return true;
  }
  return false;
}

/** The blocks in Anthropic's spelling, without places. */
function putBlocks(out: Writer, whole: WholeAnswer): void {
  const mark = out.mark();
  out.literal(L.K_THINKING_BLOCKS);
  const first = out.length;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type != BlockType.Thinking && block.type != BlockType.RedactedThinking) continue;
    separate(out, first);
    if (block.type == BlockType.RedactedThinking) {
      putRedactedBlock(out, block.dataPtr, block.dataLen);
      continue;
    }
    out.literal(L.B_THINKING);
    putToken(out, block.textPtr, block.textLen);
    out.literal(L.K_SIGNATURE);
    putToken(out, block.signaturePtr, block.signatureLen);
    out.byte(Ascii.BraceClose);
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
}

/** A redacted block in Anthropic's spelling. */
export function putRedactedBlock(out: Writer, ptr: usize, len: u32): void {
  out.literal(L.B_REDACTED);
  putToken(out, ptr, len);
  out.byte(Ascii.BraceClose);
}

/** Non-empty thinking texts, a blank line between them. */
function putTexts(out: Writer, whole: WholeAnswer, key: usize): void {
  const mark = out.mark();
  out.literal(key);
  const first = out.length;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type != BlockType.Thinking || block.textLen <= 2) continue;
    if (out.length != first) out.literal(L.REASONING_GAP);
    putInside(out, block.textPtr, block.textLen);
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.Quote);
}

function putDetails(out: Writer, whole: WholeAnswer): void {
  const mark = out.mark();
  out.literal(L.K_REASONING_DETAILS);
  const first = out.length;
  let index: u32 = 0;
  textPoints = 0;
  toolCount = 0;
  sawHidden = false;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type == BlockType.Thinking || block.type == BlockType.RedactedThinking) {
      separate(out, first);
      putDetail(out, block, index);
      index += 1;
      sawHidden = false;
    } else pass(block);
  }
  if (index == 0) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
}

/** Counts a block that is not reasoning. */
function pass(block: Block): void {
  if (block.type == BlockType.ToolUse) toolCount += 1;
  else if (isHidden(block.type)) sawHidden = true;
  else if (block.textLen > 2) textPoints += countCodePoints(block.textPtr + 1, block.textLen - 2);
}

function putDetail(out: Writer, block: Block, index: u32): void {
  out.literal(L.DETAIL_INDEX);
  putU64(out, index);
  if (block.type == BlockType.RedactedThinking) {
    out.literal(L.DETAIL_ENCRYPTED);
    putToken(out, block.dataPtr, block.dataLen);
  } else {
    out.literal(L.DETAIL_TEXT);
    putToken(out, block.textPtr, block.textLen);
    if (block.signatureLen > 2) {
      out.literal(L.K_SIGNATURE);
      out.put(block.signaturePtr, block.signatureLen);
    }
  }
  putPlace(out, textPoints, toolCount, sawHidden);
  out.byte(Ascii.BraceClose);
}

function putToken(out: Writer, ptr: usize, len: u32): void {
  if (ptr == 0) out.literal(L.EMPTY_STRING);
  else out.put(ptr, len);
}

/** Appends where an entry stood: code points of text and tool calls in front, a hidden block in between. */
export function putPlace(out: Writer, points: u32, tools: u32, hidden: bool): void {
  if (points > 0) {
    out.literal(L.K_AFTER_TEXT);
    putU64(out, points);
  }
  if (tools > 0) {
    out.literal(L.K_AFTER_TOOLS);
    putU64(out, tools);
  }
  if (hidden) out.literal(L.AFTER_HIDDEN);
}
