// Counts how exchanges of a soak ended.

import type { Kind } from "./envoy_kinds.ts";
import { ENDS, type End, type Seen } from "./envoy_verdicts.ts";

/** Exchanges of one kind. */
export interface Count {
  name: string;
  end: End;
  right: number;
  wrong: number;
}

/** Of so many wrong exchanges what was seen is kept. */
const SHOWN = 20;

/** The ends of all exchanges so far. */
export class Tally {
  /** What was seen of the first wrong exchanges. */
  readonly shown: string[] = [];
  readonly #counts = new Map<Kind, Count>();

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) {
      this.#counts.set(kind, { name: kind.name, end: kind.end, right: 0, wrong: 0 });
    }
  }

  /** Judges an exchange and counts it. Returns whether it went as it must. */
  note(kind: Kind, size: number, seen: Seen): boolean {
    const count = this.#counts.get(kind);
    if (count === undefined) throw new Error(`no kind is called ${kind.name}`);
    const isRight = kind.right(seen);
    count[isRight ? "right" : "wrong"]++;
    if (!isRight && this.shown.length < SHOWN) this.shown.push(wrongOf(kind, size, seen));
    return isRight;
  }

  /** A row for each kind. */
  get counts(): Count[] {
    return [...this.#counts.values()];
  }

  get done(): number {
    return this.counts.reduce((sum, { right, wrong }) => sum + right + wrong, 0);
  }

  get wrong(): number {
    return this.counts.reduce((sum, { wrong }) => sum + wrong, 0);
  }

  /** Exchanges that ended as they must, by how that is. */
  get ends(): Record<End, number> {
    const sums = Object.fromEntries(ENDS.map((end) => [end, 0])) as Record<End, number>;
    for (const { end, right } of this.counts) sums[end] += right;
    return sums;
  }
}

/** Says what was seen of a wrong exchange. */
export function wrongOf(kind: Kind, size: number, seen: Seen): string {
  return `${kind.name}, ${size} bytes: ${JSON.stringify(seen)}`;
}
