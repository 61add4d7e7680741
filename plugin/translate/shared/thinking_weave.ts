/**
 * Text, tool calls and reasoning entries of one assistant message as one list of parts, in the order that the entries tell: text
 * up to `afterText` code points, calls up to `afterTools`, the entry; at the end what is left. Knows no rules.
 */
import { keepQuoted } from "../../bytes/quoted";
import { copyStruct } from "../../bytes/struct_array";
import { codePointsLeft, passCodePoints } from "../../json/code_points";
import { countCodePoints } from "../../json/string";
import { PartType } from "../../wire/openai/part_types";
import { ContentKind, Conversation, Message, Part } from "./conversation";
import { isBlankToken } from "./tokens";

const ALL: u32 = 0xffff_ffff;

/** Where the walk over the message's text stands. */
let sourcePart: u32 = 0; // index into the parts of the content; 0 for a content that is one string
let at: usize = 0; // next byte of the current token's content; 0: it was not begun
let points: u32 = 0; // code points passed
let calls: u32 = 0; // calls passed
let failed: bool = false; // memory is exhausted

/** Code points of everything that a client sees as the message's text. */
export function countText(talk: Conversation, message: Message): u32 {
  let sum: u32 = 0;
  const count = sourceCount(message);
  for (let i: u32 = 0; i < count; i++) {
    const len = sourceLen(talk, message, i);
    if (len > 2) sum += countCodePoints(sourcePtr(talk, message, i) + 1, len - 2);
  }
  return sum;
}

/** Gives the message its list; entries `first` … are in order and their places can be found. False without memory. */
export function weaveThinking(talk: Conversation, message: Message, first: u32, count: u32): bool {
  const start = talk.parts.count;
  sourcePart = 0;
  at = 0;
  points = 0;
  calls = 0;
  failed = false;
  for (let i: u32 = 0; i < count; i++) {
    const entry = talk.parts.at(first + i);
    putText(talk, message, entry.afterText);
    putCalls(talk, entry.afterTools);
    if (entry.foreign) continue;
    const part = talk.parts.push();
    if (part == null) return false;
    copyStruct<Part>(part, entry);
    part.cachePtr = 0;
    part.cacheLen = 0;
  }
  putText(talk, message, ALL);
  if (calls > 0) {
    putCalls(talk, message.callsCount);
    message.callsInParts = true;
  }
  message.content = ContentKind.Parts;
  message.partsFirst = start;
  message.partsCount = talk.parts.count - start;
  return !failed;
}

/** Number of pieces that hold the message's content. */
function sourceCount(message: Message): u32 {
  if (message.content == ContentKind.Parts) return message.partsCount;
  if (message.content == ContentKind.Text) return 1;
  return isBlankToken(message.refusalPtr, message.refusalLen) ? 0 : 1;
}

function isTextPart(part: Part): bool {
  return part.type == PartType.Text || part.type == PartType.Refusal;
}

/** The string token of piece `index`; length 0 when it is none. */
function sourceLen(talk: Conversation, message: Message, index: u32): u32 {
  if (message.content == ContentKind.Text) return message.textLen;
  if (message.content == ContentKind.None) return message.refusalLen;
  const part = talk.parts.at(message.partsFirst + index);
  return isTextPart(part) ? part.textLen : 0;
}

function sourcePtr(talk: Conversation, message: Message, index: u32): usize {
  if (message.content == ContentKind.Text) return message.textPtr;
  if (message.content == ContentKind.None) return message.refusalPtr;
  return talk.parts.at(message.partsFirst + index).textPtr;
}

/** Appends text up to `limit` code points from the message's start; a piece that ends inside a token becomes one of its own. */
function putText(talk: Conversation, message: Message, limit: u32): void {
  const count = sourceCount(message);
  while (sourcePart < count && points < limit && !failed) {
    const len = sourceLen(talk, message, sourcePart);
    if (len > 2) putSource(talk, message, limit);
    else {
      if (len == 0) putPiece(talk, message, 0, 0, true);
      sourcePart += 1;
    }
  }
}

/** Appends of the current token what lies in front of `limit`. */
function putSource(talk: Conversation, message: Message, limit: u32): void {
  const ptr = sourcePtr(talk, message, sourcePart);
  const end = ptr + sourceLen(talk, message, sourcePart) - 1;
  if (at == 0) at = ptr + 1;
  const behind = passCodePoints(at, end, limit - points);
  if (limit != ALL) points = limit - codePointsLeft;
  const isLast = behind == end;
  const token = at == ptr + 1 && isLast ? ptr : keepQuoted(talk.arena, at, <u32>(behind - at));
  if (token == 0) failed = true;
  else putPiece(talk, message, token, <u32>(behind - at) + 2, isLast);
  at = isLast ? 0 : behind;
  if (isLast) sourcePart += 1;
}

/** Appends a part around a token (0: a part without text, as it is); the mark of a part goes with its last piece. */
function putPiece(talk: Conversation, message: Message, token: usize, len: u32, last: bool): void {
  const part = talk.parts.push();
  if (part == null) {
    failed = true;
    return;
  }
  if (message.content == ContentKind.Parts) {
    copyStruct<Part>(part, talk.parts.at(message.partsFirst + sourcePart));
  } else {
    part.type = PartType.Text;
  }
  if (token == 0) return;
  part.textPtr = token;
  part.textLen = len;
  if (last) return;
  part.cachePtr = 0;
  part.cacheLen = 0;
  part.breakpoint = false;
}

/** Appends the calls up to number `limit`. */
function putCalls(talk: Conversation, limit: u32): void {
  while (calls < limit && !failed) {
    const part = talk.parts.push();
    if (part == null) failed = true;
    else {
      calls += 1;
      part.call = calls;
    }
  }
}
