/**
 * Chat Completions: answers whose content is the input of a tool of ours. The whole message becomes one without that tool
 * before anything else looks at it, so that places and offsets count the text that the client sees. Source: docs/chat.md,
 * "Structured output".
 */
import { Ascii } from "../../bytes/ascii";
import { equals } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import * as L from "../../bytes/literals";
import { escapeInto } from "../../json/string";
import { Block, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { AnswerShape } from "../shape";

/** True when a token is the name of the tool whose input is the answer. */
export function isJsonTool(shape: AnswerShape, ptr: usize, len: u32): bool {
  if (!shape.jsonTool || len != shape.jsonNameLen + 2) return false;
  return equals(ptr + 1, shape.jsonNamePtr, shape.jsonNameLen);
}

/**
 * Makes the first call of that tool the message's only text; further ones, and the texts beside it, go. A message without such a
 * call stays as it is. `out` is scratch space behind what it holds. False without memory.
 */
export function unwrapJson(out: Writer, whole: WholeAnswer, shape: AnswerShape): bool {
  if (!shape.jsonTool) return true;
  const blocks = whole.blocks;
  let found = false;
  for (let i: u32 = 0; i < blocks.count; i++) {
    found = found || isCall(blocks.at(i), shape);
  }
  if (!found) return true;
  for (let i: u32 = 0; i < blocks.count; i++) {
    const block = blocks.at(i);
    if (block.type == BlockType.Text) clearText(block);
    if (!isCall(block, shape)) continue;
    if (found && !takeInput(out, block, whole)) return false;
    if (!found) clearText(block);
    found = false;
    block.type = BlockType.Text;
  }
  // The raw blocks hold a call that the client could not answer.
  whole.contentPtr = 0;
  return true;
}

function isCall(block: Block, shape: AnswerShape): bool {
  return block.type == BlockType.ToolUse && isJsonTool(shape, block.namePtr, block.nameLen);
}

function clearText(block: Block): void {
  block.textPtr = 0;
  block.textLen = 0;
  block.citationsPtr = 0;
}

/** The input as the block's text: a string token. */
function takeInput(out: Writer, block: Block, whole: WholeAnswer): bool {
  const mark = out.mark();
  out.byte(Ascii.Quote);
  if (block.inputPtr == 0) out.literal(L.EMPTY_OBJECT);
  else escapeInto(out, block.inputPtr, block.inputLen);
  out.byte(Ascii.Quote);
  if (out.failed) return false;
  block.textLen = out.length - mark;
  block.textPtr = whole.blocks.arena.keep(out.start + mark, block.textLen);
  block.citationsPtr = 0;
  out.rewind(mark);
  return block.textPtr != 0;
}
