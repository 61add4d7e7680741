/**
 * Native Messages: which top-level members of the body change on the way up, as edits. Policy decides by the Plan, the route by
 * `params`; without either no byte changes. Source: docs/native.md, "Request".
 */
import { equals } from "../../bytes/compare";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { findEscape } from "../../json/string";
import { RequestKey } from "../../wire/anthropic/request_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { noteMember } from "../shared/members_native";
import { refuseMemory } from "../shared/problem";
import { findEntry, isListed, isNeeded, NO_ENTRY, refuseMember } from "../shared/route_params";
import { addMembers, isTaken } from "./additions";
import { addEdit, addText } from "./edits";
import { BodyMember, NativeRequest } from "./request";
import { checkServed, leavesOut } from "./unserved";

/** Decides all edits of members. False with a problem. */
export function editMembers(request: NativeRequest, plan: Plan): bool {
  if (!checkServed(request, plan)) return false;
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
  return addMembers(request, plan);
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
export function goes(request: NativeRequest, plan: Plan, member: BodyMember): bool {
  if (member.key == RequestKey.Model) return !plan.modelInBody;
  if (member.key == RequestKey.Stream && !plan.streamInBody) return true;
  if (isBetaList(member)) return true;
  const ptr = member.namePtr;
  const len = member.nameLen;
  if (plan.inBatch && member.key == RequestKey.Speed) return true;
  if (findEntry(plan.set, ptr, len) != NO_ENTRY) return false;
  if (leavesOut(request.facts, plan, member)) return true;
  if (!isListed(plan.drop, ptr, len) || isNeeded(ptr, len)) return false;
  note(request.facts, Adaptation.DroppedByRoute);
  return true;
}

/** Lists of tokens, which stand where the upstream wants them: `takeBetas` has them. */
function isBetaList(member: BodyMember): bool {
  return member.key == RequestKey.Betas || member.key == RequestKey.AnthropicBeta;
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
