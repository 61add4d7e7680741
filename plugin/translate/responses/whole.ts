/** Responses: a whole message as a response object, or as the stream that a client asked for. Source: docs/responses.md, "Response object". */
import { Arena } from "../../bytes/arena";
import { Writer } from "../../bytes/writer";
import { WholeAnswer } from "../../wire/anthropic/answer";
import { AnswerShape } from "../shape";
import { startBlock, stopBlock } from "./blocks_out";
import { putResponse, statusOf } from "./put_response";
import { openResponsesStream, putClosing, putOpening } from "./stream";
import { ResponsesStream } from "./stream_state";

/** Bytes that an answer has around its content. */
const FIXED_BYTES: u32 = 4096;

/** Estimate of the output for a body of `len` bytes and a request whose pieces take `echo`. */
export function expectedResponseBytes(len: u32, shape: AnswerShape): u32 {
  const own = shape.responses;
  let echo: u32 = 0;
  if (own != null) {
    for (let i: u32 = 0; i < own.echo.count; i++) echo += own.echo.len(i);
  }
  return len + (len >> 2) + echo + FIXED_BYTES;
}

/** Writes the response object; all that is kept for it lies in `arena`. False without memory. */
export function writeResponse(
  out: Writer,
  whole: WholeAnswer,
  shape: AnswerShape,
  arena: Arena,
): bool {
  const s = openWhole(whole, shape, arena);
  if (s == null) return false;
  s.quiet = true;
  if (!play(out, s, whole) || s.failed) return false;
  putResponse(out, s, statusOf(s.answer.stopReason));
  return true;
}

/** Writes all events. False without memory. */
export function writeEvents(
  out: Writer,
  whole: WholeAnswer,
  shape: AnswerShape,
  arena: Arena,
): bool {
  const s = openWhole(whole, shape, arena);
  return s != null && play(out, s, whole) && !s.failed;
}

function openWhole(whole: WholeAnswer, shape: AnswerShape, arena: Arena): ResponsesStream | null {
  const s = openResponsesStream(arena, shape);
  if (s == null) return null;
  s.answer = whole.answer;
  s.borrowsInput = true;
  return s;
}

function play(out: Writer, s: ResponsesStream, whole: WholeAnswer): bool {
  if (!putOpening(out, s)) return false;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    if (!startBlock(out, s, i, whole.blocks.at(i))) return false;
    stopBlock(out, s, i);
  }
  putClosing(out, s);
  return true;
}
