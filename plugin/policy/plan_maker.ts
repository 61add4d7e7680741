/** Before a request is written: model name, model traits and provider as a Plan. */
import { Arena } from "../bytes/arena";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { unescapeShort, UNESCAPED_KEY } from "../json/key";
import { JsonKind } from "../json/status";
import { findEscape } from "../json/string";
import { ChatRequest } from "../translate/chat/request";
import { ChatKey } from "../wire/openai/chat_keys";
import { Plan, SchemaMode } from "../translate/plan";
import { atMember, refuse, refuseMissing } from "../translate/shared/problem";
import { ModelTraits } from "../translate/traits";
import { Compat, Config, ParamsMode, Profile, StructuredOutput } from "./config";
import { ModelNames, resolveTraits } from "./model_info";
import { resolveModel } from "./models";

/** The output may outgrow the input by this much (schemas, ids, wrappers). */
const OUTPUT_SHARE: u32 = 2;

/** The last plan sends another model name than the client's, prefix stripping aside. */
export let planModelChanged: bool = false;

/** The plan for a request that was read; null with a problem, or without memory. */
export function makePlan(
  request: ChatRequest,
  config: Config,
  profile: Profile,
  bodyBytes: u32,
  arena: Arena,
): Plan | null {
  const plan = openStruct<Plan>(arena);
  const traits = openStruct<ModelTraits>(arena);
  const names = openStruct<ModelNames>(arena);
  if (plan == null || traits == null || names == null) return null;
  plan.traits = traits;
  takeFacts(request);
  if (!chooseModel(request, profile, plan, names, arena)) return null;
  resolveTraits(config, names, profile.provider, traits);
  fill(plan, profile, bodyBytes);
  return plan;
}

/** What the members say that policy and the answer need. */
function takeFacts(request: ChatRequest): void {
  const facts = request.facts;
  const members = request.members;
  facts.stream = members.len(ChatKey.Stream) == 4; // true
  facts.includeUsage = facts.stream && wantsUsage(request);
  if (!members.has(ChatKey.Model)) return;
  facts.modelPtr = members.ptr(ChatKey.Model) + 1;
  facts.modelLen = members.len(ChatKey.Model) - 2;
}

/** `stream_options.include_usage`. */
function wantsUsage(request: ChatRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.StreamOptions)) return false;
  const c = request.cursor;
  c.open(members.ptr(ChatKey.StreamOptions), members.len(ChatKey.StreamOptions), 16);
  c.enterObject();
  let wants = false;
  while (c.nextKey()) {
    const isUsage = c.keyIs(L.INCLUDE_USAGE);
    const kind = c.kind();
    c.skip();
    if (isUsage) wants = kind == JsonKind.True;
  }
  return wants;
}

function chooseModel(
  request: ChatRequest,
  profile: Profile,
  plan: Plan,
  names: ModelNames,
  arena: Arena,
): bool {
  const facts = request.facts;
  let ptr = profile.modelDefaultPtr;
  let len = profile.modelDefaultLen;
  if (facts.modelLen > 0) {
    ptr = facts.modelPtr;
    len = facts.modelLen;
    if (findEscape(ptr, ptr + len) < ptr + len) {
      len = unescapeShort(ptr, len);
      ptr = arena.keep(UNESCAPED_KEY, len);
    }
  }
  atMember(L.MODEL);
  if (ptr == 0 || len == 0) return refuseMissing();
  const resolved = resolveModel(profile, ptr, len, arena);
  if (resolved == null) return false;
  if (resolved.denied) return refuse(404, L.CODE_MODEL_NOT_FOUND, L.TEXT_MODEL_DENIED);
  plan.modelPtr = resolved.ptr;
  plan.modelLen = resolved.len;
  names.askedPtr = resolved.askedPtr;
  names.askedLen = resolved.askedLen;
  names.sentPtr = resolved.ptr;
  names.sentLen = resolved.len;
  planModelChanged = resolved.changed && facts.modelLen > 0;
  return true;
}

function fill(plan: Plan, profile: Profile, bodyBytes: u32): void {
  plan.modelInBody = true;
  plan.streamInBody = true;
  plan.strict = profile.paramsMode == ParamsMode.Strict;
  plan.bifrost = profile.compat == Compat.Bifrost;
  plan.defaultMaxTokens = profile.defaultMaxTokens;
  plan.bodyBytes = bodyBytes;
  plan.samplingKeep = profile.samplingKeep;
  plan.schemaMode = schemaMode(plan, profile);
  plan.strictTools = plan.traits.strictTools;
  plan.midSystem = true;
  plan.serviceTier = true;
  plan.urlSources = true;
  plan.serverTools = true;
  plan.fastMode = true;
  plan.leadingAssistant = true;
  plan.drop = profile.drop;
  plan.reject = profile.reject;
  plan.set = profile.set;
  plan.setIfAbsent = profile.setIfAbsent;
  plan.maxDepth = profile.maxDepth;
  plan.maxOutputBytes = profile.maxRequestBytes + profile.maxRequestBytes / OUTPUT_SHARE;
}

function schemaMode(plan: Plan, profile: Profile): SchemaMode {
  switch (profile.structuredOutput) {
    case StructuredOutput.Native:
      return SchemaMode.Native;
    case StructuredOutput.Tool:
      return SchemaMode.Tool;
    case StructuredOutput.Reject:
      return SchemaMode.Reject;
    default:
      return plan.traits.schemaOutput ? SchemaMode.Native : SchemaMode.Tool;
  }
}
