// Shapes over whatever is running: validate, warm up, measure. For each shape the candidates take turns, round after
// round, so that what else the machine does meets all of them alike. Starts nothing.

import type { Usage } from "../../envoy/harness/usage.ts";
import type { Effect } from "./candidates.ts";
import { TEXT_DELTAS, type Shape, type ShapeInput } from "./inputs.ts";
import { drive, sendOne, type Target } from "./load.ts";
import { median } from "./median.ts";
import type { Upstream } from "./upstream_process.ts";
import { problemsOf } from "./validate.ts";

/** How long and how hard. */
export interface Effort {
  rounds: number;
  seconds: number;
  warmSeconds: number;
}

/** A process that requests can be sent through. Whoever started it stops it. */
export interface Running {
  readonly name: string;
  readonly effect: Effect;
  readonly target: Target;
  /** What it does wrong is a finding and no end of the run: a program that is not ours. */
  readonly foreign?: boolean;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** Figures of one candidate under one shape; medians of the rounds. */
export interface EnvoyRow {
  shape: Shape;
  candidate: string;
  /** CPU time of the process per request, microseconds. */
  cpuMicros: number;
  /** The same less that of the bare Envoy, each round with its own; null for `bare` and when there is none. */
  overBareMicros: number | null;
  /** CPU time of each round, as evidence of how steady the figure is. */
  rounds: number[];
  requestsPerSecond: number;
  /** Pieces per answer as the client got them. */
  pieces: number;
  /** Resident memory of the process at the end of the shape. */
  residentMiB: number;
}

/** A shape that a foreign process cannot do. */
export interface Refusal {
  shape: Shape;
  candidate: string;
  reason: string;
}

/** The candidate that the others are compared with. */
const BASE = "bare";
const MIB = 1024 * 1024;
const CONNECTIONS = 8;
/** A paced stream leaves its connection idle nearly all the time, so it takes more of them to see anything. */
const PACED_CONNECTIONS = 24;
/** Exchanges until one of a paced stream has to come event by event. */
const TRIES = 5;

/**
 * Runs everything that is `live` under every shape and returns one row, or one refusal of a foreign process, for each pair,
 * shapes in the order of `inputs`. Rejects when one of ours does not do what it claims or gives an answer that is not 2xx.
 * @param effort with a log that gets one line per shape
 */
export async function runShapes(
  live: Running[],
  inputs: ShapeInput[],
  upstream: Upstream,
  effort: Effort & { log: (line: string) => void },
): Promise<{ rows: EnvoyRow[]; refusals: Refusal[] }> {
  const rows: EnvoyRow[] = [];
  const refusals: Refusal[] = [];
  for (const input of inputs) {
    effort.log(`bench: ${input.title}`);
    await upstream.setMode(input.mode);
    const able: Running[] = [];
    const refuse = (one: Running, reason: string): void => {
      refusals.push({ shape: input.shape, candidate: one.name, reason });
    };
    for (const one of live) {
      const reason = await refusalOf(one, async () => {
        await validate(one, input, upstream);
        await measure(one, input, effort.warmSeconds);
      });
      if (reason === null) able.push(one);
      else refuse(one, reason);
    }
    rows.push(...(await runShape(able, input, effort, refuse)));
  }
  return { rows, refusals };
}

/** Does a piece of work with a process; returns why a foreign one could not, null when it could. */
async function refusalOf(one: Running, work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (one.foreign !== true) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

async function runShape(
  live: Running[],
  input: ShapeInput,
  effort: Effort,
  refuse: (one: Running, reason: string) => void,
): Promise<EnvoyRow[]> {
  const rounds = new Map(live.map((one): [Running, Round[]] => [one, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const [one, mine] of rounds) {
      const reason = await refusalOf(one, async () => {
        mine.push(await measure(one, input, effort.seconds));
      });
      if (reason === null) continue;
      rounds.delete(one);
      refuse(one, reason);
    }
  }
  const base = [...rounds].find(([{ name }]) => name === BASE)?.[1];
  const rows: EnvoyRow[] = [];
  for (const [one, mine] of rounds) {
    const memory = (await one.usage()).rssBytes / MIB;
    const over = overBare(mine, mine === base ? undefined : base);
    rows.push({ ...summary(input, one.name, mine), overBareMicros: over, residentMiB: memory });
  }
  return rows;
}

async function validate(one: Running, input: ShapeInput, upstream: Upstream): Promise<void> {
  let problems: string[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    const { request, result: answer } = await upstream.captureWhile(() =>
      sendOne(one.target, input.body),
    );
    problems = problemsOf(one.effect, input, {
      upstreamPath: request?.path ?? null,
      upstreamBody: request?.body ?? "",
      status: answer.status,
      contentType: answer.headers["content-type"] ?? "",
      clientBody: answer.body,
    });
    if (problems.length > 0) break;
    // One callback per event is what this shape is for; pieces that reach the client show whether it happened. A busy
    // machine may let events wait for each other, so this is worth another try.
    if (input.mode !== "paced" || answer.pieces >= TEXT_DELTAS * 0.9) return;
    problems = [`the events came in ${answer.pieces} pieces only`];
  }
  throw new Error(`${one.name}, ${input.shape}: ${problems.join("; ")}`);
}

interface Round {
  cpuMicros: number;
  requestsPerSecond: number;
  pieces: number;
}

async function measure(one: Running, input: ShapeInput, seconds: number): Promise<Round> {
  const connections = input.mode === "paced" ? PACED_CONNECTIONS : CONNECTIONS;
  const before = await one.usage();
  const load = await drive(one.target, input.body, connections, seconds);
  const after = await one.usage();
  if (load.failed > 0) {
    const what = `${one.name}, ${input.shape}`;
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
  candidate: string,
  rounds: Round[],
): Omit<EnvoyRow, "overBareMicros" | "residentMiB"> {
  return {
    shape: input.shape,
    candidate,
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
