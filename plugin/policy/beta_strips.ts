/** What goes out of a body because its token does not go to the provider. */
import { Arena } from "../bytes/arena";
import { MOST_PATHS, openPathSet, PathSet, PathTest } from "../json/paths";
import { STRIP_COUNT } from "./beta_rows";
import { BetaRow, betaText, stripAt } from "./beta_table";
import { Betas } from "./betas";

/** True when something may have to go out of the body. */
export function hasStrips(betas: Betas): bool {
  return stripBits(betas) != 0 || countOwn(betas) > 0;
}

/**
 * Walks the outgoing body: the answer's `cuts` are what has to go (`applyCuts`, or splices). Null without memory. A configuration
 * whose dropped rows name more than 64 paths has the first of them cut.
 */
export function findStrips(betas: Betas, arena: Arena, ptr: usize, len: u32): PathSet | null {
  const set = openPathSet(arena);
  if (set == null) return null;
  const bits = stripBits(betas);
  for (let i: u32 = 0; i < STRIP_COUNT; i++) {
    if ((bits & ((<u64>1) << (<u64>i))) != 0 && !addStrip(set, i)) return null;
  }
  const rows = betas.config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    if (betas.states.at(i).dropped && !addOwn(set, rows.at(i))) return null;
  }
  set.walk(ptr, len);
  return set.failed ? null : set;
}

/** Built-in strips of the rows that do not go out, without those that another row which goes out takes care of. */
function stripBits(betas: Betas): u64 {
  const rows = betas.config.betas;
  let strips: u64 = 0;
  let covers: u64 = 0;
  for (let i: u32 = 0; i < rows.count; i++) {
    const state = betas.states.at(i);
    if (state.dropped) strips |= rows.at(i).strips;
    if (state.sent) covers |= rows.at(i).covers | rows.at(i).strips;
  }
  return strips & ~covers;
}

function countOwn(betas: Betas): u32 {
  const rows = betas.config.betas;
  let count: u32 = 0;
  for (let i: u32 = 0; i < rows.count; i++) {
    if (betas.states.at(i).dropped) count += rows.at(i).strip.count;
  }
  return count;
}

function addStrip(set: PathSet, index: u32): bool {
  const strip = stripAt(index);
  const path = set.add(betaText(strip.path), strip.pathLen, PathTest.Cut);
  if (path == null) return false;
  if (strip.memberLen == 0) return true;
  path.memberPtr = betaText(strip.member);
  path.memberLen = strip.memberLen;
  path.textPtr = betaText(strip.glob);
  path.textLen = strip.globLen;
  return true;
}

function addOwn(set: PathSet, row: BetaRow): bool {
  const list = row.strip;
  for (let i: u32 = 0; i < list.count && set.paths.count < MOST_PATHS; i++) {
    if (set.add(list.ptr(i), list.len(i), PathTest.Cut) == null) return false;
  }
  return true;
}
