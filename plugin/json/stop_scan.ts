/**
 * Looks for stop sequences in a text that comes in pieces, as the upstream does in the text that it writes: the first that is complete
 * ends the text in front of it. What is withheld is what may still become one. Source: docs/prefill.md, "Stop sequences".
 */
import { Arena } from "../bytes/arena";
import { byteAt } from "../bytes/compare";
import { openStruct } from "../bytes/records";
import { openStructArray, StructArray } from "../bytes/struct_array";
import { makeWriter, Writer } from "../bytes/writer";
import { escapeInto, unescapeInto } from "./string";

/** Longest sequence that is looked for; how far to fall back is kept in 16 bits for each byte. */
export const LONGEST_STOP: u32 = 1024;

/** One sequence, and how much of it the text ends with. */
@unmanaged
@final
export class StopText {
  ptr: usize; // unescaped; in the arena
  len: u32;
  fallbacks: usize; // u16 for each byte: the longest beginning that also ends there
  matched: u32;
}

@unmanaged
@final
export class StopScan {
  texts: StructArray<StopText>;
  skip: u32; // bytes at the beginning that are not looked at
  held: usize; // bytes that are withheld
  heldLen: u32;
  hit: StopText | null; // ended the text
}

/** For at most `count` sequences, in `arena`; null without memory. */
export function openStopScan(arena: Arena, count: u32): StopScan | null {
  const scan = openStruct<StopScan>(arena);
  const texts = openStructArray<StopText>(arena, count);
  const held = arena.take(LONGEST_STOP);
  if (scan == null || texts == null || held == 0) return null;
  scan.texts = texts;
  scan.held = held;
  return scan;
}

/** Adds a sequence of 1 to LONGEST_STOP unescaped bytes, which are copied. False without memory. */
export function addStop(scan: StopScan, arena: Arena, ptr: usize, len: u32): bool {
  const text = scan.texts.push();
  if (text == null) return false;
  text.len = len;
  text.ptr = arena.keep(ptr, len);
  text.fallbacks = arena.take(len << 1);
  if (text.ptr == 0 || text.fallbacks == 0) return false;
  store<u16>(text.fallbacks, 0);
  let matched: u32 = 0;
  for (let i: u32 = 1; i < len; i++) {
    matched = follow(text, matched, byteAt(text.ptr + i));
    store<u16>(text.fallbacks + (i << 1), matched);
  }
  return true;
}

/** How much of the text is matched behind a byte more, of which `matched` bytes were. */
function follow(text: StopText, matched: u32, c: u32): u32 {
  while (matched > 0 && byteAt(text.ptr + matched) != c) {
    matched = load<u16>(text.fallbacks + ((matched - 1) << 1));
  }
  return byteAt(text.ptr + matched) == c ? matched + 1 : 0;
}

const WINDOW: Writer = makeWriter();
const WINDOW_CAP: u32 = 0x1000_0000;

/** Appends what may go of a piece of text; both are the inside of a token. Nothing goes behind a hit. False without memory. */
export function feedStops(out: Writer, scan: StopScan, ptr: usize, len: u32): bool {
  if (scan.hit != null) return true;
  WINDOW.begin(scan.heldLen + len, WINDOW_CAP);
  WINDOW.put(scan.held, scan.heldLen);
  const known = WINDOW.length;
  unescapeInto(WINDOW, ptr, len);
  if (WINDOW.failed) return false;
  let go = WINDOW.length;
  for (let i = known; i < WINDOW.length && scan.hit == null; i++) {
    if (scan.skip > 0) scan.skip -= 1;
    else if (isHit(scan, byteAt(WINDOW.start + i))) go = i + 1 - hitLen(scan);
  }
  if (scan.hit == null) {
    scan.heldLen = longestMatched(scan);
    go -= scan.heldLen;
    memory.copy(scan.held, WINDOW.start + go, scan.heldLen);
  }
  escapeInto(out, WINDOW.start, go);
  WINDOW.finish(0);
  return !out.failed;
}

/** Appends what was withheld: the text has come to its end. The next one begins anew. False without memory. */
export function endStops(out: Writer, scan: StopScan): bool {
  if (scan.hit == null) escapeInto(out, scan.held, scan.heldLen);
  scan.heldLen = 0;
  for (let i: u32 = 0; i < scan.texts.count; i++) scan.texts.at(i).matched = 0;
  return !out.failed;
}

/** Takes one byte; true when a sequence is complete. Of several the longest counts, which began first. */
function isHit(scan: StopScan, c: u32): bool {
  for (let i: u32 = 0; i < scan.texts.count; i++) {
    const text = scan.texts.at(i);
    text.matched = follow(text, text.matched, c);
    if (text.matched == text.len && text.len > hitLen(scan)) scan.hit = text;
  }
  return scan.hit != null;
}

function hitLen(scan: StopScan): u32 {
  const hit = scan.hit;
  return hit == null ? 0 : hit.len;
}

function longestMatched(scan: StopScan): u32 {
  let longest: u32 = 0;
  for (let i: u32 = 0; i < scan.texts.count; i++) longest = max(longest, scan.texts.at(i).matched);
  return longest;
}
