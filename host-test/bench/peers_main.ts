// `npm run bench:peers`: what the filter costs beside other gateways, all in one run against one upstream.
// Options: --quick (a smoke run into build/bench), --out FOLDER, --candidates NAME,NAME, --rust FILE.wasm (one more module).

import { access, mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureEnvoy, NEWEST_ENVOY } from "../../scripts/envoy.mjs";
import { wasm } from "./candidates.ts";
import { BASE_CANDIDATE, candidatesOf, modulesOf, NATIVE_CANDIDATE } from "./chosen.ts";
import { document, markdownOf } from "./document.ts";
import { startEnvoy } from "./envoy_part.ts";
import { ROOT } from "./identity_build.ts";
import { shapeInputs } from "./inputs.ts";
import { startLitellm, startPortkey } from "./peers.ts";
import { peersChartOf } from "./peers_chart.ts";
import { LITELLM_VERSION, PORTKEY_VERSION } from "./peers_install.ts";
import { peersCells, type PeersReport } from "./peers_report.ts";
import { table, thisMachine } from "./report.ts";
import { runShapes, type Effort, type Running } from "./shape_run.ts";
import { FLOOR_CANDIDATE, TARGET_CANDIDATE } from "./targets.ts";
import { startUpstream } from "./upstream_process.ts";

const FULL: Effort = { rounds: 5, seconds: 2, warmSeconds: 2 };
const QUICK: Effort = { rounds: 1, seconds: 0.3, warmSeconds: 0.1 };
const SHAPES = ["small", "stream", "paced", "big"];

/** Whole processes: what they cost over a bare Envoy says nothing. */
const PROCESSES = ["portkey", "litellm"];
/** What each candidate is; the order is the order of the tables. */
const CANDIDATES: Record<string, string> = {
  [BASE_CANDIDATE]: "Envoy without a filter",
  [FLOOR_CANDIDATE]: "a module that copies both bodies",
  [TARGET_CANDIDATE]: "this filter",
  rust: "the filter given as --rust",
  [NATIVE_CANDIDATE]: "Envoy's own transcoder, C++",
  portkey: `@portkey-ai/gateway ${PORTKEY_VERSION}, Node`,
  litellm: `litellm[proxy] ${LITELLM_VERSION}, Python`,
};

interface Options {
  quick: boolean;
  out: string;
  names: string[];
  rust: string | undefined;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      out: { type: "string" },
      candidates: { type: "string" },
      rust: { type: "string" },
    },
  });
  const all = Object.keys(CANDIDATES).filter((name) => name !== "rust" || values.rust);
  const names = values.candidates?.split(",") ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(", ")}; candidates are ${all.join(", ")}`);
  }
  const place = values.quick ? join("build", "bench") : join("docs", "bench");
  return {
    quick: values.quick,
    out: resolve(values.out ?? join(ROOT, place)),
    names: all.filter((name) => names.includes(name)),
    rust: values.rust,
  };
}

/** Starts one candidate in front of the upstream at `port`. The caller stops it. */
async function start(name: string, bin: string, port: number, rust?: string): Promise<Running> {
  if (name === "portkey") return startPortkey(name, port);
  if (name === "litellm") return startLitellm(name, port);
  if (name === "rust" && rust !== undefined) {
    const file = resolve(rust);
    await access(file);
    const module = { name, effect: "translates", file, configuration: "{}" } as const;
    return { ...(await startEnvoy(bin, wasm(module), port)), foreign: true };
  }
  const [candidate] = candidatesOf([name], await modulesOf([name]));
  if (candidate === undefined) throw new Error(`no candidate is called ${name}`);
  return startEnvoy(bin, candidate, port);
}

async function run({ quick, names, rust }: Options): Promise<PeersReport> {
  // Exactly this one: the native candidate is new in it, and figures of two versions do not compare.
  const { bin, version } = await ensureEnvoy({ version: NEWEST_ENVOY });
  const upstream = await startUpstream();
  const live: Running[] = [];
  try {
    for (const name of names) {
      console.error(`bench: starting ${name}`);
      live.push(await start(name, bin, upstream.port, rust));
    }
    const inputs = shapeInputs().filter(({ shape }) => SHAPES.includes(shape));
    const effort = { ...(quick ? QUICK : FULL), log: console.error };
    const found = await runShapes(live, inputs, upstream, effort);
    const candidates = Object.fromEntries(names.map((name) => [name, CANDIDATES[name] ?? ""]));
    if (rust !== undefined) candidates["rust"] = basename(rust);
    for (const row of found.rows) {
      if (PROCESSES.includes(row.candidate)) row.overBareMicros = null;
    }
    return { machine: thisMachine(version), quick, candidates, ...found };
  } finally {
    await Promise.all(live.map((one) => one.stop()));
    await upstream.stop();
  }
}

async function main(): Promise<void> {
  const chosen = options();
  const report = await run(chosen);
  const { cpu, cores, date, envoy } = report.machine;
  const cells = peersCells(report);
  console.log(table(cells).join("\n"));
  if (chosen.quick) console.log("A smoke run: the figures mean nothing.");
  const { out } = chosen;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "peers.json"), `${JSON.stringify(report, null, 2)}\n`);
  const subtitle = `Envoy ${envoy}, one worker; ${cpu}, ${cores} cores; ${date.slice(0, 10)}`;
  await writeFile(join(out, "peers.svg"), await peersChartOf(report.rows, subtitle));
  const chart = "![CPU time of the whole process per request](bench/peers.svg)";
  await document(out, "peers", `${chart}\n\n${markdownOf(cells)}`);
  console.log(`\nwritten to ${relative(process.cwd(), out)}`);
}

// Only an exit that Node itself makes ends the processes that are running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
