// The part about traffic shapes: time per byte or event, host calls, memory and growth of each, through the host model in a
// Node of its own whose engine is set the way Envoy sets it.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { LIKE_ENVOY } from "../wasm_part.ts";
import type { Unit } from "./table.ts";

/** Figures of one shape at its full size. Times are CPU time, medians over rounds, host functions included. */
export interface ShapeRow {
  shape: string;
  title: string;
  unit: Unit;
  /** How many bytes or events it has. */
  amount: number;
  nanosPerUnit: number;
  /** The same exchange through the identity filter. */
  floorNanosPerUnit: number;
  /** Operators that the module executes, which are the same on every machine. */
  operatorsPerUnit: number;
  hostCalls: number;
  /** What the linear memory grew by in a fresh VM, KiB; memory comes in pages of 64 KiB. */
  memoryKiB: number;
  /** The same as a multiple of the body; null for streams that are not accumulated. */
  memoryMultiple: number | null;
  /** Most of it that is allowed; null where nothing is promised. */
  memoryLimit: number | null;
  /** Exponent of the operators at a quarter, half and all of the size; null for one size. */
  growth: number | null;
  /** Exponent of the time, the least of the rounds each: caches and the host model are part of it. */
  timeGrowth: number | null;
  /** The same of the identity filter. */
  floorTimeGrowth: number | null;
}

/** What the child is told. */
export interface ShapesJob {
  module: string;
  floor: string;
  /** The core row's configuration. */
  core: { profile: object };
  rounds: number;
  /** CPU time of one sample, milliseconds. */
  sampleMs: number;
}

/** What the child answers. */
export type ShapesAnswer = { rows: ShapeRow[] } | { problem: string };

/** Runs every shape. Rejects when a module does not do its work. */
export async function runShapesPart(job: ShapesJob): Promise<ShapeRow[]> {
  const child = fork(join(import.meta.dirname, "child.ts"), {
    execArgv: [...LIKE_ENVOY, "--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]): ShapesAnswer => ({
    problem: `it ended with ${code}`,
  }));
  const answered = once(child, "message").then(([answer]) => answer as ShapesAnswer);
  child.send(job);
  const answer = await Promise.race([answered, ended]);
  if ("problem" in answer) throw new Error(`the shapes failed: ${answer.problem}`);
  await ended;
  return answer.rows;
}
