// Smoke runs of the soaks in Envoy: that they run, answer by answer right, and write what they promise.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "../bench/identity_build.ts";
import type { SoakReport } from "./envoy_report.ts";
import type { IdleReport } from "./idle_report.ts";

let out = "";

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "messages-bridge-soak-"));
});

afterEach(() => rm(out, { recursive: true, force: true }));

async function run(program: string, ...args: string[]): Promise<string> {
  const all = ["--import", "tsx", join("host-test", "soak", program), ...args, "--out", out];
  return (await promisify(execFile)(process.execPath, all, { cwd: ROOT })).stdout;
}

async function written<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(out, file), "utf8")) as T;
}

test("some thousands of mixed requests are answered right and memory is sampled throughout", async () => {
  await run("envoy_main.ts", "--count", "3000");
  const report = await written<SoakReport>("soak.json");
  expect(report.requests).toBe(3000);
  expect(report.samples).toHaveLength(400);
  for (const { rssBytes } of report.samples) expect(rssBytes).toBeGreaterThan(1 << 20);
  expect(await readFile(join(out, "soak.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>$/);
});

test("a soak by time ends when the time is over", async () => {
  await run("envoy_main.ts", "--minutes", "0.1");
  const report = await written<SoakReport>("soak.json");
  expect(report.minutes).toBeCloseTo(0.1, 1);
});

test("faults come into the mixture, each ends as it must, and everything is closed behind them", async () => {
  const stdout = await run("envoy_main.ts", "--faults", "--count", "2000", "--rate", "300");
  const report = await written<SoakReport>("soak_faults.json");
  expect(report.requests).toBe(2000);
  expect(report.counts.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(0);
  expect(report.after).toMatchObject({ openStreams: 0, openUpstream: 0, openContexts: 0 });
  expect(report.after.heldBytes).toBe(report.before.heldBytes);
  expect(Math.max(...report.samples.map(({ openContexts }) => openContexts ?? 0))).toBeGreaterThan(
    0,
  );
  expect(stdout).toContain("a stream that is reset");
  expect(await readFile(join(out, "soak_faults.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>$/);
});

test("idle streams are opened and closed through every candidate", async () => {
  const stdout = await run("idle_main.ts", "--streams", "300", "--bursts", "2");
  const report = await written<IdleReport>("idle.json");
  expect(report.rows.map(({ candidate }) => candidate)).toEqual([
    ...["bare", "identity", "messages-bridge"],
  ]);
  for (const { bursts } of report.rows) expect(bursts).toHaveLength(2);
  expect(stdout).toContain("bytes per stream");
});
