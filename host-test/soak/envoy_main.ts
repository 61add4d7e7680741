/**
 * The soak in a real Envoy. Usage: `npm run soak:envoy -- [--count N | --minutes M] [--seed S] [--out FOLDER]`. Prints memory as it
 * goes and writes soak.json and soak.svg; exit 1 when an answer is wrong or memory rises over the last nine tenths.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Envoy, NEWEST } from "../../envoy/harness/envoy.ts";
import { WASM } from "../../envoy/harness/rig.ts";
import { document, markdownOf } from "../bench/document.ts";
import { ROOT } from "../bench/identity_build.ts";
import { table, thisMachine } from "../bench/report.ts";
import { soakChartOf } from "./envoy_chart.ts";
import { KINDS } from "./envoy_kinds.ts";
import { upstreamOf } from "./envoy_process.ts";
import { ALLOWED_RISE, growthOf, soakCells, type Sample, type SoakReport } from "./envoy_report.ts";
import { runTraffic, warmUp, type TrafficOptions } from "./envoy_traffic.ts";

const KIB = 1024;
/** Samples and lines of a whole run. */
const SAMPLES = 400;
const LINES = 10;
const MS_PER_MINUTE = 60_000;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "200000" },
    minutes: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: join(ROOT, "docs", "bench") },
  },
});
const out = resolve(values.out);
const count = Number(values.count);
const minutes = values.minutes === undefined ? null : Number(values.minutes);

async function sampleOf(envoy: Envoy, requests: number, start: number): Promise<Sample> {
  const [usage, memory] = await Promise.all([envoy.usage(), envoy.admin("/memory")]);
  const { allocated } = JSON.parse(memory) as { allocated: string };
  const seconds = (performance.now() - start) / 1000;
  return { requests, seconds, rssBytes: usage.rssBytes, allocatedBytes: Number(allocated) };
}

/** Runs the traffic and takes a sample whenever another 1/SAMPLES of the run is over. */
async function soak(envoy: Envoy): Promise<Sample[]> {
  let start = performance.now();
  const samples: Promise<Sample>[] = [];
  const progress = (done: number): number =>
    minutes === null ? done / count : (performance.now() - start) / (minutes * MS_PER_MINUTE);
  const options: TrafficOptions = {
    origin: `http://127.0.0.1:${envoy.port}`,
    kinds: KINDS,
    seed: Number(values.seed),
    more: (begun) => progress(begun) < 1,
    onDone: (done) => {
      if (samples.length >= Math.floor(Math.min(1, progress(done)) * SAMPLES)) return;
      const sample = sampleOf(envoy, done, start);
      samples.push(sample);
      if (samples.length % (SAMPLES / LINES) === 0) void sample.then(tell, () => undefined);
    },
  };
  await warmUp(options);
  start = performance.now();
  await runTraffic(options);
  return Promise.all(samples);
}

function tell({ requests, seconds, rssBytes, allocatedBytes }: Sample): void {
  const rate = (requests / seconds).toFixed(0);
  const memory = `RSS ${(rssBytes / KIB).toFixed(0)} KiB, allocated ${(allocatedBytes / KIB).toFixed(0)} KiB`;
  console.log(`soak: ${requests} requests, ${rate}/s, ${memory}`);
}

async function main(): Promise<void> {
  const upstream = await upstreamOf("h1");
  const to = { version: NEWEST, wasm: WASM, upstream: { port: upstream.port } };
  const envoy = await Envoy.start(to).catch(async (error: unknown) => {
    await upstream.stop();
    throw error;
  });
  let samples: Sample[];
  try {
    samples = await soak(envoy);
  } finally {
    await envoy.stop();
    await upstream.stop();
  }
  const last = samples.at(-1);
  const report: SoakReport = {
    machine: thisMachine(NEWEST),
    requests: last?.requests ?? 0,
    minutes: (last?.seconds ?? 0) / 60,
    weights: Object.fromEntries(KINDS.map(({ name, weight }) => [name, weight])),
    growth: growthOf(samples),
    samples,
  };
  await write(report);
  if (report.growth.rise > ALLOWED_RISE) process.exitCode = 1;
}

async function write(report: SoakReport): Promise<void> {
  const cells = soakCells(report);
  console.log(`\n${table(cells).join("\n")}`);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "soak.json"), `${JSON.stringify(report, null, 2)}\n`);
  const { cpu, date, envoy } = report.machine;
  const subtitle = `Envoy ${envoy}, mixed requests over 32 connections; ${cpu}; ${date.slice(0, 10)}`;
  await writeFile(join(out, "soak.svg"), await soakChartOf(report.samples, subtitle));
  const chart = "![Memory of Envoy over the requests](bench/soak.svg)";
  await document(out, "soak", `${markdownOf(cells)}\n\n${chart}`);
  console.log(`\nwritten to ${relative(process.cwd(), out)}`);
}

// Only an exit that Node itself makes ends the processes that are running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
