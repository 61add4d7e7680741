/** Beta tokens as text: what clients send, what goes upstream, what the client is told. */
import { Ascii, isDigit, isLetter } from "../bytes/ascii";
import { byteAt, findByte, literalLen, literalPtr } from "../bytes/compare";
import { putU64 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { makeStruct } from "../bytes/records";
import { Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { checkDocument } from "../json/skip";
import { JsonKind, JsonStatus } from "../json/status";
import { addClient, BetaEvent, BetaOutcome, Betas, BetaSource } from "./betas";

/** Longest token. */
const LONGEST_TOKEN: u32 = 128;
/** Containers of a header that is a JSON array. */
const ARRAY_DEPTH: u32 = 1;
/** Longest value of the header that tells the client what happened. */
const LONGEST_NOTE: u32 = 1024;
/** Room for ", -invalid" and ", +" with a number of ten digits. */
const NOTE_TAIL: u32 = 24;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** Takes over the tokens of one header value: a list with commas, or a JSON array of strings. */
export function addClientList(betas: Betas, ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end && isBlank(byteAt(ptr))) ptr += 1;
  if (ptr == end) return;
  if (byteAt(ptr) == Ascii.BracketOpen && addArray(betas, ptr, <u32>(end - ptr))) return;
  while (ptr < end) {
    const comma = findByte(ptr, end, Ascii.Comma);
    addToken(betas, ptr, comma);
    ptr = comma + 1;
  }
}

/** False when it is no JSON array. */
function addArray(betas: Betas, ptr: usize, len: u32): bool {
  if (checkDocument(ptr, len, ARRAY_DEPTH) != JsonStatus.Ok) return false;
  CURSOR.open(ptr, len, ARRAY_DEPTH);
  CURSOR.enterArray();
  while (CURSOR.nextElement()) {
    const isText = CURSOR.kind() == JsonKind.String;
    CURSOR.skip();
    if (isText) addToken(betas, CURSOR.valuePtr + 1, CURSOR.valuePtr + CURSOR.valueLen - 1);
    else betas.invalid += 1;
  }
  return true;
}

function addToken(betas: Betas, ptr: usize, end: usize): void {
  while (ptr < end && isBlank(byteAt(ptr))) ptr += 1;
  while (end > ptr && isBlank(byteAt(end - 1))) end -= 1;
  if (ptr == end) return;
  if (isToken(ptr, end)) addClient(betas, ptr, <u32>(end - ptr));
  else betas.invalid += 1;
}

function isBlank(c: u32): bool {
  return c == Ascii.Space || c == Ascii.Tab;
}

/** Letters, digits, `_`, `.` and `-`, the first of them a letter or a digit. */
function isToken(ptr: usize, end: usize): bool {
  if (end - ptr > LONGEST_TOKEN || !isWord(byteAt(ptr))) return false;
  for (; ptr < end; ptr++) {
    const c = byteAt(ptr);
    if (!isWord(c) && c != Ascii.Minus && c != Ascii.Dot && c != Ascii.Underscore) return false;
  }
  return true;
}

function isWord(c: u32): bool {
  return isLetter(c) || isDigit(c);
}

/** Appends the tokens that go upstream, with commas between them. */
export function putBetaList(out: Writer, betas: Betas): void {
  for (let i: u32 = 0; i < betas.sent.count; i++) {
    if (i > 0) out.byte(Ascii.Comma);
    out.put(betas.sent.at(i).ptr, betas.sent.at(i).len);
  }
}

/** Appends the tokens that go upstream as a JSON array; no token has a byte that would need an escape. */
export function putBetaArray(out: Writer, betas: Betas): void {
  out.byte(Ascii.BracketOpen);
  for (let i: u32 = 0; i < betas.sent.count; i++) {
    if (i > 0) out.byte(Ascii.Comma);
    out.byte(Ascii.Quote);
    out.put(betas.sent.at(i).ptr, betas.sent.at(i).len);
    out.byte(Ascii.Quote);
  }
  out.byte(Ascii.BracketClose);
}

/**
 * Appends what was changed, `+injected, -dropped`, at most 1 KiB: what does not fit is counted at the end, `+3` more. Nothing when
 * the client got what it asked for and no more.
 */
export function putBetaNotes(out: Writer, betas: Betas): void {
  const start = out.length;
  let left: u32 = 0;
  for (let i: u32 = 0; i < betas.events.count; i++) {
    const event = betas.events.at(i);
    if (!isTold(event)) continue;
    const room = LONGEST_NOTE - NOTE_TAIL - (out.length - start);
    if (noteBytes(event) > room) left += 1;
    else putNote(out, start, event);
  }
  if (betas.invalid > 0)
    putSigned(out, start, Ascii.Minus, literalPtr(L.INVALID), literalLen(L.INVALID));
  if (left == 0) return;
  separate(out, start);
  out.byte(Ascii.Plus);
  putU64(out, left);
}

/** What the client asked for and got is no news, nor is what it is told already. */
function isTold(event: BetaEvent): bool {
  if (event.source == BetaSource.Client) return event.outcome != BetaOutcome.Forwarded;
  return !event.again || event.outcome == BetaOutcome.Dropped;
}

/** An upper bound of what `putNote` appends. */
function noteBytes(event: BetaEvent): u32 {
  return event.len + event.sentLen + 6;
}

function putNote(out: Writer, start: u32, event: BetaEvent): void {
  const gone = event.source == BetaSource.Client || event.outcome == BetaOutcome.Dropped;
  if (gone) putSigned(out, start, Ascii.Minus, event.ptr, event.len);
  if (event.outcome != BetaOutcome.Dropped)
    putSigned(out, start, Ascii.Plus, event.sentPtr, event.sentLen);
}

function putSigned(out: Writer, start: u32, sign: u32, ptr: usize, len: u32): void {
  separate(out, start);
  out.byte(sign);
  out.put(ptr, len);
}

function separate(out: Writer, start: u32): void {
  if (out.length > start) out.literal(L.COMMA_SPACE);
}
