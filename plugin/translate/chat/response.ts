/** Chat Completions: a whole message as a `chat.completion`. Source: docs/chat.md, "Response". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { Answer, isHidden, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { StopReason } from "../../wire/anthropic/stop_reasons";
import { AnswerShape } from "../shape";
import { putModelName } from "../shared/model_name";
import { putInside } from "../shared/tokens";
import { hasOtherCitations, putAnnotations } from "./annotations";
import { finishReason, putExtension, putServiceTier } from "./finish";
import { putReasoning } from "./reasoning_out";
import { countCalls, putToolCalls } from "./tool_calls";
import { putUsage } from "../shared/chat_usage";

/** Bytes that an answer has around its content. */
const FIXED_BYTES: u32 = 2048;

/** Estimate of the output for a body of `len` bytes. */
export function expectedAnswerBytes(len: u32): u32 {
  return len + (len >> 3) + FIXED_BYTES;
}

/** Writes the completion. The body that `whole` was read from is still in place. */
export function writeCompletion(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  const answer = whole.answer;
  out.literal(L.COMPLETION_OPEN);
  if (answer.idPtr == 0) out.literal(L.MSG_UNKNOWN);
  else out.put(answer.idPtr, answer.idLen);
  out.literal(L.COMPLETION_OBJECT);
  putU64(out, shape.createdUnix);
  out.literal(L.K_MODEL);
  putModelName(out, answer, shape);
  putServiceTier(out, answer.usage.tier);
  out.literal(L.CHOICES_MESSAGE);
  putMessage(out, whole, shape);
  out.literal(L.LOGPROBS_FINISH);
  out.literal(finishReason(answer.stopReason, shape, countCalls(whole)));
  out.literal(L.CHOICE_CLOSE);
  out.literal(L.K_USAGE);
  putUsage(out, answer.usage);
  putExtension(out, answer);
  out.byte(Ascii.BraceClose);
}

function putMessage(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  const refused = whole.answer.stopReason == StopReason.Refusal;
  putContent(out, whole, refused);
  out.literal(L.K_REFUSAL);
  putRefusal(out, whole.answer, refused);
  putAnnotations(out, whole, shape);
  putReasoning(out, whole, shape);
  putToolCalls(out, whole, shape);
  if (whole.contentPtr != 0 && (hasOtherCitations || hasHidden(whole))) {
    out.literal(L.K_CONTENT_BLOCKS);
    out.put(whole.contentPtr, whole.contentLen);
  }
}

/** All texts in one string; null when there is none but calls or a refusal. */
function putContent(out: Writer, whole: WholeAnswer, refused: bool): void {
  const mark = out.mark();
  let calls = refused;
  out.byte(Ascii.Quote);
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type == BlockType.Text) putInside(out, block.textPtr, block.textLen);
    else if (block.type == BlockType.ToolUse) calls = true;
  }
  if (calls && out.length == mark + 1) {
    out.rewind(mark);
    out.literal(L.NULL);
  } else out.byte(Ascii.Quote);
}

function putRefusal(out: Writer, answer: Answer, refused: bool): void {
  if (refused && answer.explanationPtr != 0) out.put(answer.explanationPtr, answer.explanationLen);
  else out.literal(L.NULL);
}

/** A block that the flat message cannot carry. */
function hasHidden(whole: WholeAnswer): bool {
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    if (isHidden(whole.blocks.at(i).type)) return true;
  }
  return false;
}
