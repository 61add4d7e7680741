/** The probe's view of json/dedupe. */
import { Arena, makeArena } from "./bytes/arena";
import { makeWriter, Writer } from "./bytes/writer";
import { Dedupe, endDedupe, feedDedupe, openDedupe } from "./json/dedupe";
import { addStop, endStops, feedStops, openStopScan, StopScan } from "./json/stop_scan";

const ARENA: Arena = makeArena(4096, 0x100_0000);
const OUT: Writer = makeWriter();
let dedupe: Dedupe | null = null;

/** Begins with an unescaped prefill; false without memory. */
export function dedupeOpen(ptr: usize, len: u32, prepends: bool): bool {
  ARENA.reset();
  OUT.begin(1024, 0x100_0000);
  dedupe = openDedupe(ARENA, ptr, len, prepends);
  return dedupe != null;
}

/** Hands a piece of text in, which is the inside of a token. */
export function dedupeFeed(ptr: usize, len: u32): bool {
  const it = dedupe;
  return it != null && feedDedupe(OUT, it, ptr, len);
}

/** Ends the text; answers where all of what came out stands, `dedupeLength` how much. */
export function dedupeEnd(): usize {
  const it = dedupe;
  return it != null && endDedupe(OUT, it) ? OUT.start : 0;
}

export function dedupeLength(): u32 {
  return OUT.length;
}

/** How the answer began. */
export function dedupeEcho(): u32 {
  const it = dedupe;
  return it == null ? 0 : <u32>it.echo;
}

let scan: StopScan | null = null;

/** Begins to look for sequences; `skip` bytes at the beginning are not looked at. False without memory. */
export function scanOpen(count: u32, skip: u32): bool {
  ARENA.reset();
  OUT.begin(1024, 0x100_0000);
  const opened = openStopScan(ARENA, count);
  scan = opened;
  if (opened == null) return false;
  opened.skip = skip;
  return true;
}

/** Adds an unescaped sequence. */
export function scanAdd(ptr: usize, len: u32): bool {
  const it = scan;
  return it != null && addStop(it, ARENA, ptr, len);
}

/** Hands a piece of text in, which is the inside of a token; answers how much of the text is out. */
export function scanFeed(ptr: usize, len: u32): u32 {
  const it = scan;
  if (it != null) feedStops(OUT, it, ptr, len);
  return OUT.length;
}

/** Ends the text; answers where all of what came out stands, `dedupeLength` how much. */
export function scanEnd(): usize {
  const it = scan;
  return it != null && endStops(OUT, it) ? OUT.start : 0;
}

/** Index of the sequence that ended the text, -1: none did. */
export function scanHit(): i32 {
  const it = scan;
  if (it == null || it.hit == null) return -1;
  for (let i: u32 = 0; i < it.texts.count; i++) if (it.texts.at(i) === it.hit) return <i32>i;
  return -1;
}
