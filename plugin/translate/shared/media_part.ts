/** What all blocks of images and documents have in common: the place that errors name, the end of a document. */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { PartKey, partKeyName } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { closeBlock } from "./blocks";
import { Message, Part } from "./conversation";
import { atPartOf, refuseValue, thenMember } from "./problem";

/** Names the member that holds the content of a part, for errors. */
export function atMedia(message: Message, part: Part): void {
  const isFile = part.type == PartType.File;
  const outer = isFile ? PartKey.File : PartKey.ImageUrl;
  const isId = part.mediaPtr != 0 && part.mediaPtr == part.idPtr;
  const inner = isId ? PartKey.FileId : isFile ? PartKey.FileData : PartKey.Url;
  if (part.flat) {
    atPartOf(message, part.index, isFile ? inner : outer);
    return;
  }
  atPartOf(message, part.index, outer);
  thenMember(partKeyName(inner));
}

/** Refuses the content of a part. */
export function refuseMedia(message: Message, part: Part, reason: usize): bool {
  atMedia(message, part);
  const size = unescapeShort(part.mediaPtr + 1, part.mediaLen - 2);
  return refuseValue(L.CODE_INVALID_VALUE, UNESCAPED_KEY, size, reason);
}

/** Ends a document's block: its title, its mark. */
export function closeDocument(out: Writer, part: Part): void {
  if (part.type == PartType.File && part.auxLen > 2) {
    out.literal(L.K_TITLE);
    out.put(part.auxPtr, part.auxLen);
  }
  closeBlock(out, part.cachePtr, part.cacheLen);
}
