// The program that runs the shapes for part.ts. Its parent starts it with the engine's flags, says what to do over IPC and
// gets one answer.

import { readFile } from "node:fs/promises";
import { median } from "../median.ts";
import { check, configurationOf, open, run, type Subject } from "./drive.ts";
import { growthExponent } from "./fit.ts";
import type { ShapeRow, ShapesAnswer, ShapesJob } from "./part.ts";
import { SHAPES, type Traffic, type TrafficShape } from "./table.ts";

const SCALES = [0.25, 0.5, 1];
const WARM_RUNS = 3;

interface Modules {
  ours: Uint8Array;
  floor: Uint8Array;
}

/** One VM that is fed one exchange again and again, and the times of it. */
interface Lane {
  subject: Subject;
  traffic: Traffic;
  samples: number[];
}

function measure(shape: TrafficShape, modules: Modules, job: ShapesJob): ShapeRow {
  const configuration = configurationOf(job.core, shape);
  const traffics = (shape.grows ? SCALES : [1]).map((scale) => shape.at(scale));
  const full = traffics.at(-1) as Traffic;
  const { memoryBytes, hostCalls } = firstOne(shape, modules.ours, configuration, full);
  const sizes = traffics.map((traffic) => lane(open(modules.ours, configuration), traffic));
  const floor = lane(open(modules.floor, {}), full);
  check(floor.subject, shape.name, "copies", full);
  for (let round = 0; round < job.rounds; round++) {
    for (const one of [...sizes, floor]) one.samples.push(sample(one, job.sampleMs));
  }
  const { amount, body } = full;
  const least = sizes.map(({ samples }) => Math.min(...samples));
  return {
    shape: shape.name,
    title: shape.title,
    unit: shape.unit,
    amount,
    nanosPerUnit: median(sizes.at(-1)?.samples ?? []) / amount,
    floorNanosPerUnit: median(floor.samples) / amount,
    hostCalls,
    memoryKiB: memoryBytes / 1024,
    memoryMultiple: body === null ? null : memoryBytes / body,
    memoryLimit: shape.memoryLimit,
    growth: shape.grows
      ? growthExponent(
          traffics.map((traffic) => traffic.amount),
          least,
        )
      : null,
  };
}

/** The exchange in a VM that has seen nothing before: what its memory grows by, and the host calls of the next one. */
function firstOne(
  { name }: TrafficShape,
  bytes: Uint8Array,
  configuration: object,
  traffic: Traffic,
): { memoryBytes: number; hostCalls: number } {
  const subject = open(bytes, configuration);
  const before = subject.host.memoryBytes;
  check(subject, name, "translates", traffic);
  const memoryBytes = subject.host.memoryBytes - before;
  // The first exchange also finds out what the host can do.
  return { memoryBytes, hostCalls: run(subject, traffic).stream.hostCalls };
}

function lane(subject: Subject, traffic: Traffic): Lane {
  for (let i = 0; i < WARM_RUNS; i++) run(subject, traffic);
  return { subject, traffic, samples: [] };
}

/** Returns CPU time of one exchange in nanoseconds, the mean of as many as fill the time. */
function sample({ subject, traffic }: Lane, atLeastMs: number): number {
  const start = process.cpuUsage();
  for (let count = 1; ; count++) {
    run(subject, traffic);
    const { user, system } = process.cpuUsage(start);
    if (user + system >= atLeastMs * 1000) return ((user + system) * 1000) / count;
  }
}

async function answer(job: ShapesJob): Promise<ShapesAnswer> {
  try {
    const modules = { ours: await bytesOf(job.module), floor: await bytesOf(job.floor) };
    return { rows: SHAPES.map((shape) => measure(shape, modules, job)) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(file));
}

process.on("disconnect", () => process.exit());
process.once("message", (job: ShapesJob) => {
  void answer(job).then((result) => process.send?.(result, () => process.disconnect()));
});
