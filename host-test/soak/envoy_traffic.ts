// Clients of the soak: connections that send one request after the other and look at every answer.

import { setTimeout as delay } from "node:timers/promises";
import { Client, type Dispatcher } from "undici";
import { clientHeaders } from "../bench/inputs.ts";
import { Random } from "../fuzz/random.ts";
import { ANSWER_HEADER, MARK } from "./envoy_answers.ts";
import { drawKind, type Kind } from "./envoy_kinds.ts";
import { wrongOf, type Tally } from "./envoy_tally.ts";
import type { Seen } from "./envoy_verdicts.ts";

const CONNECTIONS = 32;
const HEAD_BYTES = 400;
const TAIL_BYTES = 4000;
/** How long a client waits that leaves before there is an answer. */
const PATIENCE_MS = 50;

/** How to run the traffic. */
export interface TrafficOptions {
  origin: string;
  kinds: readonly Kind[];
  seed: number;
  /** Requests in a second, spread evenly over the connections; null: as many as go. */
  rate: number | null;
  /** Where exchanges are counted. */
  tally: Tally;
  /** Called when a request is over, with how many that makes. */
  onDone: (count: number) => void;
  /** Asked before each request: whether there shall be one more, given how many were begun. */
  more: (begun: number) => boolean;
}

/**
 * Every kind at its largest, on all connections at once: the most that the traffic can ever ask for together. Rejects at the
 * first exchange that went wrong.
 */
export async function warmUp({ origin, kinds }: TrafficOptions): Promise<void> {
  const bodies = bodiesOf(kinds);
  for (const kind of kinds) {
    const all = bodies.get(kind) ?? [];
    const largest = all.reduce((most, body) => (body.length > most.length ? body : most));
    await eachConnection(origin, async (client) => {
      const seen = await send(client, kind, largest);
      if (!kind.right(seen)) throw new Error(wrongOf(kind, largest.length, seen));
    });
  }
}

/** Sends requests as long as there shall be more, and counts how they end. */
export async function runTraffic(options: TrafficOptions): Promise<void> {
  const { kinds, tally, more, onDone } = options;
  const bodies = bodiesOf(kinds);
  const pace = paceOf(options.rate);
  let begun = 0;
  let done = 0;
  await eachConnection(options.origin, async (client, index) => {
    const random = new Random(options.seed, index);
    for (let own = 0; more(begun); own++) {
      begun++;
      await pace(index, own);
      const kind = drawKind(kinds, random);
      const body = random.pick(bodies.get(kind) ?? []);
      tally.note(kind, body.length, await send(client, kind, body));
      onDone(++done);
    }
  });
}

/** Returns what waits until request `own` of a connection is due. One that is late is followed at once by the next. */
function paceOf(rate: number | null): (index: number, own: number) => Promise<void> {
  if (rate === null) return () => Promise.resolve();
  const start = performance.now();
  return async (index, own) => {
    const due = start + ((own * CONNECTIONS + index) / rate) * 1000;
    const early = due - performance.now();
    if (early > 0) await delay(early);
  };
}

async function eachConnection(
  origin: string,
  work: (client: Client, index: number) => Promise<void>,
): Promise<void> {
  const one = async (_: unknown, index: number): Promise<void> => {
    const client = new Client(origin, { pipelining: 1 });
    try {
      await work(client, index);
    } finally {
      await client.close();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}

function bodiesOf(kinds: readonly Kind[]): Map<Kind, Buffer[]> {
  return new Map(
    kinds.map((kind) => [kind, kind.sizes.map((size) => Buffer.from(kind.body(size)))]),
  );
}

const common = clientHeaders();

function send(client: Client, kind: Kind, body: Buffer): Promise<Seen> {
  return new Promise((resolve) => {
    const seen: Seen = { status: 0, head: "", tail: "", outcome: "broken" };
    const headers = { ...common, ...kind.headers, [ANSWER_HEADER]: kind.answer };
    let abort = (): void => {};
    const leave = (): void => {
      seen.outcome = "left";
      abort();
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (controller) => {
        abort = () => controller.abort(new Error("the client leaves"));
        if (kind.leaves === "waiting") setTimeout(leave, PATIENCE_MS);
      },
      onResponseStart: (_, status) => void (seen.status = status),
      onResponseData: (_, piece) => {
        const text = piece.toString("latin1");
        if (seen.head.length < HEAD_BYTES) seen.head = (seen.head + text).slice(0, HEAD_BYTES);
        seen.tail = (seen.tail + text).slice(-TAIL_BYTES);
        if (kind.leaves === "reading" && seen.tail.includes(MARK)) leave();
      },
      onResponseEnd: () => {
        seen.outcome = "complete";
        resolve(seen);
      },
      onResponseError: (_, error) => {
        if (seen.status === 0 && seen.outcome !== "left") seen.head = error.message;
        resolve(seen);
      },
    };
    const sent = kind.leaves === "sending" ? halfOf(body, () => leave()) : body;
    const { path, method = "POST" } = kind;
    // undici takes any iterable of pieces; its type names streams only.
    const request = { method, path, headers, body: sent } as Dispatcher.DispatchOptions;
    client.dispatch(request, handler);
  });
}

/** Half of a body, and when that was taken the client is gone. */
async function* halfOf(body: Buffer, leave: () => void): AsyncGenerator<Buffer> {
  const middle = body.length >> 1;
  yield body.subarray(0, middle);
  leave();
  yield body.subarray(middle);
}
