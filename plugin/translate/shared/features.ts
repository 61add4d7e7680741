/**
 * What in a Messages body is a feature that a beta token may belong to. Surfaces that write a body note features while they
 * write; a body that goes upstream as it came is asked here. One table for both: scripts/tables/betas.json.
 */
import { Arena } from "../../bytes/arena";
import { structAt } from "../../bytes/struct_array";
import { openTextList } from "../../bytes/text_list";
import { openPathSet, Path, PathSet, PathTest } from "../../json/paths";
import { FEATURE_ROW_COUNT, FEATURE_ROWS, FEATURE_TEXTS } from "./feature_rows";

/** A condition as it is generated; offsets are into FEATURE_TEXTS. */
@unmanaged
@final
class FeatureData {
  path: u32;
  pathLen: u32;
  test: PathTest;
  feature: u32; // number of the bit
  text: u32; // Prefix: the beginning; Equals: a JSON token
  textLen: u32;
}

/** The questions, for `findFeatures`; null without memory. They do not change and can be kept. */
export function openFeatureSet(arena: Arena): PathSet | null {
  const set = openPathSet(arena);
  if (set == null) return null;
  for (let i: u32 = 0; i < FEATURE_ROW_COUNT; i++) {
    const data = structAt<FeatureData>(FEATURE_ROWS, i);
    const path = set.add(FEATURE_TEXTS + data.path, data.pathLen, data.test);
    if (path == null || !setText(path, data, arena)) return null;
  }
  return set;
}

function setText(path: Path, data: FeatureData, arena: Arena): bool {
  path.id = data.feature;
  path.textPtr = FEATURE_TEXTS + data.text;
  path.textLen = data.textLen;
  if (data.test != PathTest.Equals) return true;
  const values = openTextList(arena, 1);
  if (values == null) return false;
  values.set(0, path.textPtr, path.textLen);
  path.values = values;
  return true;
}

/** Bits of Feature that a valid Messages body has; `set` is of `openFeatureSet`. */
export function findFeatures(set: PathSet, ptr: usize, len: u32): u32 {
  set.walk(ptr, len);
  let features: u32 = 0;
  for (let i: u32 = 0; i < set.paths.count; i++) {
    if (set.paths.at(i).hit) features |= (<u32>1) << set.paths.at(i).id;
  }
  return features;
}
