/** Test-only: the configuration reader and what looks into its result; part of the probe entry. */
import { Arena, makeArena } from "./bytes/arena";
import { editDistance } from "./bytes/edit_distance";
import { globMatches } from "./bytes/glob";
import { openStruct } from "./bytes/records";
import { TextList, TextMap } from "./bytes/text_list";
import { makeWriter, Writer } from "./bytes/writer";
import * as C from "./policy/config";
import { readConfig } from "./policy/config_reader";
import { Environment } from "./policy/config/environment";
import { openConfigReport } from "./policy/config/report";
import { ResolvedModel, resolveModel } from "./policy/models";

const ARENA: Arena = makeArena(4096, 65536);
const ERRORS: Writer = makeWriter();
const WARNINGS: Writer = makeWriter();

/** Reads a configuration; 0 when it is refused. Errors and warnings stand in the two writers then. */
export function configRead(
  ptr: usize,
  len: u32,
  environmentPtr: usize,
  environmentLen: u32,
): C.Config | null {
  ARENA.reset();
  const environment = openStruct<Environment>(ARENA);
  const report = openConfigReport(ARENA, ERRORS, WARNINGS);
  if (environment == null || report == null) return null;
  environment.ptr = environmentPtr;
  environment.len = environmentLen;
  return readConfig(ptr, len, environment, report);
}

export function configErrorsPtr(): usize {
  return ERRORS.start;
}

export function configErrorsLen(): u32 {
  return ERRORS.length;
}

export function configWarningsPtr(): usize {
  return WARNINGS.start;
}

export function configWarningsLen(): u32 {
  return WARNINGS.length;
}

export function configClose(config: C.Config): void {
  C.closeConfig(config);
}

/** A number of the configuration itself, in the order of CONFIG_NUMBERS in the tests. */
export function configNumber(config: C.Config, field: u32): i32 {
  switch (field) {
    case 0:
      return config.requestHeaders;
    case 1:
      return config.defaultProfile;
    case 2:
      return config.rejectUnmatched;
    case 3:
      return config.profileCount;
    case 4:
      return config.ruleCount;
    default:
      return config.modelInfoCount;
  }
}

/** A number of a profile, in the order of PROFILE_NUMBERS in the tests. */
export function profileNumber(config: C.Config, index: u32, field: u32): u32 {
  const profile = C.profileAt(config, index);
  if (field < 10) return profileChoice(profile, field);
  switch (field) {
    case 10:
      return profile.defaultMaxTokens;
    case 11:
      return profile.samplingKeep;
    case 12:
      return profile.structuredOutput;
    case 13:
      return profile.reasoningContent;
    case 14:
      return profile.reasoningField;
    case 15:
      return profile.reasoningDetails;
    case 16:
      return profile.thinkingBlocks;
    case 17:
      return profile.metrics;
    default:
      return profileLimit(profile, field - 18);
  }
}

function profileChoice(profile: C.Profile, field: u32): u32 {
  switch (field) {
    case 0:
      return profile.provider;
    case 1:
      return profile.endpoints;
    case 2:
      return profile.authMode;
    case 3:
      return profile.authHeader;
    case 4:
      return profile.onDenied;
    case 5:
      return profile.paramsMode;
    case 6:
      return profile.compat;
    case 7:
      return profile.streamPing;
    case 8:
      return profile.streamUsage;
    default:
      return profile.responseHeaders;
  }
}

function profileLimit(profile: C.Profile, field: u32): u32 {
  switch (field) {
    case 0:
      return profile.maxRequestBytes;
    case 1:
      return profile.maxResponseBytes;
    case 2:
      return profile.maxEventBytes;
    case 3:
      return profile.maxAccumulatedBytes;
    case 4:
      return profile.maxDepth;
    case 5:
      return profile.maxMessages;
    case 6:
      return profile.maxTools;
    case 7:
      return profile.keySelect;
    default:
      return profile.cooldownMs;
  }
}

/** Address of a text of a profile, in the order of PROFILE_TEXTS in the tests. */
export function profileTextPtr(config: C.Config, index: u32, field: u32): usize {
  const profile = C.profileAt(config, index);
  switch (field) {
    case 0:
      return profile.namePtr;
    case 1:
      return profile.basePathPtr;
    case 2:
      return profile.anthropicVersionPtr;
    case 3:
      return profile.modelDefaultPtr;
    case 4:
      return profile.templatePtr;
    default:
      return profile.hashOnPtr;
  }
}

export function profileTextLen(config: C.Config, index: u32, field: u32): u32 {
  const profile = C.profileAt(config, index);
  switch (field) {
    case 0:
      return profile.nameLen;
    case 1:
      return profile.basePathLen;
    case 2:
      return profile.anthropicVersionLen;
    case 3:
      return profile.modelDefaultLen;
    case 4:
      return profile.templateLen;
    default:
      return profile.hashOnLen;
  }
}

/** A list of a profile, in the order of PROFILE_LISTS in the tests. */
export function profileList(config: C.Config, index: u32, field: u32): TextList {
  const profile = C.profileAt(config, index);
  switch (field) {
    case 0:
      return profile.stripPrefixes;
    case 1:
      return profile.allow;
    case 2:
      return profile.deny;
    case 3:
      return profile.drop;
    case 4:
      return profile.reject;
    case 5:
      return profile.requestAllow;
    case 6:
      return profile.requestDeny;
    case 7:
      return profile.responseAllow;
    default:
      return profile.responseDeny;
  }
}

/** A map of a profile, in the order of PROFILE_MAPS in the tests. */
export function profileMap(config: C.Config, index: u32, field: u32): TextMap {
  const profile = C.profileAt(config, index);
  switch (field) {
    case 0:
      return profile.aliases;
    case 1:
      return profile.set;
    case 2:
      return profile.setIfAbsent;
    case 3:
      return profile.requestSet;
    default:
      return profile.responseSet;
  }
}

export function keyCount(config: C.Config, profile: u32): u32 {
  return C.profileAt(config, profile).keyCount;
}

/** Address of the name (0) or the value (1) of a key. */
export function keyTextPtr(config: C.Config, profile: u32, index: u32, field: u32): usize {
  const key = C.keyAt(C.profileAt(config, profile), index);
  return field == 0 ? key.namePtr : key.valuePtr;
}

export function keyTextLen(config: C.Config, profile: u32, index: u32, field: u32): u32 {
  const key = C.keyAt(C.profileAt(config, profile), index);
  return field == 0 ? key.nameLen : key.valueLen;
}

export function keyWeight(config: C.Config, profile: u32, index: u32): u32 {
  return C.keyAt(C.profileAt(config, profile), index).weight;
}

export function keyModels(config: C.Config, profile: u32, index: u32): TextList {
  return C.keyAt(C.profileAt(config, profile), index).models;
}

export function ruleProfile(config: C.Config, index: u32): u32 {
  return C.ruleAt(config, index).profile;
}

export function rulePrefixPtr(config: C.Config, index: u32): usize {
  return C.ruleAt(config, index).pathPrefixPtr;
}

export function rulePrefixLen(config: C.Config, index: u32): u32 {
  return C.ruleAt(config, index).pathPrefixLen;
}

/** Hosts (0), routes (1) or models (2) of a rule. */
export function ruleList(config: C.Config, index: u32, field: u32): TextList {
  const rule = C.ruleAt(config, index);
  if (field == 0) return rule.hosts;
  return field == 1 ? rule.routes : rule.models;
}

export function ruleHeaders(config: C.Config, index: u32): TextMap {
  return C.ruleAt(config, index).headers;
}

export function rowMatch(config: C.Config, index: u32): TextList {
  return config.modelInfo.at(index).match;
}

/** A cell of a `model_info` row, in the order of ROW_CELLS in the tests; the first is the set of given cells. */
export function rowCell(config: C.Config, index: u32, field: u32): u32 {
  const row = config.modelInfo.at(index);
  switch (field) {
    case 0:
      return row.given;
    case 1:
      return row.maxOutput;
    case 2:
      return row.thinking;
    case 3:
      return row.thinkingDefault;
    case 4:
      return row.sampling;
    case 5:
      return row.efforts;
    case 6:
      return row.needsThinking;
    default:
      return rowFlag(row, field - 7);
  }
}

function rowFlag(row: C.ModelInfoRow, field: u32): u32 {
  switch (field) {
    case 0:
      return row.windowStops;
    case 1:
      return row.prefill;
    case 2:
      return row.midSystem;
    case 3:
      return row.forcedChoice;
    case 4:
      return row.schemaOutput;
    case 5:
      return row.strictTools;
    default:
      return row.interleaved;
  }
}

export function rowLikePtr(config: C.Config, index: u32): usize {
  return config.modelInfo.at(index).likePtr;
}

export function rowLikeLen(config: C.Config, index: u32): u32 {
  return config.modelInfo.at(index).likeLen;
}

/** Resolves a name with a profile of a configuration; read the answer with `resolved*`. */
export function resolveWith(
  config: C.Config,
  profile: u32,
  ptr: usize,
  len: u32,
): ResolvedModel | null {
  ARENA.reset();
  return resolveModel(C.profileAt(config, profile), ptr, len, ARENA);
}

export function resolvedPtr(model: ResolvedModel): usize {
  return model.ptr;
}

export function resolvedLen(model: ResolvedModel): u32 {
  return model.len;
}

export function resolvedDenied(model: ResolvedModel): bool {
  return model.denied;
}

export function resolvedChanged(model: ResolvedModel): bool {
  return model.changed;
}

/** True when the glob of `patternLen` bytes matches the text that stands directly behind it. */
export function globTest(ptr: usize, patternLen: u32, len: u32): bool {
  return globMatches(ptr, patternLen, ptr + patternLen, len);
}

/** Distance between two words that stand directly behind each other. */
export function wordDistance(ptr: usize, firstLen: u32, secondLen: u32): u32 {
  return editDistance(ptr, firstLen, ptr + firstLen, secondLen);
}
