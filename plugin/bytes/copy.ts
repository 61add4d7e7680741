/**
 * Copying of short and long runs. Every buffer of ours has SLACK readable and writable bytes behind
 * its end, so a copy may move whole 16-byte lanes and overrun by at most 15 bytes.
 */

/** Bytes behind the end of every arena block, writer and static literal that may be touched. */
export const SLACK: u32 = 16;

/** Above this length the host's bulk copy is faster than lanes (a call per `memory.copy`). */
const LANES_UP_TO: u32 = 192;

/**
 * Copies `len` bytes; may write up to 15 further bytes behind `dst + len` and read as many behind
 * `src + len`. The ranges must not overlap. The caller guarantees SLACK on both sides.
 */
export function copyTrusted(dst: usize, src: usize, len: u32): void {
  if (len > LANES_UP_TO) {
    memory.copy(dst, src, len);
    return;
  }
  const end = dst + len;
  while (dst < end) {
    if (ASC_FEATURE_SIMD) {
      v128.store(dst, v128.load(src));
    } else {
      store<u64>(dst, load<u64>(src));
      store<u64>(dst, load<u64>(src, 8), 8);
    }
    dst += 16;
    src += 16;
  }
}

/** Fills `len` bytes with zeros and touches nothing behind them. Short runs cost no call of the host's bulk fill. */
export function clear(ptr: usize, len: u32): void {
  if (len > LANES_UP_TO) {
    memory.fill(ptr, 0, len);
    return;
  }
  const end = ptr + len;
  if (ASC_FEATURE_SIMD) {
    for (; ptr + 16 <= end; ptr += 16) v128.store(ptr, i64x2.splat(0));
  }
  for (; ptr + 8 <= end; ptr += 8) store<u64>(ptr, 0);
  for (; ptr < end; ptr++) store<u8>(ptr, 0);
}
