// Plays a scenario of the host model against a real Envoy, step by step, and says what came of it in the model's terms.
//
// Each step waits until the module has returned from as many stream callbacks as the model counted by then, so both runs see
// the same order. Follows the host notes, section 6.4.

import { setTimeout as delay } from "node:timers/promises";
import { normaliseTrace, scenarioBytes, type Scenario } from "../../host-test/host/index.ts";
import type { ScenarioStep } from "../../host-test/host/index.ts";
import { headerOf, type Exchange, type HeaderPair } from "../upstream/exchange.ts";
import { Upstream } from "../upstream/server.ts";
import { Client, type Protocol } from "./client.ts";
import type { ClientStream } from "./client_stream.ts";
import { Envoy } from "./envoy.ts";
import { replayConfig } from "./replay_config.ts";
import type { Seen } from "./replay_seen.ts";

/** How long Envoy may take for the callbacks of one step; over it the comparison shows what is missing. */
const STEP_DEADLINE_MS = 2_000;
const STREAM_CALLBACK = /\[host<-vm\] proxy_on_(request|response)_(headers|body|trailers) return/;
const DELETED = "[host<-vm] proxy_on_delete return";

/** One stream as it came out of the real run. */
export interface ReplayedStream {
  /** undefined: the request never reached the upstream */
  upstream: Seen | undefined;
  client: Seen;
}

/** What a real run yields, comparable with the model's ScenarioResult. */
export interface ReplayResult {
  trace: string[];
  streams: ReplayedStream[];
}

/** How to replay. */
export interface ReplayOptions {
  wasm: string;
  version: string;
  /** stream callbacks after each step, as the model counted them */
  callbacks: readonly number[];
}

type StreamStep = Exclude<ScenarioStep, { pauseMs: number }>;

/** Starts an Envoy for `scenario`, plays it and stops everything. */
export async function replay(scenario: Scenario, options: ReplayOptions): Promise<ReplayResult> {
  const protocol: Protocol = scenario.http === 2 ? "h2" : "h1";
  const upstream = await Upstream.start({ protocol });
  try {
    const { wasm, version } = options;
    const target = { port: upstream.port, protocol } as const;
    const envoy = await Envoy.start({
      version,
      trace: true,
      ...replayConfig(scenario, wasm, target),
    });
    try {
      return await playAll(
        scenario,
        new Player(envoy, upstream, scenario.steps, protocol),
        options.callbacks,
      );
    } finally {
      await envoy.stop();
    }
  } finally {
    await upstream.close();
  }
}

async function playAll(
  scenario: Scenario,
  player: Player,
  callbacks: readonly number[],
): Promise<ReplayResult> {
  for (const [i, step] of scenario.steps.entries()) {
    if ("pauseMs" in step) await delay(step.pauseMs);
    else await player.play(step);
    await player.settled(callbacks[i] ?? 0);
  }
  const result = await player.result();
  player.client.close();
  return result;
}

class Player {
  readonly #clients: ClientStream[] = [];
  readonly #exchanges = new Map<number, Exchange>();

  readonly client: Client;

  constructor(
    readonly envoy: Envoy,
    readonly upstream: Upstream,
    readonly steps: readonly ScenarioStep[],
    protocol: Protocol,
  ) {
    this.client = new Client(envoy.port, protocol);
  }

  async play(step: StreamStep): Promise<void> {
    const number = step.stream ?? 0;
    // A reply of Envoy's own follows from its configuration, see replay_config.ts.
    if ("envoy" in step) return;
    if ("client" in step) await this.#playClient(step, number);
    else await this.#playUpstream(step, number);
  }

  /** Waits for the module's callbacks; a deadline is no failure here, since the traces are compared in the end. */
  async settled(callbacks: number): Promise<void> {
    const enough = (lines: readonly string[]): boolean =>
      lines.filter((line) => STREAM_CALLBACK.test(line)).length >= callbacks;
    await this.envoy.log.until(enough, "callbacks", STEP_DEADLINE_MS).catch(() => {});
  }

  /** Waits until every stream has been deleted in the module. */
  async result(): Promise<ReplayResult> {
    for (const client of this.#clients) await client.finished(STEP_DEADLINE_MS).catch(() => {});
    const gone = (lines: readonly string[]): boolean =>
      lines.filter((line) => line.includes(DELETED)).length >= this.#clients.length;
    await this.envoy.log.until(gone, "deleted contexts", STEP_DEADLINE_MS).catch(() => {});
    return {
      trace: normaliseTrace(this.envoy.log.lines),
      streams: this.#clients.map((client, number) => ({
        upstream: upstreamSeen(this.#exchanges.get(number)),
        client: clientSeen(client),
      })),
    };
  }

  async #playClient(step: Extract<StreamStep, { client: string }>, number: number): Promise<void> {
    if (step.client === "headers") {
      // The script only keeps the exchange: what it sends is said by later steps.
      this.upstream.enqueue(async (exchange) => {
        this.#exchanges.set(streamOf(exchange), exchange);
        await exchange.closed().catch(() => {});
      });
      this.#clients[number] = this.client.open({
        ...requestHead(step, number),
        trailers: this.#haveTrailers("client", number),
      });
      return;
    }
    const stream = this.#clients[number];
    if (stream === undefined) throw new Error(`stream ${number} has not begun`);
    if (step.client === "reset") stream.abort();
    else if (step.client === "trailers") stream.end(Object.fromEntries(step.trailers));
    else {
      const bytes = scenarioBytes(step.body);
      if (step.end === true) stream.finish(bytes);
      else await stream.write(bytes);
    }
  }

  async #playUpstream(
    step: Extract<StreamStep, { upstream: string }>,
    number: number,
  ): Promise<void> {
    const exchange = await this.upstream.until(
      () => this.#exchanges.get(number),
      `the request of stream ${number}`,
      STEP_DEADLINE_MS,
    );
    if (step.upstream === "reset") exchange.reset();
    else if (step.upstream === "trailers") exchange.end(Object.fromEntries(step.trailers));
    else if (step.upstream === "headers") {
      const status = Number(step.headers.find(([name]) => name === ":status")?.[1]);
      const trailers = this.#haveTrailers("upstream", number);
      exchange.head(status, listed(step.headers), { trailers, end: step.end === true });
    } else if (step.end === true) exchange.finish(scenarioBytes(step.body));
    else await exchange.write(scenarioBytes(step.body));
  }

  #haveTrailers(side: "client" | "upstream", number: number): boolean {
    return this.steps.some(
      (step) =>
        side in step && "trailers" in step && (("stream" in step && step.stream) || 0) === number,
    );
  }
}

/** Requests carry the number of their stream, because they may reach the upstream in another order. */
const STREAM_HEADER = "x-scenario-stream";

function streamOf(exchange: Exchange): number {
  return Number(headerOf(exchange.received.headers, STREAM_HEADER) ?? 0);
}

function requestHead(
  step: Extract<StreamStep, { client: "headers" }>,
  number: number,
): { method: string; path: string; headers: Record<string, string | string[]>; body?: string } {
  const value = (name: string): string => step.headers.find(([key]) => key === name)?.[1] ?? "";
  const headers: Record<string, string | string[]> = {
    ...listed(step.headers),
    [STREAM_HEADER]: String(number),
  };
  if (step.config !== undefined) headers["x-scenario-config"] = String(step.config);
  return {
    method: value(":method"),
    path: value(":path"),
    headers,
    ...(step.end === true ? { body: "" } : {}),
  };
}

/** A header list without pseudo headers as Node wants it; names that repeat become lists. */
function listed(
  headers: readonly (readonly [string, string])[],
): Record<string, string | string[]> {
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(":")) continue;
    const known = all[name];
    all[name] = known === undefined ? value : [known, value].flat();
  }
  return all;
}

function upstreamSeen(exchange: Exchange | undefined): Seen | undefined {
  if (exchange === undefined) return undefined;
  const { method, path, headers, chunks, trailers, ended } = exchange.received;
  const pseudo: HeaderPair[] = [
    [":method", method],
    [":path", path],
  ];
  return { headers: [...pseudo, ...headers], body: Buffer.concat(chunks), trailers, ended };
}

function clientSeen(client: ClientStream): Seen {
  const status: HeaderPair[] = client.status === 0 ? [] : [[":status", String(client.status)]];
  return {
    headers: [...status, ...client.headers],
    body: Buffer.concat(client.chunks),
    trailers: client.trailers,
    ended: client.outcome === "complete",
  };
}
