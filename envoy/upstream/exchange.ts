// One request that the upstream received and the answer that a script gives it, over HTTP/1.1 or HTTP/2.

import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { DEADLINE_MS, Signal } from "../harness/wait.ts";

/** A header as it came over the wire: name in its own spelling, then the value. */
export type HeaderPair = [name: string, value: string];

/** What arrived, kept after the exchange. Grows until `ended` or `closed`. */
export interface Received {
  method: string;
  /** with the query */
  path: string;
  /** in wire order, without HTTP/2 pseudo headers */
  headers: HeaderPair[];
  /** body pieces as they came from the socket */
  chunks: Buffer[];
  trailers: HeaderPair[];
  /** the whole request has arrived */
  ended: boolean;
  /** the peer is gone or the exchange is over */
  closed: boolean;
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** What a script works with. Waits reject after a deadline. */
export class Exchange {
  readonly received: Received;
  readonly #signal = new Signal();
  readonly #response: Response;

  /** `serial` counts the requests of one upstream from 1. `changed` is called whenever `received` grew. */
  constructor(
    readonly serial: number,
    request: Request,
    response: Response,
    changed: () => void,
  ) {
    this.#response = response;
    const received = receivedFrom(request);
    this.received = received;
    const tell = (): void => {
      this.#signal.notify();
      changed();
    };
    request.on("data", (chunk: Buffer) => {
      received.chunks.push(chunk);
      tell();
    });
    request.on("end", () => {
      received.trailers = pairs(request.rawTrailers);
      received.ended = true;
      tell();
    });
    response.on("close", () => {
      received.closed = true;
      tell();
    });
    // A peer that vanishes is something to observe, not an error of the upstream.
    request.on("error", tell);
    response.on("error", tell);
  }

  /** The body once it has arrived completely. */
  async body(): Promise<Buffer> {
    await this.until((seen) => seen.ended, "the end of the request");
    return Buffer.concat(this.received.chunks);
  }

  /** Waits until `probe` holds for what was received. */
  async until(
    probe: (seen: Received) => boolean,
    what: string,
    deadlineMs = DEADLINE_MS,
  ): Promise<void> {
    await this.#signal.until(() => probe(this.received), what, deadlineMs);
  }

  /** Waits until the peer is gone or the answer is over. */
  async closed(): Promise<void> {
    await this.until((seen) => seen.closed, "the end of the exchange");
  }

  /** Sends the head of the answer at once. */
  head(status: number, headers: OutgoingHttpHeaders, { end, trailers }: HeadOptions = {}): void {
    if ("stream" in this.#response) {
      const { stream } = this.#response;
      const options = { endStream: end === true, waitForTrailers: trailers === true };
      stream.respond({ ...headers, ":status": status }, options);
    } else {
      this.#response.writeHead(status, headers);
      this.#response.flushHeaders();
      if (end === true) this.#response.end();
    }
  }

  /** Sends one piece of the body; resolves when it was handed to the kernel. */
  write(piece: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve());
      this.#body.write(Buffer.from(piece), done);
    });
  }

  /** Ends the answer, with trailers if head() was told of them (on HTTP/1.1 they need chunked framing). */
  end(trailers: Record<string, string> = {}): void {
    this.#response.addTrailers(trailers);
    this.#body.end();
  }

  /** Sends the last piece together with the end, as far as the protocol can. */
  finish(piece: Uint8Array): void {
    this.#body.end(piece);
  }

  /** A whole answer in one piece, with its length. */
  async send(
    status: number,
    headers: OutgoingHttpHeaders,
    body: string | Uint8Array,
  ): Promise<void> {
    const bytes = Buffer.from(body);
    this.head(status, { ...headers, "content-length": bytes.length });
    if (this.received.method !== "HEAD") await this.write(bytes);
    this.end();
  }

  get #body(): Writable {
    return "stream" in this.#response ? this.#response.stream : this.#response;
  }

  /** Breaks the answer off: TCP RST on HTTP/1.1, RST_STREAM on HTTP/2. */
  reset(): void {
    // close() would end the stream first.
    if ("stream" in this.#response) this.#response.stream.destroy(new Error("reset by the script"));
    else this.#response.socket?.resetAndDestroy();
  }

  /** Writes bytes past the protocol and closes the connection. HTTP/1.1 only. */
  raw(bytes: string | Uint8Array): void {
    if ("stream" in this.#response) throw new Error("raw() is for HTTP/1.1");
    this.#response.socket?.end(bytes);
  }

  /** Says that the connection takes no new streams; those that are open go on. HTTP/2 only. */
  goAway(): void {
    if (!("stream" in this.#response)) throw new Error("goAway() is for HTTP/2");
    this.#response.stream.session?.goaway();
  }

  /** Closes the connection in an orderly way (FIN) without ending the answer. HTTP/1.1 only. */
  fin(): void {
    if ("stream" in this.#response) throw new Error("fin() is for HTTP/1.1");
    this.#response.socket?.end();
  }
}

/** What is known of an answer when its head is sent. */
export interface HeadOptions {
  /** there is no body; HTTP/1.1 needs a content-length of 0 or a status without body besides */
  end?: boolean;
  /** the answer will end in trailers; HTTP/2 has to know beforehand */
  trailers?: boolean;
}

function receivedFrom(request: Request): Received {
  const headers = pairs(request.rawHeaders).filter(([name]) => !name.startsWith(":"));
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    chunks: [],
    trailers: [],
    ended: false,
    closed: false,
  };
}

function pairs(flat: string[]): HeaderPair[] {
  const list: HeaderPair[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i] ?? "", flat[i + 1] ?? ""]);
  return list;
}

/** The value of the first header called `name` (any case), if there is one. */
export function headerOf(headers: readonly HeaderPair[], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
