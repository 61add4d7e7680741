// The part without Envoy: the modules alone, driven by the host model in a Node of its own whose engine is set the way
// Envoy sets it (every function compiled by the optimising compiler at load). Good for seeing which change costs what;
// the host functions are JavaScript here, so only ratios between runs of this part mean anything.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ModuleUnderTest } from "./candidates.ts";
import type { Shape } from "./inputs.ts";

/** Figures of one module under one shape; times are medians over requests. */
export interface WasmRow {
  shape: Shape;
  module: string;
  nanosPerRequest: number;
  /** Per byte of request body and answer together. */
  nanosPerByte: number;
  /** Time of the answer per event of the stream; null for JSON answers. */
  nanosPerEvent: number | null;
  /** Calls from the module to the host. */
  hostCalls: number;
  /** Linear memory after the last request, KiB. */
  memoryKiB: number;
}

/** What the child is told. */
export interface WasmJob {
  modules: ModuleUnderTest[];
  secondsPerShape: number;
}

/** What the child answers. */
export type WasmAnswer = { rows: WasmRow[] } | { problem: string };

/** What makes V8 compile as Envoy has it: every function by the optimising compiler, at load. */
export const LIKE_ENVOY = ["--no-liftoff", "--no-wasm-lazy-compilation"];

/** Runs every module under every shape for about `secondsPerShape` each. Rejects when a module does not do its work. */
export async function runWasmPart(
  modules: ModuleUnderTest[],
  secondsPerShape: number,
): Promise<WasmRow[]> {
  const child = fork(join(import.meta.dirname, "wasm_child.ts"), {
    execArgv: [...LIKE_ENVOY, "--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]): WasmAnswer => ({
    problem: `it ended with ${code}`,
  }));
  const answered = once(child, "message").then(([answer]) => answer as WasmAnswer);
  child.send({ modules, secondsPerShape } satisfies WasmJob);
  const answer = await Promise.race([answered, ended]);
  if ("problem" in answer) throw new Error(`the part in Node failed: ${answer.problem}`);
  await ended;
  return answer.rows;
}
