// What the part about latency computes: percentiles, times of requests, stamps in pieces, tables.

import { expect, test } from "vitest";
import { latencyCells, saturationCells } from "./latency_report.ts";
import { arrivals, stamp, Stamps } from "./open_load.ts";
import { percentile } from "./percentile.ts";

test("a percentile is the value of the nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0.01, 0.07, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([
    1, 7, 50, 99, 100,
  ]);
  expect(percentile([3, 5, 9], 0.5)).toBe(5);
  expect(percentile([3], 0.01)).toBe(3);
  expect(percentile([], 0.5)).toBeNaN();
});

test("requests come at the rate, in order, within the time, and at the same times for the same seed", () => {
  const times = arrivals(500, 20, 7);
  expect(times.length).toBeGreaterThan(9_600);
  expect(times.length).toBeLessThan(10_400);
  expect(times.every((time, i) => time > (times[i - 1] ?? 0) && time < 20_000)).toBe(true);
  expect(arrivals(500, 20, 7)).toEqual(times);
  expect(arrivals(500, 20, 8)).not.toEqual(times);
});

test("gaps between requests are those of strangers: one in e is longer than the mean", () => {
  const times = arrivals(1000, 20, 3);
  const long = times.filter((time, i) => time - (times[i - 1] ?? 0) > 1).length;
  expect(long / times.length).toBeCloseTo(Math.exp(-1), 1);
});

test("stamps are found wherever the answer is cut, each once", () => {
  const text = 'data: {"text":"@12345678901;"}\n\ndata: {"text":"@12345678902;"}\n\n';
  for (let cut = 0; cut <= text.length; cut++) {
    const stamps = new Stamps();
    const found = [...stamps.add(text.slice(0, cut)), ...stamps.add(text.slice(cut))];
    expect(found).toEqual([12345678901n, 12345678902n]);
  }
});

test("a stamp is the time of its making", () => {
  const before = process.hrtime.bigint();
  const [nanos = 0n] = new Stamps().add(stamp());
  expect(nanos >= before && nanos <= process.hrtime.bigint()).toBe(true);
});

test("what goes through is told beside the bare Envoy's with as many workers", () => {
  const row = { load: "small", envoyCores: 0.987 } as const;
  const cells = saturationCells([
    { ...row, candidate: "bare", workers: 1, requestsPerSecond: 1000 },
    { ...row, candidate: "bare", workers: 2, requestsPerSecond: 2000 },
    { ...row, candidate: "ours", workers: 2, requestsPerSecond: 1500.4 },
  ]);
  expect(cells.at(-1)).toEqual(["small", "ours", "2", "1500", "75 %", "0.99"]);
});

test("what a filter adds is the difference of the percentiles, of tokens and of events", () => {
  const spread = (p50: number, p99: number) => ({ p50, p99, count: 10 });
  const row = { load: "stream", requestsPerSecond: 50 } as const;
  const cells = latencyCells([
    { ...row, candidate: "bare", first: spread(900, 1500), event: spread(100, 400) },
    { ...row, candidate: "ours", first: spread(950, 1700), event: spread(104, 390) },
    { ...row, load: "small", candidate: "bare", first: spread(500, 800), event: null },
  ]);
  expect(cells.slice(1)).toEqual([
    ["stream", "bare", "50", "first token", "900", "1500", "", ""],
    ["stream", "bare", "50", "event", "100", "400", "", ""],
    ["stream", "ours", "50", "first token", "950", "1700", "50", "200"],
    ["stream", "ours", "50", "event", "104", "390", "4", "-10"],
    ["small", "bare", "50", "whole answer", "500", "800", "", ""],
  ]);
});
