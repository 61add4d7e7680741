/** Chat Completions: open content blocks of a stream, addressed by the upstream's index. Source: docs/chat.md, "State machine". */
import { Writer } from "../../bytes/writer";
import { BlockType } from "../../wire/anthropic/block_types";
import { EVENT } from "../../wire/anthropic/stream_event";
import { endCitations, keepCitations } from "./annotations_stream";
import { putText } from "./json_tool_stream";
import { putReasoningDelta, putSignatureDelta, startReasoning } from "./reasoning_stream";
import { ChatStream, OPEN_BLOCKS, OpenBlock } from "./stream_state";
import { startTool, stopTool } from "./tool_stream";

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
  block.textTold = false;
  block.inputPtr = 0;
  block.textStart = s.textPoints;
  switch (source.type) {
    case BlockType.Text:
      putText(out, s, source.textPtr, source.textLen);
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
      s.dropped += 1;
      return true;
  }
}

/** The block at `index` ends; a tool call without deltas gets its arguments now. */
export function stopBlock(out: Writer, s: ChatStream, index: u32): void {
  const block = findOpenBlock(s, index);
  if (block == null) return;
  block.used = false;
  if (block.type == BlockType.Text) endCitations(s, block);
  if (block.isTool) stopTool(out, s, block);
}

/** Ends the blocks that the upstream left open, so that no call stays without arguments. */
export function stopAllBlocks(out: Writer, s: ChatStream): void {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (block.used) stopBlock(out, s, block.index);
  }
}
