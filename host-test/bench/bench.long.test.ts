// Smoke runs of the whole program: that it runs and writes what it promises. Never a figure: machines differ.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "./identity_build.ts";
import { TEXT_DELTAS } from "./inputs.ts";
import type { LatencyReport } from "./latency_report.ts";
import type { PeersReport } from "./peers_report.ts";
import type { Report } from "./report.ts";
import type { ShapeRow } from "./shapes/part.ts";
import { SHAPES as TRAFFIC_SHAPES } from "./shapes/table.ts";
import { PROFILE_COUNTS } from "./startup/configurations.ts";
import type { StartReport } from "./startup/record.ts";

const PROGRAM = ["--import", "tsx", "host-test/bench/main.ts", "--quick"];
const PEERS = ["--import", "tsx", "host-test/bench/peers_main.ts", "--quick"];
const SHAPES = ["small", "stream", "paced", "big"];

let out = "";

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "messages-bridge-bench-"));
});

afterEach(() => rm(out, { recursive: true, force: true }));

test("a quick run measures every candidate under every shape and writes table, JSON and chart", async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [...PROGRAM, "--out", out], { cwd: ROOT });
  const report = JSON.parse(await readFile(join(out, "bench.json"), "utf8")) as Report;
  const names = [
    "bare",
    "identity",
    "header-edits",
    "messages-bridge",
    "messages-bridge-all",
    "envoy-native",
  ];
  const pairs = SHAPES.flatMap((shape) => names.map((name) => `${shape} ${name}`));
  expect(report.envoy.map((row) => `${row.shape} ${row.candidate}`)).toEqual(pairs);
  for (const row of report.envoy) expect(row.cpuMicros).toBeGreaterThan(0);
  expect(report.targets.map((target) => target.shape)).toEqual(SHAPES);
  expect(report.wasm).toHaveLength(SHAPES.length * 4);
  for (const row of report.wasm) expect(row.nanosPerRequest).toBeGreaterThan(0);
  expect(stdout).toContain("over bare");
  expect(await readFile(join(out, "bench.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>$/);
});

test("a quick run beside other gateways has a row, or a reason, for each of them under every shape", async () => {
  const run = promisify(execFile);
  const names = ["bare", "messages-bridge", "portkey", "litellm"];
  const { stdout } = await run(
    process.execPath,
    [...PEERS, "--candidates", names.join(","), "--out", out],
    { cwd: ROOT },
  );
  const report = JSON.parse(await readFile(join(out, "peers.json"), "utf8")) as PeersReport;
  const told = [...report.rows, ...report.refusals].map((row) => `${row.shape} ${row.candidate}`);
  const pairs = SHAPES.flatMap((shape) => names.map((name) => `${shape} ${name}`));
  expect(told.toSorted()).toEqual(pairs.toSorted());
  expect(report.refusals.filter(({ candidate }) => candidate !== "portkey")).toEqual([]);
  expect(stdout).toContain("× messages-bridge");
  expect(await readFile(join(out, "peers.svg"), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>$/);
});

test("a quick run about latency has every candidate, with both numbers of workers and at half load", async () => {
  const run = promisify(execFile);
  const args = [...PROGRAM, "--parts", "latency", "--out", out];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT });
  const report = JSON.parse(await readFile(join(out, "latency.json"), "utf8")) as LatencyReport;
  expect(report.saturation).toHaveLength(2 * 2 * 3);
  for (const row of report.saturation) expect(row.requestsPerSecond).toBeGreaterThan(0);
  expect(report.latency).toHaveLength(2 * 3);
  for (const { load, first, event } of report.latency) {
    expect(first.p50).toBeGreaterThan(0);
    // Every text of the stream but the first has its time.
    expect(event?.count ?? 0).toBe(load === "stream" ? first.count * (TEXT_DELTAS - 1) : 0);
  }
  expect(stdout).toContain("added p99");
});

test("a quick run of shapes and start-up has a row for each of them", async () => {
  const run = promisify(execFile);
  const parts = ["--parts", "shapes,startup", "--out", out];
  const { stdout } = await run(process.execPath, [...PROGRAM, ...parts], { cwd: ROOT });
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(out, name), "utf8"));
  const { rows } = (await read("shapes.json")) as { rows: ShapeRow[] };
  expect(rows.map(({ shape }) => shape)).toEqual(TRAFFIC_SHAPES.map(({ name }) => name));
  for (const row of rows) expect(row.nanosPerUnit).toBeGreaterThan(0);
  const { size, node, envoy } = (await read("startup.json")) as StartReport;
  expect(size.gzipBytes).toBeLessThan(size.bytes);
  expect(node.configured.map(({ profiles }) => profiles)).toEqual(PROFILE_COUNTS);
  expect(envoy.map(({ workers }) => workers)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  for (const row of envoy) expect(row.readyMs).toBeGreaterThan(0);
  expect(stdout).toContain("1000 profiles");
});

test("an unknown candidate is refused by name", async () => {
  const run = promisify(execFile);
  const refused = run(process.execPath, [...PROGRAM, "--candidates", "nonesuch"], { cwd: ROOT });
  await expect(refused).rejects.toThrow("unknown: nonesuch");
});
