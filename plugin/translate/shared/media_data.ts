/**
 * Content that comes with the request: data URLs and bare base64. Its bytes are copied as they stand, escapes
 * included; only what decides the type is looked at. Source: docs/chat.md, "User content parts"; RFC 2397.
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import {
  equalsLiteral,
  findByte,
  startsWithLiteral,
  startsWithLiteralIgnoreCase,
} from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { findMediaType, MediaType, mediaTypeName } from "../../wire/openai/media_types";
import { PartType } from "../../wire/openai/part_types";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { closeBlock } from "./blocks";
import { Message, Part } from "./conversation";
import { endsWith, isImageType, typeOfName } from "./media_names";
import { closeDocument, refuseMedia } from "./media_part";
import { Encoding, putTextSource, TextStatus } from "./media_text";
import { refuseMemory } from "./problem";

/** Most bytes in front of a data URL's comma. */
const HEAD_CAP: usize = 1024;
/** Where WebP says so in base64: bytes 9 to 11 of the file. */
const WEBP_AT: u32 = 12;

/** Content of the part at hand: the inside of its token from here to the end. */
let dataPtr: usize = 0;
let dataLen: u32 = 0;

/** Appends the block of a part whose content is a data URL. False with a problem. */
export function putDataUrl(out: Writer, message: Message, part: Part, facts: Facts): bool {
  const start = part.mediaPtr + 1;
  const end = start + part.mediaLen - 2;
  const limit = end - start > HEAD_CAP ? start + HEAD_CAP : end;
  const comma = findByte(start, limit, Ascii.Comma);
  if (comma == limit) return refuseMedia(message, part, L.TEXT_MEDIA_DATA);
  const head = <u32>(comma - start);
  dataPtr = comma + 1;
  dataLen = <u32>(end - dataPtr);
  const declared = declaredType(start, head);
  if (!endsWith(start, head, L.SUFFIX_BASE64)) {
    if (declared != MediaType.Plain) return refuseMedia(message, part, L.TEXT_MEDIA_DATA);
    return putText(out, message, part, Encoding.Percent);
  }
  const type = settledType(declared, part);
  if (type != declared && declared != MediaType.Octets) note(facts, Adaptation.CorrectedMediaType);
  return putContent(out, message, part, type);
}

/** Appends the block of a file whose content is base64 without more words. False with a problem. */
export function putFileData(out: Writer, message: Message, part: Part, facts: Facts): bool {
  dataPtr = part.mediaPtr + 1;
  dataLen = part.mediaLen - 2;
  const seen = typeOfHead();
  const type = seen != MediaType.Unknown ? seen : typeOfName(part.auxPtr, part.auxLen);
  return putContent(out, message, part, type);
}

/** Type that a data URL's head names; all kinds of text count as plain, no type at all as octets. */
function declaredType(ptr: usize, len: u32): MediaType {
  const size = unescapeShort(ptr, len);
  const start = UNESCAPED_KEY + 5; // behind `data:`
  const end = findByte(start, UNESCAPED_KEY + size, Ascii.Semicolon);
  const word = <u32>(end - start);
  if (word == 0) return MediaType.Octets;
  if (startsWithLiteralIgnoreCase(start, word, L.TYPE_TEXT)) return MediaType.Plain;
  const type = findMediaType(start, word);
  if (type == MediaType.Jpg) return MediaType.Jpeg;
  return type == MediaType.Json ? MediaType.Plain : type;
}

/** What the content is: its first bytes know best, then the head, then the file's name. */
function settledType(declared: MediaType, part: Part): MediaType {
  const seen = typeOfHead();
  if (declared == MediaType.Plain) return seen == MediaType.Pdf ? seen : declared;
  if (seen != MediaType.Unknown) return seen;
  if (declared != MediaType.Octets) return declared;
  return part.type == PartType.File ? typeOfName(part.auxPtr, part.auxLen) : MediaType.Unknown;
}

/** Type by the first characters of the base64. */
function typeOfHead(): MediaType {
  const size = unescapeShort(dataPtr, dataLen);
  if (startsWithLiteral(UNESCAPED_KEY, size, L.HEAD_JPEG)) return MediaType.Jpeg;
  if (startsWithLiteral(UNESCAPED_KEY, size, L.HEAD_PNG)) return MediaType.Png;
  if (startsWithLiteral(UNESCAPED_KEY, size, L.HEAD_PDF)) return MediaType.Pdf;
  if (startsWithLiteral(UNESCAPED_KEY, size, L.HEAD_GIF)) return MediaType.Gif;
  if (!startsWithLiteral(UNESCAPED_KEY, size, L.HEAD_RIFF)) return MediaType.Unknown;
  // RIFF holds sound as well; a head too short to tell is taken for an image.
  if (size < WEBP_AT + 4 || equalsLiteral(UNESCAPED_KEY + WEBP_AT, 4, L.HEAD_WEBP))
    return MediaType.Webp;
  return MediaType.Unknown;
}

function putContent(out: Writer, message: Message, part: Part, type: MediaType): bool {
  if (type == MediaType.Plain) return putText(out, message, part, Encoding.Base64);
  const isImage = isImageType(type);
  if (!isImage && type != MediaType.Pdf) return refuseMedia(message, part, L.TEXT_MEDIA_TYPES);
  out.literal(isImage ? L.B_IMAGE : L.B_DOCUMENT);
  out.literal(L.SOURCE_BASE64);
  out.literal(mediaTypeName(type));
  out.literal(L.SOURCE_DATA);
  out.put(dataPtr, dataLen);
  out.literal(L.SOURCE_CLOSE);
  if (isImage) closeBlock(out, part.cachePtr, part.cacheLen);
  else closeDocument(out, part);
  return true;
}

function putText(out: Writer, message: Message, part: Part, encoding: Encoding): bool {
  out.literal(L.B_DOCUMENT);
  switch (putTextSource(out, dataPtr, dataLen, encoding)) {
    case TextStatus.NoMemory:
      return refuseMemory();
    case TextStatus.Invalid:
      return refuseMedia(message, part, L.TEXT_MEDIA_TEXT);
    default:
      closeDocument(out, part);
      return true;
  }
}
