// What the soaks in Envoy compute: growth over samples, kinds by weight, bytes of a stream, tables.

import { describe, expect, test } from "vitest";
import { Random } from "../fuzz/random.ts";
import { soakAnswers } from "./envoy_answers.ts";
import { drawKind, KINDS } from "./envoy_kinds.ts";
import { growthOf, soakCells, type Sample } from "./envoy_report.ts";
import { bytesPerStream, idleCells, isBounded, type IdleRow } from "./idle_report.ts";
import { thisMachine } from "../bench/report.ts";

const MIB = 1 << 20;

function samplesOf(rss: (index: number) => number): Pick<Sample, "rssBytes">[] {
  return Array.from({ length: 100 }, (_, index) => ({ rssBytes: rss(index) }));
}

describe("growth", () => {
  test("of a steady rise is that of the last nine tenths", () => {
    expect(growthOf(samplesOf((index) => index * 1000))).toEqual({
      from: 12_000,
      to: 97_000,
      most: 99_000,
      rise: 85_000,
    });
  });

  test("before the first tenth is over does not count", () => {
    expect(growthOf(samplesOf((index) => (index < 10 ? 5 : 70) * MIB)).rise).toBe(0);
  });

  test("is not told from one sample: a peak counts as the most and no more", () => {
    const { rise, most } = growthOf(samplesOf((index) => (index === 99 ? 90 : 70) * MIB));
    expect({ rise, most }).toEqual({ rise: 0, most: 90 * MIB });
  });

  test("of nothing is an error", () => {
    expect(() => growthOf([])).toThrow("no samples");
  });

  test("is a row of a table, memory in MiB and the rise in KiB", () => {
    const growth = { from: 10 * MIB, to: 11 * MIB, most: 12 * MIB, rise: MIB };
    const report = { requests: 5, minutes: 1.25, growth };
    expect(soakCells(report)[1]).toEqual([...["5", "1.3", "10.0", "11.0", "12.0", "1024"]]);
  });
});

describe("kinds of requests", () => {
  test("come as often as their weights say", () => {
    const random = new Random(1, 0);
    const seen = new Map<string, number>();
    const draws = 50_000;
    for (let i = 0; i < draws; i++) {
      const { name } = drawKind(KINDS, random);
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    const all = KINDS.reduce((sum, { weight }) => sum + weight, 0);
    for (const { name, weight } of KINDS) {
      expect((seen.get(name) ?? 0) / draws, name).toBeCloseTo(weight / all, 2);
    }
  });

  test("ask for answers that there are", () => {
    const answers = soakAnswers();
    for (const { name, answer } of KINDS) expect(answers.has(answer), name).toBe(true);
  });
});

describe("idle streams", () => {
  const row = (candidate: string, open: number, later = open): IdleRow => ({
    candidate,
    before: 50 * MIB,
    heap: 512 * 1024,
    bursts: [
      { open, closed: open },
      { open: later, closed: later },
    ],
  });

  test("take what memory rose by, each, and the others' share is told beside it", () => {
    const rows = [
      row("bare", 51 * MIB),
      row("identity", 52 * MIB),
      row("messages-bridge", 54 * MIB),
    ];
    expect(bytesPerStream(rows[0] as IdleRow, 1024)).toBe(1024);
    const cells = idleCells({ machine: thisMachine(null), streams: 1024, rows });
    expect(cells.slice(1).map((line) => line.slice(0, 6))).toEqual([
      ["bare", "1024", "512", "", "-1024", "50.0"],
      ["identity", "2048", "512", "1024", "", "50.0"],
      ["messages-bridge", "4096", "512", "3072", "2048", "50.0"],
    ]);
  });

  test("are bounded when no later burst needs more than the first", () => {
    expect(isBounded(row("x", 100 * MIB))).toBe(true);
    expect(isBounded(row("x", 100 * MIB, 101 * MIB))).toBe(true);
    expect(isBounded(row("x", 100 * MIB, 103 * MIB))).toBe(false);
  });
});
