// `npm run faults -- [--minutes M] [--streams N] [--workers W] [--version V] [--seed S]`: every scenario again and again, in an order drawn
// by the seed, N calls at a time, half of which meet the fault; Envoy's memory on the way. `--table` writes the table of
// docs/reliability.md instead. Exit 1 when anything was not as the table says.

import { parseArgs } from "node:util";
import { NEWEST } from "../harness/envoy.ts";
import { Field, type Load } from "./field.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { writeTable } from "./table.ts";
import type { Kind } from "./world.ts";

const KIB = 1024;
const MS_PER_MINUTE = 60_000;
/** Complaints that are printed; the rest is counted. */
const SHOWN = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    streams: { type: "string", default: "48" },
    workers: { type: "string", default: "4" },
    version: { type: "string", default: NEWEST },
    seed: { type: "string", default: "1" },
    table: { type: "boolean", default: false },
  },
});

const streams = Number(values.streams);

/** A generator of numbers from 0 to below 1. */
function drawsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled(draw: () => number): Row[] {
  const keyed = ROWS.map((row) => ({ row, key: draw() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
}

/** Runs a row where it belongs; what it throws is a complaint too. */
async function complaints(fields: Map<Kind, Field>, row: Row, load: Load): Promise<string[]> {
  try {
    return (await fields.get(row.kind ?? "plain")?.run(row, load)) ?? [`${row.name}: no Envoy`];
  } catch (error) {
    return [`${row.name}: ${String(error)}`];
  }
}

async function memoryOf(fields: Map<Kind, Field>): Promise<string> {
  const each = [...fields].map(async ([kind, { world }]) => {
    const { rssBytes } = await world.envoy.usage();
    return `${kind} ${(rssBytes / KIB).toFixed(0)} KiB`;
  });
  return (await Promise.all(each)).join(", ");
}

/** Runs rounds until the time is over; gives complaints and counts. */
async function rounds(fields: Map<Kind, Field>): Promise<{ rows: number; problems: string[] }> {
  const load = { faulty: Math.floor(streams / 2), healthy: Math.ceil(streams / 2) };
  const draw = drawsFrom(Number(values.seed));
  const end = performance.now() + Number(values.minutes) * MS_PER_MINUTE;
  const problems: string[] = [];
  let rows = 0;
  for (let round = 1; performance.now() < end; round++) {
    for (const row of shuffled(draw)) {
      rows += 1;
      problems.push(...(await complaints(fields, row, load)));
    }
    const counts = `${rows} scenarios, ${problems.length} complaints`;
    console.log(`faults: round ${round}, ${counts}; RSS: ${await memoryOf(fields)}`);
  }
  return { rows, problems };
}

async function main(): Promise<void> {
  const fields = new Map<Kind, Field>();
  try {
    for (const { kind = "plain" } of ROWS) {
      if (fields.has(kind)) continue;
      fields.set(kind, await Field.start(kind, values.version, Number(values.workers)));
    }
    const { rows, problems } = await rounds(fields);
    for (const field of fields.values()) {
      if (!/sk-client-|canary-/.test(await field.told())) continue;
      problems.push("a credential is in what Envoy tells");
    }
    const counts = `${rows} scenarios, ${rows * streams} calls`;
    console.log(`faults: ${counts}, ${problems.length} complaints`);
    for (const problem of problems.slice(0, SHOWN)) console.log(problem);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    for (const field of fields.values()) await field.stop();
  }
}

if (values.table) await writeTable();
else await main();
