/**
 * Takes the echo of a prefill out of the text that answers it: a model that was told how its reply begins may begin with it once more. Works
 * code point by code point, so it does not matter how the text is cut; what is withheld is the prefill's own beginning and at most
 * `HOLD` bytes beside it. Source: docs/prefill.md, "The answer".
 */
import { Arena } from "../bytes/arena";
import { Ascii, isDigit, isLetter } from "../bytes/ascii";
import { byteAt } from "../bytes/compare";
import { openStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { countCodePoints, escapeInto, unescapeInto } from "./string";

/** White space in front of an echo that is withheld. */
const LEAD: u32 = 16;
/** Longest line that opens a fence. */
const FENCE: u32 = 20;
/** Below this many code points a word that goes on is no echo. */
const SHORT: u32 = 12;
/** White space around a closing fence that is withheld. */
const SPACE: u32 = 64;
const TICKS: u32 = 3;

const enum Stage {
  Lead = 0,
  Fence = 1,
  /** Behind the opening line of a fence. */
  Inside = 2,
  Match = 3,
  /** White space that ended the prefill. */
  Tail = 4,
  Pass = 5,
}

/** How an answer's beginning compared to the prefill. */
export const enum Echo {
  None = 0,
  Exact = 1,
  Fence = 2,
  Partial = 3,
}

@unmanaged
@final
export class Dedupe {
  textPtr: usize; // the prefill, unescaped; in the arena
  textLen: u32;
  coreLen: u32; // without the white space at its end
  isShort: bool;
  fences: bool; // the prefill opens a JSON document: fences around the answer go
  prepends: bool; // the prefill goes in front
  isAsIs: bool; // nothing is taken out
  stage: Stage;
  matched: u32; // bytes of the core that were matched
  tail: u32; // bytes of white space that may still be skipped
  fenced: bool; // an opening fence was taken out
  started: bool; // something went out
  echo: Echo;
  leadLen: u32;
  leadPtr: usize;
  fenceLen: u32;
  fenceChars: u32;
  fencePtr: usize;
  frontLen: u32; // white space, then ticks, then white space that may be a closing fence
  frontPtr: usize;
  ticks: u32;
  backLen: u32;
  backPtr: usize;
}

/** For a prefill of `len` unescaped bytes, which is copied into `arena`; null without memory. */
export function openDedupe(arena: Arena, ptr: usize, len: u32, prepends: bool): Dedupe | null {
  const d = openStruct<Dedupe>(arena);
  if (d == null) return null;
  d.textPtr = arena.keep(ptr, len);
  d.leadPtr = arena.take(LEAD + 2 * SPACE + 4 * FENCE + 8);
  if (d.textPtr == 0 || d.leadPtr == 0) return null;
  d.frontPtr = d.leadPtr + LEAD;
  d.backPtr = d.frontPtr + SPACE;
  d.fencePtr = d.backPtr + SPACE;
  d.textLen = len;
  d.coreLen = len;
  while (d.coreLen > 0 && isSpace(byteAt(ptr + d.coreLen - 1))) d.coreLen -= 1;
  d.isShort = countCodePoints(ptr, d.coreLen) < SHORT;
  const first: u32 = d.coreLen > 0 ? byteAt(ptr) : 0;
  d.fences = first == Ascii.BraceOpen || first == Ascii.BracketOpen;
  d.prepends = prepends;
  d.stage = d.coreLen == 0 ? Stage.Pass : Stage.Lead;
  return d;
}

const PLAIN: Writer = makeWriter();
const KEPT: Writer = makeWriter();
const TEXT_CAP: u32 = 0x1000_0000;

/** Appends what is left of a piece of text, which is the inside of a token, as the inside of a token. False without memory. */
export function feedDedupe(out: Writer, d: Dedupe, ptr: usize, len: u32): bool {
  if (d.isAsIs || (d.stage == Stage.Pass && !d.fenced && d.started)) {
    out.put(ptr, len);
    return !out.failed;
  }
  PLAIN.begin(len, TEXT_CAP);
  KEPT.begin(len + d.textLen, TEXT_CAP);
  unescapeInto(PLAIN, ptr, len);
  const end = PLAIN.start + PLAIN.length;
  for (let at = PLAIN.start; at < end; at++) step(d, byteAt(at));
  return flush(out);
}

/** Appends what was withheld, at the end of the text. False without memory. */
export function endDedupe(out: Writer, d: Dedupe): bool {
  if (d.isAsIs) return true;
  PLAIN.begin(0, TEXT_CAP);
  KEPT.begin(d.textLen + 256, TEXT_CAP);
  if (d.stage == Stage.Pass) endPass(d);
  else if (d.stage >= Stage.Inside && d.matched == d.coreLen) {
    d.echo = d.fenced ? Echo.Fence : Echo.Exact;
    start(d);
  } else {
    if (d.matched > 0) d.echo = Echo.Partial;
    giveBack(d);
  }
  return flush(out);
}

function flush(out: Writer): bool {
  escapeInto(out, KEPT.start, KEPT.length);
  const failed = PLAIN.failed || KEPT.failed || out.failed;
  PLAIN.finish(0);
  KEPT.finish(0);
  return !failed;
}

function endPass(d: Dedupe): void {
  if (d.fenced && d.ticks == TICKS) return;
  putFront(d);
  putBack(d);
}

/** One byte of the answer. */
function step(d: Dedupe, c: u32): void {
  if (d.stage == Stage.Lead && isHeldInFront(d, c)) return;
  if (d.stage == Stage.Fence) {
    stepFence(d, c);
    return;
  }
  if (d.stage == Stage.Inside) {
    if (isSpace(c)) return;
    d.stage = Stage.Match;
  }
  if (d.stage == Stage.Match && isMatched(d, c)) return;
  if (d.stage == Stage.Tail) {
    if (d.tail > 0 && isSpace(c)) {
      d.tail -= 1;
      return;
    }
    start(d);
  }
  d.stage = Stage.Pass;
  pass(d, c);
}

/** True when a byte in front of everything is withheld, or opens a fence. */
function isHeldInFront(d: Dedupe, c: u32): bool {
  if (isSpace(c) && d.leadLen < LEAD) {
    store<u8>(d.leadPtr + d.leadLen, c);
    d.leadLen += 1;
    return true;
  }
  d.stage = Stage.Match;
  if (!d.fences || c != Ascii.Backtick) return false;
  d.stage = Stage.Fence;
  holdFence(d, c);
  return true;
}

function holdFence(d: Dedupe, c: u32): void {
  store<u8>(d.fencePtr + d.fenceLen, c);
  d.fenceLen += 1;
  if ((c & 0xc0) != 0x80) d.fenceChars += 1; // not the rest of a code point
}

/** The line that may open a fence. */
function stepFence(d: Dedupe, c: u32): void {
  holdFence(d, c);
  const ticks = d.fenceChars > TICKS && isTicks(d);
  if (c == Ascii.LineFeed && ticks) {
    d.fenced = true;
    d.stage = Stage.Inside;
    return;
  }
  if (c == Ascii.LineFeed || d.fenceChars > FENCE || (d.fenceChars <= TICKS && c != Ascii.Backtick))
    giveBack(d);
}

function isTicks(d: Dedupe): bool {
  for (let i: u32 = 0; i < TICKS; i++) if (byteAt(d.fencePtr + i) != Ascii.Backtick) return false;
  return true;
}

/** True when a byte belongs to the echo. Otherwise the stage says what it belongs to. */
function isMatched(d: Dedupe, c: u32): bool {
  if (d.matched < d.coreLen) {
    if (byteAt(d.textPtr + d.matched) == c) {
      d.matched += 1;
      return true;
    }
    if (d.matched > 0) d.echo = Echo.Partial;
    giveBack(d);
    return false;
  }
  if (d.isShort && isWord(byteAt(d.textPtr + d.coreLen - 1)) && isWord(c)) {
    giveBack(d);
    return false;
  }
  d.echo = d.fenced ? Echo.Fence : Echo.Exact;
  d.stage = Stage.Tail;
  d.tail = d.textLen - d.coreLen;
  return false;
}

/** No echo: what was withheld goes out, without an opening fence that was taken for one. */
function giveBack(d: Dedupe): void {
  start(d);
  if (!d.fenced) {
    KEPT.put(d.leadPtr, d.leadLen);
    KEPT.put(d.fencePtr, d.fenceLen);
  }
  KEPT.put(d.textPtr, d.matched);
  d.stage = Stage.Pass;
}

/** Something goes out: the prefill in front of it, where that is wanted. */
function start(d: Dedupe): void {
  if (d.started) return;
  d.started = true;
  if (d.prepends) KEPT.put(d.textPtr, d.textLen);
}

/** A byte behind the beginning; inside of a fence what may close it is withheld. */
function pass(d: Dedupe, c: u32): void {
  start(d);
  if (!d.fenced) {
    KEPT.byte(c);
    return;
  }
  if (isSpace(c)) holdSpace(d, c);
  else if (c == Ascii.Backtick) holdTick(d);
  else {
    putFront(d);
    putBack(d);
    KEPT.byte(c);
  }
}

function holdSpace(d: Dedupe, c: u32): void {
  if (d.ticks > 0) {
    if (d.backLen == SPACE) moveFront(d);
    else {
      store<u8>(d.backPtr + d.backLen, c);
      d.backLen += 1;
      return;
    }
  }
  if (d.frontLen == SPACE) {
    KEPT.byte(byteAt(d.frontPtr));
    memory.copy(d.frontPtr, d.frontPtr + 1, SPACE - 1);
    d.frontLen -= 1;
  }
  store<u8>(d.frontPtr + d.frontLen, c);
  d.frontLen += 1;
}

function holdTick(d: Dedupe): void {
  if (d.backLen > 0) moveFront(d);
  if (d.ticks < TICKS) {
    d.ticks += 1;
    return;
  }
  KEPT.put(d.frontPtr, d.frontLen);
  KEPT.byte(Ascii.Backtick);
  d.frontLen = 0;
}

/** What was held goes out up to its last white space, which is in front now. */
function moveFront(d: Dedupe): void {
  putFront(d);
  memory.copy(d.frontPtr, d.backPtr, d.backLen);
  d.frontLen = d.backLen;
  d.backLen = 0;
}

function putFront(d: Dedupe): void {
  KEPT.put(d.frontPtr, d.frontLen);
  for (let i: u32 = 0; i < d.ticks; i++) KEPT.byte(Ascii.Backtick);
  d.frontLen = 0;
  d.ticks = 0;
}

function putBack(d: Dedupe): void {
  KEPT.put(d.backPtr, d.backLen);
  d.backLen = 0;
}

function isSpace(c: u32): bool {
  return c == Ascii.Space || c == Ascii.Tab || c == Ascii.LineFeed || c == Ascii.CarriageReturn;
}

/** Letters and digits; outside of ASCII everything counts as one. */
function isWord(c: u32): bool {
  return isLetter(c) || isDigit(c) || c >= 0x80;
}
