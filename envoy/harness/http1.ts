// The HTTP/1.1 side of client_stream.ts.

import { request as startRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { ClientStream, pairsOf, type RequestHead } from "./client_stream.ts";

/** A request on a connection of its own. */
export class Http1Stream extends ClientStream {
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;

  constructor(port: number, head: RequestHead) {
    super();
    const { method = "POST", path, headers = {} } = head;
    this.#request = startRequest({ host: "127.0.0.1", port, method, path, headers, agent: false });
    this.#request.setNoDelay(true);
    this.#request.on("information", ({ statusCode }) => {
      this.interim.push(statusCode);
      this.signal.notify();
    });
    this.#request.on("response", (response) => this.#read(response));
    this.#request.on("error", () => this.settle("broken"));
    if (head.body !== undefined) this.#request.end(head.body);
    else this.#request.flushHeaders();
  }

  write(piece: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      // An error shows in the outcome; a server may answer before it has read everything.
      this.#request.write(piece, () => resolve());
    });
  }

  end(trailers: Record<string, string> = {}): void {
    this.#request.addTrailers(trailers);
    this.#request.end();
  }

  finish(piece: Uint8Array): void {
    this.#request.end(piece);
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  abort(): void {
    this.#request.socket?.resetAndDestroy();
  }

  #read(response: IncomingMessage): void {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = pairsOf(response.rawHeaders);
    response.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.signal.notify();
    });
    response.on("end", () => {
      this.trailers = pairsOf(response.rawTrailers);
      this.settle(response.complete ? "complete" : "broken");
    });
    response.on("error", () => this.settle("broken"));
    this.signal.notify();
  }
}
