/** Merging of maps: an entry of the second replaces the one of the first with the same key. */
import { equals } from "../../bytes/compare";
import { TextMap } from "../../bytes/text_list";
import { Reader } from "./reader";

/** Entries of both, those of `first` in front; one of the two when the other is empty. */
export function mergeMaps(reader: Reader, first: TextMap, second: TextMap): TextMap {
  if (first.count == 0) return second;
  if (second.count == 0) return first;
  const merged = reader.openMap(first.count + second.count);
  if (reader.failed) return first;
  let count: u32 = 0;
  for (let i: u32 = 0; i < first.count; i++) {
    if (hasKey(second, first.keyPtr(i), first.keyLen(i))) continue;
    copyEntry(merged, count, first, i);
    count += 1;
  }
  for (let i: u32 = 0; i < second.count; i++, count++) copyEntry(merged, count, second, i);
  merged.count = count;
  return merged;
}

function hasKey(map: TextMap, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < map.count; i++) {
    if (map.keyLen(i) == len && equals(map.keyPtr(i), ptr, len)) return true;
  }
  return false;
}

function copyEntry(to: TextMap, at: u32, from: TextMap, index: u32): void {
  to.setKey(at, from.keyPtr(index), from.keyLen(index));
  to.setValue(at, from.valuePtr(index), from.valueLen(index));
}
