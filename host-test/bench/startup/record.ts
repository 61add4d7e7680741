// Runs the part about start-up and writes what came out: startup.json, and the tables of docs/performance.md.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureEnvoy, NEWEST_ENVOY } from "../../../scripts/envoy.mjs";
import { modulesOf } from "../chosen.ts";
import { document, markdownOf } from "../document.ts";
import { table, thisMachine, type Machine } from "../report.ts";
import { TARGET_CANDIDATE } from "../targets.ts";
import {
  sizeOf,
  startInEnvoy,
  startInNode,
  type EnvoyStart,
  type ModuleSize,
  type NodeStart,
} from "./part.ts";

const ROUNDS = 5;
const KIB = 1024;

/** What startup.json has. */
export interface StartReport {
  machine: Machine;
  quick: boolean;
  size: ModuleSize;
  node: NodeStart;
  envoy: EnvoyStart[];
}

/** Runs the part; `out`: the folder that the figures go to. Rejects when an Envoy or the module refuses. */
export async function recordStartup({
  quick,
  out,
}: {
  quick: boolean;
  out: string;
}): Promise<void> {
  const [ours] = await modulesOf([TARGET_CANDIDATE]);
  if (ours === undefined) throw new Error("the module is missing");
  const rounds = quick ? 1 : ROUNDS;
  const { bin, version } = await ensureEnvoy({ version: NEWEST_ENVOY });
  const report: StartReport = {
    machine: thisMachine(version),
    quick,
    size: await sizeOf(ours.file),
    node: await startInNode({ module: ours.file, rounds }),
    envoy: await startInEnvoy(bin, ours, rounds),
  };
  if (quick) console.log("A smoke run: the figures mean nothing.");
  const tables = [moduleCells(report), profileCells(report), envoyCells(report.envoy)];
  for (const cells of tables) console.log(`\n${table(cells).join("\n")}`);
  await writeFile(join(out, "startup.json"), `${JSON.stringify(report, null, 2)}\n`);
  const { cpu, cores, node, date } = report.machine;
  const where = `${cpu}, ${cores} cores, Envoy ${version}, Node ${node}, ${date.slice(0, 10)}.`;
  await document(out, "startup", [...tables.map(markdownOf), where].join("\n\n"));
}

/** Returns the cells about the module itself. */
export function moduleCells({ size, node }: StartReport): string[][] {
  return [
    ["module", "", "figure"],
    ["size", "KiB", (size.bytes / KIB).toFixed(0)],
    ["compressed by gzip", "KiB", (size.gzipBytes / KIB).toFixed(0)],
    ["compiled in Node", "ms", node.compileMs.toFixed(0)],
    ["CPU time of that", "ms", node.compileCpuMs.toFixed(0)],
  ];
}

/** Returns the cells about configurations in the host model. */
export function profileCells({ node }: StartReport): string[][] {
  const head = ["profiles", "where", "configuration KiB", "configured in ms", "memory KiB"];
  const rows = node.configured.map((row) => [
    String(row.profiles),
    "host model",
    (row.configBytes / KIB).toFixed(0),
    row.configureMs.toFixed(2),
    row.memoryKiB.toFixed(0),
  ]);
  return [head, ...rows];
}

/** Returns the cells about Envoys, each beside the one without the filter that has as many workers. */
export function envoyCells(rows: EnvoyStart[]): string[][] {
  const head = ["filter", "workers", "ready ms", "CPU ms", "over bare", "RSS MiB", "over bare"];
  const cells = rows.map((row) => {
    const without = rows.find((one) => one.profiles === 0 && one.workers === row.workers);
    const over = (own: number, base: number | undefined, digits: number): string =>
      row.profiles === 0 ? "" : (own - (base ?? Number.NaN)).toFixed(digits);
    return [
      row.profiles === 0 ? "none" : `${row.profiles} profile${row.profiles === 1 ? "" : "s"}`,
      String(row.workers),
      row.readyMs.toFixed(0),
      row.cpuMs.toFixed(0),
      over(row.cpuMs, without?.cpuMs, 0),
      row.residentMiB.toFixed(1),
      over(row.residentMiB, without?.residentMiB, 1),
    ];
  });
  return [head, ...cells];
}
