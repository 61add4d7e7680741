/** Comparison of byte runs. No JSON or HTTP knowledge. */
import { toLower } from "./ascii";

/** Length of a generated literal: a u32 in front of its bytes. */
export function literalLen(literal: usize): u32 {
  return load<u32>(literal);
}

/** First byte of a generated literal. */
export function literalPtr(literal: usize): usize {
  return literal + 4;
}

/** True when both runs of `len` bytes are the same. */
export function equals(a: usize, b: usize, len: u32): bool {
  if (len < 8) return equalsShort(a, b, len);
  const last = a + len - 8;
  for (; a < last; a += 8, b += 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
  }
  // The last word overlaps the one in front of it where the length is no multiple.
  return load<u64>(last) == load<u64>(b + (last - a));
}

function equalsShort(a: usize, b: usize, len: u32): bool {
  const end = a + len;
  for (; a < end; a++, b++) {
    if (load<u8>(a) != load<u8>(b)) return false;
  }
  return true;
}

/** True when the run is exactly the literal. */
export function equalsLiteral(ptr: usize, len: u32, literal: usize): bool {
  return len == load<u32>(literal) && equals(ptr, literal + 4, len);
}

/** True when the run begins with another one. */
export function startsWith(ptr: usize, len: u32, prefix: usize, prefixLen: u32): bool {
  return len >= prefixLen && equals(ptr, prefix, prefixLen);
}

/** True when the run begins with the literal. */
export function startsWithLiteral(ptr: usize, len: u32, literal: usize): bool {
  return len >= load<u32>(literal) && equals(ptr, literal + 4, load<u32>(literal));
}

/** True when the run is the literal, ASCII case ignored; the literal must be lower case. */
export function equalsLiteralIgnoreCase(ptr: usize, len: u32, literal: usize): bool {
  return len == load<u32>(literal) && startsWithLiteralIgnoreCase(ptr, len, literal);
}

/** True when the run begins with the literal, ASCII case ignored; the literal must be lower case. */
export function startsWithLiteralIgnoreCase(ptr: usize, len: u32, literal: usize): bool {
  const size = load<u32>(literal);
  if (len < size) return false;
  for (let i: u32 = 0; i < size; i++) {
    if (toLower(<u32>load<u8>(ptr + i)) != <u32>load<u8>(literal + 4 + i)) return false;
  }
  return true;
}

/** Address of the first `byte` in the run, or `end`. */
export function findByte(ptr: usize, end: usize, byte: u32): usize {
  while (ptr < end && <u32>load<u8>(ptr) != byte) ptr++;
  return ptr;
}

/** Address of the first occurrence of the literal in the run, or 0. */
export function findLiteral(ptr: usize, len: u32, literal: usize): usize {
  const size = load<u32>(literal);
  if (size > len) return 0;
  const last = ptr + len - size;
  const first = <u32>load<u8>(literal, 4);
  for (let at = ptr; at <= last; at++) {
    if (<u32>load<u8>(at) == first && equals(at, literal + 4, size)) return at;
  }
  return 0;
}

/** True when a text holds another, which is not empty. */
export function findSpan(ptr: usize, len: u32, part: usize, partLen: u32): bool {
  if (partLen == 0 || partLen > len) return false;
  const last = ptr + (len - partLen);
  const first = byteAt(part);
  for (
    let at = findByte(ptr, last + 1, first);
    at <= last;
    at = findByte(at + 1, last + 1, first)
  ) {
    if (equals(at, part, partLen)) return true;
  }
  return false;
}

/** FNV-1a, 32 bits, over the run. */
export function fnv1a(ptr: usize, len: u32): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i: u32 = 0; i < len; i++) hash = (hash ^ (<u32>load<u8>(ptr + i))) * 0x01000193;
  return hash;
}

/** FNV-1a, 64 bits, over the run. */
export function fnv1a64(ptr: usize, len: u32): u64 {
  let hash: u64 = 0xcbf2_9ce4_8422_2325;
  for (let i: u32 = 0; i < len; i++) hash = (hash ^ (<u64>load<u8>(ptr + i))) * 0x100_0000_01b3;
  return hash;
}

/** One byte, widened. */
export function byteAt(ptr: usize): u32 {
  return <u32>load<u8>(ptr);
}

/** Eight bytes, little endian. */
export function readU64(ptr: usize): u64 {
  return load<u64>(ptr);
}
