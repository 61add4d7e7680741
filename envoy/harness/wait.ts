// Waiting on events. Tests never sleep: whatever changes calls notify(), and until() looks again.

/** How long an event may take before the test fails; generous, since two cores are shared with the build. */
export const DEADLINE_MS = 10_000;

/** A place where one side says that something changed and the other waits until a condition holds. */
export class Signal {
  readonly #waiters = new Set<() => void>();

  /** Lets every waiter look again. */
  notify(): void {
    for (const look of [...this.#waiters]) look();
  }

  /**
   * Resolves with the first result of `probe` that is neither undefined nor false; looks at once and after each notify().
   * Rejects after `deadlineMs`, naming `what`, and with whatever `probe` throws.
   */
  until<T>(probe: () => T | undefined | false, what: string, deadlineMs = DEADLINE_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        act();
      };
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`waited ${deadlineMs} ms in vain for ${what}`)));
      }, deadlineMs);
      const look = (): void => {
        try {
          const found = probe();
          if (found !== undefined && found !== false) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      this.#waiters.add(look);
      look();
    });
  }
}

/** Lines of text as they come from a stream that is cut anywhere. */
export class LineLog {
  readonly lines: string[] = [];
  readonly #signal = new Signal();
  #rest = "";

  /** Adds text, cut at any place. */
  add(text: string): void {
    const parts = (this.#rest + text).split("\n");
    this.#rest = parts.pop() ?? "";
    this.lines.push(...parts);
    this.#signal.notify();
  }

  /** Lets waiters look again without new text: whoever writes the log has ended. */
  notify(): void {
    this.#signal.notify();
  }

  /** Resolves with the first line at or after index `from` that contains `part`. */
  line(part: string, from = 0, deadlineMs = DEADLINE_MS): Promise<string> {
    const probe = (): string | undefined =>
      this.lines.slice(from).find((line) => line.includes(part));
    return this.#signal.until(probe, `a log line with ${JSON.stringify(part)}`, deadlineMs);
  }

  /** As Signal.until over the lines so far. */
  until<T>(
    probe: (lines: readonly string[]) => T | undefined | false,
    what: string,
    deadlineMs = DEADLINE_MS,
  ): Promise<T> {
    return this.#signal.until(() => probe(this.lines), what, deadlineMs);
  }
}
