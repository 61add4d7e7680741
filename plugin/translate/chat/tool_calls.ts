/** Chat Completions: tool calls of a whole message: function, custom and legacy calls. Source: docs/chat.md, "Response". */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";
import { Block, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { AnswerShape, KeptTool } from "../shape";
import { separate } from "../shared/blocks";
import { findKept } from "../shared/names";
import { putCustomInput } from "../shared/custom_tool";
import { Ascii } from "../../bytes/ascii";

/** Calls in the message. */
export function countCalls(whole: WholeAnswer): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    if (whole.blocks.at(i).type == BlockType.ToolUse) count += 1;
  }
  return count;
}

/** Appends `,"tool_calls":[…]`, or `,"function_call":{…}` with the first call for a legacy request; nothing without calls. */
export function putToolCalls(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  const mark = out.mark();
  if (!shape.legacyFunctions) out.literal(L.K_TOOL_CALLS);
  const first = out.length;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type != BlockType.ToolUse) continue;
    if (shape.legacyFunctions) {
      putFunctionCall(out, block, shape);
      return;
    }
    separate(out, first);
    putToolCall(out, block, shape);
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
}

/** Arguments are the raw bytes of `input`, as a string: number spelling and key order survive. */
function putToolCall(out: Writer, block: Block, shape: AnswerShape): void {
  const kept = findKept(shape, block.namePtr, block.nameLen);
  out.literal(L.CALL_OPEN);
  putToken(out, block.idPtr, block.idLen);
  if (kept != null && kept.custom) {
    out.literal(L.CALL_CUSTOM);
    putName(out, block, kept);
    out.literal(L.K_CALL_INPUT);
    putCustomInput(out, block.inputPtr, block.inputLen);
    out.literal(L.USAGE_CLOSE);
    return;
  }
  out.literal(L.CALL_FUNCTION);
  putName(out, block, kept);
  putArguments(out, block);
  out.literal(L.CALL_CLOSE);
}

function putFunctionCall(out: Writer, block: Block, shape: AnswerShape): void {
  out.literal(L.K_FUNCTION_CALL);
  putName(out, block, findKept(shape, block.namePtr, block.nameLen));
  putArguments(out, block);
  out.byte(Ascii.Quote);
  out.byte(Ascii.BraceClose);
}

/** The name as the client declared it. */
function putName(out: Writer, block: Block, kept: KeptTool | null): void {
  if (kept != null) out.put(kept.tokenPtr, kept.tokenLen);
  else putToken(out, block.namePtr, block.nameLen);
}

function putArguments(out: Writer, block: Block): void {
  out.literal(L.K_ARGUMENTS);
  if (block.inputPtr == 0) out.literal(L.EMPTY_OBJECT);
  else escapeInto(out, block.inputPtr, block.inputLen);
}

/** A string token of the upstream, or the empty one where it is missing. */
export function putToken(out: Writer, ptr: usize, len: u32): void {
  if (ptr == 0) out.literal(L.EMPTY_STRING);
  else out.put(ptr, len);
}
