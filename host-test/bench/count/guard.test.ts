// The guard against a change that makes something dearer: what each shape executes, asks of the host and takes of memory is
// pinned. Counted, not timed, so it says the same on every machine, however busy. `npm run bench:pin` pins what is there now.

import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { growthExponent } from "../shapes/fit.ts";
import { FIXED_KIB } from "../shapes/report.ts";
import { SHAPES } from "../shapes/table.ts";
import { counting } from "./instrument.ts";
import {
  coreConfiguration,
  guardCounts,
  PINS_FILE,
  releaseModule,
  type Counts,
} from "./measure.ts";

/** How far a count may be from its pin, in both directions: what became cheaper is pinned anew. */
const TOLERANCE = 0.1;
const PIN = "what was meant is pinned by: npm run build && npm run bench:pin";
/** A power of the size; fixed costs pull it below 1. */
const LINEAR = 1.02;
let counted: Uint8Array;
let core: { profile: object };
let pins: Record<string, Counts>;

beforeAll(async () => {
  counted = counting(await releaseModule());
  core = await coreConfiguration();
  pins = JSON.parse(await readFile(PINS_FILE, "utf8")) as Record<string, Counts>;
});

test("every shape is pinned, and nothing else", () => {
  expect(Object.keys(pins)).toEqual(SHAPES.map(({ name }) => name));
});

describe.each(SHAPES)("$title", (shape) => {
  test("costs what it did, grows by its size and stays in its memory", () => {
    const sizes = guardCounts(counted, core, shape);
    const full = sizes.at(-1) as (typeof sizes)[number];
    const pin = pins[shape.name] as Counts;
    expect(full.operators / pin.operators, PIN).toBeGreaterThan(1 - TOLERANCE);
    expect(full.operators / pin.operators, PIN).toBeLessThan(1 + TOLERANCE);
    expect(full.hostCalls, PIN).toBe(pin.hostCalls);
    expect(full.memoryKiB, PIN).toBeLessThanOrEqual(pin.memoryKiB * (1 + TOLERANCE) + 64);
    if (sizes.length > 1) {
      const amounts = sizes.map(({ amount }) => amount);
      const counts = sizes.map(({ operators }) => operators);
      expect(growthExponent(amounts, counts)).toBeLessThan(LINEAR);
    }
    if (shape.memoryLimit !== null && full.body !== null) {
      const most = (shape.memoryLimit * full.body) / 1024 + FIXED_KIB;
      expect(full.memoryKiB).toBeLessThanOrEqual(most);
    }
  });
});
