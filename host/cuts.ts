/** Ways to cut a body into pieces, so that a test can show that the cuts do not matter. */

/** `whole`; a size for every piece; or the positions of the cuts in rising order. */
export type Cut = "whole" | number | readonly number[];

/** Cuts `bytes`; the pieces are views. Positions outside the body and empty pieces are left out. */
export function cutBytes(bytes: Uint8Array, cut: Cut): Uint8Array[] {
  if (bytes.length === 0) return [];
  if (cut === "whole") return [bytes];
  const pieces: Uint8Array[] = [];
  let from = 0;
  const cutAt = (position: number): void => {
    const to = Math.min(position, bytes.length);
    if (to > from) pieces.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  };
  if (typeof cut === "number") {
    const size = Math.max(1, cut);
    for (let position = size; position < bytes.length; position += size) cutAt(position);
  } else {
    cut.forEach(cutAt);
  }
  cutAt(bytes.length);
  return pieces;
}

/**
 * Positions where a careless reader breaks: inside a multi-byte character, between carriage return and line feed,
 * between two line feeds, and behind a backslash.
 */
export function awkwardCuts(bytes: Uint8Array): number[] {
  const positions: number[] = [];
  for (let at = 1; at < bytes.length; at++) {
    const before = bytes[at - 1] as number;
    const here = bytes[at] as number;
    const inCharacter = (here & 0xc0) === 0x80;
    const inLineEnd = here === 0x0a && (before === 0x0d || before === 0x0a);
    if (inCharacter || inLineEnd || before === 0x5c) positions.push(at);
  }
  return positions;
}

/** Random cut positions for a body of `length` bytes, the same for the same seed. */
export function randomCuts(length: number, seed: number): number[] {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  const next = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const positions: number[] = [];
  const widest = 1 + next(64);
  for (let at = 1 + next(widest); at < length; at += 1 + next(widest)) positions.push(at);
  return positions;
}
