/**
 * The soak in a real Envoy. Usage: `npm run soak:envoy -- [--count N | --minutes M] [--faults] [--rate R] [--seed S] [--out FOLDER]`.
 * With faults a second table of kinds comes into the mixture and the module counts what it holds. Prints memory as it goes and writes
 * soak.json and soak.svg, or soak_faults.*; exit 1 when an exchange is wrong, memory rises over the last nine tenths, or something
 * is still open at the end.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Envoy, NEWEST } from "../../envoy/harness/envoy.ts";
import { WASM } from "../../envoy/harness/rig.ts";
import { ROOT } from "../bench/identity_build.ts";
import { thisMachine } from "../bench/report.ts";
import { buildCounting } from "./counting_build.ts";
import { FAULT_CONFIG } from "./envoy_fault_config.ts";
import { FAULTS } from "./envoy_faults.ts";
import { gaugesAtEnd, gaugesOf, isClosed, type Gauges } from "./envoy_gauges.ts";
import { KINDS } from "./envoy_kinds.ts";
import { faultFiles, plainFiles } from "./envoy_files.ts";
import { upstreamOf } from "./envoy_process.ts";
import { ALLOWED_RISE, growthOf, type Sample, type SoakReport } from "./envoy_report.ts";
import { Tally } from "./envoy_tally.ts";
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
    faults: { type: "boolean", default: false },
    rate: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: join(ROOT, "docs", "bench") },
  },
});
const out = resolve(values.out);
const count = Number(values.count);
const minutes = values.minutes === undefined ? null : Number(values.minutes);
const rate = values.rate === undefined ? null : Number(values.rate);
const kinds = values.faults ? [...KINDS, ...FAULTS] : KINDS;

/** Runs the traffic and takes a sample whenever another 1/SAMPLES of the run is over. */
async function soak(envoy: Envoy, tally: Tally): Promise<Sample[]> {
  let start = performance.now();
  const samples: Promise<Sample>[] = [];
  const progress = (done: number): number =>
    minutes === null ? done / count : (performance.now() - start) / (minutes * MS_PER_MINUTE);
  const sampleOf = async (requests: number): Promise<Sample> => {
    const counted = { requests, ends: tally.ends, wrong: tally.wrong };
    const seconds = (performance.now() - start) / 1000;
    return { ...counted, seconds, ...(await gaugesOf(envoy)) };
  };
  const options: TrafficOptions = {
    origin: `http://127.0.0.1:${envoy.port}`,
    kinds,
    seed: Number(values.seed),
    rate,
    tally,
    more: (begun) => progress(begun) < 1,
    onDone: (done) => {
      if (samples.length >= Math.floor(Math.min(1, progress(done)) * SAMPLES)) return;
      const sample = sampleOf(done);
      samples.push(sample);
      if (samples.length % (SAMPLES / LINES) === 0) void sample.then(tell, () => undefined);
    },
  };
  await warmUp(options);
  start = performance.now();
  await runTraffic(options);
  return Promise.all(samples);
}

function tell({ requests, seconds, rssBytes, allocatedBytes, openStreams, wrong }: Sample): void {
  const speed = (requests / seconds).toFixed(0);
  const memory = `RSS ${(rssBytes / KIB).toFixed(0)} KiB, allocated ${(allocatedBytes / KIB).toFixed(0)} KiB`;
  console.log(
    `soak: ${requests} requests, ${speed}/s, ${memory}, ${openStreams} open, ${wrong} wrong`,
  );
}

/** Starts Envoy, runs the soak, and looks at what is open before and after. */
async function runAll(tally: Tally): Promise<SoakReport> {
  const wasm = values.faults ? await buildCounting() : WASM;
  const upstream = await upstreamOf("h1");
  let envoy: Envoy | undefined;
  let before: Gauges, after: Gauges, samples: Sample[];
  try {
    const to = { version: NEWEST, wasm, upstream: { port: upstream.port } };
    envoy = await Envoy.start(values.faults ? { ...to, ...FAULT_CONFIG } : to);
    before = await gaugesOf(envoy);
    samples = await soak(envoy, tally);
    after = await gaugesAtEnd(envoy, before);
  } finally {
    await envoy?.stop();
    await upstream.stop();
  }
  const last = samples.at(-1);
  return {
    machine: thisMachine(NEWEST),
    requests: last?.requests ?? 0,
    minutes: (last?.seconds ?? 0) / 60,
    weights: Object.fromEntries(kinds.map(({ name, weight }) => [name, weight])),
    growth: growthOf(samples),
    counts: tally.counts,
    before,
    after,
    samples,
  };
}

async function main(): Promise<void> {
  const tally = new Tally(kinds);
  const report = await runAll(tally);
  await mkdir(out, { recursive: true });
  const files = await (values.faults ? faultFiles : plainFiles)(report, out);
  for (const [name, text] of Object.entries(files)) await writeFile(join(out, name), text);
  console.log(`\nwritten to ${relative(process.cwd(), out)}`);
  const problems = [...problemsOf(report), ...tally.shown];
  for (const problem of problems) console.error(`soak: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

function problemsOf({ growth, before, after }: SoakReport): string[] {
  const problems: string[] = [];
  if (growth.rise > ALLOWED_RISE) problems.push(`memory rose by ${growth.rise} bytes`);
  if (!isClosed(after, before)) problems.push(`not all is closed: ${JSON.stringify(after)}`);
  return problems;
}

// Only an exit that Node itself makes ends the processes that are running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
