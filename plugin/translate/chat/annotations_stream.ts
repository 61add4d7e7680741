/**
 * Chat Completions: citations of web pages in a stream. They are kept until the end, because a span is known only when its
 * block ends and clients take all annotations from one chunk. Source: docs/chat.md, "Citations".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct, openRecords } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { CITATION, readCitation } from "../../wire/anthropic/citation";
import { EVENT } from "../../wire/anthropic/stream_event";
import { separate } from "../shared/blocks";
import { putPage, putSpan } from "./annotations";
import { beginDelta, endDelta } from "./chunk";
import { ChatStream, KeptCitation, OpenBlock } from "./stream_state";

/** Most bytes that the citations of one stream may take; what comes on top is left out. */
export const CITATIONS_CAP: u32 = 262144;
/** What a citation takes besides its texts. */
const RECORD_BYTES: u32 = 32;

/** The stream's own cursor may be inside the event. */
const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** Keeps the citations of an array, which a block may begin with. */
export function keepCitations(s: ChatStream, block: OpenBlock, ptr: usize, len: u32): void {
  if (len <= 2) return;
  const c = CURSOR;
  c.open(ptr, len, s.shape.maxDepth);
  c.enterArray();
  while (c.nextElement()) {
    if (readCitation(c)) keep(s, block);
  }
}

/** Keeps the citation of EVENT, a citations_delta. */
export function keepCitation(s: ChatStream, block: OpenBlock): void {
  const c = CURSOR;
  c.open(EVENT.citationPtr, EVENT.citationLen, s.shape.maxDepth);
  if (readCitation(c)) keep(s, block);
}

/** Copies CITATION into the stream's arena; above the cap or without memory it is left out, and counted. */
function keep(s: ChatStream, block: OpenBlock): void {
  if (!tryKeep(s, block)) s.dropped += 1;
}

function tryKeep(s: ChatStream, block: OpenBlock): bool {
  const it = CITATION;
  const bytes = RECORD_BYTES + it.urlLen + it.titleLen;
  if (bytes > CITATIONS_CAP - s.citationBytes) return false;
  const list = s.citations != null ? s.citations : openRecords<KeptCitation>(s.arena);
  s.citations = list;
  if (list == null) return false;
  const urlPtr = s.arena.keep(it.urlPtr, it.urlLen);
  const titlePtr = it.titlePtr == 0 ? 0 : s.arena.keep(it.titlePtr, it.titleLen);
  if (urlPtr == 0 || (titlePtr == 0 && it.titlePtr != 0)) return false;
  const kept = list.push();
  if (kept == null) return false;
  s.citationBytes += bytes;
  kept.block = block.index;
  kept.isOpen = true;
  kept.start = block.textStart;
  kept.urlPtr = urlPtr;
  kept.urlLen = it.urlLen;
  kept.titlePtr = titlePtr;
  kept.titleLen = it.titleLen;
  return true;
}

/** A text block ends, and with it the spans of its citations. */
export function endCitations(s: ChatStream, block: OpenBlock): void {
  const list = s.citations;
  if (list == null) return;
  for (let i = list.count; i > 0; i--) {
    const kept = list.at(i - 1);
    if (!kept.isOpen || kept.block != block.index) continue;
    kept.isOpen = false;
    kept.end = s.textPoints;
  }
}

/** A chunk with all annotations; nothing when there are none. */
export function putStreamAnnotations(out: Writer, s: ChatStream): void {
  const list = s.citations;
  if (list == null || list.count == 0) return;
  beginDelta(out, s);
  out.literal(L.D_ANNOTATIONS);
  const first = out.length;
  for (let i: u32 = 0; i < list.count; i++) {
    const kept = list.at(i);
    separate(out, first);
    putSpan(out, kept.start, kept.end);
    putPage(out, kept.titlePtr, kept.titleLen, kept.urlPtr, kept.urlLen);
  }
  out.byte(Ascii.BracketClose);
  endDelta(out, s);
}
