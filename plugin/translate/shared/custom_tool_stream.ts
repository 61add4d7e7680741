/**
 * Chat Completions: the streamed input of a custom tool's call. The pieces of JSON upstream are `{"input":"…"}`; the inside of that
 * string goes on as it comes, its escapes kept, in whole escapes only.
 *
 *   Prefix ──▶ Inside ──▶ Done      {"input":" ; up to the closing quote ; what follows is dropped
 *      └─────▶ Raw                  another form: held, and sent as it is at the end of the block
 *
 * Source: docs/chat.md, "Event table".
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { Ascii, isJsonSpace } from "../../bytes/ascii";
import { byteAt, literalLen, literalPtr } from "../../bytes/compare";
import { chunkLen, chunkPtr, HeldText, openHeldText } from "../../bytes/held_text";
import { openStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { readHex4 } from "../../json/scan";
import { escapeInto, unescapeInto } from "../../json/string";

export const enum ScanState {
  Prefix = 0,
  Inside = 1,
  Done = 2,
  Raw = 3,
}

@unmanaged
@final
export class CustomScan {
  state: ScanState;
  matched: u32; // ScanState.Prefix: bytes of the prefix that came
  held: HeldText; // Prefix, Raw: all that came; Inside: an escape that has not ended
}

/** A piece with its outer escapes gone; keeps nothing between calls. */
const PIECE: Writer = makeWriter();
/** Bytes of a pair of escapes that are one character. */
const PAIR: u32 = 12;
const HEX_ESCAPE: u32 = 6;

/** A scan's state in `arena`; null without memory. */
export function openCustomScan(arena: Arena): CustomScan | null {
  const scan = openStruct<CustomScan>(arena);
  const held = openHeldText(arena);
  if (scan == null || held == null) return null;
  scan.held = held;
  return scan;
}

/** Begins a call. */
export function beginCustomScan(scan: CustomScan): void {
  scan.state = ScanState.Prefix;
  scan.matched = 0;
  scan.held.reset();
}

/**
 * Appends what the inside of a `partial_json` token adds to the input, as the inside of a string token. False when more than
 * `limit` bytes would have to be held, or memory is exhausted.
 */
export function scanCustomInput(
  out: Writer,
  scan: CustomScan,
  ptr: usize,
  len: u32,
  limit: u32,
): bool {
  const held = scan.held;
  PIECE.begin(held.length + len, u32.MAX_VALUE);
  if (scan.state == ScanState.Inside) {
    held.copyTo(PIECE);
    held.reset();
  }
  unescapeInto(PIECE, ptr, len);
  const kept = !PIECE.failed && take(out, scan, PIECE.start, PIECE.cursor, limit);
  PIECE.finish(0);
  return kept;
}

function take(out: Writer, scan: CustomScan, ptr: usize, end: usize, limit: u32): bool {
  if (scan.state == ScanState.Prefix) {
    const start = ptr;
    ptr = matchPrefix(scan, ptr, end);
    if (scan.state != ScanState.Inside) return hold(scan, start, end, limit);
    scan.held.reset();
  } else if (scan.state == ScanState.Raw) return hold(scan, ptr, end, limit);
  return scan.state == ScanState.Done || putInside(out, scan, ptr, end);
}

function hold(scan: CustomScan, ptr: usize, end: usize, limit: u32): bool {
  const len = <u32>(end - ptr);
  return len <= limit && scan.held.length <= limit - len && scan.held.put(ptr, len);
}

/** Takes bytes of `{"input":"`, white space allowed between its tokens; answers where it stopped. */
function matchPrefix(scan: CustomScan, ptr: usize, end: usize): usize {
  const prefix = literalPtr(L.INPUT_PREFIX);
  for (; ptr < end; ptr++) {
    const c = byteAt(ptr);
    if (isJsonSpace(c) && maySpace(scan.matched)) continue;
    if (c != byteAt(prefix + scan.matched)) {
      scan.state = ScanState.Raw;
      return ptr;
    }
    scan.matched += 1;
    if (scan.matched < literalLen(L.INPUT_PREFIX)) continue;
    scan.state = ScanState.Inside;
    return ptr + 1;
  }
  return ptr;
}

/** White space may stand in front of the brace, the key, the colon and the value. */
function maySpace(matched: u32): bool {
  return matched <= 1 || matched >= literalLen(L.INPUT_PREFIX) - 2;
}

/** Copies up to the closing quote, or to an escape that has not ended. */
function putInside(out: Writer, scan: CustomScan, ptr: usize, end: usize): bool {
  while (ptr < end) {
    const stop = findStop(ptr, end);
    escapeInto(out, ptr, <u32>(stop - ptr)); // no quote and no backslash: only control characters change
    if (stop == end) return true;
    if (byteAt(stop) == Ascii.Quote) {
      scan.state = ScanState.Done;
      return true;
    }
    const bytes = escapeLen(stop, end);
    if (bytes == 0) return scan.held.put(stop, <u32>(end - stop));
    if (bytes == 1) {
      // No escape of JSON: the backslash itself is meant.
      out.byte(Ascii.Backslash);
      out.byte(Ascii.Backslash);
    } else out.put(stop, bytes);
    ptr = stop + bytes;
  }
  return true;
}

/** The next quote or backslash, or `end`. */
function findStop(ptr: usize, end: usize): usize {
  while (ptr < end && byteAt(ptr) != Ascii.Quote && byteAt(ptr) != Ascii.Backslash) ptr += 1;
  return ptr;
}

/** Length of the escape at a backslash: 2, 6, or 12 for a pair; 0 when its end has not come; 1 when it is none. */
function escapeLen(ptr: usize, end: usize): u32 {
  const room = <u32>(end - ptr);
  if (room < 2) return 0;
  switch (byteAt(ptr + 1)) {
    case Ascii.Quote:
    case Ascii.Backslash:
    case Ascii.Slash:
    case Ascii.LowerB:
    case Ascii.LowerF:
    case Ascii.LowerN:
    case Ascii.LowerR:
    case Ascii.LowerT:
      return 2;
    case Ascii.LowerU:
      return hexEscapeLen(ptr, room);
    default:
      return 1;
  }
}

/** The two halves of a pair go together: clients that decode piece by piece could not join them. */
function hexEscapeLen(ptr: usize, room: u32): u32 {
  if (room < HEX_ESCAPE) return 0;
  const value = readHex4(ptr + 2);
  if (value > 0xffff) return 1;
  if ((value & 0xfc00) != 0xd800) return HEX_ESCAPE;
  if (room == HEX_ESCAPE) return 0;
  if (byteAt(ptr + HEX_ESCAPE) != Ascii.Backslash) return HEX_ESCAPE;
  if (room == HEX_ESCAPE + 1) return 0;
  if (byteAt(ptr + HEX_ESCAPE + 1) != Ascii.LowerU) return HEX_ESCAPE;
  if (room < PAIR) return 0;
  return (readHex4(ptr + HEX_ESCAPE + 2) & 0xfffffc00) == 0xdc00 ? PAIR : HEX_ESCAPE;
}

/** Appends what is left when the block ends: the raw JSON of another form, as the inside of a string token. */
export function endCustomScan(out: Writer, scan: CustomScan): void {
  if (scan.state != ScanState.Raw && scan.state != ScanState.Prefix) return;
  const held = scan.held;
  for (let chunk = held.firstChunk(); chunk != 0; chunk = held.nextOf(chunk)) {
    escapeInto(out, chunkPtr(chunk), chunkLen(chunk));
  }
}
