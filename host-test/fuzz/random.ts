/** Pseudo-random numbers that are the same on every machine: xorshift128 seeded by splitmix32. */

/** One sequence per case, so that a case can be made again from its seed and number alone. */
export class Random {
  private readonly state = new Uint32Array(4);

  /** `seed` names the run, `index` the case in it. Both unsigned 32-bit. */
  constructor(seed: number, index: number) {
    let mixed = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
    for (let at = 0; at < 4; at++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      this.state[at] = (word ^ (word >>> 15)) | 1;
    }
  }

  /** An integer from 0 up to, not including, `bound` (at least 1). */
  int(bound: number): number {
    const { state } = this;
    let word = state[3] as number;
    const first = state[0] as number;
    state[3] = state[2] as number;
    state[2] = state[1] as number;
    state[1] = first;
    word ^= word << 11;
    word ^= word >>> 8;
    word ^= first ^ (first >>> 19);
    state[0] = word;
    return (word >>> 0) % bound;
  }

  /** True in one of `many` draws. */
  oneIn(many: number): boolean {
    return this.int(many) === 0;
  }

  /** An element; the list is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  /** `count` values of `make`, where `count` is from 0 to `most`, small ones more often. */
  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: Math.min(this.int(most + 1), this.int(most + 1)) }, make);
  }
}
