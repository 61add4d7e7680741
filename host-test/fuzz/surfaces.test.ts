/** A few thousand inputs of every surface that has no fixed part of its own. */
import { describe, expect, test } from "vitest";
import { SURFACES } from "./surfaces.ts";

const SEED = 20_261_122;
const INPUTS: Readonly<Record<string, number>> = {
  bedrock: 1_500,
  multipart: 2_000,
  jsonl: 1_500,
  config: 4_000,
  json: 30_000,
  string: 20_000,
  sse: 20_000,
  eventstream: 20_000,
  base64: 50_000,
  utf8: 50_000,
};
/** With files of tests of their own. */
const ELSEWHERE = ["chat", "all"];

test("every surface is run", () => {
  expect(Object.keys(SURFACES).sort()).toEqual([...Object.keys(INPUTS), ...ELSEWHERE].sort());
});

describe.each(Object.entries(INPUTS))("%s", (name, amount) => {
  test(`${amount} inputs of seed ${SEED}`, () => {
    const { inputs, open } = SURFACES[name]!;
    const surface = open(SEED);
    for (let index = 0; index * inputs < amount; index++) {
      const problems = surface.judge(index);
      if (problems.length > 0) throw new Error(surface.tell(index, problems));
    }
  });
});
