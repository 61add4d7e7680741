/**
 * Golden cases: what client and upstream receive, byte for byte. `node scripts/bless.mjs` rewrites the expected files
 * from what the filter does now; the difference is to be read before it is committed.
 */
import { describe, expect, test } from "vitest";
import {
  EXPECTED,
  goldenCases,
  outputsOf,
  readCaseFile,
  runCase,
  type GoldenCase,
} from "./case.ts";

const SURFACES = ["chat", "native", "responses"];

function text(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString("latin1");
}

function check(golden: GoldenCase): void {
  const outputs = outputsOf(runCase(golden));
  for (const file of EXPECTED) {
    const expected = readCaseFile(golden, file);
    // Readable first, exact afterwards: the bytes need not be UTF-8.
    expect(outputs[file]?.toString(), file).toBe(expected?.toString());
    expect(text(outputs[file]), file).toBe(text(expected));
  }
}

describe.each(SURFACES)("golden: %s", (surface) => {
  const cases = goldenCases(surface);

  test("there are cases", () => expect(cases.length).toBeGreaterThan(0));

  test.each(cases)("$name", (golden) => check(golden));
});
