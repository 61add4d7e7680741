/** The probe's view of json/dedupe. */
import { Arena, makeArena } from "./bytes/arena";
import { makeWriter, Writer } from "./bytes/writer";
import { Dedupe, endDedupe, feedDedupe, openDedupe } from "./json/dedupe";

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
