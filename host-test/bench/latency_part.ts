// How long a filter makes clients wait, and how much a machine gets through with it. First every candidate is loaded until
// no more goes through; then all get the same load, half of what the slowest can bear, and the time of everything that
// arrives is taken. Client, upstream and Envoy share the machine, so what saturates is all three together.

import { Envoy } from "../../envoy/harness/envoy.ts";
import { median } from "./median.ts";
import type { Candidate } from "./candidates.ts";
import { shapeInputs, type AnswerMode, type ShapeInput } from "./inputs.ts";
import { drive } from "./load.ts";
import { driveAtRate, type Times } from "./open_load.ts";
import { percentile } from "./percentile.ts";
import { startUpstream } from "./upstream_process.ts";

/** How long, for each candidate. */
export interface LatencyEffort {
  rounds: number;
  saturateSeconds: number;
  latencySeconds: number;
}

/** What one candidate gets through; medians of the rounds. */
export interface SaturationRow {
  load: LoadName;
  candidate: string;
  workers: number;
  requestsPerSecond: number;
  /** Processors that Envoy kept busy meanwhile: what is missing to its workers went to client and upstream. */
  envoyCores: number;
}

/** Microseconds at half load. */
export interface LatencyRow {
  load: LoadName;
  candidate: string;
  requestsPerSecond: number;
  /** To the first token of a stream, to the end of a whole answer. */
  first: Spread;
  /** Of each event of a stream on its way from upstream to client; null for whole answers. */
  event: Spread | null;
}

/** Percentiles of a distribution, microseconds, and how many values they are of. */
export interface Spread {
  p50: number;
  p99: number;
  count: number;
}

export type LoadName = "small" | "stream";

const LOADS: { load: LoadName; mode: AnswerMode; connections: number }[] = [
  { load: "small", mode: "json", connections: 32 },
  // A stream is idle nearly all the time, so it takes many to keep a machine busy.
  { load: "stream", mode: "stamped", connections: 96 },
];
const WORKERS = [1, 2];
const HALF = 0.5;

type Live = { candidate: string; workers: number; envoy: Envoy };

/**
 * Measures every candidate under both loads. Rejects when one does not start or gives an answer that is not 2xx.
 * @param log gets one line per step
 */
export async function runLatencyPart(
  bin: string,
  candidates: Candidate[],
  effort: LatencyEffort,
  log: (line: string) => void,
): Promise<{ saturation: SaturationRow[]; latency: LatencyRow[] }> {
  const upstream = await startUpstream();
  const live: Live[] = [];
  try {
    for (const workers of WORKERS) {
      for (const { name, envoy } of candidates) {
        const to = { version: { bin }, upstream: { port: upstream.port }, workers };
        live.push({ candidate: name, workers, envoy: await Envoy.start({ ...envoy, ...to }) });
      }
    }
    const saturation: SaturationRow[] = [];
    const latency: LatencyRow[] = [];
    for (const { load, mode, connections } of LOADS) {
      log(`bench: latency: ${load}`);
      await upstream.setMode(mode);
      const input = inputOf(load);
      const most = await saturate(live, { input, connections }, effort);
      saturation.push(...most.map((row) => ({ load, ...row })));
      const single = live.filter(({ workers }) => workers === 1);
      const rate = HALF * Math.min(...most.map((row) => row.requestsPerSecond));
      latency.push(...(await delays(single, input, rate, effort)).map((row) => ({ load, ...row })));
    }
    return { saturation, latency };
  } finally {
    await Promise.all(live.map(({ envoy }) => envoy.stop()));
    await upstream.stop();
  }
}

function inputOf(load: LoadName): ShapeInput {
  const input = shapeInputs().find(({ shape }) => shape === load);
  if (input === undefined) throw new Error(`there is no shape ${load}`);
  return input;
}

/** Loads one after the other, round by round, as much as goes; the first round warms up and does not count. */
async function saturate(
  live: Live[],
  { input, connections }: { input: ShapeInput; connections: number },
  effort: LatencyEffort,
): Promise<Omit<SaturationRow, "load">[]> {
  const seen = live.map(() => ({ rates: [] as number[], cores: [] as number[] }));
  for (let round = 0; round <= effort.rounds; round++) {
    for (const [index, { envoy, candidate }] of live.entries()) {
      const target = { origin: originOf(envoy) };
      const before = await envoy.usage();
      const load = await drive(target, input.body, connections, effort.saturateSeconds);
      const busy = (await envoy.usage()).cpuMs - before.cpuMs;
      if (load.failed > 0) throw new Error(`${candidate}: ${load.failed} answers were not 2xx`);
      if (round === 0) continue;
      seen[index]?.rates.push(load.requests / load.seconds);
      seen[index]?.cores.push(busy / 1000 / load.seconds);
    }
  }
  return live.map(({ candidate, workers }, index) => ({
    candidate,
    workers,
    requestsPerSecond: median(seen[index]?.rates ?? []),
    envoyCores: median(seen[index]?.cores ?? []),
  }));
}

/** Loads all at the same rate, round by round, with the same gaps between requests. */
async function delays(
  live: Live[],
  { body }: ShapeInput,
  rate: number,
  effort: LatencyEffort,
): Promise<Omit<LatencyRow, "load">[]> {
  const all = live.map((): Times => ({ first: [], events: [] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const [index, { envoy }] of live.entries()) {
      const load = { origin: originOf(envoy), body, rate, seconds: effort.latencySeconds };
      const times = await driveAtRate({ ...load, seed: round });
      all[index]?.first.push(...times.first);
      for (const time of times.events) all[index]?.events.push(time);
    }
  }
  return live.map(({ candidate }, index) => {
    const { first = [], events = [] } = all[index] ?? {};
    const event = events.length === 0 ? null : spreadOf(events);
    return { candidate, requestsPerSecond: rate, first: spreadOf(first), event };
  });
}

function originOf(envoy: Envoy): string {
  return `http://127.0.0.1:${envoy.port}`;
}

function spreadOf(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const { length: count } = sorted;
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), count };
}
