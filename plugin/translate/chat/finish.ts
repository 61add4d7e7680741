/** Finish reasons, and the `anthropic` extension that says what they cannot. Source: docs/chat.md, "Stop reason and usage". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { Answer } from "../../wire/anthropic/answer";
import { StopReason } from "../../wire/anthropic/stop_reasons";
import { ServiceTier, Usage } from "../../wire/anthropic/usage";
import { AnswerShape } from "../shape";

/** The literal of the finish reason; `calls` is how many the client sees. */
export function finishReason(reason: StopReason, shape: AnswerShape, calls: u32): usize {
  switch (reason) {
    case StopReason.MaxTokens:
    case StopReason.ContextWindow:
    case StopReason.Compaction:
      return L.FINISH_LENGTH;
    case StopReason.ToolUse:
      if (shape.jsonTool && calls == 0) return L.FINISH_STOP;
      return shape.legacyFunctions ? L.FINISH_FUNCTION_CALL : L.FINISH_TOOL_CALLS;
    case StopReason.Refusal:
      return L.FINISH_CONTENT_FILTER;
    default:
      return L.FINISH_STOP;
  }
}

/** Appends `,"service_tier":…` when the upstream named one that OpenAI has a word for. */
export function putServiceTier(out: Writer, tier: ServiceTier): void {
  if (tier == ServiceTier.Standard) out.literal(L.TIER_DEFAULT);
  else if (tier == ServiceTier.Priority) out.literal(L.TIER_PRIORITY);
}

/** Appends `,"anthropic":{…}`, only when it says something that the answer does not say otherwise. */
export function putExtension(out: Writer, answer: Answer): void {
  const mark = out.mark();
  out.literal(L.X_ANTHROPIC);
  const first = out.length;
  if (isTelling(answer))
    put(out, first, L.X_STOP_REASON, answer.stopReasonPtr, answer.stopReasonLen);
  put(out, first, L.X_STOP_SEQUENCE, answer.stopSequencePtr, answer.stopSequenceLen);
  put(out, first, L.X_STOP_DETAILS, answer.stopDetailsPtr, answer.stopDetailsLen);
  put(out, first, L.X_CONTAINER, answer.containerPtr, answer.containerLen);
  put(out, first, L.X_CONTEXT_MANAGEMENT, answer.contextPtr, answer.contextLen);
  putUsageExtension(out, first, answer.usage);
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BraceClose);
}

/** Stop reasons that have a finish reason of their own need not be repeated. */
function isTelling(answer: Answer): bool {
  const reason = answer.stopReason;
  return (
    reason != StopReason.EndTurn && reason != StopReason.MaxTokens && reason != StopReason.ToolUse
  );
}

/** The value comes from the upstream as it is, and may stand in a frame, which is one line. */
function put(out: Writer, first: u32, key: usize, ptr: usize, len: u32): void {
  if (ptr == 0) return;
  if (out.length != first) out.byte(Ascii.Comma);
  out.literal(key);
  out.putOneLine(ptr, len);
}

function putUsageExtension(out: Writer, before: u32, usage: Usage): void {
  const mark = out.mark();
  if (out.length != before) out.byte(Ascii.Comma);
  out.literal(L.X_USAGE);
  const first = out.length;
  put(out, first, L.X_SERVER_TOOL_USE, usage.serverToolUsePtr, usage.serverToolUseLen);
  put(out, first, L.X_SPEED, usage.speedPtr, usage.speedLen);
  put(out, first, L.X_INFERENCE_GEO, usage.inferenceGeoPtr, usage.inferenceGeoLen);
  put(out, first, L.X_ITERATIONS, usage.iterationsPtr, usage.iterationsLen);
  if (usage.hasHourWrites)
    put(out, first, L.X_CACHE_CREATION, usage.cacheCreationPtr, usage.cacheCreationLen);
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BraceClose);
}
