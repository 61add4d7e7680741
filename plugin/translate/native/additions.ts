/** Native Messages: members that the body lacks and that the upstream or the route wants in it. Source: docs/native.md, "Request". */
import { equals, literalLen, literalPtr } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import * as L from "../../bytes/literals";
import { TextMap } from "../../bytes/text_list";
import { makeWriter, Writer } from "../../bytes/writer";
import { readInteger } from "../../json/number";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findRequestKey, RequestKey } from "../../wire/anthropic/request_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { noteMember } from "../shared/members_native";
import { refuseMemory } from "../shared/problem";
import { findEntry, NO_ENTRY } from "../shared/route_params";
import { addEdit, addText } from "./edits";
import { goes } from "./members";
import { BodyMember, NativeRequest } from "./request";

/** Digits of a number that is added. */
const NUMBER: Writer = makeWriter();
const NUMBER_CAP: u32 = 32;

/** Adds them behind the last member; `messages` never goes, so a comma is right. False with a problem. */
export function addMembers(request: NativeRequest, plan: Plan): bool {
  const last = request.members.at(request.members.count - 1);
  const place = last.valuePtr + last.valueLen;
  const added = addForUpstream(request, plan, place) && addForRoute(request, plan, place);
  return added || refuseMemory();
}

/** Model, version, and what counting wants. */
function addForUpstream(request: NativeRequest, plan: Plan, place: usize): bool {
  if (plan.modelInBody && request.facts.modelPtr == 0) {
    if (!addName(request, place, literalPtr(L.MODEL), literalLen(L.MODEL))) return false;
    if (!addText(request.edits, place, 0, plan.modelPtr, plan.modelLen)) return false;
  }
  if (plan.versionPtr != 0 && findMember(request, RequestKey.AnthropicVersion) == null) {
    const name = L.ANTHROPIC_VERSION;
    if (!addName(request, place, literalPtr(name), literalLen(name))) return false;
    if (!addText(request.edits, place, 0, plan.versionPtr, plan.versionLen)) return false;
  }
  if (!request.counts || !plan.invokesCount) return true;
  return findMember(request, RequestKey.MaxTokens) != null || addMaxTokens(request, place);
}

/** An invocation must have it, and above the budget for thinking; nothing is answered, so the least will do. */
function addMaxTokens(request: NativeRequest, place: usize): bool {
  NUMBER.begin(NUMBER_CAP, NUMBER_CAP);
  putU64(NUMBER, <u64>budgetOf(request) + 1);
  const ptr = request.arena.keep(NUMBER.start, NUMBER.length);
  const len = NUMBER.length;
  NUMBER.finish(0);
  if (ptr == 0) return false;
  if (!addName(request, place, literalPtr(L.MAX_TOKENS), literalLen(L.MAX_TOKENS))) return false;
  return addEdit(request.edits, place, 0, ptr, len);
}

/** `thinking.budget_tokens`; 0: there is none. */
function budgetOf(request: NativeRequest): u32 {
  const member = findMember(request, RequestKey.Thinking);
  if (member == null) return 0;
  const c = request.cursor;
  c.open(member.valuePtr, member.valueLen, DEPTH_CEILING);
  if (c.kind() != JsonKind.Object) return 0;
  let budget: i64 = 0;
  c.enterObject();
  while (c.nextKey()) {
    const isBudget = c.keyIs(L.BUDGET_TOKENS) && c.kind() == JsonKind.Number;
    c.skip();
    if (isBudget) budget = readInteger(c.valuePtr, c.valueLen);
  }
  return budget > 0 ? <u32>budget : 0;
}

/** The last member of a name; null: there is none. */
function findMember(request: NativeRequest, key: RequestKey): BodyMember | null {
  const members = request.members;
  for (let i = members.count; i > 0; i--) {
    if (members.at(i - 1).key == key) return members.at(i - 1);
  }
  return null;
}

/** What the route sets. */
function addForRoute(request: NativeRequest, plan: Plan, place: usize): bool {
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
export function isTaken(request: NativeRequest, map: TextMap, entry: u32): bool {
  if (!request.counts) return true;
  const key = findRequestKey(map.keyPtr(entry), map.keyLen(entry));
  return key < RequestKey.MaxTokens && key != RequestKey.Stream;
}
