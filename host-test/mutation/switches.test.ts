import { expect, it } from "vitest";
import { mutantsOf, type Mutant } from "./operators.ts";
import { listed } from "./sample.ts";
import { numbered, switchedTo, withSwitches } from "./switches.ts";

const SOURCE = `const LENGTH: u32 = 2 + 1;
function f(x: u32): bool {
  if (x < 3) return true;
  g(x);
  return false;
}
`;
const FILE = "plugin/a/f.ts";

const faults = (...operators: string[]): Mutant[] =>
  mutantsOf(FILE, SOURCE).filter(({ operator }) => operators.includes(operator));

function switched(mutants: readonly Mutant[]): string[] {
  const files = numbered(mutants);
  const { text } = withSwitches(SOURCE, files.get(FILE) ?? new Map<Mutant, number>());
  const before = SOURCE.split("\n");
  return text.split("\n").filter((line) => line !== "" && !before.includes(line));
}

it("compiles wrong and right side by side", () => {
  expect(switched(faults("bound", "dropped call"))).toEqual([
    "  if ((FAULT == 1 ? (x <= 3) : (x < 3))) return true;",
    "  { if (FAULT == 2) { ; } else { g(x); } }",
    'import { FAULT } from "../fault_switch";',
  ]);
});

it("leaves out what is inside another fault, and what the compiler works out", () => {
  expect(switched(faults("dropped guard", "bound", "span"))).toEqual([
    "  { if (FAULT == 2) { ; } else { if (x < 3) return true; } }",
    'import { FAULT } from "../fault_switch";',
  ]);
});

it("puts a number in the module and moves nothing", () => {
  // i32.const 0x12345678, end
  const initial = [0x41, 0xf8, 0xac, 0xd1, 0x91, 0x01, 0x0b];
  const module = new Uint8Array([1, 2, ...initial, 3]);
  const leb = (...bytes: number[]): number[] => [1, 2, 0x41, ...bytes, 0x0b, 3];
  expect([...switchedTo(module, 0)]).toEqual(leb(0x80, 0x80, 0x80, 0x80, 0));
  expect([...switchedTo(module, 300)]).toEqual(leb(0xac, 0x82, 0x80, 0x80, 0));
  expect(() => switchedTo(new Uint8Array(9), 1)).toThrow("no switch");
});

it("finds the faults of a list by their lines", () => {
  const texts = new Map([[FILE, SOURCE]]);
  const row = { file: FILE, line: "g(x);", was: "x", becomes: "1", breaks: "" };
  const [mutant] = listed(texts, [row]);
  expect(mutant).toMatchObject({ form: "expression", text: "1", operator: "listed" });
  expect(SOURCE.slice(0, mutant?.start).split("\n")).toHaveLength(4);
  expect(listed(texts, [{ ...row, was: "(x)" }])[0]?.form).toBe("constant");
  expect(() => listed(texts, [{ ...row, line: "h(x);" }])).toThrow("0 times");
  expect(() => listed(texts, [{ ...row, was: "y" }])).toThrow('has no "y"');
});
