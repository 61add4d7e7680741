// The scripted Messages upstream: scripts answer the next requests in order, and when there are none left, the demo does.

import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import { DEADLINE_MS, Signal } from "../harness/wait.ts";
import { answerDemo } from "./demo.ts";
import { Exchange, type Received } from "./exchange.ts";

/** Answers one request. May wait on anything, so that a test decides when the next piece leaves. */
export type Script = (exchange: Exchange) => void | Promise<void>;

/** How to start an upstream. */
export interface UpstreamOptions {
  /** cleartext protocol; default h1 */
  protocol?: "h1" | "h2";
  /** 0 (default): any free port */
  port?: number;
  /** between two deltas of the demo's streams; default 0 */
  delayMs?: number;
  /** answers when no script is left; default: the demo */
  otherwise?: Script;
}

/** Headers of large requests must not be what fails first. */
const MAX_HEADER_BYTES = 256 * 1024;

/** A running upstream on loopback. The owner calls close(). */
export class Upstream {
  /** every request so far, in order of arrival */
  readonly received: Received[] = [];
  readonly #scripts: Script[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #signal = new Signal();
  readonly #failures: unknown[] = [];
  readonly #otherwise: Script;
  readonly #server: Server;

  private constructor(options: UpstreamOptions) {
    const { delayMs = 0 } = options;
    this.#otherwise = options.otherwise ?? ((exchange) => answerDemo(exchange, delayMs));
    const serve = (
      request: IncomingMessage | Http2ServerRequest,
      response: ServerResponse | Http2ServerResponse,
    ): void => {
      void this.#serve(request, response);
    };
    if (options.protocol === "h2") this.#server = createHttp2(serve);
    else {
      const server = createHttp1({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0 }, serve);
      server.keepAliveTimeout = 0;
      this.#server = server;
    }
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      // A reset by Envoy reaches the exchange as its end.
      socket.on("error", () => {});
    });
  }

  /** Listens, then resolves. Rejects when the port is taken. */
  static start(options: UpstreamOptions = {}): Promise<Upstream> {
    const upstream = new Upstream(options);
    return new Promise((resolve, reject) => {
      upstream.#server.once("error", reject);
      upstream.#server.listen(options.port ?? 0, "127.0.0.1", () => resolve(upstream));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets `scripts` answer the next requests, one each, after those that are already waiting. */
  enqueue(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** Resolves when `probe` holds; looked at again whenever something arrived. */
  until<T>(probe: () => T | undefined | false, what: string, deadlineMs = DEADLINE_MS): Promise<T> {
    return this.#signal.until(probe, what, deadlineMs);
  }

  /** Forgets requests and scripts; throws the first error of a script since the last call. */
  reset(): void {
    this.received.length = 0;
    this.#scripts.length = 0;
    const [failure] = this.#failures.splice(0);
    if (failure !== undefined) throw failure;
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> {
    const exchange = new Exchange(this.received.length + 1, request, response, () =>
      this.#signal.notify(),
    );
    this.received.push(exchange.received);
    this.#signal.notify();
    const script = this.#scripts.shift() ?? this.#otherwise;
    try {
      await script(exchange);
    } catch (error) {
      this.#failures.push(error);
      exchange.reset();
    }
  }
}
