// One request of a client: every piece is sent when the test says so, and the answer can be watched as it arrives.

import type { HeaderPair } from "../upstream/exchange.ts";
import { DEADLINE_MS, Signal } from "./wait.ts";

/** A request's head; `body`, if given, is sent whole and ends the request. */
export interface RequestHead {
  method?: string;
  path: string;
  /** lower case; lists are sent as several headers */
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  /** the request will end in trailers; HTTP/2 has to know beforehand */
  trailers?: boolean;
}

/** How an answer stands: still open, complete by its protocol's rules, or broken off. */
export type Outcome = "open" | "complete" | "broken";

/** The client's side of one request. Waits reject after a deadline. */
export abstract class ClientStream {
  status = 0;
  /** statuses of 1xx answers */
  readonly interim: number[] = [];
  headers: HeaderPair[] = [];
  trailers: HeaderPair[] = [];
  /** body pieces as they came from the socket */
  readonly chunks: Buffer[] = [];
  outcome: Outcome = "open";
  protected readonly signal = new Signal();

  /** Sends one piece of the body; resolves when it was handed to the kernel. */
  abstract write(piece: string | Uint8Array): Promise<void>;
  /** Ends the request, with trailers if given. */
  abstract end(trailers?: Record<string, string>): void;
  /** Sends the last piece together with the end, as far as the protocol can. */
  abstract finish(piece: Uint8Array): void;
  /** Stops reading the answer, which must have begun; what is in sockets and windows stays there. */
  abstract pause(): void;
  /** Reads on. */
  abstract resume(): void;
  /** Goes away without a word: TCP RST on HTTP/1.1, RST_STREAM on HTTP/2. */
  abstract abort(): void;

  /** The body so far. */
  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }

  /** The body so far as JSON. */
  get json(): unknown {
    return JSON.parse(this.text);
  }

  /** The value of the first answer header called `name`. */
  header(name: string): string | undefined {
    return this.headers.find(([key]) => key.toLowerCase() === name)?.[1];
  }

  /** Waits for the answer's head. */
  async answered(deadlineMs = DEADLINE_MS): Promise<this> {
    await this.#until(() => this.status !== 0 || this.outcome !== "open", "an answer", deadlineMs);
    return this;
  }

  /** Waits until the body so far contains `part`. */
  async saw(part: string, deadlineMs = DEADLINE_MS): Promise<this> {
    await this.#until(() => this.text.includes(part), JSON.stringify(part), deadlineMs);
    return this;
  }

  /** Waits until the answer is complete or broken. */
  async finished(deadlineMs = DEADLINE_MS): Promise<this> {
    await this.#until(() => this.outcome !== "open", "the end of the answer", deadlineMs);
    return this;
  }

  protected settle(outcome: Outcome): void {
    if (this.outcome === "open") this.outcome = outcome;
    this.signal.notify();
  }

  async #until(probe: () => boolean, what: string, deadlineMs: number): Promise<void> {
    try {
      await this.signal.until(probe, what, deadlineMs);
    } catch (error) {
      throw new Error(
        `${String(error)}; status ${this.status}, ${this.outcome}, body: ${this.text.slice(0, 2000)}`,
        { cause: error },
      );
    }
  }
}

/** Node's flat header list as pairs. */
export function pairsOf(flat: readonly string[]): HeaderPair[] {
  const list: HeaderPair[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i] ?? "", flat[i + 1] ?? ""]);
  return list;
}
