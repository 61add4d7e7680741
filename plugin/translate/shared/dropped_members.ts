/**
 * Top-level members without counterpart: what is dropped and noted, or refused in strict mode, and what must not be dropped.
 * Rows with their sources: docs/chat.md, "Every OpenAI field".
 */
import { equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { JsonCursor, kindOf } from "../../json/cursor";
import { readFixed } from "../../json/number";
import { ChatKey, chatKeyName } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { losesCacheOptions } from "./cache_options";
import { ClientRequest } from "./client_request";
import { atMember, problemParam, refuseUnsupported } from "./problem";

/** Longest piece of a client's name that a problem shows. */
const LONGEST_NAME: u32 = 64;

/** Notes the loss of a member that is there and has no counterpart, or refuses it; other members are left alone. */
export function checkDropped(request: ClientRequest, key: ChatKey, plan: Plan): bool {
  const dropped = droppedBy(key);
  if (dropped != Adaptation.Unknown) {
    return isNeutral(request, key) || drop(request, key, dropped, plan);
  }
  if (key == ChatKey.PromptCacheOptions && losesCacheOptions(request))
    return drop(request, key, Adaptation.DroppedPromptCacheOptions, plan);
  return key != ChatKey.Moderation || checkModeration(request, plan);
}

/** A policy that blocks cannot be kept: an answer would pass unmoderated. Scores are only missed. */
function checkModeration(request: ClientRequest, plan: Plan): bool {
  const c = request.cursor;
  c.open(
    request.members.ptr(ChatKey.Moderation),
    request.members.len(ChatKey.Moderation),
    DEPTH_CEILING,
  );
  if (c.kind() == JsonKind.Object && hasBlockingPolicy(c)) {
    atMember(L.MODERATION);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_MODERATION);
  }
  return drop(request, ChatKey.Moderation, Adaptation.DroppedModeration, plan);
}

/** `policy.input.mode` or `policy.output.mode` is "block". Source: openai/openai-node 7, ChatCompletionCreateParams.Moderation. */
function hasBlockingPolicy(c: JsonCursor): bool {
  let blocks = false;
  c.enterObject();
  while (c.nextKey()) {
    if (!c.keyIs(L.POLICY) || c.kind() != JsonKind.Object) {
      c.skip();
      continue;
    }
    c.enterObject();
    while (c.nextKey()) {
      if (c.kind() != JsonKind.Object) c.skip();
      else if (hasBlockingMode(c)) blocks = true;
    }
  }
  return blocks;
}

function hasBlockingMode(c: JsonCursor): bool {
  let blocks = false;
  c.enterObject();
  while (c.nextKey()) {
    const isMode = c.keyIs(L.MODE);
    c.skip();
    if (isMode) blocks = equalsLiteral(c.valuePtr, c.valueLen, L.BLOCK_TOKEN);
  }
  return blocks;
}

/** Notes a loss, or refuses it in strict mode. */
export function drop(
  request: ClientRequest,
  key: ChatKey,
  adaptation: Adaptation,
  plan: Plan,
): bool {
  if (plan.strict) {
    atMember(chatKeyName(key));
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_COUNTERPART);
  }
  note(request.facts, adaptation);
  return true;
}

/** In strict mode a name that no API has is a mistake. */
export function checkUnknown(request: ClientRequest, plan: Plan): bool {
  if (!plan.strict || request.unknownPtr == 0) return true;
  problemParam.begin(0, LONGEST_NAME);
  problemParam.put(request.unknownPtr, min(request.unknownLen, LONGEST_NAME));
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_COUNTERPART);
}

/** Members without counterpart, and the name under which their loss is noted. */
function droppedBy(key: ChatKey): Adaptation {
  switch (key) {
    case ChatKey.FrequencyPenalty:
      return Adaptation.DroppedFrequencyPenalty;
    case ChatKey.PresencePenalty:
      return Adaptation.DroppedPresencePenalty;
    case ChatKey.LogitBias:
      return Adaptation.DroppedLogitBias;
    case ChatKey.Logprobs:
      return Adaptation.DroppedLogprobs;
    case ChatKey.TopLogprobs:
      return Adaptation.DroppedTopLogprobs;
    case ChatKey.Seed:
      return Adaptation.DroppedSeed;
    case ChatKey.Prediction:
      return Adaptation.DroppedPrediction;
    case ChatKey.Store:
      return Adaptation.DroppedStore;
    case ChatKey.Verbosity:
      return Adaptation.DroppedVerbosity;
    case ChatKey.PromptCacheKey:
      return Adaptation.DroppedPromptCacheKey;
    case ChatKey.PromptCacheRetention:
      return Adaptation.DroppedPromptCacheRetention;
    default:
      return Adaptation.Unknown;
  }
}

/** A value that asks for nothing: 0, false, {}. */
function isNeutral(request: ClientRequest, key: ChatKey): bool {
  const ptr = request.members.ptr(key);
  const len = request.members.len(key);
  switch (kindOf(ptr)) {
    case JsonKind.False:
      return true;
    case JsonKind.Number:
      return key != ChatKey.Seed && readFixed(ptr, len) == 0;
    case JsonKind.Object:
      return len == 2;
    default:
      return false;
  }
}
