/**
 * Images, documents and files as blocks; URLs and file ids here, content in media_data.ts. Nothing is fetched.
 * Source: docs/chat.md, "User content parts".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral, startsWithLiteralIgnoreCase } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { PartKey } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Feature, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { closeBlock } from "./blocks";
import { Message, Part } from "./conversation";
import { putDataUrl, putFileData } from "./media_data";
import { isImageName, isPdfPath } from "./media_names";
import { atMedia, closeDocument, refuseMedia } from "./media_part";
import { atPartOf, refuseMissing, refuseUnsupported, refuseValue } from "./problem";

const enum Scheme {
  /** No scheme that we know. */
  None = 0,
  Https = 1,
  Http = 2,
  Data = 3,
}

/** Appends the block of a part that is neither text nor an Anthropic block. False with a problem. */
export function putMedia(
  out: Writer,
  message: Message,
  part: Part,
  plan: Plan,
  facts: Facts,
): bool {
  if (message.role == ChatRole.Assistant)
    return refusePart(message, part, L.CODE_INVALID_VALUE, L.TEXT_ASSISTANT_PARTS);
  switch (part.type) {
    case PartType.ImageUrl:
      noteDetail(part, facts);
      if (part.mediaLen <= 2 && part.idLen > 2) {
        return putFileId(out, message, part, plan, facts);
      }
      return putSource(out, message, part, plan, facts);
    case PartType.File:
      return putFile(out, message, part, plan, facts);
    case PartType.InputAudio:
      return refusePart(message, part, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_AUDIO);
    default:
      return refusePart(message, part, L.CODE_INVALID_VALUE, L.TEXT_PART_TYPES);
  }
}

function refusePart(message: Message, part: Part, code: usize, reason: usize): bool {
  atPartOf(message, part.index, PartKey.Type);
  return refuseValue(code, part.typePtr, part.typeLen, reason);
}

function noteDetail(part: Part, facts: Facts): void {
  if (part.auxPtr == 0 || equalsLiteral(part.auxPtr, part.auxLen, L.DETAIL_AUTO)) return;
  note(facts, Adaptation.DroppedDetail);
}

/** `file_data` wins over `file_id`; an id may be a URL. */
function putFile(out: Writer, message: Message, part: Part, plan: Plan, facts: Facts): bool {
  if (part.mediaLen <= 2 && part.idLen > 2) {
    const scheme = schemeOf(part.idPtr, part.idLen);
    if (scheme == Scheme.None) {
      return putFileId(out, message, part, plan, facts);
    }
    part.mediaPtr = part.idPtr;
    part.mediaLen = part.idLen;
  }
  return putSource(out, message, part, plan, facts);
}

function putFileId(out: Writer, message: Message, part: Part, plan: Plan, facts: Facts): bool {
  if (!plan.fileSources) {
    part.mediaPtr = part.idPtr;
    atMedia(message, part);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_FILES);
  }
  const isImage = part.type == PartType.ImageUrl || isImageName(part.auxPtr, part.auxLen);
  facts.features |= Feature.Files;
  out.literal(isImage ? L.B_IMAGE : L.B_DOCUMENT);
  out.literal(L.SOURCE_FILE);
  out.put(part.idPtr, part.idLen);
  out.byte(Ascii.BraceClose);
  if (isImage) closeBlock(out, part.cachePtr, part.cacheLen);
  else closeDocument(out, part);
  return true;
}

function putSource(out: Writer, message: Message, part: Part, plan: Plan, facts: Facts): bool {
  if (part.mediaLen <= 2) {
    atMedia(message, part);
    return refuseMissing();
  }
  switch (schemeOf(part.mediaPtr, part.mediaLen)) {
    case Scheme.Https:
      if (plan.urlSources) {
        putUrl(out, part);
        return true;
      }
      atMedia(message, part);
      return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_MEDIA_NOT_FETCHED);
    case Scheme.Http:
      return refuseMedia(message, part, L.TEXT_MEDIA_HTTP);
    case Scheme.Data:
      return putDataUrl(out, message, part, facts);
    default:
      if (part.type == PartType.File) return putFileData(out, message, part, facts);
      return refuseMedia(message, part, L.TEXT_MEDIA_URL);
  }
}

/** Scheme of a string token; slashes may be escaped. */
function schemeOf(ptr: usize, len: u32): Scheme {
  const size = unescapeShort(ptr + 1, len - 2);
  if (startsWithLiteralIgnoreCase(UNESCAPED_KEY, size, L.SCHEME_HTTPS)) return Scheme.Https;
  if (startsWithLiteralIgnoreCase(UNESCAPED_KEY, size, L.SCHEME_HTTP)) return Scheme.Http;
  return startsWithLiteralIgnoreCase(UNESCAPED_KEY, size, L.SCHEME_DATA)
    ? Scheme.Data
    : Scheme.None;
}

/** An image unless the URL's path or, for files, the file's name says otherwise. */
function putUrl(out: Writer, part: Part): void {
  const isImage =
    part.type == PartType.ImageUrl
      ? !isPdfPath(part.mediaPtr, part.mediaLen)
      : isImageName(part.auxPtr, part.auxLen);
  out.literal(isImage ? L.B_IMAGE : L.B_DOCUMENT);
  out.literal(L.SOURCE_URL);
  out.put(part.mediaPtr, part.mediaLen);
  out.byte(Ascii.BraceClose);
  if (isImage) closeBlock(out, part.cachePtr, part.cacheLen);
  else closeDocument(out, part);
}
