/** How far apart two short words are, to guess what a mistyped one was meant to be. */

/** Longer words are never near to anything. */
export const LONGEST_WORD: u32 = 64;
/** Answer for words that are too long to compare. */
export const FAR: u32 = 255;

const ROW: usize = memory.data(80); // one byte per prefix of the second word

/**
 * Insertions, deletions and replacements between two words (Levenshtein); FAR when one of them is longer
 * than LONGEST_WORD. Quadratic, so for short words only.
 */
export function editDistance(a: usize, aLen: u32, b: usize, bLen: u32): u32 {
  if (aLen > LONGEST_WORD || bLen > LONGEST_WORD) return FAR;
  for (let j: u32 = 0; j <= bLen; j++) store<u8>(ROW + j, j);
  for (let i: u32 = 0; i < aLen; i++) {
    const letter = <u32>load<u8>(a + i);
    let diagonal = <u32>load<u8>(ROW);
    store<u8>(ROW, i + 1);
    for (let j: u32 = 0; j < bLen; j++) {
      const above = <u32>load<u8>(ROW + j, 1);
      const left = <u32>load<u8>(ROW + j);
      const replaced = diagonal + <u32>(letter != <u32>load<u8>(b + j));
      store<u8>(ROW + j, min(replaced, min(above, left) + 1), 1);
      diagonal = above;
    }
  }
  return <u32>load<u8>(ROW + bLen);
}
