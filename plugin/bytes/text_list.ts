/** Lists and maps of texts whose bytes live elsewhere in the same arena. An empty one has count 0. */
import { Arena } from "./arena";

/** A list of texts: `items` is `count` × (ptr, len: u32). */
@unmanaged
@final
export class TextList {
  count: u32;
  items: usize;

  /** First byte of text `index`. */
  ptr(index: u32): usize {
    return <usize>load<u32>(this.items + (index << 3));
  }

  /** Length of text `index`. */
  len(index: u32): u32 {
    return load<u32>(this.items + (index << 3), 4);
  }

  /** Sets text `index`; the caller made room for it. */
  set(index: u32, ptr: usize, len: u32): void {
    store<u32>(this.items + (index << 3), <u32>ptr);
    store<u32>(this.items + (index << 3), len, 4);
  }
}

/** A map of texts: `items` is `count` × (keyPtr, keyLen, valuePtr, valueLen: u32), in source order. */
@unmanaged
@final
export class TextMap {
  count: u32;
  items: usize;

  /** First byte of key `index`. */
  keyPtr(index: u32): usize {
    return <usize>load<u32>(this.items + (index << 4));
  }

  /** Length of key `index`. */
  keyLen(index: u32): u32 {
    return load<u32>(this.items + (index << 4), 4);
  }

  /** First byte of value `index`. */
  valuePtr(index: u32): usize {
    return <usize>load<u32>(this.items + (index << 4), 8);
  }

  /** Length of value `index`. */
  valueLen(index: u32): u32 {
    return load<u32>(this.items + (index << 4), 12);
  }

  /** Sets key `index`; the caller made room for it. */
  setKey(index: u32, ptr: usize, len: u32): void {
    store<u32>(this.items + (index << 4), <u32>ptr);
    store<u32>(this.items + (index << 4), len, 4);
  }

  /** Sets value `index`. */
  setValue(index: u32, ptr: usize, len: u32): void {
    store<u32>(this.items + (index << 4), <u32>ptr, 8);
    store<u32>(this.items + (index << 4), len, 12);
  }
}

/** A list of `count` texts, all absent until set; null without memory. */
export function openTextList(arena: Arena, count: u32): TextList | null {
  const ptr = arena.takeZeroed(offsetof<TextList>() + (count << 3));
  if (ptr == 0) return null;
  const list = changetype<TextList>(ptr);
  list.count = count;
  list.items = ptr + offsetof<TextList>();
  return list;
}

/** A map of `count` entries, all absent until set; null without memory. */
export function openTextMap(arena: Arena, count: u32): TextMap | null {
  const ptr = arena.takeZeroed(offsetof<TextMap>() + (count << 4));
  if (ptr == 0) return null;
  const map = changetype<TextMap>(ptr);
  map.count = count;
  map.items = ptr + offsetof<TextMap>();
  return map;
}

/** The texts of a list, joined by NUL, in the form of a literal; 0 without memory. The list is not empty. */
export function joinTexts(arena: Arena, list: TextList): usize {
  let len: u32 = list.count - 1;
  for (let i: u32 = 0; i < list.count; i++) len += list.len(i);
  const joined = arena.takeZeroed(4 + len);
  if (joined == 0) return 0;
  store<u32>(joined, len);
  let at = joined + 4;
  for (let i: u32 = 0; i < list.count; i++) {
    memory.copy(at, list.ptr(i), list.len(i));
    at += list.len(i) + 1;
  }
  return joined;
}
