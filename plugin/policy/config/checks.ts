/** What no description of a single value can say: how settings hang together. */
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { countStars } from "../../bytes/glob";
import { byteAt, equals } from "../../bytes/compare";
import { AuthMode, Config, OnDenied, RequestHeaders, Rule, ruleAt } from "../config";
import { findModelRow, isGuessedRow } from "../model_table";
import { resolveUpstream } from "./provider";
import { isVisible, Reader } from "./reader";
import * as R from "./report";
import * as K from "./shape_table";
import * as T from "./texts";

/** Settings of a profile were read, with what they started from. */
export function checkSettings(reader: Reader): void {
  const profile = reader.profile;
  if (reader.isDefaults) return;
  if (profile.authMode == AuthMode.Keys && profile.keyCount == 0 && !reader.ownKeys) {
    addAt(reader, T.AUTH, T.NO_KEYS);
  }
  if (reader.ownKeys && profile.authMode != AuthMode.Keys) {
    addAt(reader, T.AUTH_KEYS, T.KEYS_UNUSED);
  }
  if (profile.onDenied == OnDenied.Default && profile.modelDefaultPtr == 0) {
    addAt(reader, T.MODELS, T.DEFAULT_NEEDED);
  }
  resolveUpstream(reader);
}

/** A line about a place below the one that is being read; `tail` is the end of its path. */
export function addAt(reader: Reader, tail: usize, text: usize): void {
  const path = reader.report.path;
  const mark = path.mark();
  path.literal(tail);
  R.addError(reader.report, text);
  R.popPath(reader.report, mark);
}

/** One of `auth.keys` was read: its secret comes from exactly one place and can stand in a header. */
export function checkKey(reader: Reader, seen: u64): void {
  const hasEnv = (seen & ((<u64>1) << K.KeyKey.Env)) != 0;
  const hasValue = (seen & ((<u64>1) << K.KeyKey.Value)) != 0;
  if (hasEnv == hasValue) {
    R.addError(reader.report, T.KEY_SOURCE);
    return;
  }
  if (!hasValue) return;
  if (isVisible(reader.key.valuePtr, reader.key.valueLen)) {
    addWarningAt(reader);
    return;
  }
  addAt(reader, T.VALUE, T.BAD_SECRET);
}

function addWarningAt(reader: Reader): void {
  const path = reader.report.path;
  const mark = path.mark();
  path.literal(T.VALUE);
  R.addWarning(reader.report, T.KEY_IN_CONFIG);
  R.popPath(reader.report, mark);
}

/** Takes the secret from the environment variable that the text walked last names. */
export function takeEnvironment(reader: Reader): void {
  const environment = reader.environment;
  const name = reader.text;
  if (!environment.find(name.ptr, name.len)) addEnvironmentError(reader, T.ENV_UNSET_END);
  else if (environment.valueLen == 0) addEnvironmentError(reader, T.ENV_EMPTY_END);
  else if (!isVisible(environment.valuePtr, environment.valueLen)) {
    addEnvironmentError(reader, T.ENV_BAD_END);
  } else {
    reader.key.valuePtr = reader.keep(environment.valuePtr, environment.valueLen);
    reader.key.valueLen = environment.valueLen;
  }
}

function addEnvironmentError(reader: Reader, tail: usize): void {
  const out = R.startLine(reader.report);
  out.literal(T.ENV_UNSET);
  out.put(reader.text.ptr, reader.text.len);
  out.literal(tail);
  R.endLine(reader.report);
}

/** `aliases` were read: a star in a target stands for what the only star of the name matched. */
export function checkAliases(reader: Reader): void {
  const map = reader.map;
  for (let i: u32 = 0; i < map.count; i++) {
    if (countStars(map.valuePtr(i), map.valueLen(i)) == 0) continue;
    if (countStars(map.keyPtr(i), map.keyLen(i)) == 1) continue;
    R.addMemberError(reader.report, map.keyPtr(i), map.keyLen(i), T.ALIAS_STAR);
  }
}

/** What is decided by the model needs headers that wait for the body. */
export function checkHeld(reader: Reader): void {
  if (reader.config.requestHeaders == RequestHeaders.Hold) return;
  R.addError(reader.report, T.EARLY_MODELS);
}

/** `like` names a model of the built-in table. */
export function checkLike(reader: Reader): void {
  const text = reader.text;
  if (isGuessedRow(findModelRow(text.ptr, text.len))) R.addError(reader.report, T.LIKE_UNKNOWN);
}

/** Rules were read: one that is nothing but a path prefix takes all that later ones could match below it. */
export function checkRules(reader: Reader): void {
  const config = reader.config;
  for (let i: u32 = 1; i < config.ruleCount; i++) {
    const taker = findTaker(config, i);
    if (taker >= 0) addUnreached(reader, i, <u32>taker);
  }
}

/** The first rule before `index` that leaves it nothing, -1 when there is none. */
function findTaker(config: Config, index: u32): i32 {
  const later = ruleAt(config, index);
  for (let i: u32 = 0; i < index; i++) {
    const rule = ruleAt(config, i);
    if (isPrefixOnly(rule) && takes(rule, later)) return <i32>i;
  }
  return -1;
}

/** True when the path prefix of `rule` is that of the other up to the end of a segment. */
function takes(rule: Rule, later: Rule): bool {
  const len = rule.pathPrefixLen;
  if (len > later.pathPrefixLen) return false;
  if (!equals(rule.pathPrefixPtr, later.pathPrefixPtr, len)) return false;
  return len == later.pathPrefixLen || byteAt(later.pathPrefixPtr + len) == Ascii.Slash;
}

function isPrefixOnly(rule: Rule): bool {
  const others = rule.hosts.count + rule.routes.count + rule.headers.count + rule.models.count;
  return others == 0 && rule.pathPrefixPtr != 0;
}

function addUnreached(reader: Reader, index: u32, taker: u32): void {
  const mark = R.pushIndex(reader.report, index);
  const out = R.startLine(reader.report);
  out.literal(T.RULE_UNREACHED);
  putU64(out, taker);
  out.literal(T.RULE_UNREACHED_END);
  R.endLine(reader.report);
  R.popPath(reader.report, mark);
}
