/** Before a request is written: model name, model traits and provider as a Plan. */
import { Arena } from "../bytes/arena";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { unescapeShort, UNESCAPED_KEY } from "../json/key";
import { findEscape } from "../json/string";
import { Facts, Plan, SchemaMode } from "../translate/plan";
import { atMember, refuse, refuseMissing } from "../translate/shared/problem";
import { ModelTraits } from "../translate/traits";
import { Compat, Config, ParamsMode, Profile, StructuredOutput } from "./config";
import { ModelNames, resolveTraits } from "./model_info";
import { resolveModel } from "./models";

/** The output may outgrow the input by this much (schemas, ids, wrappers). */
const OUTPUT_SHARE: u32 = 2;

/** The last plan sends another model name than the client's, prefix stripping aside. */
export let planModelChanged: bool = false;

/** The plan for a request whose model and features are in `facts`; null with a problem, or without memory. */
export function makePlan(
  facts: Facts,
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
  if (!chooseModel(facts, profile, plan, names, arena)) return null;
  resolveTraits(config, names, profile.provider, traits);
  fill(plan, profile, bodyBytes);
  return plan;
}

function chooseModel(
  facts: Facts,
  profile: Profile,
  plan: Plan,
  names: ModelNames,
  arena: Arena,
): bool {
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
