/**
 * Chat Completions: checks of top-level members that have no counterpart, and notes of what is dropped. Rows with
 * their sources: docs/chat.md, "Every OpenAI field".
 */
import * as L from "../../bytes/literals";
import { JsonKind } from "../../json/status";
import { kindOf } from "../../json/cursor";
import { readFixed, readInteger } from "../../json/number";
import { ChatKey, chatKeyName } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { atMember, refuse, refuseMissing, refuseUnsupported } from "../shared/problem";
import { ChatRequest } from "./request";

/** Refuses what cannot be served; notes what is dropped (or refuses it in strict mode). */
export function checkMembers(request: ChatRequest, plan: Plan): bool {
  if (!request.sawMessages) {
    atMember(L.MESSAGES);
    return refuseMissing();
  }
  if (request.talk.messages.count == 0) {
    atMember(L.MESSAGES);
    return refuse(400, L.CODE_EMPTY_ARRAY, L.TEXT_EMPTY_MESSAGES);
  }
  if (!checkCount(request)) return false;
  for (let key: u32 = 1; key <= <u32>ChatKey.UserProfileId; key++) {
    if (request.members.has(key) && !checkMember(request, key, plan)) return false;
  }
  return true;
}

function checkCount(request: ChatRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.N)) return true;
  if (readInteger(members.ptr(ChatKey.N), members.len(ChatKey.N)) == 1) return true;
  atMember(L.N);
  return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_ONLY_ONE_CHOICE);
}

function checkMember(request: ChatRequest, key: ChatKey, plan: Plan): bool {
  const dropped = droppedBy(key);
  if (dropped != Adaptation.Unknown) {
    if (isNeutral(request, key)) return true;
    if (plan.strict) {
      atMember(chatKeyName(key));
      return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_COUNTERPART);
    }
    note(request.facts, dropped);
    return true;
  }
  if (!isLater(key)) return true;
  atMember(chatKeyName(key));
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_SERVED);
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
function isNeutral(request: ChatRequest, key: ChatKey): bool {
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

/** Members that a later version serves. */
function isLater(key: ChatKey): bool {
  switch (key) {
    case ChatKey.ReasoningEffort:
    case ChatKey.Reasoning:
    case ChatKey.ResponseFormat:
    case ChatKey.Functions:
    case ChatKey.FunctionCall:
    case ChatKey.WebSearchOptions:
    case ChatKey.Moderation:
    case ChatKey.ExtraParams:
    case ChatKey.Thinking:
    case ChatKey.OutputFormat:
    case ChatKey.McpServers:
    case ChatKey.Container:
    case ChatKey.ContextManagement:
    case ChatKey.Speed:
    case ChatKey.InferenceGeo:
    case ChatKey.Fallbacks:
    case ChatKey.FallbackCreditToken:
    case ChatKey.Diagnostics:
    case ChatKey.Betas:
    case ChatKey.UserProfileId:
      return true;
    default:
      return false;
  }
}
