/** Whole answers to the client's form, by operation. The one place that knows the writers of all surfaces. */
import { output } from "../abi/memory";
import { unwrapJson } from "../translate/shared/json_tool";
import * as chat from "../translate/chat/response";
import { writeAsStream } from "../translate/chat/whole_stream";
import { writeCompletionText } from "../translate/completions/answer";
import { writeTextAsStream } from "../translate/completions/stream";
import { Operation } from "../translate/surface";
import { WholeAnswer } from "../wire/anthropic/answer";
import { StreamState } from "./stream";

/** Estimate of the output for an answer of `len` bytes. */
export function expectedAnswerBytes(stream: StreamState, len: u32): u32 {
  const shape = stream.shape;
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
  if (!unwrapJson(out, whole, shape)) return false;
  if (stream.wantsStream) return writeAsStream(out, whole, shape, arena);
  chat.writeCompletion(out, whole, shape);
  return true;
}
