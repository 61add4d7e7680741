/** Responses: citations of a text block as annotations of the message. Source: docs/responses.md, "Annotations". */
import * as L from "../../bytes/literals";
import { equals, literalPtr } from "../../bytes/compare";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { CITATION, readCitation } from "../../wire/anthropic/citation";
import { CitationType } from "../../wire/anthropic/citation_types";
import { grow } from "./items_out";
import { putAnnotationEvent } from "./put_event";
import { OpenBlock, OutItem, ResponsesStream } from "./stream_state";

/** Most bytes that the citations of one block may take; what comes on top is left out. */
const CITATIONS_CAP: u32 = 262144;
const KEEP: u32 = 4096;
/** Bytes of annotations among which a repetition is looked for: beyond it would cost more than the repetition. */
const SEARCH_UP_TO: u32 = 16384;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();
const LIST: Writer = makeWriter();
const NOTE: Writer = makeWriter();
/** Annotations of the block at hand. */
const SEEN: Writer = makeWriter();

/** Keeps a citation, JSON, of an open text block: it may come before the text that it is about. */
export function keepCitation(s: ResponsesStream, block: OpenBlock, ptr: usize, len: u32): void {
  const kept = block.citations;
  if (kept.length + len > CITATIONS_CAP) return;
  if (kept.length > 0) grow(s, kept, literalPtr(L.COMMA), 1);
  grow(s, kept, ptr, len);
}

/** The block is complete: its span is known. */
export function putAnnotations(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  message: OutItem,
): void {
  const kept = block.citations;
  if (kept.length == 0) return;
  LIST.begin(kept.length + 2, CITATIONS_CAP + 64);
  LIST.byte(Ascii.BracketOpen);
  kept.copyTo(LIST);
  LIST.byte(Ascii.BracketClose);
  kept.reset();
  const c = CURSOR;
  SEEN.begin(256, CITATIONS_CAP);
  c.open(LIST.start, LIST.length, DEPTH_CEILING);
  if (!LIST.failed && c.enterArray()) {
    while (c.nextElement()) putAnnotation(out, s, block, message, c);
  }
  LIST.finish(KEEP);
  NOTE.finish(KEEP);
  SEEN.finish(KEEP);
}

function putAnnotation(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  message: OutItem,
  c: JsonCursor,
): void {
  const isPage = readCitation(c);
  NOTE.begin(256, CITATIONS_CAP + 256);
  if (isPage) putPage(block.start, message.points);
  else if (!putFile()) return;
  if (NOTE.failed || isRepeated()) return;
  SEEN.put(NOTE.start, NOTE.length);
  if (message.notes > 0) grow(s, message.more, literalPtr(L.COMMA), 1);
  grow(s, message.more, NOTE.start, NOTE.length);
  putAnnotationEvent(out, s, message, NOTE.start, NOTE.length);
  message.notes += 1;
}

/** The page under the text from one code point up to, not including, another. */
function putPage(start: u32, end: u32): void {
  NOTE.literal(L.N_PAGE);
  putU64(NOTE, start);
  NOTE.literal(L.N_END);
  putU64(NOTE, end);
  NOTE.literal(L.N_URL);
  NOTE.put(CITATION.urlPtr, CITATION.urlLen);
  NOTE.literal(L.K_TITLE);
  putToken(CITATION.titlePtr, CITATION.titleLen);
  NOTE.byte(Ascii.BraceClose);
}

/** A document, by the names that it has. False for a citation that we do not know. */
function putFile(): bool {
  const it = CITATION;
  if (it.type == CitationType.Unknown) return false;
  const isResult = it.type == CitationType.SearchResult;
  NOTE.literal(L.N_FILE);
  putToken(isResult ? it.urlPtr : it.filePtr, isResult ? it.urlLen : it.fileLen);
  NOTE.literal(L.N_FILENAME);
  if (!isResult) putToken(it.namePtr, it.nameLen);
  else if (it.titlePtr != 0) putToken(it.titlePtr, it.titleLen);
  else putToken(it.urlPtr, it.urlLen);
  NOTE.literal(L.N_INDEX);
  putU64(NOTE, it.number);
  NOTE.byte(Ascii.BraceClose);
  return true;
}

function putToken(ptr: usize, len: u32): void {
  if (ptr == 0) NOTE.literal(L.EMPTY_STRING);
  else NOTE.put(ptr, len);
}

/** Whether the annotation stands among the block's already. A quote inside a token is always escaped, so a match is whole. */
function isRepeated(): bool {
  const len = NOTE.length;
  if (SEEN.length > SEARCH_UP_TO) return false;
  for (let at = SEEN.start; at + len <= SEEN.cursor; at++) {
    if (equals(at, NOTE.start, len)) return true;
  }
  return false;
}
