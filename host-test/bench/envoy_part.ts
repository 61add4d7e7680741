// The part that counts: candidates side by side in one real Envoy, in one run. For each shape the candidates take turns,
// round after round, so that what else the machine does meets all of them alike.

import { Envoy } from "../../envoy/harness/envoy.ts";
import type { Candidate } from "./candidates.ts";
import { shapeInputs, TEXT_DELTAS, type Shape, type ShapeInput } from "./inputs.ts";
import { drive, sendOne } from "./load.ts";
import { median } from "./median.ts";
import { startUpstream, type Upstream } from "./upstream_process.ts";
import { problemsOf } from "./validate.ts";

/** How long and how hard. */
export interface Effort {
  rounds: number;
  seconds: number;
  warmSeconds: number;
}

/** Figures of one candidate under one shape; medians of the rounds. */
export interface EnvoyRow {
  shape: Shape;
  candidate: string;
  /** CPU time of the Envoy process per request, microseconds. */
  cpuMicros: number;
  /** The same less that of the bare Envoy, each round with its own; null for `bare` and when there is none. */
  overBareMicros: number | null;
  /** CPU time of each round, as evidence of how steady the figure is. */
  rounds: number[];
  requestsPerSecond: number;
  /** Pieces per answer as the client got them. */
  pieces: number;
  /** Resident memory of the Envoy process at the end of the shape. */
  residentMiB: number;
}

/** The candidate that the others are compared with. */
const BASE = "bare";
const MIB = 1024 * 1024;
const CONNECTIONS = 8;
/** A paced stream leaves its connection idle nearly all the time, so it takes more of them to see anything. */
const PACED_CONNECTIONS = 24;

type Live = { candidate: Candidate; envoy: Envoy };

/**
 * Runs every candidate under every shape and returns one row for each pair, shapes in the order of the inputs.
 * Rejects when a candidate does not start, does not do what it claims, or gives an answer that is not 2xx.
 * @param log gets one line per step
 */
export async function runEnvoyPart(
  bin: string,
  candidates: Candidate[],
  effort: Effort,
  log: (line: string) => void,
): Promise<EnvoyRow[]> {
  const upstream = await startUpstream();
  const live: Live[] = [];
  try {
    for (const candidate of candidates) {
      const to = { version: { bin }, upstream: { port: upstream.port } };
      live.push({ candidate, envoy: await Envoy.start({ ...candidate.envoy, ...to }) });
    }
    const rows: EnvoyRow[] = [];
    for (const input of shapeInputs()) {
      log(`bench: ${input.title}`);
      rows.push(...(await runShape(live, input, upstream, effort)));
    }
    return rows;
  } finally {
    await Promise.all(live.map(({ envoy }) => envoy.stop()));
    await upstream.stop();
  }
}

async function runShape(
  live: Live[],
  input: ShapeInput,
  upstream: Upstream,
  effort: Effort,
): Promise<EnvoyRow[]> {
  await upstream.setMode(input.mode);
  for (const one of live) await validate(one, input, upstream);
  for (const one of live) await measure(one, input, effort.warmSeconds);
  const rounds: Round[][] = live.map(() => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (const [index, one] of live.entries()) {
      rounds[index]?.push(await measure(one, input, effort.seconds));
    }
  }
  const base = rounds[live.findIndex(({ candidate }) => candidate.name === BASE)];
  const rows: EnvoyRow[] = [];
  for (const [index, { candidate, envoy }] of live.entries()) {
    const memory = (await envoy.usage()).rssBytes / MIB;
    const mine = rounds[index] ?? [];
    const over = overBare(mine, mine === base ? undefined : base);
    rows.push({ ...summary(input, candidate, mine), overBareMicros: over, residentMiB: memory });
  }
  return rows;
}

async function validate(one: Live, input: ShapeInput, upstream: Upstream): Promise<void> {
  const { request, result: answer } = await upstream.captureWhile(() =>
    sendOne(originOf(one), input.body),
  );
  const problems = problemsOf(one.candidate.effect, input, {
    upstreamPath: request?.path ?? null,
    upstreamBody: request?.body ?? "",
    status: answer.status,
    contentType: answer.headers["content-type"] ?? "",
    clientBody: answer.body,
  });
  // One callback per event is what this shape is for; pieces that reach the client show whether it happened.
  if (input.mode === "paced" && answer.pieces < TEXT_DELTAS * 0.9) {
    problems.push(`the events came in ${answer.pieces} pieces only`);
  }
  if (problems.length > 0) {
    throw new Error(`${one.candidate.name}, ${input.shape}: ${problems.join("; ")}`);
  }
}

function originOf({ envoy }: Live): string {
  return `http://127.0.0.1:${envoy.port}`;
}

interface Round {
  cpuMicros: number;
  requestsPerSecond: number;
  pieces: number;
}

async function measure(one: Live, input: ShapeInput, seconds: number): Promise<Round> {
  const connections = input.mode === "paced" ? PACED_CONNECTIONS : CONNECTIONS;
  const before = await one.envoy.usage();
  const load = await drive(originOf(one), input.body, connections, seconds);
  const after = await one.envoy.usage();
  if (load.failed > 0) {
    const what = `${one.candidate.name}, ${input.shape}`;
    throw new Error(`${what}: ${load.failed} of ${load.requests} answers were not 2xx`);
  }
  return {
    cpuMicros: ((after.cpuMs - before.cpuMs) * 1000) / load.requests,
    requestsPerSecond: load.requests / load.seconds,
    pieces: load.pieces / load.requests,
  };
}

function summary(
  input: ShapeInput,
  candidate: Candidate,
  rounds: Round[],
): Omit<EnvoyRow, "overBareMicros" | "residentMiB"> {
  return {
    shape: input.shape,
    candidate: candidate.name,
    cpuMicros: median(rounds.map((round) => round.cpuMicros)),
    rounds: rounds.map((round) => round.cpuMicros),
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    pieces: median(rounds.map((round) => round.pieces)),
  };
}

/** What else the machine does changes from round to round; neighbours in time are compared with each other. */
function overBare(rounds: Round[], base: Round[] | undefined): number | null {
  if (base === undefined) return null;
  const differences = rounds.map(
    (round, i) => round.cpuMicros - (base[i]?.cpuMicros ?? Number.NaN),
  );
  return median(differences);
}
