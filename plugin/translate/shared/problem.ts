/**
 * The reason why a request cannot be served, in the terms of an OpenAI error: HTTP status, code, path of the
 * parameter and message. One per VM: reading a request begins with `clearProblem` and stops at the first
 * problem. Functions that note a problem answer false, so that walkers can return it. Words: docs/errors.md.
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { PartKey, partKeyName } from "../../wire/openai/part_keys";
import { Message } from "./conversation";
import { makeWriter, Writer } from "../../bytes/writer";

const MESSAGE_CAP: u32 = 2048;
const PARAM_CAP: u32 = 512;
/** Longest piece of client text that a message quotes. */
const QUOTE_CAP: u32 = 64;

/** No index at this place of a parameter path. */
export const NO_INDEX: u32 = 0xffff_ffff;

/** HTTP status; 0: no problem. */
export let problemStatus: u32 = 0;
/** Literal of the error's code; 0: null. */
export let problemCode: usize = 0;
/** Raw text of the message (not escaped). */
export const problemMessage: Writer = makeWriter();
/** Raw text of the parameter path; empty: null. */
export const problemParam: Writer = makeWriter();

/** Forgets the last problem. */
export function clearProblem(): void {
  problemStatus = 0;
  problemCode = 0;
  problemMessage.begin(256, MESSAGE_CAP);
  problemParam.begin(128, PARAM_CAP);
}

/** Names a top-level parameter. */
export function atMember(member: usize): void {
  problemParam.begin(0, PARAM_CAP);
  problemParam.literal(member);
}

/** Names `list[index].member`; a literal 0 or NO_INDEX leaves that step out. */
export function atItem(list: usize, index: u32, member: usize): void {
  atMember(list);
  problemParam.byte(Ascii.BracketOpen);
  putU64(problemParam, index);
  problemParam.byte(Ascii.BracketClose);
  if (member != 0) thenMember(member);
}

/** Adds `.member`. */
export function thenMember(member: usize): void {
  problemParam.byte(Ascii.Dot);
  problemParam.literal(member);
}

/** Adds `.list[index]`. */
export function thenItem(list: usize, index: u32): void {
  thenMember(list);
  problemParam.byte(Ascii.BracketOpen);
  putU64(problemParam, index);
  problemParam.byte(Ascii.BracketClose);
}

/** Names a part of a message, `messages[0].content[1]` in the surface's own words, and a member of it (Unknown: the part itself). */
export function atPartOf(message: Message, part: u32, key: PartKey): void {
  atItem(message.listName == 0 ? L.MESSAGES : message.listName, message.index, 0);
  if (part != NO_INDEX) thenItem(message.partsName == 0 ? L.CONTENT : message.partsName, part);
  if (key != PartKey.Unknown) thenMember(partKeyName(key));
}

const INNER: Writer = makeWriter();

/** The parameter that was named is one of `list[index]`; without one, that is the parameter. */
export function insideItem(list: usize, index: u32): void {
  INNER.begin(0, PARAM_CAP);
  INNER.put(problemParam.start, problemParam.length);
  atItem(list, index, 0);
  if (INNER.length > 0) problemParam.byte(Ascii.Dot);
  problemParam.put(INNER.start, INNER.length);
  INNER.finish(PARAM_CAP);
}

/** The problem is one of a line of an uploaded file. */
export function insideLine(line: u32): void {
  INNER.begin(0, MESSAGE_CAP);
  INNER.put(problemMessage.start, problemMessage.length);
  problemMessage.begin(256, MESSAGE_CAP);
  problemMessage.literal(L.TEXT_LINE);
  putU64(problemMessage, line);
  problemMessage.literal(L.TEXT_COLON);
  problemMessage.put(INNER.start, INNER.length);
  INNER.finish(PARAM_CAP);
  atMember(L.FILE);
  if (problemStatus == 400) problemCode = L.CODE_INVALID_LINE;
}

/** Notes a problem whose message is a literal. */
export function refuse(status: u32, code: usize, message: usize): bool {
  problemStatus = status;
  problemCode = code;
  problemMessage.begin(256, MESSAGE_CAP);
  problemMessage.literal(message);
  return false;
}

/** Notes a problem of the request as a whole: it names no parameter. */
export function refuseWhole(status: u32, code: usize, message: usize): bool {
  problemParam.begin(0, PARAM_CAP);
  return refuse(status, code, message);
}

/** The body is not a JSON object. Source: OpenAI's own answer to such bodies. */
export function refuseJson(): bool {
  return refuseWhole(400, 0, L.TEXT_BAD_JSON);
}

/** Memory is exhausted: 500, worth a retry. */
export function refuseMemory(): bool {
  return refuseWhole(500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
}

/** `Missing required parameter: 'p'.` for the parameter named before. */
export function refuseMissing(): bool {
  refuse(400, L.CODE_MISSING, L.TEXT_MISSING);
  return quoteParam(L.TEXT_DOT);
}

/** `Invalid type for 'p': expected X.` `expected` is a literal. */
export function refuseType(expected: usize): bool {
  refuse(400, L.CODE_INVALID_TYPE, L.TEXT_INVALID_TYPE);
  quoteParam(L.TEXT_EXPECTED);
  problemMessage.literal(expected);
  problemMessage.byte(Ascii.Dot);
  return false;
}

/** `Invalid value for 'p': '…'. reason`; the value is client text, cut. */
export function refuseValue(code: usize, ptr: usize, len: u32, reason: usize): bool {
  refuse(400, code, L.TEXT_INVALID_VALUE);
  quoteParam(L.TEXT_COLON_QUOTE);
  problemMessage.put(ptr, quotedLen(ptr, len));
  problemMessage.literal(L.TEXT_QUOTE_DOT);
  problemMessage.literal(reason);
  return false;
}

/** A message around client text, which is cut; `code` 0 is none. */
export function refuseState(code: usize, before: usize, ptr: usize, len: u32, behind: usize): bool {
  refuse(400, code, before);
  problemMessage.put(ptr, quotedLen(ptr, len));
  problemMessage.literal(behind);
  return false;
}

/** Length of what is quoted: not ending inside a UTF-8 sequence. */
function quotedLen(ptr: usize, len: u32): u32 {
  if (len <= QUOTE_CAP) return len;
  let cut = QUOTE_CAP;
  while (cut > 0 && (byteAt(ptr + cut) & 0xc0) == 0x80) cut -= 1;
  return cut;
}

/** `'p' …`: a parameter that cannot be served; `reason` is a literal sentence about it. */
export function refuseUnsupported(code: usize, reason: usize): bool {
  refuse(400, code, L.TEXT_UNSUPPORTED);
  return quoteParam(reason);
}

/** Appends `'p'` and a literal to the message. */
function quoteParam(behind: usize): bool {
  problemMessage.byte(0x27);
  problemMessage.put(problemParam.start, problemParam.length);
  problemMessage.byte(0x27);
  problemMessage.literal(behind);
  return false;
}

/** Appends a literal to the message. */
export function noteWord(literal: usize): void {
  problemMessage.literal(literal);
}

/** Appends client text to the message, cut. */
export function quoteText(ptr: usize, len: u32): void {
  problemMessage.put(ptr, quotedLen(ptr, len));
}
