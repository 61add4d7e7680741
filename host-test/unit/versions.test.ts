// What a run over many versions of Envoy makes of vitest's reports.

import { expect, test } from "vitest";
import { rowOf, versionedFiles } from "../../envoy/versions/run.ts";
import { versionCells } from "../../envoy/versions/table.ts";
import { inRepository } from "../../envoy/harness/rig.ts";

const file = (name: string): string => inRepository("envoy", "e2e", name);
const tests = (...statuses: string[]): { fullName: string; status: string }[] =>
  statuses.map((status, i) => ({ fullName: `${status} ${i}`, status }));

test("tests of other versions, which were not run, count for nothing", () => {
  const assertionResults = tests("passed", "skipped", "passed");
  const report = { testResults: [{ name: file("a.test.ts"), status: "passed", assertionResults }] };
  expect(rowOf("1.37.0", ["a.test.ts"], report)).toEqual({
    version: "1.37.0",
    passed: 2,
    failed: [],
    silent: [],
  });
});

test("failures are told by name, also of a file that could not be loaded", () => {
  const testResults = [
    { name: file("a.test.ts"), status: "failed", assertionResults: tests("passed", "failed") },
    { name: file("b.test.ts"), status: "failed", assertionResults: [] },
  ];
  expect(rowOf("1.37.0", ["a.test.ts"], { testResults })).toMatchObject({
    passed: 1,
    failed: ["failed 1", "b.test.ts"],
  });
});

test("a file of which no test names the version is told", () => {
  const testResults = [
    { name: file("a.test.ts"), status: "passed", assertionResults: tests("skipped") },
  ];
  expect(rowOf("1.37.0", ["a.test.ts", "b.test.ts"], { testResults }).silent).toEqual([
    ...["a.test.ts", "b.test.ts"],
  ]);
});

test("the files that run on each version are found, and no long ones", async () => {
  const files = await versionedFiles();
  expect(files).toContain("vm_failure.test.ts");
  expect(files).not.toContain("bedrock.test.ts");
  expect(files.filter((name) => name.includes("long"))).toEqual([]);
});

test("the table has a row for each version, with what failed", () => {
  const rest = { seconds: 1, reset: "a", trap: "b", reload: "c" };
  const good = {
    version: "1.36.2",
    passed: 9,
    failed: [],
    silent: [],
    refused: ["x", "y"],
    ...rest,
  };
  const bad = { version: "1.37.0", passed: 7, failed: ["t"], silent: ["f"], refused: [], ...rest };
  const none = { version: "1.38.3", passed: 0, failed: [], silent: [], refused: [], ...rest };
  const asked = { ...none, version: "1.39.0", passed: null };
  expect(versionCells([good, bad, none, asked]).slice(1)).toEqual([
    ["1.36.2", "9 passed", "a", "b", "c", "x, y"],
    ["1.37.0", "7 passed, 2 failed", "a", "b", "c", ""],
    ["1.38.3", "none: built without V8", "a", "b", "c", ""],
    ["1.39.0", "not run, only asked", "a", "b", "c", ""],
  ]);
});
