/**
 * Native Messages: what the provider does not have. Members that mean little to the answer are left out; what the request would mean
 * something else without is refused by name. Source: docs/providers.md, "What a provider lacks".
 */
import { equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { hasPrefixWord, hasWord } from "../../bytes/words";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { RequestKey } from "../../wire/anthropic/request_keys";
import { Facts, Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { atItem, problemParam, refuseUnsupported, thenItem, thenMember } from "../shared/problem";
import { isUnserved } from "../shared/unserved";
import { BodyMember, NativeRequest } from "./request";

/** For values that are looked at while another cursor walks. */
const EMPTY: JsonCursor = makeStruct<JsonCursor>();

/** True for a member that the provider refuses and that is left out; notes it. */
export function leavesOut(facts: Facts, plan: Plan, member: BodyMember): bool {
  if (isNeeded(plan, member)) return isEmpty(member);
  if (!isUnserved(plan, member.namePtr, member.nameLen)) return false;
  if (member.key == RequestKey.ServiceTier) note(facts, Adaptation.DroppedServiceTier);
  else if (member.key == RequestKey.Speed) note(facts, Adaptation.DroppedSpeed);
  else note(facts, Adaptation.DroppedByProvider);
  return true;
}

/** False with a problem when the request asks for what the provider does not have and what cannot be left out. */
export function checkServed(request: NativeRequest, plan: Plan): bool {
  const members = request.members;
  for (let i: u32 = 0; i < members.count; i++) {
    const member = members.at(i);
    if (isNeeded(plan, member) && !isEmpty(member)) return refuseMember(member);
    if (member.key == RequestKey.Tools && !checkTools(request.cursor, plan, member)) return false;
    if (member.key == RequestKey.Messages && !checkMessages(request.cursor, plan, member))
      return false;
  }
  return true;
}

function isNeeded(plan: Plan, member: BodyMember): bool {
  return hasWord(plan.neededPtr, plan.neededLen, member.namePtr, member.nameLen);
}

/** True for `null` and for an empty list: it asks for nothing. */
function isEmpty(member: BodyMember): bool {
  const c = EMPTY;
  c.open(member.valuePtr, member.valueLen, DEPTH_CEILING);
  const kind = c.kind();
  if (kind == JsonKind.Null) return true;
  return kind == JsonKind.Array && c.enterArray() && !c.nextElement();
}

function refuseMember(member: BodyMember): bool {
  problemParam.begin(0, member.nameLen);
  problemParam.put(member.namePtr, member.nameLen);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_AT_UPSTREAM);
}

/** Tools by the beginning of their type. */
function checkTools(c: JsonCursor, plan: Plan, member: BodyMember): bool {
  if (plan.noToolsLen == 0) return true;
  c.open(member.valuePtr, member.valueLen, DEPTH_CEILING);
  if (!c.enterArray()) return true;
  for (let i: u32 = 0; c.nextElement(); i++) {
    let runs = true;
    c.enterObject();
    while (c.nextKey()) {
      const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
      c.skip();
      if (isType) runs = !hasPrefixWord(plan.noToolsPtr, plan.noToolsLen, c.word(), c.wordLen);
    }
    if (runs) continue;
    atItem(L.TOOLS, i, L.TYPE);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NOT_AT_UPSTREAM);
  }
  return true;
}

/** Why a source of a block cannot be served, a literal; 0: all can. */
let reason: usize = 0;

/** Images and documents by URL or by file id. */
function checkMessages(c: JsonCursor, plan: Plan, member: BodyMember): bool {
  if (plan.urlSources && plan.fileSources) return true;
  reason = 0;
  c.open(member.valuePtr, member.valueLen, DEPTH_CEILING);
  c.enterArray();
  for (let i: u32 = 0; c.nextElement(); i++) {
    c.enterObject();
    while (c.nextKey()) {
      if (!c.keyIs(L.CONTENT)) {
        c.skip();
        continue;
      }
      atItem(L.MESSAGES, i, 0);
      walkBlocks(c, plan, true);
      if (reason != 0) return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, reason);
    }
  }
  return true;
}

/** Passes a list of blocks up to the first that cannot be served; `nests`: a block may hold such a list. */
function walkBlocks(c: JsonCursor, plan: Plan, nests: bool): void {
  if (c.kind() != JsonKind.Array) {
    c.skip();
    return;
  }
  const place = problemParam.mark();
  c.enterArray();
  for (let i: u32 = 0; reason == 0 && c.nextElement(); i++) {
    if (c.kind() != JsonKind.Object) {
      c.skip();
      continue;
    }
    problemParam.rewind(place);
    thenItem(L.CONTENT, i);
    walkBlock(c, plan, nests);
  }
}

function walkBlock(c: JsonCursor, plan: Plan, nests: bool): void {
  c.enterObject();
  while (reason == 0 && c.nextKey()) {
    if (nests && c.keyIs(L.CONTENT)) walkBlocks(c, plan, false);
    else if (c.keyIs(L.SOURCE) && c.kind() == JsonKind.Object) walkSource(c, plan);
    else c.skip();
  }
}

function walkSource(c: JsonCursor, plan: Plan): void {
  let found: usize = 0;
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
    c.skip();
    if (isType) found = reasonOf(c.word(), c.wordLen, plan);
  }
  if (found == 0) return;
  thenMember(L.SOURCE);
  reason = found;
}

function reasonOf(ptr: usize, len: u32, plan: Plan): usize {
  if (!plan.urlSources && equalsLiteral(ptr, len, L.URL_WORD)) return L.TEXT_SOURCE_NOT_FETCHED;
  if (!plan.fileSources && equalsLiteral(ptr, len, L.FILE_WORD)) return L.TEXT_SOURCE_NO_FILES;
  return 0;
}
