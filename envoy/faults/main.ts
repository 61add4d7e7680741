// `npm run faults -- [--minutes M] [--streams N] [--workers W] [--version V] [--seed S]`: every scenario again and again, in an order drawn
// by the seed, N calls at a time, half of which meet the fault; Envoy's memory on the way. `--table` writes the table of
// docs/reliability.md instead. Exit 1 when anything was not as the table says.

import { parseArgs } from "node:util";
import { NEWEST } from "../harness/envoy.ts";
import { Field, type Load } from "./field.ts";
import { ROWS, type Row } from "./rows.ts";
import { writeTable } from "./table.ts";

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

/** Runs a row; what it throws is a complaint too. */
async function complaints(field: Field, row: Row, load: Load): Promise<string[]> {
  try {
    return await field.run(row, load);
  } catch (error) {
    return [`${row.name}: ${String(error)}`];
  }
}

/** Runs rounds until the time is over; gives complaints and counts. */
async function rounds(field: Field, load: Load): Promise<{ rows: number; problems: string[] }> {
  const draw = drawsFrom(Number(values.seed));
  const end = performance.now() + Number(values.minutes) * MS_PER_MINUTE;
  const problems: string[] = [];
  let rows = 0;
  for (let round = 1; performance.now() < end; round++) {
    for (const row of shuffled(draw)) {
      rows += 1;
      problems.push(...(await complaints(field, row, load)));
    }
    const { rssBytes } = await field.envoy.usage();
    const counts = `${rows} scenarios, ${problems.length} complaints`;
    console.log(`faults: round ${round}, ${counts}, RSS ${(rssBytes / KIB).toFixed(0)} KiB`);
  }
  return { rows, problems };
}

async function main(): Promise<void> {
  const streams = Number(values.streams);
  const load = { faulty: Math.floor(streams / 2), healthy: Math.ceil(streams / 2) };
  const field = await Field.start(values.version, Number(values.workers));
  try {
    const { rows, problems } = await rounds(field, load);
    const told = await field.told();
    if (/sk-client-|canary-/.test(told)) problems.push("a credential is in what Envoy tells");
    console.log(
      `faults: ${rows} scenarios, ${rows * streams} calls, ${problems.length} complaints`,
    );
    for (const problem of problems.slice(0, SHOWN)) console.log(problem);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    await field.stop();
  }
}

if (values.table) await writeTable();
else await main();
