// Clients of the soak: connections that send one request after the other and look at every answer.

import { Client } from "undici";
import { clientHeaders } from "../bench/inputs.ts";
import { Random } from "../fuzz/random.ts";
import { ANSWER_HEADER, MARK } from "./envoy_answers.ts";
import { drawKind, type Kind, type Seen } from "./envoy_kinds.ts";

const CONNECTIONS = 32;
const HEAD_BYTES = 400;
const TAIL_BYTES = 400;

/** How to run the traffic. */
export interface TrafficOptions {
  origin: string;
  kinds: readonly Kind[];
  seed: number;
  /** Called when a request is over, with how many that makes. */
  onDone: (count: number) => void;
  /** Asked before each request: whether there shall be one more, given how many were begun. */
  more: (begun: number) => boolean;
}

/** Every kind at its largest, on all connections at once: the most that the traffic can ever ask for together. */
export async function warmUp({ origin, kinds }: TrafficOptions): Promise<void> {
  const bodies = bodiesOf(kinds);
  for (const kind of kinds) {
    const all = bodies.get(kind) ?? [];
    const largest = all.reduce((most, body) => (body.length > most.length ? body : most));
    await eachConnection(origin, (client) => sendChecked(client, kind, largest));
  }
}

/** Sends requests as long as there shall be more. Returns how many were sent; rejects at the first that went wrong. */
export async function runTraffic(options: TrafficOptions): Promise<number> {
  const bodies = bodiesOf(options.kinds);
  let begun = 0;
  let done = 0;
  await eachConnection(options.origin, async (client, index) => {
    const random = new Random(options.seed, index);
    while (options.more(begun)) {
      begun++;
      const kind = drawKind(options.kinds, random);
      await sendChecked(client, kind, random.pick(bodies.get(kind) ?? []));
      options.onDone(++done);
    }
  });
  return done;
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

async function sendChecked(client: Client, kind: Kind, body: Buffer): Promise<void> {
  const seen = await send(client, kind, body);
  if (kind.right(seen)) return;
  throw new Error(`${kind.name}, ${body.length} bytes: ${JSON.stringify(seen)}`);
}

const common = clientHeaders();

function send(client: Client, kind: Kind, body: Buffer): Promise<Seen> {
  return new Promise((resolve) => {
    const seen: Seen = { status: 0, head: "", tail: "", outcome: "broken" };
    const headers = { ...common, [ANSWER_HEADER]: kind.answer };
    client.dispatch(
      { method: "POST", path: kind.path, headers, body },
      {
        onRequestStart: () => {}, // undici takes a handler without it for one of its old kind
        onResponseStart: (_, status) => void (seen.status = status),
        onResponseData: (controller, piece) => {
          const text = piece.toString("latin1");
          if (seen.head.length < HEAD_BYTES) seen.head = (seen.head + text).slice(0, HEAD_BYTES);
          seen.tail = (seen.tail + text).slice(-TAIL_BYTES);
          if (kind.leaves !== true || !seen.tail.includes(MARK)) return;
          seen.outcome = "left";
          controller.abort(new Error("the client leaves"));
        },
        onResponseEnd: () => {
          seen.outcome = "complete";
          resolve(seen);
        },
        onResponseError: (_, error) => {
          if (seen.status === 0) seen.head = error.message;
          resolve(seen);
        },
      },
    );
  });
}
