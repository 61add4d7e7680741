import { expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";
import { runDifferential } from "./differential.ts";

const RUNS = 1_000_000;

test("many documents have the verdict and value of JSON.parse, from a seed that is printed", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 0x7fffffff);
  const tally = runDifferential(new Probe(), RUNS, seed);
  console.log(`seed ${seed}: ${JSON.stringify(tally)}`);
  expect(Object.values(tally).reduce((sum, count) => sum + count)).toBe(RUNS);
});
