/** Which profile serves a request: rules in order, then the default. Source: docs/configuration.md, "Profiles and rules". */
import { openRequestHeader, readProperty, resultLen, resultPtr } from "../abi/host";
import { Status } from "../abi/numbers";
import { nextPair, pairNameLen, pairNamePtr, pairValueLen, pairValuePtr } from "../abi/pairs";
import { equals, findByte, startsWith } from "../bytes/compare";
import { anyMatches, globMatches } from "../bytes/glob";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { TextList } from "../bytes/text_list";
import { Config, FLAG_FALSE, FLAG_TRUE, profileAt, Rule, ruleAt } from "../policy/config";
import { problemMessage, refuseWhole } from "../translate/shared/problem";
import { RequestHeader } from "./request_headers_table";

const COLON: u32 = 0x3a;
/** Longest name that a problem shows; that of a profile has 63 bytes. */
const LONGEST_NAME: u32 = 128;

/** Bytes in front of the client's path that the chosen rule strips. */
export let strippedPrefix: u32 = 0;

/** The choice depends on the model: it is provisional until the body was read. */
export let needsModel: bool = false;

/** The model that the client asks for, unescaped; length 0 while the body is not known. */
let modelPtr: usize = 0;
let modelLen: u32 = 0;

/** Names the model for the choices that follow, a length of 0 none. */
export function chooseByModel(ptr: usize, len: u32): void {
  modelPtr = ptr;
  modelLen = len;
}

/** No profile: nothing chose one. */
export const NO_PROFILE: i32 = -1;
/** No profile: metadata names one that is not there; shared/problem.ts says which. */
export const UNKNOWN_PROFILE: i32 = -2;

/** As `selectProfile`, for requests whose body names no model: rules for models are none of theirs. */
export function selectWithoutModel(
  config: Config,
  headers: SpanTable,
  pairs: usize,
  pairsLen: u32,
  upstream: bool,
): i32 {
  namesNone = true;
  const chosen = selectProfile(config, headers, pairs, pairsLen, upstream);
  namesNone = false;
  return chosen;
}

/** The request names no model. */
let namesNone: bool = false;

/**
 * Index of the profile, NO_PROFILE or UNKNOWN_PROFILE. Metadata of the endpoint (`upstream`: the filter stands in a cluster), the route and
 * the cluster come first, where there is something to choose from. `pairs`, `pairsLen` is the request's header block. Without a model, the first rule that could
 * match decides for the time being and `needsModel` is set.
 */
export function selectProfile(
  config: Config,
  headers: SpanTable,
  pairs: usize,
  pairsLen: u32,
  upstream: bool,
): i32 {
  strippedPrefix = 0;
  needsModel = false;
  if (config.profileCount > 1) {
    if (upstream && readProperty(L.P_ENDPOINT_PROFILE) == Status.Ok) return findNamed(config);
    if (readProperty(L.P_ROUTE_PROFILE) == Status.Ok) return findNamed(config);
    if (readProperty(L.P_CLUSTER_PROFILE) == Status.Ok) return findNamed(config);
  }
  for (let i: u32 = 0; i < config.ruleCount; i++) {
    const rule = ruleAt(config, i);
    if (!matches(rule, headers, pairs, pairsLen)) continue;
    if (rule.models.count > 0) {
      if (namesNone) continue;
      if (modelLen == 0) needsModel = true;
      else if (!anyMatches(rule.models, modelPtr, modelLen)) continue;
    }
    strippedPrefix = rule.pathPrefixLen;
    return <i32>rule.profile;
  }
  return config.defaultProfile;
}

/** The profile with the name that was read last. */
function findNamed(config: Config): i32 {
  for (let i: u32 = 0; i < config.profileCount; i++) {
    const profile = profileAt(config, i);
    if (profile.nameLen == resultLen && equals(profile.namePtr, resultPtr, resultLen))
      return <i32>i;
  }
  refuseWhole(500, L.CODE_CONFIGURATION, L.TEXT_UNKNOWN_PROFILE);
  problemMessage.put(resultPtr, min(resultLen, LONGEST_NAME));
  problemMessage.literal(L.TEXT_UNKNOWN_PROFILE_END);
  return UNKNOWN_PROFILE;
}

function matches(rule: Rule, headers: SpanTable, pairs: usize, pairsLen: u32): bool {
  if (!matchesPath(rule, headers.ptr(RequestHeader.Path), headers.len(RequestHeader.Path)))
    return false;
  if (rule.hosts.count > 0 && !matchesHost(rule.hosts, headers)) return false;
  if (rule.routes.count > 0 && !matchesRoute(rule.routes)) return false;
  for (let i: u32 = 0; i < rule.headers.count; i++) {
    if (!matchesHeader(rule, i, pairs, pairsLen)) return false;
  }
  return true;
}

/** The prefix ends where a segment does. */
function matchesPath(rule: Rule, path: usize, len: u32): bool {
  const size = rule.pathPrefixLen;
  if (size == 0) return true;
  if (!startsWith(path, len, rule.pathPrefixPtr, size)) return false;
  return len > size && startsWith(path + size, len - size, L.SLASH + 4, 1);
}

/** The authority without its port. */
function matchesHost(globs: TextList, headers: SpanTable): bool {
  const ptr = headers.ptr(RequestHeader.Authority);
  const end = findByte(ptr, ptr + headers.len(RequestHeader.Authority), COLON);
  return anyMatches(globs, ptr, <u32>(end - ptr));
}

function matchesRoute(globs: TextList): bool {
  return readProperty(L.P_ROUTE_NAME) == Status.Ok && anyMatches(globs, resultPtr, resultLen);
}

/** One header of a rule: a glob on any of its values, or just presence or absence. */
function matchesHeader(rule: Rule, index: u32, pairs: usize, pairsLen: u32): bool {
  const want = rule.headers.valuePtr(index);
  const wantLen = rule.headers.valueLen(index);
  let present = false;
  openRequestHeader(pairs, pairsLen, rule.headers.keyPtr(index), rule.headers.keyLen(index));
  while (nextPair()) {
    if (pairNameLen != rule.headers.keyLen(index)) continue;
    if (!equals(pairNamePtr, rule.headers.keyPtr(index), pairNameLen)) continue;
    present = true;
    if (wantLen > 0 && globMatches(want, wantLen, pairValuePtr, pairValueLen)) return true;
  }
  if (wantLen > 0) return false;
  return present ? want == FLAG_TRUE : want == FLAG_FALSE;
}

/** True when a list of globs is empty or matches the model that was named. */
export function servesModel(globs: TextList): bool {
  return globs.count == 0 || anyMatches(globs, modelPtr, modelLen);
}
