/**
 * Header lists in the ABI's form, read and written in place:
 *
 *   u32 count | count × (u32 nameLen, u32 valueLen) | count × (name, NUL, value, NUL)     little endian
 *
 * Source: proxy-wasm/spec v0.2.1, "Serialized map"; docs/hosts.md, "Pairs".
 */
import { copyTrusted } from "../bytes/copy";
import { literalLen, literalPtr } from "../bytes/compare";
import { Arena } from "../bytes/arena";

/** Name and value of the pair that `nextPair` answered; spans of the block that was opened. */
export let pairNamePtr: usize = 0;
export let pairNameLen: u32 = 0;
export let pairValuePtr: usize = 0;
export let pairValueLen: u32 = 0;

let lengthsAt: usize = 0;
let bytesAt: usize = 0;
let blockEnd: usize = 0;
let pairsLeft: u32 = 0;

/** Starts over a block; a malformed one reads as empty. */
export function openPairs(ptr: usize, len: u32): void {
  pairsLeft = len >= 4 ? load<u32>(ptr) : 0;
  blockEnd = ptr + len;
  if (<u64>pairsLeft * 8 + 4 > <u64>len) pairsLeft = 0;
  lengthsAt = ptr + 4;
  bytesAt = lengthsAt + ((<usize>pairsLeft) << 3);
}

/** Goes to the next pair; false behind the last one or at the first that does not fit. */
export function nextPair(): bool {
  if (pairsLeft == 0) return false;
  pairsLeft -= 1;
  const nameLen = load<u32>(lengthsAt);
  const valueLen = load<u32>(lengthsAt, 4);
  // Lengths come from outside: 32 bits would wrap and let a span leave the block.
  const behind = <u64>bytesAt + nameLen + valueLen + 2;
  if (behind > <u64>blockEnd) {
    pairsLeft = 0;
    return false;
  }
  lengthsAt += 8;
  pairNamePtr = bytesAt;
  pairNameLen = nameLen;
  pairValuePtr = bytesAt + nameLen + 1;
  pairValueLen = valueLen;
  bytesAt = <usize>behind;
  return true;
}

/** A header list that is being written; at most PAIRS_MAX entries. */
@unmanaged
@final
export class PairList {
  count: u32;
  bytes: u32; // of all names and values, NULs included
  entries: usize; // count × (namePtr, nameLen, valuePtr, valueLen)

  /** Notes a pair; its bytes must stay in place until `write`. Ignored when the list is full. */
  add(name: usize, valuePtr: usize, valueLen: u32): void {
    this.addSpan(literalPtr(name), literalLen(name), valuePtr, valueLen);
  }

  /** As `add`, for a name that is no literal. */
  addSpan(namePtr: usize, nameLen: u32, valuePtr: usize, valueLen: u32): void {
    if (this.count == PAIRS_MAX) return;
    const at = this.entries + (this.count << 4);
    store<u32>(at, <u32>namePtr);
    store<u32>(at, nameLen, 4);
    store<u32>(at, <u32>valuePtr, 8);
    store<u32>(at, valueLen, 12);
    this.count += 1;
    this.bytes += nameLen + valueLen + 2;
  }

  /** Length of the block that `write` makes. */
  get length(): u32 {
    return 4 + (this.count << 3) + this.bytes;
  }

  /** Writes the block into `arena` and answers its address; 0 without memory. */
  write(arena: Arena): usize {
    const block = arena.take(this.length);
    if (block == 0) return 0;
    store<u32>(block, this.count);
    let bytes = block + 4 + (this.count << 3);
    for (let i: u32 = 0; i < this.count; i++) {
      const entry = this.entries + (i << 4);
      const nameLen = load<u32>(entry, 4);
      const valueLen = load<u32>(entry, 12);
      store<u32>(block + (i << 3), nameLen, 4);
      store<u32>(block + (i << 3), valueLen, 8);
      bytes = putWithNul(bytes, <usize>load<u32>(entry), nameLen);
      bytes = putWithNul(bytes, <usize>load<u32>(entry, 8), valueLen);
    }
    return block;
  }
}

const PAIRS_MAX: u32 = 48;

function putWithNul(at: usize, ptr: usize, len: u32): usize {
  copyTrusted(at, ptr, len);
  store<u8>(at + len, 0);
  return at + len + 1;
}

/** An empty list in `arena`; null without memory. */
export function openPairList(arena: Arena): PairList | null {
  const ptr = arena.takeZeroed(offsetof<PairList>() + (PAIRS_MAX << 4));
  if (ptr == 0) return null;
  const list = changetype<PairList>(ptr);
  list.entries = ptr + offsetof<PairList>();
  return list;
}
