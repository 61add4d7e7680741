/** Before a request is written: model name, model traits and provider as a Plan. */
import { Arena } from "../bytes/arena";
import { literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { unescapeShort, UNESCAPED_KEY } from "../json/key";
import { findEscape } from "../json/string";
import { Facts, Feature, Plan, SchemaMode } from "../translate/plan";
import { atMember, refuse, refuseMissing } from "../translate/shared/problem";
import { ModelTraits } from "../translate/traits";
import { Compat, Config, ParamsMode, Profile, StructuredOutput } from "./config";
import { isOverridden, servesFeature } from "./betas";
import { ModelNames, resolveTraits } from "./model_info";
import { noteModel } from "./model_label";
import { ResolvedModel, resolveModel } from "./models";
import { PrefillMode, PrefillSettings, PrefillWhen } from "./prefill_settings";
import { providerText, UpstreamPath } from "./provider_rows";
import {
  dropsMember,
  fitsInPath,
  isModelInBody,
  isModelInPath,
  messagesPath,
  Upstream,
} from "./upstream";

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
  const model = chooseModel(facts, profile, plan, names, arena);
  if (model == null) return null;
  resolveTraits(config, names, profile.provider, traits);
  noteModel(profile, model);
  if (!canNameModel(profile.upstream, plan, messagesPath(facts.stream))) return null;
  fill(plan, config, profile, bodyBytes);
  fillUpstream(plan, profile.upstream, facts.stream);
  return plan;
}

/** The model whose name goes upstream; null with a problem, or without memory. */
function chooseModel(
  facts: Facts,
  profile: Profile,
  plan: Plan,
  names: ModelNames,
  arena: Arena,
): ResolvedModel | null {
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
  if (ptr == 0 || len == 0) {
    refuseMissing();
    return null;
  }
  const resolved = resolveModel(profile, ptr, len, arena);
  if (resolved == null) return null;
  if (resolved.denied) {
    refuse(404, L.CODE_MODEL_NOT_FOUND, L.TEXT_MODEL_DENIED);
    return null;
  }
  if (facts.modelLen == 0 && !resolved.changed) resolved.isConfigured = true;
  plan.modelPtr = resolved.ptr;
  plan.modelLen = resolved.len;
  names.askedPtr = resolved.askedPtr;
  names.askedLen = resolved.askedLen;
  names.sentPtr = resolved.ptr;
  names.sentLen = resolved.len;
  planModelChanged = resolved.changed && facts.modelLen > 0;
  return resolved;
}

/** Some names cannot stand in a path. False with a problem. */
export function canNameModel(upstream: Upstream, plan: Plan, path: UpstreamPath): bool {
  if (!isModelInPath(upstream, path)) return true;
  if (fitsInPath(plan.modelPtr, plan.modelLen)) return true;
  atMember(L.MODEL);
  return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_MODEL_IN_PATH);
}

function fill(plan: Plan, config: Config, profile: Profile, bodyBytes: u32): void {
  plan.strict = profile.paramsMode == ParamsMode.Strict;
  plan.bifrost = profile.compat == Compat.Bifrost;
  plan.defaultMaxTokens = profile.defaultMaxTokens;
  plan.bodyBytes = bodyBytes;
  plan.samplingKeep = profile.samplingKeep;
  plan.schemaMode = schemaMode(plan, config, profile);
  plan.strictTools = plan.traits.strictTools && hasFeature(config, profile, Feature.StrictTool);
  plan.keepsPrefill = hasPrefillPolicy(profile.prefill);
  plan.drop = profile.drop;
  plan.reject = profile.reject;
  plan.set = profile.set;
  plan.setIfAbsent = profile.setIfAbsent;
  plan.maxDepth = profile.maxDepth;
  plan.maxOutputBytes = profile.maxRequestBytes + profile.maxRequestBytes / OUTPUT_SHARE;
}

/** What the upstream wants and what it has not. */
function fillUpstream(plan: Plan, upstream: Upstream, stream: bool): void {
  const row = upstream.row;
  plan.modelInBody = isModelInBody(upstream, messagesPath(stream));
  plan.streamInBody = upstream.streamInBody;
  if (upstream.versionInBody) {
    plan.versionPtr = upstream.versionPtr;
    plan.versionLen = upstream.versionLen;
  }
  plan.capMaxTokens = row.maxTokensCap;
  plan.midSystem = row.midSystem != 0;
  plan.urlSources = row.urlSources != 0;
  plan.fileSources = row.fileSources != 0;
  plan.serverTools = row.webSearch != 0;
  plan.leadingAssistant = row.leadingAssistant != 0;
  plan.unservedPtr = providerText(row.dropsAt);
  plan.unservedLen = row.dropsLen;
  plan.neededPtr = providerText(row.refusesAt);
  plan.neededLen = row.refusesLen;
  plan.noToolsPtr = providerText(row.noToolsAt);
  plan.noToolsLen = row.noToolsLen;
  plan.serviceTier = !dropsMember(row, literalPtr(L.SERVICE_TIER), literalLen(L.SERVICE_TIER));
  plan.fastMode = !dropsMember(row, literalPtr(L.SPEED), literalLen(L.SPEED));
}

function schemaMode(plan: Plan, config: Config, profile: Profile): SchemaMode {
  switch (profile.structuredOutput) {
    case StructuredOutput.Native:
      return SchemaMode.Native;
    case StructuredOutput.Tool:
      return SchemaMode.Tool;
    case StructuredOutput.Reject:
      return SchemaMode.Reject;
    default:
      return plan.traits.schemaOutput && hasFormat(plan, config, profile)
        ? SchemaMode.Native
        : SchemaMode.Tool;
  }
}

/** Whether the upstream takes schemas, and seed mode's member for them, which needs its beta. */
function hasFormat(plan: Plan, config: Config, profile: Profile): bool {
  if (plan.bifrost && !servesFeature(config, profile, Feature.OutputFormat)) return false;
  return hasFeature(config, profile, Feature.OutputFormat);
}

/** Whether the upstream has what belongs to structured outputs: what the route says of the beta, else what is known of the provider. */
function hasFeature(config: Config, profile: Profile, feature: Feature): bool {
  const serves = servesFeature(config, profile, feature);
  if (isOverridden(config, profile, feature)) return serves;
  const row = profile.upstream.row;
  if (feature == Feature.StrictTool) return serves && row.strictTools != 0;
  return row.schemaOutput != 0;
}

function hasPrefillPolicy(settings: PrefillSettings): bool {
  if (settings.when == PrefillWhen.Never) return false;
  return settings.mode != PrefillMode.Passthrough || settings.rules.count > 0;
}
