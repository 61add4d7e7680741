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

/** Sends one request and returns its answer, the body as UTF-8. Rejects when the connection breaks. */
export async function sendOne(origin: string, body: Uint8Array): Promise<Answer> {
  const client = new Client(origin);
  try {
    const parts: Buffer[] = [];
    const answer: Answer = { status: 0, headers: {}, body: "", pieces: 0 };
    await exchange(client, body, {
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
 * Loads `origin` for `seconds` and returns when the last answer is complete, so that all work that was caused has been
 * done. Rejects when a connection breaks.
 */
export async function drive(
  origin: string,
  body: Uint8Array,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const result: LoadResult = { requests: 0, seconds: 0, failed: 0, pieces: 0 };
  const start = performance.now();
  const end = start + seconds * 1000;
  const watcher: Watcher = {
    onStart(status) {
      if (status < 200 || status > 299) result.failed++;
    },
    onPiece() {
      result.pieces++;
    },
  };
  const connection = async (): Promise<void> => {
    const client = new Client(origin, { pipelining: 1 });
    try {
      while (performance.now() < end) {
        await exchange(client, body, watcher);
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

const headers = clientHeaders();

function exchange(client: Client, body: Uint8Array, watcher: Watcher): Promise<void> {
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
