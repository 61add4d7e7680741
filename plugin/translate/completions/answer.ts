/** Legacy Completions: a whole answer as a `text_completion`. Source: docs/completions.md, "Answer". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { Answer, WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { findStopReason, StopReason } from "../../wire/anthropic/stop_reasons";
import { AnswerShape } from "../shape";
import { putUsage } from "../shared/chat_usage";
import { putModelName } from "../shared/model_name";
import { putInside } from "../shared/tokens";

/** Literal of the finish reason; this object knows three. */
export function finishOf(reason: StopReason): usize {
  switch (reason) {
    case StopReason.MaxTokens:
    case StopReason.ContextWindow:
    case StopReason.Compaction:
      return L.FINISH_LENGTH;
    case StopReason.Refusal:
      return L.FINISH_CONTENT_FILTER;
    default:
      return L.FINISH_STOP;
  }
}

/** Appends `"id":…` up to `"choices":[{"text":`, without what stands in front of it. */
export function putAnswerHead(out: Writer, answer: Answer, shape: AnswerShape): void {
  out.literal(L.O_ID_KEY);
  if (answer.idPtr == 0) out.literal(L.MSG_UNKNOWN);
  else out.put(answer.idPtr, answer.idLen);
  out.literal(L.TEXT_OBJECT);
  putU64(out, shape.createdUnix);
  out.literal(L.K_MODEL);
  putModelName(out, answer, shape);
  out.literal(L.OLD_CHOICES);
}

/** Writes the completion of a message. */
export function writeCompletionText(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  const answer = whole.answer;
  out.byte(Ascii.BraceOpen);
  putAnswerHead(out, answer, shape);
  out.literal(L.TEXT_CHOICE_OPEN);
  putTexts(out, whole, shape);
  out.literal(L.TEXT_CHOICE_FINISH);
  putFinish(out, finishOf(answer.stopReason));
  out.literal(L.K_USAGE);
  putUsage(out, answer.usage);
  out.byte(Ascii.BraceClose);
}

/** Appends all texts as one token; the prompt in front of them where it is echoed. */
export function putTexts(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  out.byte(Ascii.Quote);
  out.put(shape.echoPtr, shape.echoLen);
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type == BlockType.Text) putInside(out, block.textPtr, block.textLen);
  }
  out.byte(Ascii.Quote);
}

/** Appends a finish reason and closes the choices. */
export function putFinish(out: Writer, finish: usize): void {
  out.byte(Ascii.Quote);
  out.literal(finish);
  out.literal(L.FINISH_CLOSE);
}

/** Writes the completion of the old endpoint's answer, which has no usage. False when the body is none. */
export function writeOldText(
  out: Writer,
  c: JsonCursor,
  ptr: usize,
  len: u32,
  answer: Answer,
  shape: AnswerShape,
): bool {
  let text: usize = 0;
  let textLen: u32 = 0;
  c.open(ptr, len, shape.maxDepth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    const isText = c.keyIs(L.COMPLETION);
    const isId = c.keyIs(L.ID);
    const isModel = c.keyIs(L.MODEL);
    const isReason = c.keyIs(L.STOP_REASON);
    const kind = c.kind();
    if (!c.skip()) return false;
    if (kind != JsonKind.String) continue;
    if (isText) {
      text = c.valuePtr;
      textLen = c.valueLen;
    } else if (isId) {
      answer.idPtr = c.valuePtr;
      answer.idLen = c.valueLen;
    } else if (isModel) {
      answer.modelPtr = c.valuePtr;
      answer.modelLen = c.valueLen;
    } else if (isReason) answer.stopReason = findStopReason(c.valuePtr + 1, c.valueLen - 2);
  }
  if (!c.finish() || text == 0) return false;
  putOldText(out, text, textLen, answer, shape);
  return true;
}

function putOldText(
  out: Writer,
  text: usize,
  textLen: u32,
  answer: Answer,
  shape: AnswerShape,
): void {
  out.byte(Ascii.BraceOpen);
  putAnswerHead(out, answer, shape);
  out.literal(L.TEXT_CHOICE_OPEN);
  out.byte(Ascii.Quote);
  out.put(shape.echoPtr, shape.echoLen);
  putInside(out, text, textLen);
  out.byte(Ascii.Quote);
  out.literal(L.TEXT_CHOICE_FINISH);
  putFinish(out, finishOf(answer.stopReason));
  out.byte(Ascii.BraceClose);
}
