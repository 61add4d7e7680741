/** The fixed part of fuzzing from seeds: every finding so far by its number, and a run with a fixed seed. */
import { describe, expect, test } from "vitest";
import { describe as show } from "./shrink.ts";
import { makeSeedCase } from "./seed_case.ts";
import { runSeedCase } from "./seed_run.ts";
import { readSeeds, SeedHomes } from "./seeds.ts";

const RUN = 20_261_121;
const CASES = 6_000;
const PARTS = 6;

describe(`cases grown from fixtures, run ${RUN}`, () => {
  const seeds = readSeeds();
  const homes = new SeedHomes();

  test("there are seeds of every surface", () => {
    const surfaces = new Set(seeds.map(({ name }) => name.split("/")[0]));
    expect([...surfaces]).toEqual(expect.arrayContaining(["chat", "native"]));
  });

  for (let part = 0; part < PARTS; part++) {
    const from = (part * CASES) / PARTS;
    test(`cases ${from} to ${from + CASES / PARTS - 1}`, () => {
      for (let index = from; index < from + CASES / PARTS; index++) {
        const seedCase = makeSeedCase(seeds, RUN, index);
        const problems = runSeedCase(homes.of(seedCase.seed), seedCase);
        if (problems.length > 0) throw new Error(show(seedCase, problems));
      }
    });
  }
});
