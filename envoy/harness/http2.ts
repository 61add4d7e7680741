// The HTTP/2 (prior knowledge) side of client_stream.ts.

import { type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { ClientStream, pairsOf, type RequestHead } from "./client_stream.ts";

/** Methods whose requests end with their head unless there is something to send. */
const BODYLESS = new Set(["GET", "HEAD", "OPTIONS", "DELETE"]);

/**
 * A request on a session that the caller owns. Node cannot tell RST_STREAM with NO_ERROR from a normal end: such an answer
 * counts as complete here (Envoy 1.36 resets that way, 1.40 with INTERNAL_ERROR).
 */
export class Http2Stream extends ClientStream {
  readonly #stream: ClientHttp2Stream;
  #requestTrailers: Record<string, string> = {};
  #ended = false;

  constructor(session: ClientHttp2Session, head: RequestHead) {
    super();
    const { method = "POST", path, headers = {} } = head;
    const body = head.body ?? (BODYLESS.has(method) ? "" : undefined);
    const bodyless = body === "" && BODYLESS.has(method);
    const names = { ":method": method, ":path": path, ...headers };
    // With trailers ahead Node sends the end in a frame of its own, otherwise with the last piece.
    const waitForTrailers = head.trailers === true;
    this.#stream = session.request(names, { endStream: bodyless, waitForTrailers });
    this.#listen();
    if (body !== undefined && !bodyless) this.#stream.end(body);
  }

  write(piece: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      // An error shows in the outcome; a server may answer before it has read everything.
      this.#stream.write(piece, () => resolve());
    });
  }

  end(trailers: Record<string, string> = {}): void {
    this.#requestTrailers = trailers;
    this.#stream.end();
  }

  finish(piece: Uint8Array): void {
    this.#stream.end(piece);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  abort(): void {
    // close() would end the request first.
    this.#stream.destroy(new Error("aborted by the test"));
  }

  #listen(): void {
    const stream = this.#stream;
    stream.on("wantTrailers", () => stream.sendTrailers(this.#requestTrailers));
    // The raw header list is an argument that the type definitions leave out.
    stream.on("headers", (headers: { ":status"?: number }) => {
      if (headers[":status"] !== undefined) this.interim.push(headers[":status"]);
      this.signal.notify();
    });
    stream.on("response", (headers: { ":status"?: number }, _flags: number, ...rest: unknown[]) => {
      this.status = headers[":status"] ?? 0;
      this.headers = rawOf(rest);
      this.signal.notify();
    });
    stream.on("trailers", (_headers: object, _flags: number, ...rest: unknown[]) => {
      this.trailers = rawOf(rest);
    });
    stream.on("data", (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.signal.notify();
    });
    stream.on("end", () => (this.#ended = true));
    stream.on("error", () => this.settle("broken"));
    stream.on("close", () => {
      this.settle(this.#ended && this.status !== 0 && stream.rstCode === 0 ? "complete" : "broken");
    });
  }
}

function rawOf(rest: unknown[]): ReturnType<typeof pairsOf> {
  return pairsOf(rest[0] as string[]).filter(([name]) => !name.startsWith(":"));
}
