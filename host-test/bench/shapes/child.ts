// The program that runs the shapes for part.ts. Its parent starts it with the engine's flags, says what to do over IPC and
// gets one answer.

import { readFile } from "node:fs/promises";
import { counting } from "../count/instrument.ts";
import { countOne, type SizedCounts } from "../count/measure.ts";
import { median } from "../median.ts";
import { check, configurationOf, open, run, type Subject } from "./drive.ts";
import { growthExponent } from "./fit.ts";
import type { ShapeRow, ShapesAnswer, ShapesJob } from "./part.ts";
import { SHAPES, type Traffic, type TrafficShape } from "./table.ts";

const SCALES = [0.25, 0.5, 1];
const WARM_RUNS = 3;

interface Modules {
  ours: Uint8Array;
  /** the same with a counter */
  counted: Uint8Array;
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
  const counts = traffics.map((one) => countOne(modules.counted, job.core, shape, one));
  const ours = traffics.map((one) => lane(open(modules.ours, configuration), one));
  const floor = traffics.map((one) => lane(open(modules.floor, {}), one));
  for (const { subject, traffic } of floor) check(subject, shape.name, "copies", traffic);
  for (let round = 0; round < job.rounds; round++) {
    for (const one of [...ours, ...floor]) one.samples.push(sample(one, job.sampleMs));
  }
  const { amount, body } = traffics.at(-1) as Traffic;
  const { operators, hostCalls, memoryKiB } = counts.at(-1) as SizedCounts;
  const growth = (costs: number[]): number | null =>
    shape.grows
      ? growthExponent(
          traffics.map((one) => one.amount),
          costs,
        )
      : null;
  return {
    shape: shape.name,
    title: shape.title,
    unit: shape.unit,
    amount,
    nanosPerUnit: median(ours.at(-1)?.samples ?? []) / amount,
    floorNanosPerUnit: median(floor.at(-1)?.samples ?? []) / amount,
    operatorsPerUnit: operators / amount,
    hostCalls,
    memoryKiB,
    memoryMultiple: body === null ? null : (memoryKiB * 1024) / body,
    memoryLimit: shape.memoryLimit,
    growth: growth(counts.map((one) => one.operators)),
    timeGrowth: growth(ours.map(({ samples }) => Math.min(...samples))),
    floorTimeGrowth: growth(floor.map(({ samples }) => Math.min(...samples))),
  };
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
    const [ours, floor] = [await bytesOf(job.module), await bytesOf(job.floor)];
    const modules = { ours, counted: counting(ours), floor };
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
