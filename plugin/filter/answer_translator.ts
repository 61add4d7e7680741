/** Whole answers to the client's form, by operation. The one place that knows the writers of all surfaces. */
import { unixNanos } from "../abi/host";
import { output, scratch } from "../abi/memory";
import * as chat from "../translate/chat/response";
import { writeAsStream } from "../translate/chat/whole_stream";
import { writeCompletionText } from "../translate/completions/answer";
import { writeTextAsStream } from "../translate/completions/stream";
import * as responses from "../translate/responses/whole";
import { AnswerShape } from "../translate/shape";
import { unwrapJson } from "../translate/shared/json_tool";
import { Operation } from "../translate/surface";
import { WholeAnswer } from "../wire/anthropic/answer";
import { StreamState } from "./stream";

const NANOS: u64 = 1_000_000_000;

/** Estimate of the output for an answer of `len` bytes. */
export function expectedAnswerBytes(stream: StreamState, len: u32): u32 {
  const shape = stream.shape;
  if (stream.operation == Operation.Responses && shape != null)
    return responses.expectedResponseBytes(len, shape);
  return chat.expectedAnswerBytes(len) + (shape == null ? 0 : shape.echoLen);
}

/** The message in the form that the client asked for, in the output writer. False without memory. */
export function writeAnswer(stream: StreamState, whole: WholeAnswer): bool {
  const out = output();
  const arena = stream.arena;
  const shape = stream.shape;
  if (shape == null || arena == null) return false;
  if (stream.operation == Operation.Completions) {
    if (stream.wantsStream) return writeTextAsStream(out, whole, shape, arena);
    writeCompletionText(out, whole, shape);
    return true;
  }
  if (stream.operation == Operation.Responses) return writeResponse(stream, whole, shape);
  if (!unwrapJson(out, whole, shape)) return false;
  if (stream.wantsStream) return writeAsStream(out, whole, shape, arena);
  chat.writeCompletion(out, whole, shape);
  return true;
}

/** Everything was here at once, so what is kept of it dies with the callback. */
function writeResponse(stream: StreamState, whole: WholeAnswer, shape: AnswerShape): bool {
  const own = shape.responses;
  if (own != null) own.completedUnix = unixNanos() / NANOS;
  return stream.wantsStream
    ? responses.writeEvents(output(), whole, shape, scratch())
    : responses.writeResponse(output(), whole, shape, scratch());
}
