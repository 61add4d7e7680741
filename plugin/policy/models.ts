/**
 * Names of models: which name goes upstream for the one that a client asked for, and whether it may be
 * asked for at all. Knows nothing of what models can do (model_table.ts).
 * Order: one prefix stripped, exact alias, longest glob alias, template, as it is.
 */
import { Arena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { equals, findByte, findLiteral, literalLen } from "../bytes/compare";
import { anyMatches, countStars, globMatches } from "../bytes/glob";
import { openSpan, replaceGap, Span } from "../bytes/join";
import { openStruct } from "../bytes/records";
import { TextList, TextMap } from "../bytes/text_list";
import { OnDenied, Profile } from "./config";
import { MODEL_PLACE } from "./config/texts";

/** What became of a name. Spans are borrowed from the request or the configuration, or live in the arena. */
@unmanaged
@final
export class ResolvedModel {
  ptr: usize; // name that goes upstream
  len: u32;
  askedPtr: usize; // name that was asked for, its prefix stripped
  askedLen: u32;
  denied: bool; // by `allow` or `deny`; nothing goes upstream
  changed: bool; // an alias or the template made another name of it
  isConfigured: bool; // the name that goes upstream stands in the configuration as it is
}

/**
 * Resolves a name (unescaped, not empty). A denied name is replaced by the profile's default where
 * `on_denied` says so; then `changed` stays false, because that model answers and not the one asked for.
 * Null without memory.
 */
export function resolveModel(
  profile: Profile,
  ptr: usize,
  len: u32,
  arena: Arena,
): ResolvedModel | null {
  const model = openStruct<ResolvedModel>(arena);
  if (model == null) return null;
  setAsked(model, profile, ptr, len);
  if (isAllowed(profile, model.askedPtr, model.askedLen)) {
    return rename(model, profile, arena) ? model : null;
  }
  if (profile.onDenied != OnDenied.Default) {
    model.denied = true;
    return model;
  }
  setAsked(model, profile, profile.modelDefaultPtr, profile.modelDefaultLen);
  model.isConfigured = profile.templatePtr == 0;
  const renamed = rename(model, profile, arena);
  model.changed = false;
  return renamed ? model : null;
}

/** True when `deny` does not name it and `allow`, if there is one, does. Prefixes are stripped already. */
export function isAllowed(profile: Profile, ptr: usize, len: u32): bool {
  if (anyMatches(profile.deny, ptr, len)) return false;
  return profile.allow.count == 0 || anyMatches(profile.allow, ptr, len);
}

/** The name that `stripPrefix` left; a part of what it was given. */
export let strippedPtr: usize = 0;
export let strippedLen: u32 = 0;

function setAsked(model: ResolvedModel, profile: Profile, ptr: usize, len: u32): void {
  stripPrefix(profile, ptr, len);
  model.askedPtr = strippedPtr;
  model.askedLen = strippedLen;
}

/** Finds the name without the first of `strip_prefixes` that it begins with; a prefix alone is a name. */
export function stripPrefix(profile: Profile, ptr: usize, len: u32): void {
  const prefixes = profile.stripPrefixes;
  strippedPtr = ptr;
  strippedLen = len;
  for (let i: u32 = 0; i < prefixes.count; i++) {
    const prefixLen = prefixes.len(i);
    if (prefixLen >= len || !equals(prefixes.ptr(i), ptr, prefixLen)) continue;
    strippedPtr = ptr + prefixLen;
    strippedLen = len - prefixLen;
    return;
  }
}

/** Sets the name that goes upstream; false without memory. */
function rename(model: ResolvedModel, profile: Profile, arena: Arena): bool {
  const alias = findAlias(profile.aliases, model.askedPtr, model.askedLen);
  model.changed = alias >= 0 || profile.templatePtr != 0;
  if (alias >= 0) return setTarget(model, profile.aliases, <u32>alias, arena);
  if (profile.templatePtr != 0) return setFromTemplate(model, profile, arena);
  model.ptr = model.askedPtr;
  model.len = model.askedLen;
  return true;
}

/** Index of the alias without a star that is the name, else of the longest glob that matches; -1: none. */
function findAlias(aliases: TextMap, ptr: usize, len: u32): i32 {
  let best: i32 = -1;
  let bestLen: u32 = 0;
  for (let i: u32 = 0; i < aliases.count; i++) {
    const patternLen = aliases.keyLen(i);
    if (!globMatches(aliases.keyPtr(i), patternLen, ptr, len)) continue;
    if (countStars(aliases.keyPtr(i), patternLen) == 0) return <i32>i;
    if (best >= 0 && patternLen <= bestLen) continue;
    best = <i32>i;
    bestLen = patternLen;
  }
  return best;
}

/** The alias's target, its first star replaced by what the pattern's only star matched. */
function setTarget(model: ResolvedModel, aliases: TextMap, index: u32, arena: Arena): bool {
  const target = openSpan(arena, aliases.valuePtr(index), aliases.valueLen(index));
  if (target == null) return false;
  model.ptr = target.ptr;
  model.len = target.len;
  const end = target.ptr + target.len;
  const star = findByte(target.ptr, end, Ascii.Star);
  model.isConfigured = star == end;
  if (star == end) return true;
  const pattern = aliases.keyPtr(index);
  const patternLen = aliases.keyLen(index);
  const before = <u32>(findByte(pattern, pattern + patternLen, Ascii.Star) - pattern);
  const matched = openSpan(arena, model.askedPtr + before, model.askedLen - (patternLen - 1));
  return setReplaced(model, target, openSpan(arena, star, 1), matched, arena);
}

/** The template, its `{model}` replaced by the name. */
function setFromTemplate(model: ResolvedModel, profile: Profile, arena: Arena): bool {
  const template = openSpan(arena, profile.templatePtr, profile.templateLen);
  if (template == null) return false;
  const place = findLiteral(template.ptr, template.len, MODEL_PLACE);
  const name = openSpan(arena, model.askedPtr, model.askedLen);
  return setReplaced(model, template, openSpan(arena, place, literalLen(MODEL_PLACE)), name, arena);
}

function setReplaced(
  model: ResolvedModel,
  whole: Span,
  gap: Span | null,
  filling: Span | null,
  arena: Arena,
): bool {
  if (gap == null || filling == null) return false;
  const text = replaceGap(arena, whole, gap, filling);
  if (text == null) return false;
  model.ptr = text.ptr;
  model.len = text.len;
  return true;
}
