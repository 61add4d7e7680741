/** Responses: `context_management`, OpenAI's list or Anthropic's object. Source: docs/responses.md, "Compaction". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral } from "../../bytes/compare";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { atItem, atMember, refuseMemory, refuseType, refuseValue } from "../shared/problem";
import { ResponsesRequest } from "./request";

const EDITS_CAP: u32 = 65536;
const KEEP: u32 = 1024;

const EDITS: Writer = makeWriter();

/** The entry read last; spans are JSON. */
let typePtr: usize = 0;
let typeLen: u32 = 0;
let thresholdPtr: usize = 0;
let thresholdLen: u32 = 0;

/** Puts a list into Anthropic's form, an object stays. False with a problem. */
export function takeContextManagement(request: ResponsesRequest): bool {
  const members = request.base.members;
  const key = ChatKey.ContextManagement;
  if (!members.has(key)) return true;
  const ptr = members.ptr(key);
  const kind = kindOf(ptr);
  if (kind == JsonKind.Object) return true;
  atMember(L.CONTEXT_MANAGEMENT);
  if (kind != JsonKind.Array) return refuseType(L.TEXT_AN_OBJECT);
  const c = request.inner;
  c.open(ptr, members.len(key), DEPTH_CEILING);
  c.enterArray();
  EDITS.begin(256, EDITS_CAP);
  EDITS.literal(L.EDITS_OPEN);
  let count: u32 = 0;
  for (; c.nextElement(); count++) {
    if (!readEntry(c, count)) return false;
    if (count > 0) EDITS.byte(Ascii.Comma);
    putEntry();
  }
  EDITS.literal(L.EDITS_CLOSE);
  const copy = EDITS.failed ? 0 : request.base.talk.arena.keep(EDITS.start, EDITS.length);
  const size = EDITS.length;
  EDITS.finish(KEEP);
  if (copy == 0) return refuseMemory();
  if (count == 0) members.clear(key);
  else members.set(key, copy, size);
  return true;
}

function readEntry(c: JsonCursor, index: u32): bool {
  typePtr = thresholdPtr = 0;
  atItem(L.CONTEXT_MANAGEMENT, index, 0);
  if (c.kind() != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
    const isThreshold = c.keyIs(L.COMPACT_THRESHOLD) && c.kind() == JsonKind.Number;
    c.skip();
    if (isType) {
      typePtr = c.valuePtr;
      typeLen = c.valueLen;
    } else if (isThreshold) {
      thresholdPtr = c.valuePtr;
      thresholdLen = c.valueLen;
    }
  }
  atItem(L.CONTEXT_MANAGEMENT, index, L.TYPE);
  if (typePtr == 0) return refuseType(L.TEXT_A_STRING);
  if (equalsLiteral(typePtr, typeLen, L.Q_COMPACTION)) return true;
  return refuseValue(L.CODE_UNSUPPORTED_VALUE, typePtr + 1, typeLen - 2, L.TEXT_ONLY_COMPACTION);
}

function putEntry(): void {
  EDITS.literal(L.COMPACT_EDIT);
  if (thresholdPtr != 0) {
    EDITS.literal(L.COMPACT_TRIGGER);
    EDITS.put(thresholdPtr, thresholdLen);
    EDITS.byte(Ascii.BraceClose);
  }
  EDITS.byte(Ascii.BraceClose);
}
