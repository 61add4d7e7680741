/** Chat Completions: open content blocks of a stream, addressed by the upstream's index. Source: docs/chat.md, "State machine". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { Block } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { EVENT } from "../../wire/anthropic/stream_event";
import { countCodePoints, escapeInto } from "../../json/string";
import { endCitations, keepCitations } from "./annotations_stream";
import { beginDelta, endDelta, putTokenDelta } from "./chunk";
import { putReasoningDelta, putSignatureDelta, startReasoning } from "./reasoning_stream";
import { ChatStream, OPEN_BLOCKS, OpenBlock } from "./stream_state";

/** The open block with this index; null when there is none. */
export function findOpenBlock(s: ChatStream, index: u32): OpenBlock | null {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (block.used && block.index == index) return block;
  }
  return null;
}

/** A record for a new block; null when too many are open or memory is exhausted. */
function takeRecord(s: ChatStream): OpenBlock | null {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (!block.used) return block;
  }
  return s.blocks.count < OPEN_BLOCKS ? s.blocks.push() : null;
}

/** True when no further block can begin. */
export function hasAllBlocksOpen(s: ChatStream): bool {
  if (s.blocks.count < OPEN_BLOCKS) return false;
  for (let i: u32 = 0; i < OPEN_BLOCKS; i++) {
    if (!s.blocks.at(i).used) return false;
  }
  return true;
}

/** EVENT.block begins at `index`. False when it cannot be kept: too many open blocks, or no memory. */
export function startBlock(out: Writer, s: ChatStream, index: u32): bool {
  const source = EVENT.block;
  if (findOpenBlock(s, index) != null) stopBlock(out, s, index);
  const block = takeRecord(s);
  if (block == null) return false;
  block.used = true;
  block.index = index;
  block.type = source.type;
  block.isTool = source.type == BlockType.ToolUse;
  block.seen = false;
  block.inputPtr = 0;
  block.textStart = s.textPoints;
  switch (source.type) {
    case BlockType.Text:
      if (source.textLen > 2) {
        putTokenDelta(out, s, L.D_CONTENT, source.textPtr, source.textLen);
        s.textPoints += countCodePoints(source.textPtr + 1, source.textLen - 2);
      }
      keepCitations(s, block, source.citationsPtr, source.citationsLen);
      return true;
    case BlockType.ToolUse:
      return startTool(out, s, block, source);
    case BlockType.Thinking:
    case BlockType.RedactedThinking:
      startReasoning(out, s, block, source);
      if (source.type == BlockType.RedactedThinking) return true;
      if (source.textLen > 2) putReasoningDelta(out, s, index, source.textPtr, source.textLen);
      if (source.signatureLen > 2)
        putSignatureDelta(out, s, index, source.signaturePtr, source.signatureLen);
      return true;
    default:
      s.hidden = true;
      return true;
  }
}

function startTool(out: Writer, s: ChatStream, block: OpenBlock, source: Block): bool {
  block.tool = s.nextTool;
  s.nextTool += 1;
  beginDelta(out, s);
  out.literal(L.D_TOOL_OPEN);
  putU64(out, block.tool);
  out.literal(L.D_TOOL_ID);
  if (source.idPtr == 0) out.literal(L.EMPTY_STRING);
  else out.put(source.idPtr, source.idLen);
  out.literal(L.D_TOOL_FUNCTION);
  if (source.namePtr == 0) out.literal(L.EMPTY_STRING);
  else out.put(source.namePtr, source.nameLen);
  out.literal(L.D_TOOL_EMPTY_ARGUMENTS);
  endDelta(out, s);
  if (source.inputLen <= 2) return true;
  // Arguments usually come as deltas; what stands here counts only when none comes.
  block.inputPtr = s.borrowsInput
    ? source.inputPtr
    : s.arena.keep(source.inputPtr, source.inputLen);
  block.inputLen = source.inputLen;
  return block.inputPtr != 0;
}

/** The block at `index` ends; a tool call without deltas gets its arguments now. */
export function stopBlock(out: Writer, s: ChatStream, index: u32): void {
  const block = findOpenBlock(s, index);
  if (block == null) return;
  block.used = false;
  if (block.type == BlockType.Text) endCitations(s, block);
  if (!block.isTool || block.seen) return;
  beginArguments(out, s, block);
  if (block.inputPtr == 0) out.literal(L.QUOTED_EMPTY_OBJECT);
  else putQuoted(out, block.inputPtr, block.inputLen);
  endArguments(out, s);
}

/** Ends the blocks that the upstream left open, so that no call stays without arguments. */
export function stopAllBlocks(out: Writer, s: ChatStream): void {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (block.used) stopBlock(out, s, block.index);
  }
}

/** A chunk with a piece of a call's arguments; the token is copied as it is. */
export function putArgumentsDelta(
  out: Writer,
  s: ChatStream,
  block: OpenBlock,
  ptr: usize,
  len: u32,
): void {
  beginArguments(out, s, block);
  out.put(ptr, len);
  endArguments(out, s);
}

function beginArguments(out: Writer, s: ChatStream, block: OpenBlock): void {
  beginDelta(out, s);
  out.literal(L.D_TOOL_OPEN);
  putU64(out, block.tool);
  out.literal(L.D_TOOL_ARGUMENTS);
}

function endArguments(out: Writer, s: ChatStream): void {
  out.literal(L.D_TOOL_CLOSE);
  endDelta(out, s);
}

function putQuoted(out: Writer, ptr: usize, len: u32): void {
  out.byte(Ascii.Quote);
  escapeInto(out, ptr, len);
  out.byte(Ascii.Quote);
}
