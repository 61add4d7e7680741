import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BROAD, inOrder, isIn, LONG, NEAR, WITHOUT_MODULE } from "./suites.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

it("names tests and sources that there are", () => {
  const sources = readdirSync(join(ROOT, "plugin"), { recursive: true }).map(
    (name) => `plugin/${String(name)}`,
  );
  const tests = [...WITHOUT_MODULE, ...LONG, ...BROAD, ...NEAR.flatMap(([, near]) => near)];
  expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const unknown = NEAR.filter(
    ([start]) => !sources.some((source) => `${source}/`.startsWith(start)),
  );
  expect(unknown).toEqual([]);
});

it("runs every test of the module once, those of no module never", () => {
  const stages = (test: string): string[] =>
    (["short", "long"] as const).filter((stage) => isIn(stage, test));
  expect(stages("host-test/golden/golden.test.ts")).toEqual(["short"]);
  expect(stages("host-test/a_new_one/of.test.ts")).toEqual(["short"]);
  expect(stages("host-test/split/streams.test.ts")).toEqual(["long"]);
  expect(stages("host-test/model/bodies.test.ts")).toEqual([]);
});

it("begins with the tests of the source, ends with the long ones", () => {
  const tests = [
    "host-test/a_new_one/of.test.ts",
    "host-test/fuzz/fuzz.test.ts",
    "host-test/golden/golden.test.ts",
    "host-test/unit/json/scan.test.ts",
    "host-test/unit/prefill/dedupe.test.ts",
  ];
  const order = (source: string): string[] =>
    [...tests].sort((a, b) => inOrder(source, a, b)).map((test) => test.split("/").at(-1) ?? "");
  expect(order("plugin/json/scan.ts")).toEqual([
    "scan.test.ts",
    "golden.test.ts",
    "of.test.ts",
    "dedupe.test.ts",
    "fuzz.test.ts",
  ]);
  expect(order("plugin/json/dedupe.ts").slice(0, 2)).toEqual(["dedupe.test.ts", "golden.test.ts"]);
});
