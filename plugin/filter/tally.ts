/**
 * What answers cost in tokens, as the upstream tells it. Whole native answers pass unheld and untouched; they are kept on the side until
 * they are whole, because usage stands at their end.
 */
import { keepsMetrics, readBuffer, resultLen, resultPtr } from "../abi/host";
import { scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import { HeldBytes } from "../bytes/held_bytes";
import { openStruct } from "../bytes/records";
import { JsonCursor } from "../json/cursor";
import { Operation } from "../translate/surface";
import { Answer, openAnswer, readAnswerMember } from "../wire/anthropic/answer";
import { AnswerKey, findAnswerKey } from "../wire/anthropic/message_keys";
import { streamAnswer } from "./event_translator";
import { Phase, StreamState } from "./stream";

const MOST: u64 = 0xffff_ffff;

/** Notes usage and end of an answer. */
export function takeAnswer(stream: StreamState, answer: Answer): void {
  const usage = answer.usage;
  stream.inputTokens = saturated(usage.input);
  stream.outputTokens = saturated(usage.output);
  stream.cacheReadTokens = saturated(usage.cacheRead);
  stream.cacheWriteTokens = saturated(usage.cacheWrite);
  stream.reasoningTokens = saturated(usage.thinking);
  stream.finish = answer.stopReason;
}

function saturated(value: u64): u32 {
  return <u32>min(value, MOST);
}

/** Notes what a streamed answer said so far. */
export function takeStreamAnswer(stream: StreamState): void {
  const answer = streamAnswer(stream);
  if (answer != null) takeAnswer(stream, answer);
}

/** Begins to keep a native answer that passes; false when nobody asks for its usage. */
export function openTally(stream: StreamState): bool {
  const arena = stream.arena;
  const profile = stream.profile;
  if (profile == null) return false;
  const isAsked = (profile.metrics && keepsMetrics()) || stream.account != null;
  if (!isAsked || arena == null || stream.operation != Operation.Messages) return false;
  stream.tally = openStruct<HeldBytes>(arena);
  if (stream.tally == null) return false;
  stream.phase = Phase.Tally;
  return true;
}

/** Looks at a piece that passes. */
export function passTally(stream: StreamState, size: u32, end: bool): Action {
  const held = stream.tally;
  const profile = stream.profile;
  if (held == null || profile == null) return Action.Continue;
  if (size > 0 && (readBuffer(BufferType.ResponseBody, size) != Status.Ok || resultLen != size)) {
    stream.phase = Phase.Pass;
    return Action.Continue;
  }
  if (end && held.len == 0) readTally(stream, resultPtr, size);
  else if (!held.append(resultPtr, size, profile.maxResponseBytes)) closeTally(stream);
  else if (end) finishTally(stream);
  return Action.Continue;
}

/** The answer is whole: what was kept is read. */
export function finishTally(stream: StreamState): void {
  const held = stream.tally;
  if (held != null) readTally(stream, held.ptr, held.len);
  closeTally(stream);
}

/** Gives back what was kept. */
export function closeTally(stream: StreamState): void {
  const held = stream.tally;
  if (held != null) held.free();
  stream.tally = null;
  if (stream.phase == Phase.Tally) stream.phase = Phase.Pass;
}

/** Reads what is not content of a whole answer. */
export function readTally(stream: StreamState, ptr: usize, len: u32): void {
  const profile = stream.profile;
  const cursor = openStruct<JsonCursor>(scratch());
  const answer = openAnswer(scratch());
  if (profile == null || cursor == null || answer == null) return;
  cursor.open(ptr, len, profile.maxDepth);
  cursor.enterObject();
  while (cursor.nextKey()) {
    const key = findAnswerKey(cursor.keyPtr, cursor.keyLen);
    if (key == AnswerKey.Usage || key == AnswerKey.StopReason)
      readAnswerMember(cursor, answer, key);
    else cursor.skip();
  }
  if (cursor.finish()) takeAnswer(stream, answer);
}
