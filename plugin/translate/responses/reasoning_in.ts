/**
 * Responses: reasoning that a client sends back. Only `encrypted_content` counts: it holds the untouched blocks, which the API
 * refuses when they were changed, while what clients show (`summary`, `content`) may be. Source: docs/responses.md, "Reasoning".
 */
import * as L from "../../bytes/literals";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { checkDocument, DEPTH_CEILING } from "../../json/skip";
import { JsonKind, JsonStatus } from "../../json/status";
import { unescapeInto } from "../../json/string";
import { AnswerKey, findAnswerKey } from "../../wire/anthropic/message_keys";
import { BlockType, findBlockType } from "../../wire/anthropic/block_types";
import { ItemKey, itemKeyName } from "../../wire/openai/item_keys";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { ContentKind, Part } from "../shared/conversation";
import { atItem, refuseMemory, refuseMissing, refuseValue } from "../shared/problem";
import { pushMessage } from "./input";
import { ResponsesRequest } from "./request";

/** Deepest place of an envelope: a member of a block in a list. */
const ENVELOPE_DEPTH: u32 = 3;
/** Largest block that stays for the next envelope. */
const KEEP: u32 = 4096;

const TEXT: Writer = makeWriter();

/** The text of the envelope opened last, in the arena. */
let textPtr: usize = 0;
let textLen: u32 = 0;

/** Takes the blocks of the item at hand; an item without any that we can send is left out. False without memory. */
export function takeReasoning(request: ResponsesRequest, index: u32): bool {
  const message = pushMessage(request, index, ChatRole.Assistant);
  if (message == null) return false;
  const talk = request.base.talk;
  message.content = ContentKind.Parts;
  message.partsFirst = talk.parts.count;
  if (!openEnvelope(request)) return false;
  if (textPtr == 0) {
    note(request.base.facts, Adaptation.DroppedReasoning);
    return true;
  }
  const c = request.inner;
  c.open(textPtr, textLen, DEPTH_CEILING);
  c.enterArray();
  while (c.nextElement()) {
    const part = talk.parts.push();
    if (part == null) return refuseMemory();
    if (!readBlock(c, part)) {
      talk.parts.truncate(message.partsFirst);
      note(request.base.facts, Adaptation.DroppedReasoning);
      break;
    }
  }
  message.partsCount = talk.parts.count - message.partsFirst;
  return true;
}

/** Takes a compaction, without which the conversation would be lost. False with a problem. */
export function takeCompaction(request: ResponsesRequest, index: u32): bool {
  const item = request.item;
  atItem(L.INPUT, index, itemKeyName(ItemKey.EncryptedContent));
  if (item.len(ItemKey.EncryptedContent) <= 2) return refuseMissing();
  if (!openEnvelope(request)) return false;
  const c = request.inner;
  if (textPtr != 0) {
    c.open(textPtr, textLen, DEPTH_CEILING);
    c.enterArray();
    if (c.nextElement() && c.kind() == JsonKind.Object) {
      const start = c.ptr;
      const isCompaction = typeOfBlock(c) == BlockType.Compaction;
      if (isCompaction) return pushBlock(request, index, start, <u32>(c.ptr - start));
    }
  }
  return refuseValue(
    L.CODE_INVALID_VALUE,
    item.ptr(ItemKey.EncryptedContent) + 1,
    item.len(ItemKey.EncryptedContent) - 2,
    L.TEXT_NO_COMPACTION,
  );
}

/** A message whose one block is copied as it stands. False without memory. */
export function pushBlock(request: ResponsesRequest, index: u32, ptr: usize, len: u32): bool {
  const message = pushMessage(request, index, ChatRole.Assistant);
  const parts = request.base.talk.parts;
  if (message == null) return false;
  message.content = ContentKind.Parts;
  message.partsFirst = parts.count;
  message.partsCount = 1;
  const part = parts.push();
  if (part == null) return refuseMemory();
  part.verbatim = true;
  part.rawPtr = ptr;
  part.rawLen = len;
  return true;
}

/** Unescapes the item's `encrypted_content` into the arena; `textPtr` is 0 when it is no list of ours. False without memory. */
function openEnvelope(request: ResponsesRequest): bool {
  const item = request.item;
  const ptr = item.ptr(ItemKey.EncryptedContent);
  const len = item.len(ItemKey.EncryptedContent);
  textPtr = 0;
  if (len <= 2 || kindOf(ptr) != JsonKind.String) return true;
  TEXT.begin(len, len);
  unescapeInto(TEXT, ptr + 1, len - 2);
  const failed = TEXT.failed;
  textLen = TEXT.length;
  if (!failed && isList(TEXT.start, textLen)) {
    textPtr = request.base.talk.arena.keep(TEXT.start, textLen);
    TEXT.finish(KEEP);
    return textPtr != 0 || refuseMemory();
  }
  TEXT.finish(KEEP);
  return !failed || refuseMemory();
}

function isList(ptr: usize, len: u32): bool {
  return (
    len > 2 &&
    checkDocument(ptr, len, ENVELOPE_DEPTH) == JsonStatus.Ok &&
    kindOf(ptr) == JsonKind.Array
  );
}

/** Type of the block that comes next, which is passed. */
function typeOfBlock(c: JsonCursor): BlockType {
  let type = BlockType.Unknown;
  c.enterObject();
  while (c.nextKey()) {
    const isType = findAnswerKey(c.keyPtr, c.keyLen) == AnswerKey.Type;
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (isType && isText) type = findBlockType(c.valuePtr + 1, c.valueLen - 2);
  }
  return type;
}

/** Reads a thinking block; members that it does not have are cut. False when it is none. */
function readBlock(c: JsonCursor, part: Part): bool {
  if (c.kind() != JsonKind.Object) return false;
  c.enterObject();
  while (c.nextKey()) {
    const key = findAnswerKey(c.keyPtr, c.keyLen);
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (!isText) {
      if (isNeeded(key)) return false;
    } else takeMember(c, part, key);
  }
  if (part.type == PartType.RedactedThinking) return part.idPtr != 0;
  return part.type == PartType.Thinking && part.textPtr != 0 && part.auxPtr != 0;
}

function isNeeded(key: AnswerKey): bool {
  return (
    key == AnswerKey.Type ||
    key == AnswerKey.Thinking ||
    key == AnswerKey.Signature ||
    key == AnswerKey.Data
  );
}

function takeMember(c: JsonCursor, part: Part, key: AnswerKey): void {
  switch (key) {
    case AnswerKey.Type: {
      const type = findBlockType(c.valuePtr + 1, c.valueLen - 2);
      if (type == BlockType.Thinking) part.type = PartType.Thinking;
      else if (type == BlockType.RedactedThinking) part.type = PartType.RedactedThinking;
      break;
    }
    case AnswerKey.Thinking:
      part.textPtr = c.valuePtr;
      part.textLen = c.valueLen;
      break;
    case AnswerKey.Signature:
      part.auxPtr = c.valuePtr;
      part.auxLen = c.valueLen;
      break;
    case AnswerKey.Data:
      part.idPtr = c.valuePtr;
      part.idLen = c.valueLen;
      break;
    default:
      break;
  }
}
