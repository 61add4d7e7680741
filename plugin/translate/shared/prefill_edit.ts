/**
 * What is done to an assistant turn at the end of a body that stands in a writer: taken out, made an instruction, trimmed. All other bytes
 * stay as they are. Source: docs/prefill.md, "What is sent".
 */
import { Ascii } from "../../bytes/ascii";
import { byteAt, equals, findLiteral, literalLen, startsWithLiteral } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import * as L from "../../bytes/literals";
import { makeWriter, Writer } from "../../bytes/writer";
import { skipSpace } from "../../json/scan";
import { escapeInto, isBlank, trimmedLen } from "../../json/string";
import { Prefill } from "./prefill";

/** Pieces are written here first: what they are put into may move. */
const PIECE: Writer = makeWriter();
const PIECE_CAP: u32 = 0x1000_0000;

/** Takes the turn out. */
export function cutTurn(out: Writer, it: Prefill): void {
  const from = it.prevPtr != 0 ? it.prevEnd : it.firstPtr;
  out.cut(at(out, from), at(out, it.endPtr));
}

/** Takes the white space at the end of the turn's last text out. */
export function trimTurn(out: Writer, it: Prefill): void {
  const len = trimmedLen(it.lastTextPtr + 1, it.lastTextLen - 2);
  const from = it.lastTextPtr + 1 + len;
  out.cut(at(out, from), at(out, it.lastTextPtr + it.lastTextLen - 1));
}

/** Moves the turn into the last message, which is the user's, as a block behind all others. */
export function moveIntoUser(out: Writer, it: Prefill, template: usize, len: u32): void {
  cutTurn(out, it);
  const first = at(out, it.prevContentPtr);
  const end = first + it.prevContentLen;
  const isText = byteAt(it.prevContentPtr) == Ascii.Quote;
  const blank = isText && isBlank(it.prevContentPtr + 1, it.prevContentLen - 2);
  PIECE.begin(it.rawLen + 1024, PIECE_CAP);
  if (isText && !blank) PIECE.literal(L.BLOCK_END_COMMA);
  else if (isText) PIECE.byte(Ascii.BracketOpen);
  else if (!isEmptyArray(it)) PIECE.byte(Ascii.Comma);
  PIECE.literal(L.B_TEXT);
  putInstruction(PIECE, it, template, len);
  PIECE.byte(Ascii.BraceClose);
  if (isText) PIECE.byte(Ascii.BracketClose);
  if (blank) out.cut(first, end);
  insertPiece(out, blank ? first : isText ? end : end - 1);
  if (isText && !blank) {
    PIECE.begin(64, PIECE_CAP);
    PIECE.literal(L.LIST_TEXT_OPEN);
    insertPiece(out, first);
  }
  PIECE.finish(0);
}

function isEmptyArray(it: Prefill): bool {
  const end = it.prevContentPtr + it.prevContentLen;
  return byteAt(skipSpace(it.prevContentPtr + 1, end)) == Ascii.BracketClose;
}

/** Puts a message of the user's in the place of the turn. */
export function moveIntoNewTurn(out: Writer, it: Prefill, template: usize, len: u32): void {
  const first = at(out, it.firstPtr);
  out.cut(first, at(out, it.endPtr));
  PIECE.begin(it.rawLen + 1024, PIECE_CAP);
  PIECE.literal(L.TURN_USER);
  putInstruction(PIECE, it, template, len);
  PIECE.byte(Ascii.BraceClose);
  insertPiece(out, first);
  PIECE.finish(0);
}

/** Leaves the turn, and puts a message of the user's behind it. */
export function followTurn(out: Writer, it: Prefill): void {
  PIECE.begin(1024, PIECE_CAP);
  PIECE.byte(Ascii.Comma);
  PIECE.literal(L.TURN_USER);
  PIECE.byte(Ascii.Quote);
  PIECE.literal(L.TEXT_CONTINUE);
  PIECE.byte(Ascii.Quote);
  PIECE.byte(Ascii.BraceClose);
  insertPiece(out, at(out, it.endPtr));
  PIECE.finish(0);
}

function insertPiece(out: Writer, place: u32): void {
  if (PIECE.failed) out.failed = true;
  else out.insert(place, PIECE.start, PIECE.length);
}

function at(out: Writer, ptr: usize): u32 {
  return <u32>(ptr - out.start);
}

/** The instruction as a string token: the template with the turn's text and a tag that the text does not have. */
function putInstruction(out: Writer, it: Prefill, template: usize, len: u32): void {
  const tag = freeTag(it);
  const end = template + len;
  out.byte(Ascii.Quote);
  let from = template;
  for (let ptr = template; ptr < end;) {
    const left = <u32>(end - ptr);
    const isTag = startsWithLiteral(ptr, left, L.TAG_PLACE);
    if (!isTag && !startsWithLiteral(ptr, left, L.PREFILL_PLACE)) {
      ptr += 1;
      continue;
    }
    escapeInto(out, from, <u32>(ptr - from));
    if (isTag) putTag(out, tag);
    else out.put(it.rawPtr, it.rawLen);
    ptr += literalLen(isTag ? L.TAG_PLACE : L.PREFILL_PLACE);
    from = ptr;
  }
  escapeInto(out, from, <u32>(end - from));
  out.byte(Ascii.Quote);
}

const NAME: Writer = makeWriter();

/** Number of the first tag that does not stand in the text. */
function freeTag(it: Prefill): u32 {
  if (findLiteral(it.textPtr, it.textLen, L.RESPONSE_START) == 0) return 1;
  let number: u32 = 2;
  while (holdsTag(it, number)) number += 1;
  return number;
}

function holdsTag(it: Prefill, number: u32): bool {
  NAME.begin(64, 64);
  putTag(NAME, number);
  const last = it.textPtr + it.textLen - NAME.length;
  for (let ptr = it.textPtr; ptr <= last; ptr++) {
    if (equals(ptr, NAME.start, NAME.length)) return true;
  }
  return false;
}

function putTag(out: Writer, number: u32): void {
  out.literal(L.RESPONSE_START);
  if (number == 1) return;
  out.byte(Ascii.Underscore);
  putU64(out, number);
}
