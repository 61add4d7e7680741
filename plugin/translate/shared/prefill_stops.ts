/**
 * Stop sequences that the beginning of an answer could set off by itself: an echo of the prefill, or a fence around the answer, would end
 * it at once. The upstream is not told of them, and the answer is searched for them. Source: docs/prefill.md, "Stop sequences".
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt, findLiteral, findSpan } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { splice } from "../../bytes/splice";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { addStop, LONGEST_STOP, openStopScan, StopScan } from "../../json/stop_scan";
import { unescapeInto } from "../../json/string";
import { isJson, Prefill } from "./prefill";

/** Sequences that are looked for at once; further ones stay with the upstream. */
const MOST_STOPS: u32 = 16;
/** Sequences of a request that are asked; further ones stay there too. */
const MOST_ASKED: u32 = 64;
const MAX_DEPTH: u32 = 4;

const LIST: JsonCursor = makeStruct<JsonCursor>();
const PLAIN: Writer = makeWriter();
const KEPT: Writer = makeWriter();
const CAP: u32 = 0x1000_0000;

/** Forgets the sequences of the request before. */
export function forgetStops(): void {
  takenScan = null;
}

/** The sequences are in `takenScan`, null when there is none. False without memory. */
export function takeStops(it: Prefill, arena: Arena): bool {
  if (it.stopsPtr == 0) return true;
  KEPT.begin(it.stopsLen, CAP);
  KEPT.byte(Ascii.BracketOpen);
  LIST.open(it.stopsPtr, it.stopsLen, MAX_DEPTH);
  LIST.enterArray();
  for (let asked: u32 = 0; LIST.nextElement(); asked++) {
    const isText = LIST.kind() == JsonKind.String;
    LIST.skip();
    if (isText && asked < MOST_ASKED && collides(it)) {
      if (!takeStop(arena)) return false;
      continue;
    }
    if (KEPT.length > 1) KEPT.byte(Ascii.Comma);
    KEPT.put(LIST.valuePtr, LIST.valueLen);
  }
  KEPT.byte(Ascii.BracketClose);
  return !KEPT.failed && !PLAIN.failed;
}

/** What `takeStops` found. */
export let takenScan: StopScan | null = null;

/** Leaves the sequence at hand in PLAIN; true when it is to be taken. */
function collides(it: Prefill): bool {
  const scan = takenScan;
  PLAIN.begin(LIST.valueLen, CAP);
  unescapeInto(PLAIN, LIST.valuePtr + 1, LIST.valueLen - 2);
  const len = PLAIN.length;
  if (PLAIN.failed || len == 0 || len > LONGEST_STOP) return false;
  if (scan != null && scan.texts.count == MOST_STOPS) return false;
  if (findSpan(it.textPtr, it.textLen, PLAIN.start, len)) return true;
  return findLiteral(PLAIN.start, len, L.FENCE) != 0 && mayBeFenced(it);
}

/** The answer may begin with a fence: the turn opens one, or JSON. */
function mayBeFenced(it: Prefill): bool {
  return isJson(it) || findLiteral(it.textPtr, it.textLen, L.FENCE) != 0;
}

function takeStop(arena: Arena): bool {
  if (takenScan == null) takenScan = openStopScan(arena, MOST_STOPS);
  const scan = takenScan;
  return scan != null && addStop(scan, arena, PLAIN.start, PLAIN.length);
}

/** Takes the sequences that were found out of the list at offset `at` of a body; without any left the member goes. */
export function withdrawStops(out: Writer, at: u32, len: u32): void {
  if (takenScan == null) return;
  if (KEPT.length > 2) splice(out, at, len, KEPT.start, KEPT.length);
  else cutMember(out, at, len);
  KEPT.finish(0);
}

/** Takes a member out whose value stands at `at`, with the comma in front of it or, of the first one, behind it. */
function cutMember(out: Writer, at: u32, len: u32): void {
  let from = at;
  let end = at + len;
  while (byteOf(out, from) != Ascii.Quote) from -= 1;
  from -= 1;
  while (byteOf(out, from) != Ascii.Quote) from -= 1;
  let before = from - 1;
  while (isSpace(byteOf(out, before))) before -= 1;
  if (byteOf(out, before) == Ascii.Comma) from = before;
  else {
    while (isSpace(byteOf(out, end))) end += 1;
    if (byteOf(out, end) == Ascii.Comma) end += 1;
  }
  out.cut(from, end);
}

/** White space of JSON. */
function isSpace(c: u32): bool {
  return c == Ascii.Space || c == Ascii.Tab || c == Ascii.LineFeed || c == Ascii.CarriageReturn;
}

function byteOf(out: Writer, at: u32): u32 {
  return byteAt(out.start + at);
}
