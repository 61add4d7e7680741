/**
 * Idle streams in a real Envoy. Usage: `npm run soak:idle -- [--streams N] [--bursts N] [--out FOLDER]`. Opens N streams through a bare
 * Envoy, the identity filter and ours, closes them and opens them again; prints what a stream takes and writes idle.json; exit 1 when
 * a later burst of ours needs more than the first.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Parts } from "../../envoy/harness/config.ts";
import { Envoy, NEWEST } from "../../envoy/harness/envoy.ts";
import type { Candidate } from "../bench/candidates.ts";
import { BASE_CANDIDATE, candidatesOf, modulesOf } from "../bench/chosen.ts";
import { document, markdownOf } from "../bench/document.ts";
import { ROOT } from "../bench/identity_build.ts";
import { table, thisMachine } from "../bench/report.ts";
import { FLOOR_CANDIDATE, TARGET_CANDIDATE } from "../bench/targets.ts";
import { upstreamOf } from "./envoy_process.ts";
import { idleCells, isBounded, type IdleReport, type IdleRow } from "./idle_report.ts";
import { openIdle } from "./idle_streams.ts";

const NAMES = [BASE_CANDIDATE, FLOOR_CANDIDATE, TARGET_CANDIDATE];
/** Streams that are opened and closed before anything is measured. */
const WARM_STREAMS = 100;

const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "10000" },
    bursts: { type: "string", default: "3" },
    out: { type: "string", default: join(ROOT, "docs", "bench") },
  },
});
const streams = Number(values.streams);
const bursts = Number(values.bursts);
const out = resolve(values.out);

/**
 * Lets a cluster have as many requests as there are streams (Envoy's default is 1,024), a hundred on each connection, which
 * is what a server bears before it has said how many it will.
 */
function manyStreams({ cluster }: Parts): void {
  const most = { max_connections: streams, max_pending_requests: streams, max_requests: streams };
  cluster["circuit_breakers"] = { thresholds: [most] };
  const [options] = Object.values(cluster["typed_extension_protocol_options"] as object) as [
    { explicit_http_config: { http2_protocol_options: object } },
  ];
  options.explicit_http_config.http2_protocol_options = { max_concurrent_streams: 100 };
}

async function measure({ name, envoy: options }: Candidate, port: number): Promise<IdleRow> {
  const edit = (parts: Parts): void => {
    options.edit?.(parts);
    manyStreams(parts);
  };
  const upstream = { port, protocol: "h2" } as const;
  const envoy = await Envoy.start({ ...options, edit, version: NEWEST, upstream });
  try {
    const memory = async (): Promise<number> => (await envoy.usage()).rssBytes;
    const heap = async (): Promise<number> => {
      const { allocated } = JSON.parse(await envoy.admin("/memory")) as { allocated: string };
      return Number(allocated);
    };
    const closeWarm = await openIdle(envoy, Math.min(WARM_STREAMS, streams));
    await closeWarm();
    const heapBefore = await heap();
    const row: IdleRow = { candidate: name, before: await memory(), bursts: [], heap: 0 };
    for (let burst = 0; burst < bursts; burst++) {
      const close = await openIdle(envoy, streams);
      const open = await memory();
      if (burst === 0) row.heap = (await heap()) - heapBefore;
      await close();
      row.bursts.push({ open, closed: await memory() });
    }
    return row;
  } finally {
    await envoy.stop();
  }
}

async function main(): Promise<void> {
  const candidates = candidatesOf(NAMES, await modulesOf(NAMES));
  const upstream = await upstreamOf("h2");
  const rows: IdleRow[] = [];
  try {
    for (const candidate of candidates) {
      console.error(`soak: ${streams} idle streams through ${candidate.name}`);
      rows.push(await measure(candidate, upstream.port));
    }
  } finally {
    await upstream.stop();
  }
  const report: IdleReport = { machine: thisMachine(NEWEST), streams, rows };
  const cells = idleCells(report);
  console.log(table(cells).join("\n"));
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "idle.json"), `${JSON.stringify(report, null, 2)}\n`);
  await document(out, "idle streams", markdownOf(cells));
  console.log(`\nwritten to ${relative(process.cwd(), out)}`);
  if (!rows.every(isBounded)) process.exitCode = 1;
}

// Only an exit that Node itself makes ends the processes that are running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
