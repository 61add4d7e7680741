/** Chat Completions: the walk over a message's content parts. Source: docs/chat.md, "User content parts". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { JsonKind, JsonStatus } from "../../json/status";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { findPartType, PartType } from "../../wire/openai/part_types";
import { Conversation, Message, Part } from "../shared/conversation";
import { atPartOf, refuseMemory, refuseMissing, refuseType, refuseValue } from "../shared/problem";

/** Reads the array that comes next into parts of a message. */
export function readParts(c: JsonCursor, talk: Conversation, message: Message): bool {
  c.enterArray();
  for (let at: u32 = 0; c.nextElement(); at++) {
    const part = talk.parts.push();
    if (part == null) return refuseMemory();
    part.index = at;
    if (!readPart(c, part, message)) return false;
  }
  return c.status == JsonStatus.Ok;
}

function readPart(c: JsonCursor, part: Part, message: Message): bool {
  if (c.kind() != JsonKind.Object)
    return wrongKind(c, part, message, PartKey.Unknown, L.TEXT_AN_OBJECT);
  part.rawPtr = c.ptr;
  c.enterObject();
  for (let before = c.ptr; c.nextKey(); before = c.ptr) {
    const key = findPartKey(c.keyPtr, c.keyLen);
    if (!readMember(c, part, message, key)) return false;
    if (key != PartKey.CacheControl) continue;
    part.markPtr = before;
    part.markLen = <u32>(c.ptr - before);
  }
  part.rawLen = <u32>(c.ptr - part.rawPtr);
  if (c.status != JsonStatus.Ok) return false;
  return part.type != PartType.Unknown || noType(part, message);
}

function readMember(c: JsonCursor, part: Part, message: Message, key: PartKey): bool {
  switch (key) {
    case PartKey.Type:
      return readType(c, part, message);
    case PartKey.Text:
    case PartKey.Refusal:
    case PartKey.Thinking:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      part.textPtr = c.valuePtr;
      part.textLen = c.valueLen;
      return true;
    case PartKey.Signature:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      part.auxPtr = c.valuePtr;
      part.auxLen = c.valueLen;
      return true;
    case PartKey.Data:
    case PartKey.RedactedContent:
    case PartKey.FileId:
      if (!c.skipNullable()) return false;
      part.idPtr = c.valuePtr;
      part.idLen = c.valueLen;
      return true;
    case PartKey.ImageUrl:
    case PartKey.File:
      return readMedia(c, part, message, key);
    case PartKey.CacheControl:
      if (!c.skipNullable()) return false;
      part.cachePtr = c.valuePtr;
      part.cacheLen = c.valueLen;
      return true;
    case PartKey.PromptCacheBreakpoint:
      return readBreakpoint(c, part);
    case PartKey.Source:
      return c.kind() == JsonKind.Object ? readSource(c, part) : c.skip();
    default:
      return c.skip();
  }
}

function readType(c: JsonCursor, part: Part, message: Message): bool {
  if (!c.skipKind(JsonKind.String) || c.valueLen == 0) {
    return wrongKind(c, part, message, PartKey.Type, L.TEXT_A_STRING);
  }
  part.typePtr = c.valuePtr + 1;
  part.typeLen = c.valueLen - 2;
  part.type = findPartType(part.typePtr, part.typeLen);
  if (part.type == PartType.Unknown) {
    part.type = findPartType(UNESCAPED_KEY, unescapeShort(part.typePtr, part.typeLen));
  }
  return true;
}

/** A breakpoint in OpenAI's words; its lifetime, when it has one, is longer than Anthropic's shortest. */
function readBreakpoint(c: JsonCursor, part: Part): bool {
  part.breakpoint = c.kind() == JsonKind.Object;
  part.breakpointTtl = false;
  if (!part.breakpoint) return c.skip();
  c.enterObject();
  while (c.nextKey()) {
    if (findPartKey(c.keyPtr, c.keyLen) == PartKey.Ttl)
      part.breakpointTtl = c.kind() == JsonKind.String;
    if (!c.skip()) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** The source of an Anthropic block: whether it names an uploaded file. */
function readSource(c: JsonCursor, part: Part): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isFile = findPartKey(c.keyPtr, c.keyLen) == PartKey.FileId;
    if (!c.skipNullable()) return false;
    if (!isFile) continue;
    part.idPtr = c.valuePtr;
    part.idLen = c.valueLen;
  }
  return c.status == JsonStatus.Ok;
}

/** `image_url` (a string or an object with `url`) and `file`. */
function readMedia(c: JsonCursor, part: Part, message: Message, key: PartKey): bool {
  const kind = c.kind();
  if (kind == JsonKind.Null) return c.skip();
  if (kind == JsonKind.String && key == PartKey.ImageUrl) {
    if (!c.skip()) return false;
    part.mediaPtr = c.valuePtr;
    part.mediaLen = c.valueLen;
    return true;
  }
  if (kind != JsonKind.Object) return wrongKind(c, part, message, key, L.TEXT_AN_OBJECT);
  c.enterObject();
  while (c.nextKey()) {
    if (!readMediaMember(c, part, message, findPartKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.status == JsonStatus.Ok;
}

function readMediaMember(c: JsonCursor, part: Part, message: Message, key: PartKey): bool {
  switch (key) {
    case PartKey.Url:
    case PartKey.FileData:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      part.mediaPtr = c.valuePtr;
      part.mediaLen = c.valueLen;
      return true;
    case PartKey.Detail:
    case PartKey.Filename:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      part.auxPtr = c.valuePtr;
      part.auxLen = c.valueLen;
      return true;
    case PartKey.FileId:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      part.idPtr = c.valuePtr;
      part.idLen = c.valueLen;
      return true;
    default:
      return c.skip();
  }
}

function noType(part: Part, message: Message): bool {
  atPartOf(message, part.index, PartKey.Type);
  if (part.typePtr == 0) return refuseMissing();
  return refuseValue(L.CODE_INVALID_VALUE, part.typePtr, part.typeLen, L.TEXT_PART_TYPES);
}

function wrongKind(
  c: JsonCursor,
  part: Part,
  message: Message,
  key: PartKey,
  expected: usize,
): bool {
  if (c.broken) return false;
  atPartOf(message, part.index, key);
  return refuseType(expected);
}
