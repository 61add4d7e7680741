/** Chat Completions: tool calls of a stream: function, custom and legacy calls, and the call whose input is the content. */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { countCodePoints, escapeInto } from "../../json/string";
import { Block } from "../../wire/anthropic/answer";
import { KeptTool } from "../shape";
import { findKept } from "../shared/names";
import { beginDelta, endDelta, putTokenDelta } from "./chunk";
import { putCustomInput } from "../shared/custom_tool";
import {
  beginCustomScan,
  endCustomScan,
  openCustomScan,
  scanCustomInput,
} from "../shared/custom_tool_stream";
import { isJsonTool } from "../shared/json_tool";
import { dropText } from "./json_tool_stream";
import { CallShape, ChatStream, OpenBlock } from "./stream_state";
import { putToken } from "./tool_calls";

/** A tool_use block begins. False without memory. */
export function startTool(out: Writer, s: ChatStream, block: OpenBlock, source: Block): bool {
  const kept = findKept(s.shape, source.namePtr, source.nameLen);
  block.call = callShape(s, source, kept);
  if (block.call == CallShape.Hidden) return true;
  if (block.call == CallShape.Content) dropText(s);
  else {
    block.tool = s.nextTool;
    s.nextTool += 1;
    putStart(out, s, block, source, kept);
  }
  if (block.call == CallShape.Custom && !openScan(s, block)) return false;
  if (source.inputLen <= 2) return true;
  // Arguments usually come as deltas; what stands here counts only when none comes.
  block.inputPtr = s.borrowsInput
    ? source.inputPtr
    : s.arena.keep(source.inputPtr, source.inputLen);
  block.inputLen = source.inputLen;
  return block.inputPtr != 0;
}

/** How the client sees the call. Of several answers the first counts; a legacy answer holds one call. */
function callShape(s: ChatStream, source: Block, kept: KeptTool | null): CallShape {
  if (isJsonTool(s.shape, source.namePtr, source.nameLen)) {
    if (s.sawJson) return CallShape.Hidden;
    s.sawJson = true;
    return CallShape.Content;
  }
  if (s.shape.legacyFunctions) return s.nextTool == 0 ? CallShape.Legacy : CallShape.Hidden;
  return kept != null && kept.custom ? CallShape.Custom : CallShape.Function;
}

function openScan(s: ChatStream, block: OpenBlock): bool {
  if (block.scan == null) block.scan = openCustomScan(s.arena);
  const scan = block.scan;
  if (scan == null) return false;
  beginCustomScan(scan);
  return true;
}

/** The first chunk of a call: its id and name. */
function putStart(
  out: Writer,
  s: ChatStream,
  block: OpenBlock,
  source: Block,
  kept: KeptTool | null,
): void {
  const custom = block.call == CallShape.Custom;
  beginDelta(out, s);
  if (block.call == CallShape.Legacy) out.literal(L.D_FUNCTION_CALL);
  else {
    out.literal(L.D_TOOL_OPEN);
    putU64(out, block.tool);
    out.literal(L.D_TOOL_ID);
    putToken(out, source.idPtr, source.idLen);
    out.literal(custom ? L.D_TOOL_CUSTOM : L.D_TOOL_FUNCTION);
  }
  if (kept != null) out.put(kept.tokenPtr, kept.tokenLen);
  else putToken(out, source.namePtr, source.nameLen);
  if (block.call == CallShape.Legacy) out.literal(L.D_FUNCTION_EMPTY);
  else out.literal(custom ? L.D_TOOL_EMPTY_INPUT : L.D_TOOL_EMPTY_ARGUMENTS);
  endDelta(out, s);
}

/** A piece of the call's input: a token that is not empty. False when too much would have to be held. */
export function putToolDelta(
  out: Writer,
  s: ChatStream,
  block: OpenBlock,
  ptr: usize,
  len: u32,
): bool {
  block.seen = true;
  switch (block.call) {
    case CallShape.Hidden:
      return true;
    case CallShape.Content:
      s.textPoints += countCodePoints(ptr + 1, len - 2);
      putTokenDelta(out, s, L.D_CONTENT, ptr, len);
      return true;
    case CallShape.Custom:
      return putCustomDelta(out, s, block, ptr, len);
    default:
      beginArguments(out, s, block);
      out.put(ptr, len);
      endArguments(out, s, block);
      return true;
  }
}

/** Most pieces add something; a chunk that would be empty is not sent. */
function putCustomDelta(out: Writer, s: ChatStream, block: OpenBlock, ptr: usize, len: u32): bool {
  const scan = block.scan;
  if (scan == null) return false;
  const mark = out.mark();
  beginArguments(out, s, block);
  out.byte(Ascii.Quote);
  const first = out.length;
  const kept = scanCustomInput(out, scan, ptr + 1, len - 2, s.shape.maxHeldBytes);
  endCustomDelta(out, s, block, mark, first);
  return kept;
}

function endCustomDelta(out: Writer, s: ChatStream, block: OpenBlock, mark: u32, first: u32): void {
  if (out.length == first) {
    out.rewind(mark);
    return;
  }
  out.byte(Ascii.Quote);
  endArguments(out, s, block);
}

/** A tool_use block ends; one without deltas gives its input now. */
export function stopTool(out: Writer, s: ChatStream, block: OpenBlock): void {
  if (block.call == CallShape.Hidden) return;
  if (block.seen) {
    if (block.call == CallShape.Custom) putCustomRest(out, s, block);
    return;
  }
  beginArguments(out, s, block);
  if (block.call == CallShape.Custom) putCustomInput(out, block.inputPtr, block.inputLen);
  else if (block.inputPtr == 0) out.literal(L.QUOTED_EMPTY_OBJECT);
  else putQuoted(out, block.inputPtr, block.inputLen);
  endArguments(out, s, block);
}

function putCustomRest(out: Writer, s: ChatStream, block: OpenBlock): void {
  const scan = block.scan;
  if (scan == null) return;
  const mark = out.mark();
  beginArguments(out, s, block);
  out.byte(Ascii.Quote);
  const first = out.length;
  endCustomScan(out, scan);
  endCustomDelta(out, s, block, mark, first);
}

function beginArguments(out: Writer, s: ChatStream, block: OpenBlock): void {
  beginDelta(out, s);
  switch (block.call) {
    case CallShape.Content:
      out.literal(L.D_CONTENT);
      break;
    case CallShape.Legacy:
      out.literal(L.D_FUNCTION_ARGUMENTS);
      break;
    default:
      out.literal(L.D_TOOL_OPEN);
      putU64(out, block.tool);
      out.literal(block.call == CallShape.Custom ? L.D_TOOL_INPUT : L.D_TOOL_ARGUMENTS);
      break;
  }
}

function endArguments(out: Writer, s: ChatStream, block: OpenBlock): void {
  if (block.call == CallShape.Legacy) out.byte(Ascii.BraceClose);
  else if (block.call != CallShape.Content) out.literal(L.D_TOOL_CLOSE);
  endDelta(out, s);
}

function putQuoted(out: Writer, ptr: usize, len: u32): void {
  out.byte(Ascii.Quote);
  escapeInto(out, ptr, len);
  out.byte(Ascii.Quote);
}
