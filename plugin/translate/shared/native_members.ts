/**
 * Chat Completions: members behind `output_format` — who the user is, the service tier, and Anthropic's own that clients may send.
 * Source: docs/chat.md, "metadata.user_id", "Anthropic members".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { literalLen, literalPtr } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ChatKey, chatKeyName } from "../../wire/openai/chat_keys";
import { findTierWord, TierWord } from "../../wire/openai/tier_words";
import { Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { isFast, noteNative, noteRecords, noteSystemMarks } from "./members_native";
import { isUnserved } from "./unserved";
import { putUserId } from "./user_id";
import { ClientRequest } from "./client_request";

/** `metadata.user_id` of the request read last: a string token, or 0. */
let userIdPtr: usize = 0;
let userIdLen: u32 = 0;

/** Appends the members up to `diagnostics`, and notes what they and the records ask of the beta header. */
export function putNativeMembers(out: Writer, request: ClientRequest, plan: Plan): void {
  const members = request.members;
  const facts = request.facts;
  putUser(out, request, plan);
  putServiceTier(out, request, plan);
  putNative(out, request, plan, ChatKey.CacheControl);
  putNative(out, request, plan, ChatKey.Container);
  putNative(out, request, plan, ChatKey.ContextManagement);
  putNative(out, request, plan, ChatKey.McpServers);
  putSpeed(out, request, plan);
  putNative(out, request, plan, ChatKey.InferenceGeo);
  putNative(out, request, plan, ChatKey.Fallbacks);
  putNative(out, request, plan, ChatKey.FallbackCreditToken);
  putNative(out, request, plan, ChatKey.Diagnostics);
  noteRecords(facts, request.talk);
  const system = members.ptr(ChatKey.System);
  noteSystemMarks(facts, system, members.len(ChatKey.System), request.cursor);
  noteOutputConfig(request);
}

/** Copies a member whose name is the same in both APIs, unless the provider does not have it. */
function putNative(out: Writer, request: ClientRequest, plan: Plan, key: ChatKey): void {
  const members = request.members;
  if (!members.has(key)) return;
  const name = chatKeyName(key);
  if (isUnserved(plan, literalPtr(name), literalLen(name))) {
    note(request.facts, Adaptation.DroppedByProvider);
    return;
  }
  const ptr = members.ptr(key);
  const len = members.len(key);
  out.byte(Ascii.Comma);
  out.byte(Ascii.Quote);
  out.literal(name);
  out.byte(Ascii.Quote);
  out.byte(Ascii.Colon);
  out.put(ptr, len);
  noteNative(request.facts, key, ptr, len, request.cursor);
}

function noteOutputConfig(request: ClientRequest): void {
  const members = request.members;
  const key = ChatKey.OutputConfig;
  if (!members.has(key)) return;
  noteNative(request.facts, key, members.ptr(key), members.len(key), request.cursor);
}

/** The first that is there of `metadata.user_id`, `user` and `safety_identifier`. */
function putUser(out: Writer, request: ClientRequest, plan: Plan): void {
  const members = request.members;
  readMetadata(request);
  let ptr = userIdPtr;
  let len = userIdLen;
  if (len <= 2) {
    ptr = members.ptr(ChatKey.User);
    len = members.len(ChatKey.User);
  }
  if (len <= 2 && members.len(ChatKey.SafetyIdentifier) > 2) {
    if (plan.bifrost) note(request.facts, Adaptation.DroppedSafetyIdentifier);
    else {
      ptr = members.ptr(ChatKey.SafetyIdentifier);
      len = members.len(ChatKey.SafetyIdentifier);
    }
  }
  putUserId(out, ptr, len, plan, request.facts);
}

/** Anthropic knows one name in `metadata`; a request with others would be refused. */
function readMetadata(request: ClientRequest): void {
  const members = request.members;
  userIdPtr = 0;
  userIdLen = 0;
  if (!members.has(ChatKey.Metadata)) return;
  const c = request.cursor;
  c.open(members.ptr(ChatKey.Metadata), members.len(ChatKey.Metadata), DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const isUser = c.keyIs(L.USER_ID);
    const kind = c.kind();
    c.skip();
    if (isUser && kind == JsonKind.String) {
      userIdPtr = c.valuePtr;
      userIdLen = c.valueLen;
    } else if (kind != JsonKind.Null && !request.isResponses)
      note(request.facts, Adaptation.DroppedMetadata);
  }
}

/** OpenAI's tiers in Anthropic's words: both know "whatever is there" and "nothing above the usual". */
function putServiceTier(out: Writer, request: ClientRequest, plan: Plan): void {
  const members = request.members;
  if (!members.has(ChatKey.ServiceTier)) return;
  const ptr = members.ptr(ChatKey.ServiceTier) + 1;
  const serves = plan.serviceTier && !plan.bifrost;
  switch (serves ? findTierWord(ptr, members.len(ChatKey.ServiceTier) - 2) : TierWord.Unknown) {
    case TierWord.Auto:
    case TierWord.Priority:
    case TierWord.Fast:
    case TierWord.Scale:
      out.literal(L.TIER_AUTO);
      break;
    case TierWord.Default:
    case TierWord.Flex:
    case TierWord.StandardOnly:
      out.literal(L.TIER_STANDARD);
      break;
    default:
      note(request.facts, Adaptation.DroppedServiceTier);
      break;
  }
}

/** A provider without a fast mode answers at its own pace. */
function putSpeed(out: Writer, request: ClientRequest, plan: Plan): void {
  const members = request.members;
  if (!members.has(ChatKey.Speed)) return;
  const fast = isFast(members.ptr(ChatKey.Speed), members.len(ChatKey.Speed));
  if (fast && !plan.fastMode) note(request.facts, Adaptation.DroppedSpeed);
  else putNative(out, request, plan, ChatKey.Speed);
}
