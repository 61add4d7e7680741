/** Responses: items of an answer begin, grow and end. Source: docs/responses.md, "Streaming". */
import * as L from "../../bytes/literals";
import { HeldText, openHeldText } from "../../bytes/held_text";
import { Writer } from "../../bytes/writer";
import { countCodePoints } from "../../json/string";
import { putCallText, putItemEvent, putPartDelta, putPartEvent, putPartText } from "./put_event";
import { lastItemStatus } from "./put_response";
import { ItemKind, ItemStatus, OutItem, ResponsesStream } from "./stream_state";
import { StopReason } from "../../wire/anthropic/stop_reasons";

/** A new item at the end of the output, not yet announced; null without memory, which `s.failed` says. */
export function openItem(s: ResponsesStream, kind: ItemKind): OutItem | null {
  const index = s.items.count;
  const text = openHeldText(s.arena);
  const more = openHeldText(s.arena);
  const item = s.items.push();
  if (text == null || more == null || item == null) {
    if (item != null) s.items.truncate(index);
    s.failed = true;
    return null;
  }
  item.kind = kind;
  item.index = index;
  item.text = text;
  item.more = more;
  return item;
}

/** Adds to a text of an item; what has no room ends the answer. */
export function grow(s: ResponsesStream, text: HeldText, ptr: usize, len: u32): void {
  if (len > s.own.maxBytes - s.bytes && !s.quiet) {
    s.failed = true;
    s.full = true;
    return;
  }
  s.bytes += len;
  if (len > 0 && !text.put(ptr, len)) s.failed = true;
}

/** Says that the item is there. */
export function announce(out: Writer, s: ResponsesStream, item: OutItem): void {
  item.isAnnounced = true;
  putItemEvent(out, s, L.R_ITEM_ADDED, item);
}

/** Ends the item with a status. */
export function finishItem(
  out: Writer,
  s: ResponsesStream,
  item: OutItem,
  status: ItemStatus,
): void {
  if (item.isFinished) return;
  item.isFinished = true;
  item.status = status;
  putItemEvent(out, s, L.R_ITEM_DONE, item);
}

/** Whatever comes next ends the item that waits for its status. */
export function flushHeld(out: Writer, s: ResponsesStream, status: ItemStatus): void {
  const held = s.held;
  if (held == null) return;
  s.held = null;
  finishItem(out, s, held, status);
}

/** Another item begins: the open message and the item that waits are complete. */
export function closeOpen(out: Writer, s: ResponsesStream): void {
  flushHeld(out, s, ItemStatus.Completed);
  closeMessage(out, s, ItemStatus.Completed);
}

/** A piece of the answer's text, a string token that is not empty. */
export function putTextPiece(out: Writer, s: ResponsesStream, ptr: usize, len: u32): void {
  const message = openMessage(out, s);
  if (message == null) return;
  message.points += countCodePoints(ptr + 1, len - 2);
  grow(s, message.text, ptr + 1, len - 2);
  putPartDelta(out, s, L.R_TEXT_DELTA, message, ptr, len);
}

/** The message whose text goes on; a new one is announced with its part. */
export function openMessage(out: Writer, s: ResponsesStream): OutItem | null {
  const open = s.message;
  if (open != null) return open;
  flushHeld(out, s, ItemStatus.Completed);
  const message = openItem(s, ItemKind.Message);
  if (message == null) return null;
  s.message = message;
  announce(out, s, message);
  message.hasPart = true;
  putPartEvent(out, s, L.R_PART_ADDED, message);
  return message;
}

/** Ends the open message. */
export function closeMessage(out: Writer, s: ResponsesStream, status: ItemStatus): void {
  const message = s.message;
  if (message == null) return;
  s.message = null;
  putPartText(out, s, L.R_TEXT_DONE, message, L.R_TEXT);
  putPartEvent(out, s, L.R_PART_DONE, message);
  finishItem(out, s, message, status);
}

/** A message that says no more than why nothing was said. `ptr`, `len`: inside of a token. */
export function putRefusal(out: Writer, s: ResponsesStream, ptr: usize, len: u32): void {
  const item = openItem(s, ItemKind.Refusal);
  if (item == null) return;
  announce(out, s, item);
  item.hasPart = true;
  putPartEvent(out, s, L.R_PART_ADDED, item);
  grow(s, item.text, ptr, len);
  putRefusalDelta(out, s, item);
  putPartText(out, s, L.R_REFUSAL_DONE, item, L.R_REFUSAL);
  putPartEvent(out, s, L.R_PART_DONE, item);
  finishItem(out, s, item, ItemStatus.Incomplete);
}

/** The one piece of a refusal is all of it. */
function putRefusalDelta(out: Writer, s: ResponsesStream, item: OutItem): void {
  putPartText(out, s, L.R_REFUSAL_DELTA, item, L.R_DELTA_QUOTE);
}

/** All items end, for the reason that the answer did. */
export function finishAll(out: Writer, s: ResponsesStream): void {
  const reason = s.answer.stopReason;
  const status = lastItemStatus(reason);
  flushHeld(out, s, status);
  closeMessage(out, s, status);
  for (let i: u32 = 0; i < s.items.count; i++) {
    const item = s.items.at(i);
    if (item.isFinished || !item.isAnnounced) continue;
    finishItem(out, s, item, hostedStatus(item, reason));
  }
}

/** A hosted call whose result never came: it goes on, or has failed. */
function hostedStatus(item: OutItem, reason: StopReason): ItemStatus {
  if (reason == StopReason.PauseTurn) return ItemStatus.InProgress;
  return item.kind == ItemKind.Search ? ItemStatus.Failed : ItemStatus.Incomplete;
}

/** The answer broke off: what was not finished is incomplete. No events. */
export function breakAll(s: ResponsesStream): void {
  s.message = null;
  s.held = null;
  for (let i: u32 = 0; i < s.items.count; i++) {
    const item = s.items.at(i);
    if (item.isFinished || !item.isAnnounced) continue;
    item.isFinished = true;
    item.status = ItemStatus.Incomplete;
  }
}

/** The texts of an item that are complete: arguments, input, thinking. */
export function putTextDone(out: Writer, s: ResponsesStream, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.Function:
      putCallText(out, s, L.R_ARGUMENTS_DONE, item, L.I_ARGUMENTS);
      break;
    case ItemKind.Custom:
      putCallText(out, s, L.R_INPUT_DONE, item, L.I_INPUT);
      break;
    case ItemKind.Mcp:
      putCallText(out, s, L.R_MCP_ARGUMENTS_DONE, item, L.I_ARGUMENTS);
      break;
    case ItemKind.Reasoning:
      if (!item.hasPart) break;
      putPartText(out, s, s.own.summaries ? L.R_SUMMARY_DONE : L.R_REASONING_DONE, item, L.R_TEXT);
      putPartEvent(out, s, s.own.summaries ? L.R_SUMMARY_PART_DONE : L.R_PART_DONE, item);
      break;
    default:
      break;
  }
}
