// A bare TCP connection: for bytes that no HTTP client would send, and for seeing exactly what comes back.

import { connect, type Socket } from "node:net";
import { DEADLINE_MS, Signal } from "./wait.ts";

/** A connection to loopback. Every write() is a segment of its own, as far as the kernel goes along. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #signal = new Signal();
  readonly #pieces: Buffer[] = [];
  #end: "fin" | "reset" | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (piece) => {
      this.#pieces.push(piece);
      this.#signal.notify();
    });
    socket.on("error", () => this.#ended("reset"));
    socket.on("end", () => this.#ended("fin"));
  }

  /** Resolves when connected. */
  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawConnection(socket)));
    });
  }

  /** Everything received so far. */
  get text(): string {
    return Buffer.concat(this.#pieces).toString("latin1");
  }

  /** Sends bytes; resolves when they were handed to the kernel. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(bytes, () => resolve());
    });
  }

  /** Waits until `part` has been received. */
  async saw(part: string, deadlineMs = DEADLINE_MS): Promise<void> {
    await this.#signal.until(
      () => this.text.includes(part),
      `${JSON.stringify(part)} on the wire`,
      deadlineMs,
    );
  }

  /** Waits until the peer closed the connection, and says how. */
  ended(deadlineMs = DEADLINE_MS): Promise<"fin" | "reset"> {
    return this.#signal.until(() => this.#end, "the end of the connection", deadlineMs);
  }

  /** Closes: in an orderly way, or by a reset. */
  close(how: "fin" | "reset" = "fin"): void {
    if (how === "fin") this.#socket.destroySoon();
    else this.#socket.resetAndDestroy();
  }

  #ended(how: "fin" | "reset"): void {
    this.#end ??= how;
    this.#signal.notify();
  }
}
