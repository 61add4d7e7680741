/** Responses: content blocks of an answer, addressed by the upstream's index. Source: docs/responses.md, "Streaming". */
import { Ascii } from "../../bytes/ascii";
import * as L from "../../bytes/literals";
import { HeldText, openHeldText } from "../../bytes/held_text";
import { makeStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { escapeInto } from "../../json/string";
import { Block } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { DeltaType } from "../../wire/anthropic/delta_types";
import { EVENT } from "../../wire/anthropic/stream_event";
import { isJsonTool } from "../shared/json_tool";
import { keepCitation, putAnnotations } from "./annotations_out";
import { putCallPiece, startCall, stopCall, keepInput } from "./calls_out";
import { putResult, startHosted, stopHosted } from "./hosted_out";
import {
  announce,
  closeMessage,
  closeOpen,
  finishItem,
  grow,
  openItem,
  putTextDone,
  putTextPiece,
} from "./items_out";
import { putPartDelta, putPartEvent } from "./put_event";
import {
  ItemKind,
  ItemStatus,
  OPEN_BLOCKS,
  OpenBlock,
  OutItem,
  ResponsesStream,
  TextState,
} from "./stream_state";

const KEEP: u32 = 4096;

/** A token that is put together. */
const QUOTED: Writer = makeWriter();
const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** The open block with this index; null when there is none. */
export function findOpenBlock(s: ResponsesStream, index: u32): OpenBlock | null {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (block.used && block.index == index) return block;
  }
  return null;
}

/** A record for a new block; null when too many are open or memory is exhausted. */
function takeRecord(s: ResponsesStream): OpenBlock | null {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (!block.used) return block;
  }
  if (s.blocks.count >= OPEN_BLOCKS) return null;
  const citations = openHeldText(s.arena);
  if (citations == null) return null;
  const block = s.blocks.push();
  if (block != null) block.citations = citations;
  return block;
}

/** A block begins at `index`. False when it cannot be kept. */
export function startBlock(out: Writer, s: ResponsesStream, index: u32, source: Block): bool {
  if (findOpenBlock(s, index) != null) stopBlock(out, s, index);
  const block = takeRecord(s);
  if (block == null) return false;
  block.used = true;
  block.index = index;
  block.type = source.type;
  block.item = null;
  block.isText = false;
  block.begun = false;
  block.seen = false;
  block.inputPtr = 0;
  block.inputLen = 0;
  block.citations.reset();
  begin(out, s, block, source);
  return true;
}

function begin(out: Writer, s: ResponsesStream, block: OpenBlock, source: Block): void {
  switch (source.type) {
    case BlockType.Text:
      block.isText = true;
      takeCitations(s, block, source);
      putText(out, s, block, source.textPtr, source.textLen);
      break;
    case BlockType.ToolUse:
      if (isJsonTool(s.shape, source.namePtr, source.nameLen)) startJson(s, block, source);
      else startCall(out, s, block, source);
      break;
    case BlockType.Thinking:
    case BlockType.RedactedThinking:
      startReasoning(out, s, block, source);
      break;
    case BlockType.Compaction:
      startCompaction(out, s, block, source);
      break;
    case BlockType.ServerToolUse:
    case BlockType.McpToolUse:
      startHosted(out, s, block, source);
      break;
    case BlockType.Unknown:
      break;
    default:
      putResult(out, s, source);
      break;
  }
}

/** The call whose input is the text: texts before it give way, further ones are not shown. */
function startJson(s: ResponsesStream, block: OpenBlock, source: Block): void {
  s.withheld.reset();
  s.text = TextState.Dropped;
  if (s.sawJson) return;
  s.sawJson = true;
  block.isText = true;
  keepInput(s, block, source);
}

/** Citations that the block begins with. */
function takeCitations(s: ResponsesStream, block: OpenBlock, source: Block): void {
  if (source.citationsLen <= 2) return;
  const c = CURSOR;
  c.open(source.citationsPtr, source.citationsLen, DEPTH_CEILING);
  c.enterArray();
  while (c.nextElement()) {
    c.skip();
    keepCitation(s, block, c.valuePtr, c.valueLen);
  }
}

/** Text of a block: sent, withheld while a tool of ours may take its place, or dropped. */
function putText(out: Writer, s: ResponsesStream, block: OpenBlock, ptr: usize, len: u32): void {
  if (len <= 2) return;
  const isJson = block.type == BlockType.ToolUse;
  if (!isJson && s.text == TextState.Dropped) return;
  if (!isJson && s.text == TextState.Withheld) {
    grow(s, s.withheld, ptr + 1, len - 2);
    return;
  }
  if (!block.begun) {
    const message = s.message;
    block.start = message == null ? 0 : message.points;
    block.begun = true;
  }
  putTextPiece(out, s, ptr, len);
}

function startReasoning(out: Writer, s: ResponsesStream, block: OpenBlock, source: Block): void {
  const redacted = source.type == BlockType.RedactedThinking;
  if (redacted && source.dataLen <= 2) return;
  closeOpen(out, s);
  const item = openItem(s, redacted ? ItemKind.Redacted : ItemKind.Reasoning);
  if (item == null) return;
  block.item = item;
  announce(out, s, item);
  if (redacted) grow(s, item.more, source.dataPtr + 1, source.dataLen - 2);
  else {
    if (source.textLen > 2) putThought(out, s, item, source.textPtr, source.textLen);
    if (source.signatureLen > 2)
      grow(s, item.more, source.signaturePtr + 1, source.signatureLen - 2);
  }
}

function putThought(out: Writer, s: ResponsesStream, item: OutItem, ptr: usize, len: u32): void {
  const summaries = s.own.summaries;
  if (!item.hasPart) {
    item.hasPart = true;
    putPartEvent(out, s, summaries ? L.R_SUMMARY_PART_ADDED : L.R_PART_ADDED, item);
  }
  grow(s, item.text, ptr + 1, len - 2);
  putPartDelta(out, s, summaries ? L.R_SUMMARY_DELTA : L.R_REASONING_DELTA, item, ptr, len);
}

/** A compaction is announced when it is complete: one without content is none. */
function startCompaction(out: Writer, s: ResponsesStream, block: OpenBlock, source: Block): void {
  closeOpen(out, s);
  const item = openItem(s, ItemKind.Compaction);
  if (item == null) return;
  block.item = item;
  if (source.contentLen > 2 && isString(source.contentPtr))
    grow(s, item.text, source.contentPtr + 1, source.contentLen - 2);
  if (source.encryptedLen > 2) grow(s, item.more, source.encryptedPtr + 1, source.encryptedLen - 2);
}

/** The delta of EVENT. */
export function putDelta(out: Writer, s: ResponsesStream): void {
  const event = EVENT;
  const block = findOpenBlock(s, event.index);
  if (block == null) return;
  if (event.delta == DeltaType.Citations) {
    if (block.type == BlockType.Text && event.citationPtr != 0)
      keepCitation(s, block, event.citationPtr, event.citationLen);
    return;
  }
  if (event.textLen <= 2) return;
  if (event.delta == DeltaType.Text) {
    if (block.type == BlockType.Text) putText(out, s, block, event.textPtr, event.textLen);
  } else if (event.delta == DeltaType.InputJson) {
    putInput(out, s, block, event.textPtr, event.textLen);
  } else putItemDelta(out, s, block);
}

/** A delta of thinking or of a compaction. */
function putItemDelta(out: Writer, s: ResponsesStream, block: OpenBlock): void {
  const event = EVENT;
  const item = block.item;
  if (item == null) return;
  switch (event.delta) {
    case DeltaType.Thinking:
      if (block.type == BlockType.Thinking) putThought(out, s, item, event.textPtr, event.textLen);
      break;
    case DeltaType.Signature:
      if (block.type == BlockType.Thinking)
        grow(s, item.more, event.textPtr + 1, event.textLen - 2);
      break;
    case DeltaType.Compaction:
      if (block.type == BlockType.Compaction)
        grow(s, item.text, event.textPtr + 1, event.textLen - 2);
      break;
    default:
      break;
  }
}

function putInput(out: Writer, s: ResponsesStream, block: OpenBlock, ptr: usize, len: u32): void {
  const item = block.item;
  if (block.isText && block.type == BlockType.ToolUse) {
    block.seen = true;
    putText(out, s, block, ptr, len);
  } else if (item != null && takesInput(item.kind)) putCallPiece(out, s, block, item, ptr, len);
}

function takesInput(kind: ItemKind): bool {
  return kind >= ItemKind.Function && kind <= ItemKind.Code;
}

/** The block at `index` ends. */
export function stopBlock(out: Writer, s: ResponsesStream, index: u32): void {
  const block = findOpenBlock(s, index);
  if (block == null) return;
  block.used = false;
  const item = block.item;
  if (block.isText) stopText(out, s, block);
  else if (item != null) stopItem(out, s, block, item);
}

function stopText(out: Writer, s: ResponsesStream, block: OpenBlock): void {
  if (block.type == BlockType.ToolUse && !block.seen) putWholeText(out, s, block);
  const message = s.message;
  if (message == null || !block.begun) return;
  putAnnotations(out, s, block, message);
  if (s.own.perBlock) closeMessage(out, s, ItemStatus.Completed);
}

/** The input of a call of ours that came without deltas. */
function putWholeText(out: Writer, s: ResponsesStream, block: OpenBlock): void {
  const token = quoteInput(block);
  if (token == 0) s.failed = true;
  else putText(out, s, block, token, quotedLen);
  QUOTED.finish(KEEP);
}

function stopItem(out: Writer, s: ResponsesStream, block: OpenBlock, item: OutItem): void {
  switch (item.kind) {
    case ItemKind.Reasoning:
    case ItemKind.Redacted:
      putTextDone(out, s, item);
      s.held = item;
      break;
    case ItemKind.Compaction:
      if (item.text.length + item.more.length == 0) {
        s.items.truncate(item.index);
        break;
      }
      announce(out, s, item);
      finishItem(out, s, item, ItemStatus.Completed);
      break;
    case ItemKind.Search:
    case ItemKind.Mcp:
    case ItemKind.Code:
      stopHosted(out, s, block, item);
      break;
    default:
      stopCall(out, s, block, item);
      break;
  }
}

/** Ends the blocks that the upstream left open. */
export function stopAllBlocks(out: Writer, s: ResponsesStream): void {
  for (let i: u32 = 0; i < s.blocks.count; i++) {
    const block = s.blocks.at(i);
    if (block.used) stopBlock(out, s, block.index);
  }
}

/** Texts that waited for a call of ours which never came. */
export function flushText(out: Writer, s: ResponsesStream): void {
  if (s.text != TextState.Withheld) return;
  s.text = TextState.Sent;
  if (s.withheld.length == 0) return;
  const token = quoteHeld(s.withheld);
  if (token == 0) s.failed = true;
  else putTextPiece(out, s, token, quotedLen);
  QUOTED.finish(KEEP);
}

/** Length of the token that was put together last. */
let quotedLen: u32 = 0;

/** The input of a block as a string token; 0 without memory. Valid until the next one. */
function quoteInput(block: OpenBlock): usize {
  QUOTED.begin(block.inputLen + 16, u32.MAX_VALUE);
  QUOTED.byte(Ascii.Quote);
  if (block.inputPtr == 0) QUOTED.literal(L.EMPTY_OBJECT);
  else escapeInto(QUOTED, block.inputPtr, block.inputLen);
  return endQuoted();
}

/** A held text as a string token; 0 without memory. Valid until the next one. */
function quoteHeld(text: HeldText): usize {
  QUOTED.begin(text.length + 2, u32.MAX_VALUE);
  QUOTED.byte(Ascii.Quote);
  text.copyTo(QUOTED);
  return endQuoted();
}

function endQuoted(): usize {
  QUOTED.byte(Ascii.Quote);
  quotedLen = QUOTED.length;
  return QUOTED.failed ? 0 : QUOTED.start;
}

function isString(ptr: usize): bool {
  return kindOf(ptr) == JsonKind.String;
}
