import { describe, expect, test } from "vitest";
import { Probe } from "../../support/probe.ts";
import { runDifferential } from "./differential.ts";

describe("differential", () => {
  test("3,000 documents, two thirds of them changed, have the verdict and value of JSON.parse", () => {
    const tally = runDifferential(new Probe(), 3000, 20_260_801);
    for (const verdict of ["Truncated", "Unexpected", "BadString", "BadNumber", "Trailing"]) {
      expect(tally[verdict], verdict).toBeGreaterThan(10);
    }
    expect(tally.Ok).toBeGreaterThan(1000);
  });
});
