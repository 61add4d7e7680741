import { expect, it } from "vitest";
import { isEquivalent, sample } from "./sample.ts";
import { applyMutant, lineOf, mutantsOf } from "./operators.ts";

const SOURCE = `import { a } from "./a";
export const enum E { One = 1 }
function f(x: u32): bool {
  if (x < 3 && x != 2) return true;
  g(x + 1, 2);
  y = x;
  n += 4;
  return false;
}
`;

const made = (): string[][] =>
  mutantsOf("f.ts", SOURCE).map((mutant) => [
    String(lineOf(SOURCE, mutant)),
    mutant.operator,
    SOURCE.slice(mutant.start, mutant.end),
    mutant.text,
  ]);

it("finds every place, and none in imports and constants", () => {
  expect(made()).toEqual([
    ["4", "dropped guard", "if (x < 3 && x != 2) return true;", ";"],
    ["4", "condition", "x < 3 && x != 2", "x < 3 || x != 2"],
    ["4", "bound", "x < 3", "x <= 3"],
    ["4", "condition", "x != 2", "x == 2"],
    ["4", "verdict", "return true;", "return false;"],
    ["5", "dropped call", "g(x + 1, 2);", ";"],
    ["5", "span", "x + 1", "x - 1"],
    ["5", "index", "1", "2"],
    ["5", "index", "2", "3"],
    ["6", "dropped assignment", "y = x;", ";"],
    ["7", "span", "n += 4", "n -= 4"],
    ["7", "index", "4", "5"],
    ["8", "verdict", "return false;", "return true;"],
  ]);
});

it("changes its place and nothing else", () => {
  const bound = mutantsOf("f.ts", SOURCE)[2];
  if (bound === undefined) throw new Error("there is no third fault");
  expect(applyMutant(SOURCE, bound)).toBe(SOURCE.replace("x < 3", "(x <= 3)"));
});

it("draws the same faults from the same seed, each once", () => {
  const texts = new Map([["f.ts", SOURCE]]);
  const drawn = sample(texts, 6, 1);
  expect(sample(texts, 6, 1)).toEqual(drawn);
  expect(sample(texts, 6, 2)).not.toEqual(drawn);
  expect(new Set(sample(texts, 100, 1)).size).toBe(made().length);
});

it("knows a fault that changes nothing by its line", () => {
  const [guard] = mutantsOf("f.ts", SOURCE);
  if (guard === undefined) throw new Error("there is no fault");
  const row = { file: "f.ts", line: "if (x < 3 && x != 2) return true;", text: ";", why: "" };
  expect(isEquivalent([row], guard, SOURCE)).toBe(true);
  expect(isEquivalent([{ ...row, text: "x" }], guard, SOURCE)).toBe(false);
  expect(isEquivalent([{ ...row, line: "y = x;" }], guard, SOURCE)).toBe(false);
});
