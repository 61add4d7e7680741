/** Responses: calls of tools that the client runs, function, custom and hosted ones. Source: docs/responses.md, "Items of an answer". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { literalLen, literalPtr } from "../../bytes/compare";
import { chunkLen, chunkPtr } from "../../bytes/held_text";
import { makeWriter, Writer } from "../../bytes/writer";
import { equalsLiteral } from "../../bytes/compare";
import { escapeInto, unescapeInto } from "../../json/string";
import { Block } from "../../wire/anthropic/answer";
import { putCustomInput } from "../shared/custom_tool";
import {
  beginCustomScan,
  endCustomScan,
  openCustomScan,
  scanCustomInput,
} from "../shared/custom_tool_stream";
import { findKept } from "../shared/names";
import { putAction } from "./actions_out";
import { announce, closeOpen, grow, openItem, putTextDone } from "./items_out";
import { putCallDelta } from "./put_event";
import { ItemKind, OpenBlock, OutItem, ResponsesStream } from "./stream_state";

const KEEP: u32 = 4096;

/** A piece that is put together: keeps nothing between calls. */
const PIECE: Writer = makeWriter();
const JSON: Writer = makeWriter();

/** A tool_use block begins. */
export function startCall(out: Writer, s: ResponsesStream, block: OpenBlock, source: Block): void {
  closeOpen(out, s);
  const kept = findKept(s.shape, source.namePtr, source.nameLen);
  const custom = kept != null && kept.custom;
  const item = openItem(s, custom ? ItemKind.Custom : kindOfCall(s, source));
  if (item == null) return;
  block.item = item;
  item.idPtr = keepToken(s, source.idPtr, source.idLen);
  item.idLen = source.idLen;
  if (kept != null) {
    item.namePtr = kept.tokenPtr;
    item.nameLen = kept.tokenLen;
    item.spacePtr = kept.spacePtr;
    item.spaceLen = kept.spaceLen;
  } else {
    item.namePtr = keepToken(s, source.namePtr, source.nameLen);
    item.nameLen = source.nameLen;
  }
  if (custom && !openScan(s, block)) return;
  keepInput(s, block, source);
  if (!waitsForInput(item.kind)) announce(out, s, item);
}

/** A copy that lives as long as the stream; 0 for an absent one. */
export function keepToken(s: ResponsesStream, ptr: usize, len: u32): usize {
  if (ptr == 0) return 0;
  const copy = s.arena.keep(ptr, len);
  if (copy == 0) s.failed = true;
  return copy;
}

/** Arguments usually come as deltas; what stands in the block counts only when none comes. */
export function keepInput(s: ResponsesStream, block: OpenBlock, source: Block): void {
  if (source.inputLen <= 2) return;
  block.inputLen = source.inputLen;
  block.inputPtr = s.borrowsInput
    ? source.inputPtr
    : keepToken(s, source.inputPtr, source.inputLen);
}

/** Calls of declared hosted tools have a type of their own. */
function kindOfCall(s: ResponsesStream, source: Block): ItemKind {
  const own = s.own;
  const ptr = source.namePtr;
  const len = source.nameLen;
  if (own.hasComputer && equalsLiteral(ptr, len, L.Q_COMPUTER)) return ItemKind.Computer;
  if (own.hasLocalShell && equalsLiteral(ptr, len, L.Q_LOCAL_SHELL)) return ItemKind.LocalShell;
  if (own.hasShell && equalsLiteral(ptr, len, L.Q_SHELL)) return ItemKind.Shell;
  if (own.hasApplyPatch && equalsLiteral(ptr, len, L.Q_APPLY_PATCH)) return ItemKind.ApplyPatch;
  return ItemKind.Function;
}

/** Kinds that have no legal form before their input is known. */
function waitsForInput(kind: ItemKind): bool {
  return kind == ItemKind.LocalShell || kind == ItemKind.Shell || kind == ItemKind.ApplyPatch;
}

function openScan(s: ResponsesStream, block: OpenBlock): bool {
  if (block.scan == null) block.scan = openCustomScan(s.arena);
  const scan = block.scan;
  if (scan == null) {
    s.failed = true;
    return false;
  }
  beginCustomScan(scan);
  return true;
}

/** A piece of the call's input: a string token that is not empty. */
export function putCallPiece(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  item: OutItem,
  ptr: usize,
  len: u32,
): void {
  block.seen = true;
  if (item.kind == ItemKind.Custom) {
    putCustomPiece(out, s, block, item, ptr, len);
    return;
  }
  grow(s, item.text, ptr + 1, len - 2);
  if (item.kind == ItemKind.Function) putCallDelta(out, s, L.R_ARGUMENTS_DELTA, item, ptr, len);
  else if (item.kind == ItemKind.Mcp) putCallDelta(out, s, L.R_MCP_DELTA, item, ptr, len);
}

/** The inside of the one string that a custom tool's input is. */
function putCustomPiece(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  item: OutItem,
  ptr: usize,
  len: u32,
): void {
  const scan = block.scan;
  if (scan == null) return;
  PIECE.begin(len, u32.MAX_VALUE);
  PIECE.byte(Ascii.Quote);
  if (!scanCustomInput(PIECE, scan, ptr + 1, len - 2, s.shape.maxHeldBytes)) s.failed = true;
  putPiece(out, s, item);
}

/** What stands in PIECE behind its quote goes on as a delta, unless it is nothing. */
function putPiece(out: Writer, s: ResponsesStream, item: OutItem): void {
  if (PIECE.failed) s.failed = true;
  else if (PIECE.length > 1) {
    PIECE.byte(Ascii.Quote);
    grow(s, item.text, PIECE.start + 1, PIECE.length - 2);
    putCallDelta(out, s, L.R_INPUT_DELTA, item, PIECE.start, PIECE.length);
  }
  PIECE.finish(KEEP);
}

/** The block of a call ends: its input is complete, its status not yet known. */
export function stopCall(out: Writer, s: ResponsesStream, block: OpenBlock, item: OutItem): void {
  if (!block.seen) putWholeInput(out, s, block, item);
  else if (item.kind == ItemKind.Custom) putCustomRest(out, s, block, item);
  settleKind(s, item);
  if (!item.isAnnounced) announce(out, s, item);
  putTextDone(out, s, item);
  s.held = item;
}

function putCustomRest(out: Writer, s: ResponsesStream, block: OpenBlock, item: OutItem): void {
  const scan = block.scan;
  if (scan == null) return;
  PIECE.begin(64, u32.MAX_VALUE);
  PIECE.byte(Ascii.Quote);
  endCustomScan(PIECE, scan);
  putPiece(out, s, item);
}

/** A block without deltas gives its input at once. */
export function putWholeInput(
  out: Writer,
  s: ResponsesStream,
  block: OpenBlock,
  item: OutItem,
): void {
  PIECE.begin(block.inputLen + 16, u32.MAX_VALUE);
  if (item.kind == ItemKind.Custom) {
    putCustomInput(PIECE, block.inputPtr, block.inputLen);
    PIECE.rewind(PIECE.length - 1); // its closing quote
    putPiece(out, s, item);
    return;
  }
  PIECE.byte(Ascii.Quote);
  if (block.inputPtr == 0) PIECE.literal(L.EMPTY_OBJECT);
  else escapeInto(PIECE, block.inputPtr, block.inputLen);
  PIECE.byte(Ascii.Quote);
  if (PIECE.failed) s.failed = true;
  else putCallPiece(out, s, block, item, PIECE.start, PIECE.length);
  PIECE.finish(KEEP);
}

/** Builds what a hosted call does; an input that does not fit makes it a function call of that name. */
function settleKind(s: ResponsesStream, item: OutItem): void {
  if (item.kind != ItemKind.Computer && !waitsForInput(item.kind)) return;
  unescapeText(item);
  PIECE.begin(JSON.length + 64, u32.MAX_VALUE);
  const fits = !JSON.failed && putAction(PIECE, item.kind, JSON.start, JSON.length);
  if (fits && !PIECE.failed) {
    item.hasAction = true;
    grow(s, item.more, PIECE.start, PIECE.length);
  } else if (item.kind != ItemKind.Computer) item.kind = ItemKind.Function;
  else {
    item.hasAction = true;
    grow(s, item.more, literalPtr(L.WAIT_ACTION), literalLen(L.WAIT_ACTION));
  }
  PIECE.finish(KEEP);
  JSON.finish(KEEP);
}

/** The text of an item without its escapes, in JSON. */
function unescapeText(item: OutItem): void {
  const text = item.text;
  PIECE.begin(text.length, u32.MAX_VALUE);
  for (let chunk = text.firstChunk(); chunk != 0; chunk = text.nextOf(chunk))
    PIECE.put(chunkPtr(chunk), chunkLen(chunk));
  JSON.begin(text.length, u32.MAX_VALUE);
  if (!PIECE.failed) unescapeInto(JSON, PIECE.start, PIECE.length);
  PIECE.finish(KEEP);
}

/** The input of an item as JSON, for a look into it; valid until the next call of this room. */
export function inputOf(item: OutItem): Writer {
  unescapeText(item);
  return JSON;
}
