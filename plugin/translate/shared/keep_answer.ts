/**
 * What a stream needs of an event after its window is gone, copied into the stream's arena. Happens at
 * most a few times in a stream; the arena's cap bounds a hostile one.
 */
import { Arena } from "../../bytes/arena";
import { Answer } from "../../wire/anthropic/answer";

let failed: bool = false;

/** Makes all spans of the answer and its usage the arena's. False without memory. */
export function keepAnswer(arena: Arena, answer: Answer): bool {
  const usage = answer.usage;
  failed = false;
  // What shows id and model has taken what they need of these.
  answer.idPtr = 0;
  answer.modelPtr = 0;
  answer.stopReasonPtr = keep(arena, answer.stopReasonPtr, answer.stopReasonLen);
  answer.stopSequencePtr = keep(arena, answer.stopSequencePtr, answer.stopSequenceLen);
  answer.stopDetailsPtr = keep(arena, answer.stopDetailsPtr, answer.stopDetailsLen);
  answer.explanationPtr = keep(arena, answer.explanationPtr, answer.explanationLen);
  answer.containerPtr = keep(arena, answer.containerPtr, answer.containerLen);
  answer.contextPtr = keep(arena, answer.contextPtr, answer.contextLen);
  usage.cacheCreationPtr = keep(arena, usage.cacheCreationPtr, usage.cacheCreationLen);
  usage.serverToolUsePtr = keep(arena, usage.serverToolUsePtr, usage.serverToolUseLen);
  usage.speedPtr = keep(arena, usage.speedPtr, usage.speedLen);
  usage.inferenceGeoPtr = keep(arena, usage.inferenceGeoPtr, usage.inferenceGeoLen);
  usage.iterationsPtr = keep(arena, usage.iterationsPtr, usage.iterationsLen);
  return !failed;
}

function keep(arena: Arena, ptr: usize, len: u32): usize {
  if (ptr == 0 || arena.holds(ptr)) return ptr;
  const copy = arena.keep(ptr, len);
  if (copy == 0) failed = true;
  return copy;
}
