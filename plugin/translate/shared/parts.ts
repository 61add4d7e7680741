/**
 * The walk over content parts. Chat wraps media in an object, Responses has the members of media in the part itself and other words
 * for the types: `listName` of the message tells which. Source: docs/chat.md, "User content parts"; docs/responses.md, "Parts".
 */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { JsonKind, JsonStatus } from "../../json/status";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { findResponsePartType, ResponsePartType } from "../../wire/openai/response_part_types";
import { findPartType, PartType } from "../../wire/openai/part_types";
import { Conversation, Message, Part } from "./conversation";
import { atPartOf, refuseMemory, refuseMissing, refuseType, refuseValue } from "./problem";

/** Reads the array that comes next into parts of a message. */
export function readParts(c: JsonCursor, talk: Conversation, message: Message): bool {
  c.enterArray();
  for (let at: u32 = 0; c.nextElement(); at++) {
    if (!readOnePart(c, talk, message, at)) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** Reads the part that comes next; `index` is its place, or NO_INDEX. */
export function readOnePart(c: JsonCursor, talk: Conversation, message: Message, index: u32): bool {
  const part = talk.parts.push();
  if (part == null) return refuseMemory();
  part.index = index;
  part.flat = message.listName != 0;
  return readPart(c, part, message);
}

/** The type that a word of the Responses API names; Unknown for other words. */
export function flatPartType(ptr: usize, len: u32): PartType {
  switch (findResponsePartType(ptr, len)) {
    case ResponsePartType.InputText:
    case ResponsePartType.OutputText:
    case ResponsePartType.Text:
      return PartType.Text;
    case ResponsePartType.Refusal:
      return PartType.Refusal;
    case ResponsePartType.InputImage:
    case ResponsePartType.ComputerScreenshot:
      return PartType.ImageUrl;
    case ResponsePartType.InputFile:
      return PartType.File;
    case ResponsePartType.InputAudio:
      return PartType.InputAudio;
    default:
      return PartType.Unknown;
  }
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
      return part.flat ? readFlat(c, part, message, key) : c.skip();
  }
}

/** Members of media that stand in the part itself. */
function readFlat(c: JsonCursor, part: Part, message: Message, key: PartKey): bool {
  switch (key) {
    case PartKey.FileData:
    case PartKey.FileUrl:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, part, message, key, L.TEXT_A_STRING);
      if (c.valueLen <= 2) return true;
      part.mediaPtr = c.valuePtr;
      part.mediaLen = c.valueLen;
      return true;
    case PartKey.Detail:
    case PartKey.Filename:
      return readMediaMember(c, part, message, key);
    default:
      return c.skip();
  }
}

function readType(c: JsonCursor, part: Part, message: Message): bool {
  if (c.kind() != JsonKind.String)
    return wrongKind(c, part, message, PartKey.Type, L.TEXT_A_STRING);
  if (!c.skip()) return false;
  part.typePtr = c.valuePtr + 1;
  part.typeLen = c.valueLen - 2;
  part.type = findPartType(part.typePtr, part.typeLen);
  if (part.type == PartType.Unknown || part.flat) {
    const size = unescapeShort(part.typePtr, part.typeLen);
    const flat = part.flat ? flatPartType(UNESCAPED_KEY, size) : PartType.Unknown;
    part.type = flat != PartType.Unknown ? flat : findPartType(UNESCAPED_KEY, size);
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
  const words = part.flat ? L.TEXT_FLAT_PART_TYPES : L.TEXT_PART_TYPES;
  return refuseValue(L.CODE_INVALID_VALUE, part.typePtr, part.typeLen, words);
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
