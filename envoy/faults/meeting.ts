// Where the calls of one row wait for each other: the fault strikes when all are in flight, and the healthy go on when it has struck.

import { Signal } from "../harness/wait.ts";
import { PATIENCE_MS } from "./poll.ts";

/** One row's rendezvous. Waits reject after a deadline. */
export class Meeting {
  readonly #signal = new Signal();
  #here = 0;
  #struck = 0;

  /** `expected` calls come here, `strikes` of all calls meet the fault. */
  constructor(
    readonly expected: number,
    readonly strikes: number,
  ) {}

  /** Says that one more call is in flight. */
  arrive(): void {
    this.#here += 1;
    this.#signal.notify();
  }

  /** Waits until all calls are in flight. */
  async complete(): Promise<void> {
    const what = (): string => `${this.#here} of ${this.expected} calls in flight`;
    await this.#signal.until(() => this.#here >= this.expected, what(), PATIENCE_MS);
  }

  /** Says that one more fault has struck. */
  strike(): void {
    this.#struck += 1;
    this.#signal.notify();
  }

  /** Waits until every fault has struck. */
  async over(): Promise<void> {
    await this.#signal.until(() => this.#struck >= this.strikes, "the faults", PATIENCE_MS);
  }
}
