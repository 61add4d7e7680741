/** Test-only: paths over documents, and what in a body is a feature; part of the probe entry. */
import { Arena, makeArena } from "./bytes/arena";
import { openTextList } from "./bytes/text_list";
import { Writer } from "./bytes/writer";
import { applyCuts, openPathSet, PathSet, PathTest } from "./json/paths";
import { findFeatures, openFeatureSet } from "./translate/shared/features";

const ARENA: Arena = makeArena(16384, 1 << 26);

/** A new set; the one before is gone. 0 without memory. */
export function pathsOpen(): PathSet | null {
  ARENA.reset();
  return openPathSet(ARENA);
}

/** Adds a path; false when it is none. `text`: see Path.textPtr, `member`: Path.memberPtr. */
export function pathsAdd(set: PathSet, ptr: usize, len: u32, test: u32): bool {
  return set.add(ptr, len, <PathTest>test) != null;
}

/** Gives the path added last its text; for Equals a JSON token. */
export function pathsText(set: PathSet, ptr: usize, len: u32): void {
  const path = set.paths.at(set.paths.count - 1);
  path.textPtr = ptr;
  path.textLen = len;
  if (path.test != PathTest.Equals) return;
  const values = openTextList(ARENA, 1);
  if (values != null) values.set(0, ptr, len);
  path.values = values;
}

/** Gives the path added last the member that decides about a cut. */
export function pathsMember(set: PathSet, ptr: usize, len: u32): void {
  const path = set.paths.at(set.paths.count - 1);
  path.memberPtr = ptr;
  path.memberLen = len;
}

export function pathsWalk(set: PathSet, ptr: usize, len: u32): void {
  set.walk(ptr, len);
}

export function pathsHit(set: PathSet, index: u32): bool {
  return set.paths.at(index).hit;
}

/** Walks what a writer holds and takes the cuts out of it. */
export function pathsCut(set: PathSet, out: Writer): void {
  set.walk(out.start, out.length);
  applyCuts(set, out);
}

/** Bits of Feature of a Messages body. */
export function bodyFeatures(ptr: usize, len: u32): u32 {
  ARENA.reset();
  const set = openFeatureSet(ARENA);
  return set == null ? 0 : findFeatures(set, ptr, len);
}
