// `npm run bench`: what the filter costs, beside its floor and others, in a real Envoy and alone in Node.
// Options: --quick (a smoke run into build/bench), --out FOLDER, --candidates NAME,NAME, --parts envoy,wasm,latency,shapes,startup
// (the first two when it is not given).

import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureEnvoy, NEWEST_ENVOY } from "../../scripts/envoy.mjs";
import { chartOf } from "./chart.ts";
import { runEnvoyPart } from "./envoy_part.ts";
import { BASE_CANDIDATE, candidatesOf, modulesOf, NAMES } from "./chosen.ts";
import { ROOT } from "./identity_build.ts";
import { document, markdownOf } from "./document.ts";
import { runLatencyPart, type LatencyEffort } from "./latency_part.ts";
import { latencyCells, saturationCells, type LatencyReport } from "./latency_report.ts";
import { makeReport, table, textOf, thisMachine } from "./report.ts";
import { recordShapes } from "./shapes/record.ts";
import { recordStartup } from "./startup/record.ts";
import type { Effort, EnvoyRow } from "./shape_run.ts";
import { FLOOR_CANDIDATE, TARGET_CANDIDATE } from "./targets.ts";
import { runWasmPart, type WasmRow } from "./wasm_part.ts";

const FULL: Effort = { rounds: 9, seconds: 1.2, warmSeconds: 1 };
const QUICK: Effort = { rounds: 1, seconds: 0.3, warmSeconds: 0.1 };
const FULL_WASM_SECONDS = 2;
const QUICK_WASM_SECONDS = 0.05;
const FULL_LATENCY: LatencyEffort = { rounds: 3, saturateSeconds: 2, latencySeconds: 5 };
const QUICK_LATENCY: LatencyEffort = { rounds: 1, saturateSeconds: 0.3, latencySeconds: 0.5 };
/** Parts of a run, and which candidates the one about latency takes. */
const PARTS = ["envoy", "wasm", "latency", "shapes", "startup"];
const LATENCY_NAMES = [BASE_CANDIDATE, FLOOR_CANDIDATE, TARGET_CANDIDATE];

interface Options {
  quick: boolean;
  out: string;
  candidates: string[];
  parts: string[];
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      out: { type: "string" },
      candidates: { type: "string", default: NAMES.join(",") },
      parts: { type: "string", default: "envoy,wasm" },
    },
  });
  const candidates = values.candidates.split(",");
  const parts = values.parts.split(",");
  const unknown = [
    ...candidates.filter((name) => !NAMES.includes(name)),
    ...parts.filter((part) => !PARTS.includes(part)),
  ];
  if (unknown.length > 0) {
    const known = `candidates are ${NAMES.join(", ")}; parts are ${PARTS.join(", ")}`;
    throw new Error(`unknown: ${unknown.join(", ")}; ${known}`);
  }
  const place = values.quick ? join("build", "bench") : join("docs", "bench");
  return { quick: values.quick, out: resolve(values.out ?? join(ROOT, place)), candidates, parts };
}

/** CPU time: in Envoy, in Node or both. */
async function runCost({ quick, out, candidates, parts }: Options): Promise<void> {
  const found = await modulesOf(candidates);
  let envoyVersion: string | null = null;
  let envoyRows: EnvoyRow[] = [];
  let wasmRows: WasmRow[] = [];
  if (parts.includes("envoy")) {
    // Exactly this one: the native candidate is new in it, and figures of two versions do not compare.
    const { bin, version } = await ensureEnvoy({ version: NEWEST_ENVOY });
    envoyVersion = version;
    const effort = quick ? QUICK : FULL;
    envoyRows = await runEnvoyPart(bin, candidatesOf(candidates, found), effort, console.error);
  }
  if (parts.includes("wasm")) {
    wasmRows = await runWasmPart(found, quick ? QUICK_WASM_SECONDS : FULL_WASM_SECONDS);
  }
  const report = makeReport(quick, envoyVersion, envoyRows, wasmRows);
  console.log(textOf(report));
  await writeFile(join(out, "bench.json"), `${JSON.stringify(report, null, 2)}\n`);
  if (envoyRows.length > 0) {
    const { cpu, date } = report.machine;
    const subtitle = `Envoy ${envoyVersion}, one worker; ${cpu}; ${date.slice(0, 10)}`;
    await writeFile(join(out, "bench.svg"), await chartOf(envoyRows, subtitle));
  }
}

/** Waiting times, and how much goes through. */
async function runLatency({ quick, out, candidates }: Options): Promise<void> {
  const names = LATENCY_NAMES.filter((name) => candidates.includes(name));
  const chosen = candidatesOf(names, await modulesOf(names));
  const { bin, version } = await ensureEnvoy({ version: NEWEST_ENVOY });
  const effort = quick ? QUICK_LATENCY : FULL_LATENCY;
  const rows = await runLatencyPart(bin, chosen, effort, console.error);
  const report: LatencyReport = { machine: thisMachine(version), quick, ...rows };
  const tables = [saturationCells(report.saturation), latencyCells(report.latency)];
  if (quick) console.log("A smoke run: the figures mean nothing.");
  for (const cells of tables) console.log(`\n${table(cells).join("\n")}`);
  await writeFile(join(out, "latency.json"), `${JSON.stringify(report, null, 2)}\n`);
  await document(out, "latency", tables.map(markdownOf).join("\n\n"));
}

async function main(): Promise<void> {
  const chosen = options();
  const { out, parts } = chosen;
  await mkdir(out, { recursive: true });
  if (parts.includes("envoy") || parts.includes("wasm")) await runCost(chosen);
  if (parts.includes("latency")) await runLatency(chosen);
  if (parts.includes("shapes")) await recordShapes(chosen);
  if (parts.includes("startup")) await recordStartup(chosen);
  console.log(`\nwritten to ${relative(process.cwd(), out)}`);
}

// Only an exit that Node itself makes ends the Envoys that are running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
