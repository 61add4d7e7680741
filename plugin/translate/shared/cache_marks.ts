/**
 * Cache marks, settled over the records before anything is written: breakpoints in OpenAI's words become marks, a mark
 * on something that writes no block (or may not carry one) moves to the block before it in its turn, and no more
 * converted marks are left than the API takes. Afterwards a mark stands exactly where it is written: on parts, on tool
 * calls, on messages (for a text of theirs, and for tool results). Source: docs/chat.md, "Cache control".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt, literalLen, literalPtr } from "../../bytes/compare";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { ContentKind, Conversation, Message, Part, ToolCall } from "./conversation";
import { isBlankToken } from "./tokens";
import { TurnRole, turnRole } from "./turns";

/** Most marks that a request may have. Source: Anthropic API documentation, "Prompt caching". */
const MOST_MARKS: u32 = 4;

/** The last block that can take a mark: at most one of these. */
let lastPart: Part | null = null;
let lastCall: ToolCall | null = null;
let lastMessage: Message | null = null;

/**
 * Settles the marks of all messages. `mark` is what a breakpoint without a lifetime of its own becomes (L.MARK or
 * L.MARK_HOUR); `outside` counts the marks that the request has elsewhere.
 */
export function placeMarks(talk: Conversation, mark: usize, outside: u32, facts: Facts): void {
  if (!convert(talk, mark)) return;
  forgetLast();
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (isSystemBlock(message)) settle(talk, message, facts);
  }
  forgetLast();
  let role = TurnRole.System;
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (isSystemBlock(message)) continue;
    const next = turnRole(message);
    if (next != role && message.dropped) {
      loseMarks(talk, message, facts);
      continue;
    }
    if (next != role) forgetLast();
    role = next;
    settle(talk, message, facts);
  }
  limit(talk, outside, facts);
}

/** True when a breakpoint has to be converted: only then the number of other marks matters. */
export function hasBreakpoint(talk: Conversation): bool {
  for (let i: u32 = 0; i < talk.parts.count; i++) {
    if (talk.parts.at(i).breakpoint) return true;
  }
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    if (talk.messages.at(i).breakpoint) return true;
  }
  return false;
}

/** Marks of tools, and of turns that are written as they stand. `c` is free to use. */
export function countOtherMarks(talk: Conversation, c: JsonCursor, depth: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.cachePtr != 0 && !tool.excluded) count += 1;
  }
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (turnRole(message) != TurnRole.Assistant) continue;
    count += countMarks(c, message.blocksPtr, message.blocksLen, depth);
  }
  return count;
}

/** Number of elements with a mark in a JSON array of blocks; none in anything else. */
export function countMarks(c: JsonCursor, ptr: usize, len: u32, depth: u32): u32 {
  let count: u32 = 0;
  if (len == 0 || byteAt(ptr) != Ascii.BracketOpen) return 0;
  c.open(ptr, len, depth);
  c.enterArray();
  while (c.nextElement()) {
    if (c.kind() == JsonKind.Object) count += countMembers(c);
    else c.skip();
  }
  return count;
}

/** 1 when the object that comes next has a mark. */
function countMembers(c: JsonCursor): u32 {
  let count: u32 = 0;
  c.enterObject();
  while (c.nextKey()) {
    if (findPartKey(c.keyPtr, c.keyLen) == PartKey.CacheControl)
      count = c.kind() == JsonKind.Null ? 0 : 1;
    c.skip();
  }
  return count;
}

/** Turns breakpoints into marks. False when the messages have no mark at all. */
function convert(talk: Conversation, mark: usize): bool {
  let any = false;
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.breakpoint && message.cachePtr == 0) {
      message.cachePtr = literalPtr(mark);
      message.cacheLen = literalLen(mark);
    }
    any = any || message.cachePtr != 0;
  }
  for (let i: u32 = 0; i < talk.parts.count; i++) {
    const part = talk.parts.at(i);
    if (part.breakpoint && part.cachePtr == 0) {
      const own = part.breakpointTtl ? L.MARK_HOUR : mark;
      part.cachePtr = literalPtr(own);
      part.cacheLen = literalLen(own);
    }
    any = any || part.cachePtr != 0;
  }
  for (let i: u32 = 0; i < talk.calls.count && !any; i++) any = talk.calls.at(i).cachePtr != 0;
  return any;
}

/** Number of parts; those of a content that a later one replaced do not count. */
function partsOf(message: Message): u32 {
  return message.content == ContentKind.Parts ? message.partsCount : 0;
}

/** A message whose text goes into `system`. */
function isSystemBlock(message: Message): bool {
  return turnRole(message) == TurnRole.System && !message.inPlace;
}

/** Gives each mark of a message to the block that will carry it. */
function settle(talk: Conversation, message: Message, facts: Facts): void {
  if (message.role == ChatRole.Tool || message.role == ChatRole.Function) {
    settleResult(talk, message);
    return;
  }
  const ptr = message.cachePtr;
  const len = message.cacheLen;
  message.cachePtr = 0;
  const isAssistant = turnRole(message) == TurnRole.Assistant;
  if (isAssistant && message.blocksPtr != 0) {
    // Written as they stand: whatever else the message says is ignored, and nothing can be added.
    loseMarks(talk, message, facts);
    if (ptr != 0) note(facts, Adaptation.DroppedCacheControl);
    forgetLast();
    return;
  }
  settleParts(talk, message, facts);
  if (writesText(message)) carry(null, null, message);
  if (isAssistant && message.callsCount > 0 && !message.callsInParts) {
    carry(null, talk.calls.at(message.callsFirst + message.callsCount - 1), null);
  }
  give(ptr, len, facts);
}

/** A text block of the message itself: its string, or its refusal in the place of one. */
function writesText(message: Message): bool {
  if (message.content == ContentKind.Text) return !isBlankToken(message.textPtr, message.textLen);
  return (
    message.content == ContentKind.None && !isBlankToken(message.refusalPtr, message.refusalLen)
  );
}

function settleParts(talk: Conversation, message: Message, facts: Facts): void {
  for (let i: u32 = 0; i < partsOf(message); i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (part.call > 0) {
      carry(null, talk.calls.at(message.callsFirst + part.call - 1), null);
      continue;
    }
    if (carries(part)) {
      carry(part, null, null);
      continue;
    }
    const ptr = part.cachePtr;
    part.cachePtr = 0;
    give(ptr, part.cacheLen, facts);
  }
}

/** Whether a part writes a block that may carry a mark: no blank text, no thinking. */
function carries(part: Part): bool {
  switch (part.type) {
    case PartType.Text:
    case PartType.Refusal:
      return !isBlankToken(part.textPtr, part.textLen);
    case PartType.Thinking:
    case PartType.RedactedThinking:
      return false;
    default:
      return true;
  }
}

/** Inside a tool result the API takes no marks: they stand on the result. */
function settleResult(talk: Conversation, message: Message): void {
  carry(null, null, message);
  for (let i: u32 = 0; i < partsOf(message); i++) {
    const part = talk.parts.at(message.partsFirst + i);
    const ptr = part.cachePtr;
    part.cachePtr = 0;
    if (ptr == 0 || (message.cachePtr != 0 && !replaces(ptr, message.cachePtr))) continue;
    message.cachePtr = ptr;
    message.cacheLen = part.cacheLen;
  }
}

function carry(part: Part | null, call: ToolCall | null, message: Message | null): void {
  lastPart = part;
  lastCall = call;
  lastMessage = message;
}

function forgetLast(): void {
  carry(null, null, null);
}

/** Gives a mark to the last block. One that is marked already stays as it is: both mean the same place. */
function give(ptr: usize, len: u32, facts: Facts): void {
  if (ptr == 0) return;
  const part = lastPart;
  const call = lastCall;
  const message = lastMessage;
  if (part != null) {
    if (!replaces(ptr, part.cachePtr)) return;
    part.cachePtr = ptr;
    part.cacheLen = len;
  } else if (call != null) {
    if (!replaces(ptr, call.cachePtr)) return;
    call.cachePtr = ptr;
    call.cacheLen = len;
  } else if (message != null) {
    if (!replaces(ptr, message.cachePtr)) return;
    message.cachePtr = ptr;
    message.cacheLen = len;
  } else note(facts, Adaptation.DroppedCacheControl);
}

/** A mark takes an empty place, and an explicit one that of a converted one. */
function replaces(mark: usize, old: usize): bool {
  return old == 0 || (isConverted(old) && !isConverted(mark));
}

function isConverted(mark: usize): bool {
  return mark == literalPtr(L.MARK) || mark == literalPtr(L.MARK_HOUR);
}

/** Drops the marks of a message's own text and parts. */
function loseMarks(talk: Conversation, message: Message, facts: Facts): void {
  let lost = message.cachePtr != 0;
  message.cachePtr = 0;
  for (let i: u32 = 0; i < partsOf(message); i++) {
    const part = talk.parts.at(message.partsFirst + i);
    lost = lost || part.cachePtr != 0;
    part.cachePtr = 0;
  }
  if (lost) note(facts, Adaptation.DroppedCacheControl);
}

/** Marks of both kinds, as the last count found them, and how many converted ones are still to go. */
let explicitMarks: u32 = 0;
let convertedMarks: u32 = 0;
let surplus: u32 = 0;

/** Explicit marks are the client's affair; of the converted ones the last that there is room for stay. */
function limit(talk: Conversation, outside: u32, facts: Facts): void {
  explicitMarks = outside;
  convertedMarks = 0;
  surplus = 0;
  forAllMarks(talk);
  const room = explicitMarks < MOST_MARKS ? MOST_MARKS - explicitMarks : 0;
  if (convertedMarks <= room) return;
  surplus = convertedMarks - room;
  note(facts, Adaptation.DroppedCacheControl);
  forAllMarks(talk);
}

/** Counts all marks in the order in which they are written, and drops converted ones while there is a surplus. */
function forAllMarks(talk: Conversation): void {
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (isSystemBlock(message)) countMessage(talk, message);
  }
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (!isSystemBlock(message)) countMessage(talk, message);
  }
}

function countMessage(talk: Conversation, message: Message): void {
  message.cachePtr = counted(message.cachePtr);
  for (let i: u32 = 0; i < partsOf(message); i++) {
    const part = talk.parts.at(message.partsFirst + i);
    part.cachePtr = counted(part.cachePtr);
  }
  for (let i: u32 = 0; i < message.callsCount; i++) {
    const call = talk.calls.at(message.callsFirst + i);
    call.cachePtr = counted(call.cachePtr);
  }
}

/** The mark, or 0 when it has to go. */
function counted(mark: usize): usize {
  if (mark == 0) return 0;
  if (!isConverted(mark)) {
    explicitMarks += 1;
    return mark;
  }
  convertedMarks += 1;
  if (surplus == 0) return mark;
  surplus -= 1;
  return 0;
}
