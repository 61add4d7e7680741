/**
 * The top level: finds its members first, then reads them in the order in which they depend on each
 * other, whatever order they stand in.
 */
import { literalLen, literalPtr } from "../../bytes/compare";
import { Span } from "../../bytes/join";
import { openStruct } from "../../bytes/records";
import { openStructArray, StructArray } from "../../bytes/struct_array";
import { JsonKind } from "../../json/status";
import { Profile } from "../config";
import { checkRules } from "./checks";
import { setDefaults, setFrom } from "./defaults";
import { addMismatch, addUnknownKey } from "./mismatch";
import { findProfile } from "./names";
import { DEPTH, Reader } from "./reader";
import * as R from "./report";
import * as S from "./shape";
import { ConfigKey, GroupNode } from "./shape_table";
import { finishBetas } from "./store_betas";
import { finishPrefill } from "./store_prefill";
import * as T from "./texts";
import { checkCount, checkRequired, countEntries, takeMapKey, walk } from "./walk";

/** Reads a whole document (valid JSON, an object) into the reader's configuration. */
export function readRoot(reader: Reader, ptr: usize, len: u32): void {
  const node = S.nodeAt(GroupNode.Config);
  const spans = openStructArray<Span>(reader.arena, node.count);
  const defaults = openStruct<Profile>(reader.arena);
  if (spans == null || defaults == null) {
    reader.fail();
    return;
  }
  reader.cursor.open(ptr, len, DEPTH);
  findMembers(reader, node, spans);
  setDefaults(reader, defaults);
  reader.profile = defaults;
  reader.isDefaults = true;
  if (readMember(reader, spans, ConfigKey.RequestHeaders)) {
    reader.config.requestHeaders = reader.number;
  }
  readMember(reader, spans, ConfigKey.Version);
  readMember(reader, spans, ConfigKey.Defaults);
  reader.isDefaults = false;
  checkForm(reader, spans);
  readShortForm(reader, spans, defaults);
  readProfiles(reader, spans, defaults);
  finishPrefill(reader);
  readChoice(reader, spans);
  readMember(reader, spans, ConfigKey.ModelInfo);
  readMember(reader, spans, ConfigKey.BetaTable);
  finishBetas(reader);
}

/** What chooses among profiles; they are known by now. */
function readChoice(reader: Reader, spans: StructArray<Span>): void {
  if (readMember(reader, spans, ConfigKey.Rules)) {
    const mark = pushName(reader, ConfigKey.Rules);
    checkRules(reader);
    R.popPath(reader.report, mark);
  }
  if (readMember(reader, spans, ConfigKey.OnNoMatch)) {
    reader.config.rejectUnmatched = reader.number != 0;
  }
  if (!readMember(reader, spans, ConfigKey.DefaultProfile)) return;
  const mark = pushName(reader, ConfigKey.DefaultProfile);
  reader.config.defaultProfile = findProfile(reader);
  R.popPath(reader.report, mark);
}

/** Notes where each member's value stands; unknown and repeated keys are reported. */
function findMembers(reader: Reader, node: S.ShapeNode, spans: StructArray<Span>): void {
  const cursor = reader.cursor;
  let seen: u64 = 0;
  for (let i: u32 = 0; i < node.count; i++) spans.push();
  cursor.enterObject();
  while (cursor.nextKey()) {
    const index = S.findMember(node, cursor.keyPtr, cursor.keyLen);
    const mark = R.pushMember(reader.report, cursor.keyPtr, cursor.keyLen);
    if (index < 0) addUnknownKey(reader, node, cursor.keyPtr, cursor.keyLen);
    else if (spans.at(index).ptr != 0) R.addError(reader.report, T.DUPLICATE_KEY);
    R.popPath(reader.report, mark);
    cursor.skip();
    if (index < 0) continue;
    seen |= (<u64>1) << (<u64>index);
    spans.at(index).ptr = cursor.valuePtr;
    spans.at(index).len = cursor.valueLen;
  }
  checkRequired(reader, node, seen);
}

/** Goes to a top-level member's place in the path; answers the mark for `popPath`. */
function pushName(reader: Reader, key: ConfigKey): u32 {
  const member = S.memberAt(S.nodeAt(GroupNode.Config).first + key);
  return R.pushMember(reader.report, S.tableText(member.name), member.nameLen);
}

/** Walks a top-level member; false when it is absent or wrong. */
function readMember(reader: Reader, spans: StructArray<Span>, key: ConfigKey): bool {
  const span = spans.at(key);
  if (span.ptr == 0) return false;
  const member = S.memberAt(S.nodeAt(GroupNode.Config).first + key);
  const mark = pushName(reader, key);
  reader.cursor.open(span.ptr, span.len, DEPTH);
  const valid = walk(reader, member.node);
  R.popPath(reader.report, mark);
  return valid;
}

/** Either `profile` alone or `profiles`. */
function checkForm(reader: Reader, spans: StructArray<Span>): void {
  const hasShort = spans.at(ConfigKey.Profile).ptr != 0;
  if (!hasShort && spans.at(ConfigKey.Profiles).ptr == 0) {
    R.startBareLine(reader.report).literal(T.NO_PROFILE);
    R.endLine(reader.report);
  }
  if (!hasShort) return;
  checkAlone(reader, spans, ConfigKey.Profiles);
  checkAlone(reader, spans, ConfigKey.Defaults);
  checkAlone(reader, spans, ConfigKey.Rules);
  checkAlone(reader, spans, ConfigKey.DefaultProfile);
  checkAlone(reader, spans, ConfigKey.OnNoMatch);
}

function checkAlone(reader: Reader, spans: StructArray<Span>, key: ConfigKey): void {
  if (spans.at(key).ptr == 0) return;
  const mark = pushName(reader, key);
  R.addError(reader.report, T.SHORT_FORM);
  R.popPath(reader.report, mark);
}

/** `profile`: one profile called "default", which is the default one. */
function readShortForm(reader: Reader, spans: StructArray<Span>, defaults: Profile): void {
  if (spans.at(ConfigKey.Profile).ptr == 0) return;
  if (!openProfiles(reader, 1)) return;
  reader.isShort = true;
  beginProfile(reader, defaults, literalPtr(T.DEFAULT_NAME), literalLen(T.DEFAULT_NAME));
  readMember(reader, spans, ConfigKey.Profile);
  reader.config.defaultProfile = 0;
}

/** `profiles`: each starts from `defaults`. */
function readProfiles(reader: Reader, spans: StructArray<Span>, defaults: Profile): void {
  const span = spans.at(ConfigKey.Profiles);
  if (span.ptr == 0 || spans.at(ConfigKey.Profile).ptr != 0) return;
  const node = S.nodeAt(S.memberAt(S.nodeAt(GroupNode.Config).first + ConfigKey.Profiles).node);
  const cursor = reader.cursor;
  const mark = pushName(reader, ConfigKey.Profiles);
  cursor.open(span.ptr, span.len, DEPTH);
  const isObject = cursor.kind() == JsonKind.Object;
  if (!isObject) addMismatch(reader, node, cursor.kind());
  else {
    const count = countEntries(reader);
    if (checkCount(reader, node, count) && openProfiles(reader, count)) {
      readEntries(reader, node, defaults, count);
    }
  }
  R.popPath(reader.report, mark);
}

function readEntries(reader: Reader, node: S.ShapeNode, defaults: Profile, count: u32): void {
  const cursor = reader.cursor;
  const names = reader.openMap(count);
  let index: u32 = 0;
  cursor.enterObject();
  while (cursor.nextKey() && !reader.failed) {
    const mark = R.pushMember(reader.report, cursor.keyPtr, cursor.keyLen);
    if (takeMapKey(reader, node, names, index)) {
      beginProfile(reader, defaults, names.keyPtr(index), names.keyLen(index));
      walk(reader, node.item);
    } else {
      cursor.skip();
    }
    index += 1;
    R.popPath(reader.report, mark);
  }
}

function openProfiles(reader: Reader, count: u32): bool {
  const profiles = openStructArray<Profile>(reader.arena, count);
  if (profiles == null) {
    reader.fail();
    return false;
  }
  reader.config.profiles = profiles;
  return true;
}

function beginProfile(reader: Reader, defaults: Profile, name: usize, nameLen: u32): void {
  const profile = reader.config.profiles.push();
  if (profile == null) return;
  setFrom(profile, defaults);
  profile.namePtr = name;
  profile.nameLen = nameLen;
  reader.profile = profile;
}
