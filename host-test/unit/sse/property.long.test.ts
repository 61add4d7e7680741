import { expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";
import { runProperty } from "./property.ts";

const RUNS = 500_000;

test("many random streams, whole and cut, give the events of the oracle, from a seed that is printed", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 0x7fffffff);
  const { events, overflows } = runProperty(new Probe(), RUNS, seed);
  console.log(`seed ${seed}: ${RUNS} streams, ${events} events, ${overflows} overflows`);
  expect(events).toBeGreaterThan(RUNS / 10);
});
