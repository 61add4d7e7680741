// What it takes until the filter is there: size of the module, compilation, configuration, memory of many profiles; in Node,
// with the engine set as Envoy sets it, and in real Envoys that are started again and again.

import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Envoy } from "../../../envoy/harness/envoy.ts";
import type { Parts } from "../../../envoy/harness/config.ts";
import { bare, type ModuleUnderTest } from "../candidates.ts";
import { median } from "../median.ts";
import { LIKE_ENVOY } from "../wasm_part.ts";
import { PROFILE_COUNTS, withProfiles } from "./configurations.ts";

/** Bytes of the module. */
export interface ModuleSize {
  bytes: number;
  gzipBytes: number;
}

/** Figures in Node, medians of the rounds. */
export interface NodeStart {
  /** Wall time and CPU time of all threads, milliseconds, every function by the optimising compiler. */
  compileMs: number;
  compileCpuMs: number;
  configured: ConfiguredRow[];
}

/** One number of profiles in the host model. */
export interface ConfiguredRow {
  profiles: number;
  /** JSON of all configurations together. */
  configBytes: number;
  /** CPU time of configuring all of them, once. */
  configureMs: number;
  /** What the linear memory grows by. */
  memoryKiB: number;
}

/** An Envoy with so many workers and profiles; `profiles` 0 is one without the filter. Medians of the rounds. */
export interface EnvoyStart {
  workers: number;
  profiles: number;
  /** From the start of the process until it says that it serves, milliseconds. */
  readyMs: number;
  /** CPU time of the process until it has nothing more to do. */
  cpuMs: number;
  residentMiB: number;
}

/** What the child is told. */
export interface StartJob {
  module: string;
  rounds: number;
}

/** What the child answers. */
export type StartAnswer = NodeStart | { problem: string };

const MIB = 1024 * 1024;
const WORKERS = [1, 2];
const READY = "starting main dispatch loop";
const POLL_MS = 100;
/** An Envoy that used less than this between two looks has nothing more to do. */
const IDLE_MS = 0.5;

/** Returns the size of a module, and of the same compressed as registries and servers do it. */
export async function sizeOf(file: string): Promise<ModuleSize> {
  const bytes = await readFile(file);
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
}

/** Compiles and configures in a Node of its own. Rejects when a configuration is refused. */
export async function startInNode(job: StartJob): Promise<NodeStart> {
  const child = fork(join(import.meta.dirname, "child.ts"), {
    execArgv: [...LIKE_ENVOY, "--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]): StartAnswer => ({
    problem: `it ended with ${code}`,
  }));
  const answered = once(child, "message").then(([answer]) => answer as StartAnswer);
  child.send(job);
  const answer = await Promise.race([answered, ended]);
  if ("problem" in answer) throw new Error(`the start in Node failed: ${answer.problem}`);
  await ended;
  return answer;
}

/** Starts Envoys without and with the filter, in turn, `rounds` times. Rejects when one refuses. */
export async function startInEnvoy(
  bin: string,
  { file }: ModuleUnderTest,
  rounds: number,
): Promise<EnvoyStart[]> {
  const kinds = WORKERS.flatMap((workers) =>
    [0, ...PROFILE_COUNTS].map((profiles) => ({ workers, profiles })),
  );
  const runs = kinds.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { workers, profiles }] of kinds.entries()) {
      runs[index]?.push(await startOne(bin, file, workers, profiles));
    }
  }
  return kinds.map((kind, index) => {
    const of = (pick: (sample: Sample) => number): number => median((runs[index] ?? []).map(pick));
    return {
      ...kind,
      readyMs: of((sample) => sample.readyMs),
      cpuMs: of((sample) => sample.cpuMs),
      residentMiB: of((sample) => sample.residentMiB),
    };
  });
}

type Sample = Omit<EnvoyStart, "workers" | "profiles">;

async function startOne(
  bin: string,
  file: string,
  workers: number,
  profiles: number,
): Promise<Sample> {
  const start = performance.now();
  let readyMs = Number.NaN;
  const onLine = (line: string): void => {
    if (line.includes(READY)) readyMs = performance.now() - start;
  };
  const how = profiles === 0 ? bare().envoy : filters(file, withProfiles(profiles));
  const upstream = { port: 9 };
  const envoy = await Envoy.start({ ...how, version: { bin }, upstream, workers, onLine });
  try {
    const { cpuMs, rssBytes } = await settled(envoy);
    return { readyMs, cpuMs, residentMiB: rssBytes / MIB };
  } finally {
    await envoy.stop();
  }
}

/** The example with one filter for each configuration, all in one VM. */
function filters(
  file: string,
  configurations: object[],
): { wasm: string; filter: object; edit: (parts: Parts) => void } {
  const [first = {}, ...others] = configurations;
  const edit = ({ hcm }: Parts): void => {
    const [own] = hcm.http_filters;
    const more = others.map((configuration, index) => {
      const copy = structuredClone(own) as unknown as FilterEntry;
      copy.name = `${copy.name}-${index}`;
      copy.typed_config.config.configuration.value = JSON.stringify(configuration);
      return copy as unknown as Record<string, unknown>;
    });
    hcm.http_filters.splice(1, 0, ...more);
  };
  return { wasm: file, filter: first, edit };
}

interface FilterEntry {
  name: string;
  typed_config: { config: { configuration: { value: string } } };
}

/** Waits until the process does nothing any more, and returns what it has used by then. */
async function settled(envoy: Envoy): ReturnType<Envoy["usage"]> {
  for (let before = await envoy.usage(); ;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const now = await envoy.usage();
    if (now.cpuMs - before.cpuMs < IDLE_MS) return now;
    before = now;
  }
}
