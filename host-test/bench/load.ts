// The load: a fixed number of connections, each sending the next request when its answer is complete. On undici's client,
// which costs the machine about as much per request as a dedicated load generator (see docs/performance.md) and is among
// the project's packages anyway.

import { Client } from "undici";
import { CLIENT_PATH, clientHeaders } from "./inputs.ts";

/** What one burst of load saw. */
export interface LoadResult {
  requests: number;
  seconds: number;
  /** Answers whose status is not 200–299. */
  failed: number;
  /** Pieces in which the answers' bodies came: with chunked coding, at least one per write of Envoy. */
  pieces: number;
}

/** One answer. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  pieces: number;
}

/** Where requests go. */
export interface Target {
  readonly origin: string;
  /** Sent beside those of an ordinary client: a gateway may want to be told its upstream so. */
  readonly headers?: Record<string, string>;
}

/** Sends one request and returns its answer, the body as UTF-8. Rejects when the connection breaks. */
export async function sendOne(target: Target, body: Uint8Array): Promise<Answer> {
  const client = new Client(target.origin);
  try {
    const parts: Buffer[] = [];
    const answer: Answer = { status: 0, headers: {}, body: "", pieces: 0 };
    await exchange({ client, headers: headersOf(target) }, body, {
      onStart(status, headers) {
        answer.status = status;
        for (const [name, value] of Object.entries(headers)) answer.headers[name] = String(value);
      },
      onPiece: (piece) => void parts.push(piece),
    });
    answer.body = Buffer.concat(parts).toString("utf8");
    answer.pieces = parts.length;
    return answer;
  } finally {
    await client.close();
  }
}

/**
 * Loads `target` for `seconds` and returns when the last answer is complete, so that all work that was caused has been
 * done. Rejects when a connection breaks.
 */
export async function drive(
  target: Target,
  body: Uint8Array,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const result: LoadResult = { requests: 0, seconds: 0, failed: 0, pieces: 0 };
  const start = performance.now();
  const end = start + seconds * 1000;
  const headers = headersOf(target);
  const watcher: Watcher = {
    onStart(status) {
      if (status < 200 || status > 299) result.failed++;
    },
    onPiece() {
      result.pieces++;
    },
  };
  const connection = async (): Promise<void> => {
    const client = new Client(target.origin, { pipelining: 1 });
    try {
      while (performance.now() < end) {
        await exchange({ client, headers }, body, watcher);
        result.requests++;
      }
    } finally {
      await client.close();
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

interface Watcher {
  onStart(status: number, headers: Record<string, unknown>): void;
  onPiece(piece: Buffer): void;
}

interface Connection {
  client: Client;
  headers: Record<string, string>;
}

function headersOf(target: Target): Record<string, string> {
  return { ...clientHeaders(), ...target.headers };
}

function exchange(
  { client, headers }: Connection,
  body: Uint8Array,
  watcher: Watcher,
): Promise<void> {
  return new Promise((resolve, reject) => {
    client.dispatch(
      { method: "POST", path: CLIENT_PATH, headers, body },
      {
        onRequestStart: () => {}, // undici takes a handler without it for one of its old kind
        onResponseStart: (_, status, received) => watcher.onStart(status, received),
        onResponseData: (_, piece) => watcher.onPiece(piece),
        onResponseEnd: () => resolve(),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
