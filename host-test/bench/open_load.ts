// Load at a given rate, whether or not answers keep up: requests come at random times as those of many clients do, so a
// slow answer delays no later request and is not hidden. Measures when what arrives.

import { Pool } from "undici";
import { Random } from "../fuzz/random.ts";
import { CLIENT_PATH, clientHeaders } from "./inputs.ts";

/** Times in microseconds, in no order. */
export interface Times {
  /** From sending a request to the first stamp in its answer; to the end of the answer for one without stamps. */
  first: number[];
  /** From the upstream's writing an event to the client's reading it, for all but the first of each answer. */
  events: number[];
}

/** What to send, and how often. */
export interface OpenLoad {
  origin: string;
  body: Uint8Array;
  /** Requests per second on average. */
  rate: number;
  seconds: number;
  /** Gaps between requests are the same for the same seed. */
  seed: number;
}

const CONNECTIONS = 128;
const STAMP = /@(\d+);/g;
const NANOS_PER_MICRO = 1000;
const MICROS_PER_MS = 1000;
/** Longer than a stamp: what is kept of a piece in case that it ends within one. */
const LONGEST_STAMP = 24;

/** Returns the text of a stamp: the machine's clock, which all its processes share, in nanoseconds. */
export function stamp(): string {
  return `@${process.hrtime.bigint()};`;
}

/** Returns when requests are to be sent, milliseconds from the start: gaps are exponential, as between strangers. */
export function arrivals(rate: number, seconds: number, seed: number): number[] {
  const random = new Random(seed, 0);
  const result: number[] = [];
  for (let at = 0; ;) {
    at += (-Math.log((random.int(2 ** 31) + 1) / 2 ** 31) / rate) * 1000;
    if (at >= seconds * 1000) return result;
    result.push(at);
  }
}

/** Finds stamps in a text that comes in pieces cut anywhere. */
export class Stamps {
  #rest = "";

  /** Adds a piece and returns the stamps that are complete now, nanoseconds. */
  add(piece: string): bigint[] {
    const text = this.#rest + piece;
    const found = [...text.matchAll(STAMP)];
    const last = found.at(-1);
    const end = last === undefined ? 0 : last.index + last[0].length;
    this.#rest = text.slice(Math.max(end, text.length - LONGEST_STAMP));
    return found.map(([, nanos]) => BigInt(nanos ?? 0));
  }
}

/** Sends requests at the rate and returns the times of all answers. Rejects when one is not 200 or a connection breaks. */
export async function driveAtRate(load: OpenLoad): Promise<Times> {
  const pool = new Pool(load.origin, { connections: CONNECTIONS, pipelining: 1 });
  const times: Times = { first: [], events: [] };
  const answers: Promise<void>[] = [];
  const due = arrivals(load.rate, load.seconds, load.seed);
  try {
    await new Promise<void>((resolve) => {
      const start = performance.now();
      let next = 0;
      const send = (): void => {
        for (; (due[next] ?? Infinity) <= performance.now() - start; next++) {
          answers.push(exchange(pool, load.body, times));
        }
        if (next === due.length) resolve();
        else setTimeout(send, (due[next] ?? 0) - (performance.now() - start));
      };
      send();
    });
    await Promise.all(answers);
    return times;
  } finally {
    await pool.close();
  }
}

const headers = clientHeaders();

function exchange(pool: Pool, body: Uint8Array, times: Times): Promise<void> {
  return new Promise((resolve, reject) => {
    const stamps = new Stamps();
    const sent = performance.now();
    let status = 0;
    let first: number | null = null;
    const onPiece = (piece: Buffer): void => {
      const now = process.hrtime.bigint();
      for (const nanos of stamps.add(piece.toString("latin1"))) {
        if (first === null) first = (performance.now() - sent) * MICROS_PER_MS;
        else times.events.push(Number(now - nanos) / NANOS_PER_MICRO);
      }
    };
    const onEnd = (): void => {
      if (status !== 200) return reject(new Error(`an answer had the status ${status}`));
      times.first.push(first ?? (performance.now() - sent) * MICROS_PER_MS);
      resolve();
    };
    pool.dispatch(
      { method: "POST", path: CLIENT_PATH, headers, body },
      {
        onRequestStart: () => {}, // undici takes a handler without it for one of its old kind
        onResponseStart: (_, code) => void (status = code),
        onResponseData: (_, piece) => onPiece(piece),
        onResponseEnd: onEnd,
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}
