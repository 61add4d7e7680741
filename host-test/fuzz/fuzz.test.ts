/** The fixed part of the fuzzer: every finding so far, and a run with a fixed seed. */
import { describe, expect, test } from "vitest";
import { makeCase } from "./case.ts";
import { FINDINGS } from "./findings.ts";
import { openHomes, type Home } from "./hosts.ts";
import { runCase } from "./run.ts";
import { describe as show, shrink } from "./shrink.ts";

const SEED = 20_260_801;
const CASES = 20_000;
const PARTS = 10;

describe("findings of the fuzzer", () => {
  const homes = openHomes();
  for (const finding of FINDINGS) {
    test(finding.name, () => {
      expect(runCase(homes[finding.config] as Home, finding)).toEqual([]);
    });
  }
});

describe(`cases of seed ${SEED}`, () => {
  const homes = openHomes();
  for (let part = 0; part < PARTS; part++) {
    const from = (part * CASES) / PARTS;
    test(`cases ${from} to ${from + CASES / PARTS - 1}`, () => {
      for (let index = from; index < from + CASES / PARTS; index++) {
        const fuzzCase = makeCase(SEED, index);
        const problems = runCase(homes[fuzzCase.config] as Home, fuzzCase);
        if (problems.length > 0) throw new Error(show(shrink(fuzzCase, problems), problems));
      }
    });
  }
});
