// `npm run bench`: what the filter costs, beside its floor and others, in a real Envoy and alone in Node.
// Options: --quick (a smoke run into build/bench), --out FOLDER, --candidates NAME,NAME, --parts envoy,wasm.

import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureEnvoy, NEWEST_ENVOY } from "../../scripts/envoy.mjs";
import { chartOf } from "./chart.ts";
import { runEnvoyPart } from "./envoy_part.ts";
import { candidatesOf, modulesOf, NAMES } from "./chosen.ts";
import { ROOT } from "./identity_build.ts";
import { makeReport, textOf } from "./report.ts";
import type { Effort, EnvoyRow } from "./shape_run.ts";
import { runWasmPart, type WasmRow } from "./wasm_part.ts";

const FULL: Effort = { rounds: 9, seconds: 1.2, warmSeconds: 1 };
const QUICK: Effort = { rounds: 1, seconds: 0.3, warmSeconds: 0.1 };
const FULL_WASM_SECONDS = 2;
const QUICK_WASM_SECONDS = 0.05;

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
    ...parts.filter((part) => part !== "envoy" && part !== "wasm"),
  ];
  if (unknown.length > 0) {
    throw new Error(
      `unknown: ${unknown.join(", ")}; candidates are ${NAMES.join(", ")}; parts are envoy, wasm`,
    );
  }
  const place = values.quick ? join("build", "bench") : join("docs", "bench");
  return { quick: values.quick, out: resolve(values.out ?? join(ROOT, place)), candidates, parts };
}

async function main(): Promise<void> {
  const { quick, out, candidates, parts } = options();
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
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "bench.json"), `${JSON.stringify(report, null, 2)}\n`);
  if (envoyRows.length > 0) {
    const { cpu, date } = report.machine;
    const subtitle = `Envoy ${envoyVersion}, one worker; ${cpu}; ${date.slice(0, 10)}`;
    await writeFile(join(out, "bench.svg"), await chartOf(envoyRows, subtitle));
  }
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
