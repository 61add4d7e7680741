/**
 * Native Messages: the walk over the client's body. One pass validates the whole document and notes where each top-level member
 * stands; what is wrong in itself is refused, everything else is the upstream's to judge. Source: docs/native.md, "Request".
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt, equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { UNESCAPED_KEY } from "../../json/key";
import { skipSpace } from "../../json/scan";
import { JsonKind, JsonStatus } from "../../json/status";
import { findRequestKey, RequestKey } from "../../wire/anthropic/request_keys";
import { Facts } from "../plan";
import { refuseBroken } from "../shared/client_request";
import {
  atItem,
  atMember,
  clearProblem,
  refuseJson,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseType,
  refuseWhole,
} from "../shared/problem";
import { Edits, openEdits } from "./edits";

/** More members than any request has: what is noted of them stays small. */
const MAX_MEMBERS: u32 = 1024;

/** A top-level member of the body. */
@unmanaged
@final
export class BodyMember {
  key: RequestKey; // Unknown: passes
  comma: usize; // the comma in front of it; 0: it is the first
  start: usize; // opening quote of its name
  namePtr: usize; // without quotes and escapes
  nameLen: u32;
  valuePtr: usize;
  valueLen: u32;
}

@unmanaged
@final
export class NativeRequest {
  arena: Arena;
  cursor: JsonCursor;
  facts: Facts;
  members: RecordList<BodyMember>; // in the order of the body
  edits: Edits;
  bodyPtr: usize;
  bodyLen: u32;
  counts: bool; // count_tokens: nothing is answered
  maxMessages: u32;
  maxTools: u32;
  sawMessages: bool;
  lastPtr: usize; // last message; 0: there is none
  lastLen: u32;
}

/** Empty request state in `arena`; null without memory. */
export function openNativeRequest(arena: Arena): NativeRequest | null {
  const request = openStruct<NativeRequest>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const facts = openStruct<Facts>(arena);
  const members = openRecords<BodyMember>(arena);
  const edits = openEdits(arena);
  if (request == null || cursor == null || facts == null || members == null || edits == null) {
    return null;
  }
  request.arena = arena;
  request.cursor = cursor;
  request.facts = facts;
  request.members = members;
  request.edits = edits;
  return request;
}

/**
 * Reads a body of `len` bytes. False when it cannot be served; shared/problem.ts says why. The body must stay in place until
 * the request was written.
 */
export function readNative(request: NativeRequest, ptr: usize, len: u32, depth: u32): bool {
  clearProblem();
  request.bodyPtr = ptr;
  request.bodyLen = len;
  const c = request.cursor;
  c.open(ptr, len, depth);
  if (c.kind() != JsonKind.Object) return refuseJson();
  if (!readMembers(request) || !c.finish()) return refuseBroken(c);
  if (!request.sawMessages) {
    atMember(L.MESSAGES);
    return refuseMissing();
  }
  return readLastMessage(request, depth);
}

function readMembers(request: NativeRequest): bool {
  const c = request.cursor;
  c.enterObject();
  findStart(c);
  while (c.nextKey()) {
    if (request.members.count >= MAX_MEMBERS)
      return refuseWhole(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_MEMBERS);
    const member = request.members.push();
    if (member == null) return refuseMemory();
    member.comma = comma;
    member.start = start;
    if (!takeName(request, member)) return refuseMemory();
    if (!readMember(request, member)) return false;
    member.valuePtr = c.valuePtr;
    member.valueLen = c.valueLen;
    findStart(c);
  }
  return c.status == JsonStatus.Ok;
}

/** Where the next member begins, and the comma in front of it: the cursor does not tell. */
let start: usize = 0;
let comma: usize = 0;

function findStart(c: JsonCursor): void {
  comma = 0;
  start = skipSpace(c.ptr, c.end);
  if (start >= c.end || byteAt(start) != <u32>Ascii.Comma) return;
  comma = start;
  start = skipSpace(start + 1, c.end);
}

/** The name under the cursor; one with escapes stands in a buffer that the next name takes. */
function takeName(request: NativeRequest, member: BodyMember): bool {
  const c = request.cursor;
  member.key = findRequestKey(c.keyPtr, c.keyLen);
  member.nameLen = c.keyLen;
  member.namePtr = c.keyPtr == UNESCAPED_KEY ? request.arena.keep(c.keyPtr, c.keyLen) : c.keyPtr;
  return member.namePtr != 0;
}

/** Passes the value of a member and takes what it says. */
function readMember(request: NativeRequest, member: BodyMember): bool {
  const c = request.cursor;
  const kind = c.kind();
  const facts = request.facts;
  switch (member.key) {
    case RequestKey.Model:
      if (kind != JsonKind.String && kind != JsonKind.Null)
        return wrongKind(c, L.MODEL, L.TEXT_A_STRING);
      if (!c.skip()) return false;
      facts.modelPtr = c.valuePtr + 1;
      facts.modelLen = kind == JsonKind.String ? c.valueLen - 2 : 0;
      return true;
    case RequestKey.Stream:
      if (kind != JsonKind.True && kind != JsonKind.False && kind != JsonKind.Null)
        return wrongKind(c, L.STREAM, L.TEXT_A_BOOLEAN);
      facts.stream = kind == JsonKind.True && !request.counts;
      return c.skip();
    case RequestKey.MaxTokens:
      if (kind != JsonKind.Number && kind != JsonKind.Null)
        return wrongKind(c, L.MAX_TOKENS, L.TEXT_A_NUMBER);
      return c.skip();
    case RequestKey.Messages:
      return readMessages(request, kind);
    case RequestKey.Tools:
      return readTools(request, kind);
    default:
      return c.skip();
  }
}

function wrongKind(c: JsonCursor, member: usize, expected: usize): bool {
  if (c.broken) return false;
  atMember(member);
  return refuseType(expected);
}

/** A later `messages` replaces an earlier one. */
function readMessages(request: NativeRequest, kind: JsonKind): bool {
  const c = request.cursor;
  if (kind != JsonKind.Array) return wrongKind(c, L.MESSAGES, L.TEXT_AN_ARRAY);
  request.sawMessages = true;
  request.lastPtr = 0;
  const opening = c.ptr;
  c.enterArray();
  for (let i: u32 = 0; c.nextElement(); i++) {
    if (c.broken) return false;
    if (i >= request.maxMessages) return refuseMany(L.MESSAGES, L.TEXT_TOO_MANY_MESSAGES);
    if (c.kind() != JsonKind.Object) return wrongItem(L.MESSAGES, i);
    if (!c.skip()) return false;
    request.lastPtr = c.valuePtr;
    request.lastLen = c.valueLen;
  }
  return closeList(c, opening);
}

function readTools(request: NativeRequest, kind: JsonKind): bool {
  const c = request.cursor;
  if (kind == JsonKind.Null) return c.skip();
  if (kind != JsonKind.Array) return wrongKind(c, L.TOOLS, L.TEXT_AN_ARRAY);
  const opening = c.ptr;
  c.enterArray();
  for (let i: u32 = 0; c.nextElement(); i++) {
    if (c.broken) return false;
    if (i >= request.maxTools) return refuseMany(L.TOOLS, L.TEXT_TOO_MANY_TOOLS);
    if (c.kind() != JsonKind.Object) return wrongItem(L.TOOLS, i);
    if (!c.skip()) return false;
  }
  return closeList(c, opening);
}

function refuseMany(list: usize, message: usize): bool {
  atMember(list);
  return refuse(400, L.CODE_INVALID_VALUE, message);
}

function wrongItem(list: usize, index: u32): bool {
  atItem(list, index, 0);
  return refuseType(L.TEXT_AN_OBJECT);
}

/** Makes the list the value that was passed last. */
function closeList(c: JsonCursor, opening: usize): bool {
  c.valuePtr = opening;
  c.valueLen = <u32>(c.ptr - opening);
  return c.status == JsonStatus.Ok;
}

/** Notes whether the conversation ends with an assistant turn. The last `role` counts. */
function readLastMessage(request: NativeRequest, depth: u32): bool {
  const c = request.cursor;
  if (request.lastPtr == 0) return true;
  c.open(request.lastPtr, request.lastLen, depth);
  c.enterObject();
  while (c.nextKey()) {
    const isRole = c.keyIs(L.ROLE);
    const kind = c.kind();
    c.skip();
    if (!isRole || kind != JsonKind.String) continue;
    request.facts.prefill = equalsLiteral(c.word(), c.wordLen, L.ASSISTANT);
  }
  return true;
}
