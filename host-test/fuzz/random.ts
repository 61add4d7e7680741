/** Pseudo-random numbers that are the same on every machine: xorshift128 seeded by splitmix32. */

/** One sequence per case, so that a case can be made again from its seed and number alone. */
export class Random {
  private a = 1;
  private b = 1;
  private c = 1;
  private d = 1;

  /** `seed` names the run, `index` the case in it. Both unsigned 32-bit. */
  constructor(seed: number, index: number) {
    this.restart(seed, index);
  }

  /** Begins another sequence. */
  restart(seed: number, index: number): void {
    const mixed = seed ^ Math.imul(index + 1, 0x9e3779b1);
    this.a = mix(mixed + 0x9e3779b9);
    this.b = mix(mixed + 2 * 0x9e3779b9);
    this.c = mix(mixed + 3 * 0x9e3779b9);
    this.d = mix(mixed + 4 * 0x9e3779b9);
  }

  /** An integer from 0 up to, not including, `bound` (at least 1). */
  int(bound: number): number {
    const first = this.a;
    let word = this.d;
    this.d = this.c;
    this.c = this.b;
    this.b = first;
    word ^= word << 11;
    word ^= word >>> 8;
    word ^= first ^ (first >>> 19);
    this.a = word;
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

/** A word of a state, never zero. */
function mix(counter: number): number {
  const word = counter | 0;
  let next = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  next = Math.imul(next ^ (next >>> 15), 0x735a2d97);
  return (next ^ (next >>> 15)) | 1;
}
