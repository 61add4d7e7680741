// What the guard holds still: figures of a shape that are the same on every machine. No time among them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import binaryen from "binaryen";
import { ROOT } from "../identity_build.ts";
import { check, configurationOf, open, run, type Subject } from "../shapes/drive.ts";
import { SHAPES, type Traffic, type TrafficShape } from "../shapes/table.ts";
import { COUNT_EXPORT, countExportOf } from "./instrument.ts";

/** Figures of one exchange in a VM that has served one like it. */
export interface Counts {
  operators: number;
  hostCalls: number;
  /** what the first such exchange grew the memory by */
  memoryKiB: number;
}

/** A shape at the sizes of the guard: small enough for a unit test. */
export interface SizedCounts extends Counts {
  amount: number;
  body: number | null;
}

/** Where `npm run bench:pin` writes the figures of this build. */
export const PINS_FILE = join(import.meta.dirname, "pins.json");
/** Parts of a shape's full size; the figures that are pinned are those of the last one. */
const GUARD_SCALES = [1 / 16, 1 / 4];
/** Part of a shape's full size at which functions are compared. */
export const PROFILE_SCALE = 1 / 4;

/** The configuration of the core row. */
export async function coreConfiguration(): Promise<{ profile: object }> {
  const text = await readFile(join(ROOT, "host-test/bench/config.core.json"), "utf8");
  return JSON.parse(text) as { profile: object };
}

/** Returns the module under test, as it is. Rejects when there is no build. */
export async function releaseModule(): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(ROOT, "build/messages-bridge.wasm")));
}

/** Counts one exchange of a module with a counter (`counting`) in a VM of its own. Throws unless all of it comes through. */
export function countOne(
  counted: Uint8Array,
  core: { profile: object },
  shape: TrafficShape,
  traffic: Traffic,
): SizedCounts {
  const subject = open(counted, configurationOf(core, shape));
  const before = subject.host.memoryBytes;
  check(subject, shape.name, "translates", traffic);
  const memoryKiB = (subject.host.memoryBytes - before) / 1024;
  const start = operatorsOf(subject);
  const { hostCalls } = run(subject, traffic).stream;
  const { amount, body } = traffic;
  return { operators: operatorsOf(subject) - start, hostCalls, memoryKiB, amount, body };
}

/** Counts a shape at the sizes of the guard, the smallest first. */
export function guardCounts(
  counted: Uint8Array,
  core: { profile: object },
  shape: TrafficShape,
): SizedCounts[] {
  const scales = shape.grows ? GUARD_SCALES : [1];
  return scales.map((scale) => countOne(counted, core, shape, shape.at(scale)));
}

/** Returns the figures of all shapes that are pinned. */
export function pinsOf(counted: Uint8Array, core: { profile: object }): Record<string, Counts> {
  const entries = SHAPES.map((shape) => {
    const last = guardCounts(counted, core, shape).at(-1) as SizedCounts;
    const { operators, hostCalls, memoryKiB } = last;
    return [shape.name, { operators, hostCalls, memoryKiB }] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the names of a module's own functions, in their order; numbers where the module has no names. */
export function functionNames(module: Uint8Array): string[] {
  const parsed = binaryen.readBinary(module);
  try {
    return Array.from({ length: parsed.getNumFunctions() }, (_, index) =>
      binaryen.getFunctionInfo(parsed.getFunctionByIndex(index)),
    ).flatMap(({ name, module: from }) => (from === "" ? [name] : []));
  } finally {
    parsed.dispose();
  }
}

/** Returns what each function of `names` has executed so far, in a module with a counter for each. */
export function functionCounts({ host }: Subject, names: string[]): number[] {
  return names.map((_, index) => host.ask(countExportOf(index)) ?? 0);
}

function operatorsOf({ host }: Subject): number {
  const count = host.ask(COUNT_EXPORT);
  if (count === undefined) throw new Error("the module has no counter");
  return count;
}
