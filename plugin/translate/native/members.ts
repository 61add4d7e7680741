/**
 * Native Messages: which top-level members of the body change on the way up, as edits. Policy decides by the Plan, the route by
 * `params`; without either no byte changes. Source: docs/native.md, "Request".
 */
import { equals, equalsLiteral, literalLen, literalPtr } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { TextMap } from "../../bytes/text_list";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { findEscape } from "../../json/string";
import { findRequestKey, RequestKey } from "../../wire/anthropic/request_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { noteMember } from "../shared/members_native";
import { refuseMemory } from "../shared/problem";
import { findEntry, isListed, isNeeded, NO_ENTRY, refuseMember } from "../shared/route_params";
import { addEdit, addText } from "./edits";
import { BodyMember, NativeRequest } from "./request";

/** Decides all edits of members. False with a problem. */
export function editMembers(request: NativeRequest, plan: Plan): bool {
  const members = request.members;
  const changesModel = isOtherModel(request, plan);
  let kept = false;
  let pending: usize = 0; // start of leading members that go: up to where the next one begins
  for (let i: u32 = 0; i < members.count; i++) {
    const member = members.at(i);
    if (isListed(plan.reject, member.namePtr, member.nameLen))
      return refuseMember(member.namePtr, member.nameLen);
    if (!goes(request, plan, member)) {
      if (pending != 0 && !cut(request, pending, member.start)) return refuseMemory();
      pending = 0;
      kept = true;
      if (!editValue(request, plan, member, changesModel)) return refuseMemory();
    } else if (kept) {
      if (!cut(request, member.comma, behind(member))) return refuseMemory();
    } else if (pending == 0) pending = member.start;
  }
  return addMembers(request, plan) || refuseMemory();
}

function behind(member: BodyMember): usize {
  return member.valuePtr + member.valueLen;
}

function cut(request: NativeRequest, from: usize, to: usize): bool {
  return addEdit(request.edits, from, <u32>(to - from), 0, 0);
}

/** True when another name goes upstream than the body has. */
function isOtherModel(request: NativeRequest, plan: Plan): bool {
  const facts = request.facts;
  let ptr = facts.modelPtr;
  let len = facts.modelLen;
  if (findEscape(ptr, ptr + len) < ptr + len) {
    len = unescapeShort(ptr, len);
    ptr = UNESCAPED_KEY;
  }
  return len != plan.modelLen || !equals(ptr, plan.modelPtr, len);
}

/** True for members that do not go upstream. */
function goes(request: NativeRequest, plan: Plan, member: BodyMember): bool {
  if (member.key == RequestKey.Model) return !plan.modelInBody;
  if (member.key == RequestKey.Stream && !plan.streamInBody) return true;
  const ptr = member.namePtr;
  const len = member.nameLen;
  if (plan.inBatch && equalsLiteral(ptr, len, L.SPEED)) return true;
  if (findEntry(plan.set, ptr, len) != NO_ENTRY) return false;
  if (!isListed(plan.drop, ptr, len) || isNeeded(ptr, len)) return false;
  note(request.facts, Adaptation.DroppedByRoute);
  return true;
}

/** A value that the route or an alias replaces. */
function editValue(
  request: NativeRequest,
  plan: Plan,
  member: BodyMember,
  changesModel: bool,
): bool {
  if (member.key == RequestKey.Model) {
    if (!changesModel) return true;
    return addText(request.edits, member.valuePtr, member.valueLen, plan.modelPtr, plan.modelLen);
  }
  const entry = findEntry(plan.set, member.namePtr, member.nameLen);
  if (entry == NO_ENTRY || !isTaken(request, plan.set, entry)) return true;
  note(request.facts, Adaptation.SetByRoute);
  noteMember(request.facts, plan.set, entry, request.cursor);
  return addEdit(
    request.edits,
    member.valuePtr,
    member.valueLen,
    plan.set.valuePtr(entry),
    plan.set.valueLen(entry),
  );
}

/** What the body lacks, behind its last member. `messages` never goes, so a comma is right. False without memory. */
function addMembers(request: NativeRequest, plan: Plan): bool {
  const place = behind(request.members.at(request.members.count - 1));
  if (plan.modelInBody && request.facts.modelPtr == 0) {
    if (!addName(request, place, literalPtr(L.MODEL), literalLen(L.MODEL))) return false;
    if (!addText(request.edits, place, 0, plan.modelPtr, plan.modelLen)) return false;
  }
  const count = plan.set.count;
  for (let i: u32 = 0; i < count + plan.setIfAbsent.count; i++) {
    const isSet = i < count;
    const map = isSet ? plan.set : plan.setIfAbsent;
    const entry = isSet ? i : i - count;
    if (!isMissing(request, plan, map, entry, isSet)) continue;
    if (!addEntry(request, place, map, entry)) return false;
  }
  return true;
}

function isMissing(
  request: NativeRequest,
  plan: Plan,
  map: TextMap,
  entry: u32,
  isSet: bool,
): bool {
  const ptr = map.keyPtr(entry);
  const len = map.keyLen(entry);
  if (!isTaken(request, map, entry) || hasMember(request, plan, ptr, len)) return false;
  return isSet || findEntry(plan.set, ptr, len) == NO_ENTRY;
}

/** True when the body names it and keeps it. */
function hasMember(request: NativeRequest, plan: Plan, ptr: usize, len: u32): bool {
  const members = request.members;
  for (let i: u32 = 0; i < members.count; i++) {
    const member = members.at(i);
    if (member.nameLen == len && equals(member.namePtr, ptr, len))
      return !goes(request, plan, member);
  }
  return false;
}

function addEntry(request: NativeRequest, place: usize, map: TextMap, entry: u32): bool {
  note(request.facts, Adaptation.SetByRoute);
  noteMember(request.facts, map, entry, request.cursor);
  if (!addName(request, place, map.keyPtr(entry), map.keyLen(entry))) return false;
  return addEdit(request.edits, place, 0, map.valuePtr(entry), map.valueLen(entry));
}

/** A name with its colon, and the comma in front of it. */
function addName(request: NativeRequest, place: usize, ptr: usize, len: u32): bool {
  const edits = request.edits;
  if (!addEdit(edits, place, 0, literalPtr(L.MEMBER_OPEN), literalLen(L.MEMBER_OPEN))) return false;
  if (!addEdit(edits, place, 0, ptr, len)) return false;
  return addEdit(edits, place, 0, literalPtr(L.MEMBER_COLON), literalLen(L.MEMBER_COLON));
}

/** False for what counting refuses: it answers nothing. The key table names those members behind the others. */
function isTaken(request: NativeRequest, map: TextMap, entry: u32): bool {
  if (!request.counts) return true;
  const key = findRequestKey(map.keyPtr(entry), map.keyLen(entry));
  return key < RequestKey.MaxTokens && key != RequestKey.Stream;
}
