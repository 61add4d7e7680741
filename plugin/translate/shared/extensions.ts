/**
 * Chat Completions: members that go upstream by another way than the body, and the ones that clients put into `extra_params`.
 * Source: docs/chat.md, "Anthropic members".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { unescapeInto } from "../../json/string";
import { Feature } from "../plan";
import { ChatKey, findChatKey } from "../../wire/openai/chat_keys";
import { atItem, atMember, refuseMemory, refuseType, refuseValue } from "./problem";
import { ClientRequest, noteUnknown } from "./client_request";

/** Most bytes of the tokens and of the profile id; hosts limit all headers of a request to some 60 KB. */
const HEADER_CAP: u32 = 4096;
const LAST_VISIBLE: u32 = 0x7e;

/** Moves Anthropic's members from `extra_params` to the top level, where they lose against what is there. */
export function takeExtraParams(request: ClientRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.ExtraParams)) return true;
  const ptr = members.ptr(ChatKey.ExtraParams);
  if (kindOf(ptr) != JsonKind.Object) {
    atMember(L.EXTRA_PARAMS);
    return refuseType(L.TEXT_AN_OBJECT);
  }
  const c = request.cursor;
  c.open(ptr, members.len(ChatKey.ExtraParams), DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const key = findChatKey(c.keyPtr, c.keyLen);
    if (key < ChatKey.TopK && c.kind() != JsonKind.Null) noteUnknown(request);
    c.skipNullable();
    if (key < ChatKey.TopK || c.valueLen == 0) continue;
    if (!members.has(key) || isInside(members.ptr(key), ptr, c.end))
      members.set(key, c.valuePtr, c.valueLen);
  }
  return true;
}

/** Whether a member was taken from `extra_params`, where the last of a name counts as it does at the top level. */
function isInside(at: usize, start: usize, end: usize): bool {
  return at > start && at < end;
}

/** Reads `betas` and `user_profile_id` as header values into the facts. `out` is scratch space behind what it holds. */
export function takeHeaders(out: Writer, request: ClientRequest): bool {
  const members = request.members;
  const facts = request.facts;
  const mark = out.mark();
  if (members.has(ChatKey.Betas)) {
    if (!putBetas(out, request.cursor, members.ptr(ChatKey.Betas), members.len(ChatKey.Betas)))
      return false;
    facts.betasLen = out.length - mark;
    facts.betasPtr = request.talk.arena.keep(out.start + mark, facts.betasLen);
    out.rewind(mark);
    if (facts.betasPtr == 0) return refuseMemory();
  }
  if (!members.has(ChatKey.UserProfileId)) return true;
  const ptr = members.ptr(ChatKey.UserProfileId);
  atMember(L.USER_PROFILE_ID);
  if (kindOf(ptr) != JsonKind.String) return refuseType(L.TEXT_A_STRING);
  if (!putHeaderText(out, ptr, members.len(ChatKey.UserProfileId))) return false;
  facts.userProfileLen = out.length - mark;
  facts.userProfilePtr = request.talk.arena.keep(out.start + mark, facts.userProfileLen);
  out.rewind(mark);
  facts.features |= Feature.UserProfile;
  return facts.userProfilePtr != 0 || refuseMemory();
}

/** A string, or an array of strings joined by commas. */
function putBetas(out: Writer, c: JsonCursor, ptr: usize, len: u32): bool {
  atMember(L.BETAS);
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) return putHeaderText(out, ptr, len);
  if (kind != JsonKind.Array) return refuseType(L.TEXT_STRING_OR_STRINGS);
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  const first = out.length;
  for (let i: u32 = 0; c.nextElement(); i++) {
    atItem(L.BETAS, i, 0);
    if (c.kind() != JsonKind.String) return refuseType(L.TEXT_A_STRING);
    c.skip();
    if (out.length != first) out.byte(Ascii.Comma);
    if (!putHeaderText(out, c.valuePtr, c.valueLen)) return false;
    if (out.length - first > HEADER_CAP) return refuseHeader(c.valuePtr, c.valueLen);
  }
  return true;
}

/** The text of a token, which has to be fit for a header. */
function putHeaderText(out: Writer, ptr: usize, len: u32): bool {
  const mark = out.mark();
  unescapeInto(out, ptr + 1, len - 2);
  if (out.failed || out.length - mark > HEADER_CAP) return refuseHeader(ptr, len);
  for (let at = out.start + mark; at < out.cursor; at++) {
    const c = byteAt(at);
    if (c < <u32>Ascii.Space || c > LAST_VISIBLE) return refuseHeader(ptr, len);
  }
  return true;
}

function refuseHeader(ptr: usize, len: u32): bool {
  return refuseValue(L.CODE_INVALID_VALUE, ptr + 1, len - 2, L.TEXT_HEADER_VALUE);
}
