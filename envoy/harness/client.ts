// A client of one Envoy, over HTTP/1.1 (a connection per request) or HTTP/2 (one session).

import { connect, type ClientHttp2Session } from "node:http2";
import type { ClientStream, RequestHead } from "./client_stream.ts";
import { Http1Stream } from "./http1.ts";
import { Http2Stream } from "./http2.ts";

/** The protocols that downstream tests run over. */
export const PROTOCOLS = ["h1", "h2"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Opens requests against 127.0.0.1:`port`. The owner calls close(). */
export class Client {
  readonly #streams = new Set<ClientStream>();
  #session: ClientHttp2Session | undefined;

  constructor(
    readonly port: number,
    readonly protocol: Protocol = "h1",
  ) {}

  /** Sends the head, and the body if the head has one; the caller sends the rest. */
  open(head: RequestHead): ClientStream {
    const stream =
      this.protocol === "h1" ? new Http1Stream(this.port, head) : new Http2Stream(this.#h2(), head);
    this.#streams.add(stream);
    return stream;
  }

  /** Sends a whole request and waits for the end of its answer. */
  async send(head: RequestHead): Promise<ClientStream> {
    const stream = await this.open({ body: "", ...head }).finished();
    this.#streams.delete(stream);
    return stream;
  }

  /** Sends `body` as JSON with a bearer key, as an OpenAI client does, and waits for the end of the answer. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ClientStream> {
    return this.send({
      path,
      headers: { ...JSON_HEADERS, ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Breaks off what is still open. */
  close(): void {
    for (const stream of this.#streams) if (stream.outcome === "open") stream.abort();
    this.#session?.destroy();
  }

  #h2(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(`http://127.0.0.1:${this.port}`);
      // What a lost session means for a request shows in the request's own outcome.
      this.#session.on("error", () => {});
    }
    return this.#session;
  }
}

/** The key of that client; no log may show it. */
export const CLIENT_KEY = "sk-test";

/** What an OpenAI client sends with every request. */
export const JSON_HEADERS = {
  "content-type": "application/json",
  authorization: `Bearer ${CLIENT_KEY}`,
};
