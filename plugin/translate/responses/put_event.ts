/**
 * Responses: events onto the writer, each with its sequence number. Nothing is written for a whole answer. Members and their order:
 * docs/responses.md, "Events".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { putErrorMessage, errorCode, putResponse, ResponseStatus } from "./put_response";
import { putItem, putItemId, putPart } from "./put_item";
import { ItemKind, OutItem, ResponsesStream } from "./stream_state";

/** Opens an event of a type, the literal of its name. */
export function beginEvent(out: Writer, type: usize): void {
  out.literal(L.R_EVENT);
  out.literal(type);
  out.literal(L.R_DATA);
  out.literal(type);
  out.byte(Ascii.Quote);
}

/** Closes what `beginEvent` opened. */
export function endEvent(out: Writer, s: ResponsesStream): void {
  out.literal(L.R_SEQUENCE);
  putU64(out, s.sequence);
  out.literal(L.R_EVENT_END);
  s.sequence += 1;
}

/** Opens an event about an item: with `item_id` and `output_index`. */
function beginItemEvent(out: Writer, s: ResponsesStream, type: usize, item: OutItem): void {
  beginEvent(out, type);
  out.literal(L.R_ITEM_ID);
  putItemId(out, s, item);
  out.literal(L.R_OUTPUT_INDEX);
  putU64(out, item.index);
}

/** A lifecycle event. */
export function putLifecycle(
  out: Writer,
  s: ResponsesStream,
  type: usize,
  status: ResponseStatus,
): void {
  if (s.quiet) return;
  beginEvent(out, type);
  out.literal(L.R_RESPONSE);
  putResponse(out, s, status);
  endEvent(out, s);
}

/** `output_item.added` or `output_item.done`. */
export function putItemEvent(out: Writer, s: ResponsesStream, type: usize, item: OutItem): void {
  if (s.quiet) return;
  beginEvent(out, type);
  out.literal(L.R_OUTPUT_INDEX_FIRST);
  putU64(out, item.index);
  out.literal(L.R_ITEM);
  putItem(out, s, item);
  endEvent(out, s);
}

/** An event that says no more than which item it is about. */
export function putPlain(out: Writer, s: ResponsesStream, type: usize, item: OutItem): void {
  if (s.quiet) return;
  beginItemEvent(out, s, type, item);
  endEvent(out, s);
}

/** As `beginItemEvent`, with the index that parts of the item are told by. */
function beginPartEvent(out: Writer, s: ResponsesStream, type: usize, item: OutItem): void {
  beginItemEvent(out, s, type, item);
  const isSummary = item.kind == ItemKind.Reasoning && s.own.summaries;
  out.literal(isSummary ? L.R_SUMMARY_INDEX : L.R_CONTENT_INDEX);
}

/** The part of an item begins or is complete; `text` is empty or what it holds. */
export function putPartEvent(out: Writer, s: ResponsesStream, type: usize, item: OutItem): void {
  if (s.quiet) return;
  beginPartEvent(out, s, type, item);
  out.literal(L.R_PART);
  putPart(out, s, item);
  endEvent(out, s);
}

/** A piece of a part's text, a string token. */
export function putPartDelta(
  out: Writer,
  s: ResponsesStream,
  type: usize,
  item: OutItem,
  ptr: usize,
  len: u32,
): void {
  if (s.quiet) return;
  beginPartEvent(out, s, type, item);
  out.literal(L.R_DELTA);
  out.put(ptr, len);
  if (item.kind == ItemKind.Message) out.literal(L.R_NO_LOGPROBS);
  endEvent(out, s);
}

/** The whole text of a part under the key `member`. */
export function putPartText(
  out: Writer,
  s: ResponsesStream,
  type: usize,
  item: OutItem,
  member: usize,
): void {
  if (s.quiet) return;
  beginPartEvent(out, s, type, item);
  out.literal(member);
  item.text.copyTo(out);
  out.byte(Ascii.Quote);
  if (item.kind == ItemKind.Message) out.literal(L.R_NO_LOGPROBS);
  endEvent(out, s);
}

/** A piece of a call's arguments, input or code, a string token. */
export function putCallDelta(
  out: Writer,
  s: ResponsesStream,
  type: usize,
  item: OutItem,
  ptr: usize,
  len: u32,
): void {
  if (s.quiet) return;
  beginItemEvent(out, s, type, item);
  out.literal(L.R_DELTA);
  out.put(ptr, len);
  endEvent(out, s);
}

/** All of it under the key `member`; arguments of functions come with the name. */
export function putCallText(
  out: Writer,
  s: ResponsesStream,
  type: usize,
  item: OutItem,
  member: usize,
): void {
  if (s.quiet) return;
  beginItemEvent(out, s, type, item);
  if (item.kind == ItemKind.Function) {
    out.literal(L.K_NAME);
    if (item.namePtr == 0) out.literal(L.EMPTY_STRING);
    else out.put(item.namePtr, item.nameLen);
  }
  out.literal(member);
  item.text.copyTo(out);
  out.byte(Ascii.Quote);
  endEvent(out, s);
}

/** An annotation, one line of JSON, of the item's text. */
export function putAnnotationEvent(
  out: Writer,
  s: ResponsesStream,
  item: OutItem,
  ptr: usize,
  len: u32,
): void {
  if (s.quiet) return;
  beginItemEvent(out, s, L.R_ANNOTATION_ADDED, item);
  out.literal(L.R_CONTENT_INDEX);
  out.literal(L.R_ANNOTATION_INDEX);
  putU64(out, item.notes);
  out.literal(L.R_ANNOTATION);
  out.put(ptr, len);
  endEvent(out, s);
}

/** The error in an event of its own; the copy inside is what raises in the clients of one language and is read first by another. */
export function putErrorEvent(out: Writer, s: ResponsesStream): void {
  if (s.quiet) return;
  beginEvent(out, L.R_TYPE_ERROR);
  out.literal(L.R_CODE);
  out.literal(errorCode);
  out.literal(L.R_MESSAGE);
  putErrorMessage(out);
  out.literal(L.R_ERROR_INSIDE);
  out.literal(errorCode);
  out.literal(L.R_INSIDE_CODE);
  out.literal(errorCode);
  out.literal(L.R_MESSAGE);
  putErrorMessage(out);
  out.literal(L.R_INSIDE_CLOSE);
  endEvent(out, s);
}
