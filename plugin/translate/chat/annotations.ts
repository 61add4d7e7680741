/**
 * Chat Completions: citations of web pages as `annotations`, for a whole answer. Indices are code points of `content`, the
 * span of the cited block. Source: docs/chat.md, "Citations".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { countCodePoints } from "../../json/string";
import { WholeAnswer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { CITATION, readCitation } from "../../wire/anthropic/citation";
import { AnswerShape } from "../shape";
import { separate } from "../shared/blocks";

/** Free between two citations lists. */
const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** Whether the answer written last cites what an annotation cannot name. */
export let hasOtherCitations: bool = false;

/** Appends `,"annotations":[…]` when there are any; sets `hasOtherCitations`. */
export function putAnnotations(out: Writer, whole: WholeAnswer, shape: AnswerShape): void {
  hasOtherCitations = false;
  if (!isCited(whole)) return;
  const mark = out.mark();
  out.literal(L.K_ANNOTATIONS);
  const first = out.length;
  let points: u32 = 0;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type != BlockType.Text) continue;
    const start = points;
    if (block.textLen > 2) points += countCodePoints(block.textPtr + 1, block.textLen - 2);
    if (block.citationsLen == 0) continue;
    CURSOR.open(block.citationsPtr, block.citationsLen, shape.maxDepth);
    CURSOR.enterArray();
    while (CURSOR.nextElement()) {
      if (!readCitation(CURSOR)) {
        hasOtherCitations = true;
        continue;
      }
      separate(out, first);
      putSpan(out, start, points);
      putPage(out, CITATION.titlePtr, CITATION.titleLen, CITATION.urlPtr, CITATION.urlLen);
    }
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
}

/** Without citations no code point has to be counted. */
function isCited(whole: WholeAnswer): bool {
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    const block = whole.blocks.at(i);
    if (block.type == BlockType.Text && block.citationsLen > 2) return true;
  }
  return false;
}

/** Opens an annotation: code points from `start` up to, not including, `end`. */
export function putSpan(out: Writer, start: u32, end: u32): void {
  out.literal(L.ANNOTATION_OPEN);
  putU64(out, start);
  out.literal(L.ANNOTATION_END);
  putU64(out, end);
}

/** Closes what `putSpan` opened; clients rely on a title, so one that is missing is empty. */
export function putPage(
  out: Writer,
  titlePtr: usize,
  titleLen: u32,
  urlPtr: usize,
  urlLen: u32,
): void {
  out.literal(L.ANNOTATION_TITLE);
  if (titlePtr == 0) out.literal(L.EMPTY_STRING);
  else out.put(titlePtr, titleLen);
  out.literal(L.ANNOTATION_URL);
  out.put(urlPtr, urlLen);
  out.literal(L.ANNOTATION_CLOSE);
}
