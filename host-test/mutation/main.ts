/**
 * Do the tests notice when the filter is wrong? Puts one fault at a time into the filter and runs the tests until one fails.
 * Usage: `npm run mutation -- [--count 100] [--seed S] [--under plugin/json] [--from N] [--jobs N] [--out FILE] [--again] [--listed]`.
 * Prints a line for each fault; exit 1 when fewer than 95 in 100 were caught. The same seed gives the same faults of the same
 * sources. Every verdict is written to the file as it comes, and a run takes up what is there: `--again` judges the survivors anew.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { EQUIVALENT } from "./equivalent.ts";
import { SEEDED } from "./listed.ts";
import type { Mutant } from "./operators.ts";
import { Ledger, type Row } from "./ledger.ts";
import { stopPrograms } from "./program.ts";
import { candidates, isEquivalent, lineText, listed, sample } from "./sample.ts";
import type { Stage } from "./suites.ts";
import { Judge } from "./verdict.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WANTED = 0.95;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100" },
    seed: { type: "string", default: "20261121" },
    under: { type: "string", default: "plugin" },
    from: { type: "string", default: "0" },
    jobs: { type: "string", default: "1" },
    out: { type: "string", default: join(ROOT, "build", "mutation.json") },
    again: { type: "boolean", default: false },
    listed: { type: "boolean", default: false },
  },
});

type Texts = ReadonlyMap<string, string>;

function tell(row: Row): void {
  const change = `${row.was} → ${row.becomes}`.replaceAll(/\s+/g, " ");
  console.log(`${row.verdict.padEnd(8)} ${row.file}:${row.line}  ${change}  ${row.by}`);
}

function textOf(texts: Texts, file: string): string {
  return texts.get(file) ?? "";
}

function chosen(texts: Texts): Mutant[] {
  if (values.listed) return listed(texts, SEEDED);
  const from = Number(values.from);
  const drawn = sample(texts, from + Number(values.count), Number(values.seed)).slice(from);
  return drawn.filter((mutant) => !isEquivalent(EQUIVALENT, mutant, textOf(texts, mutant.file)));
}

/** Judges what has no verdict of this stage yet, `--jobs` at a time. */
async function pass(judge: Judge, ledger: Ledger, mutants: readonly Mutant[], stage: Stage) {
  const waiting = mutants.filter((mutant) => ledger.lacks(mutant, stage));
  if (waiting.length === 0) return;
  const unsound = await judge.unsound(stage);
  if (unsound !== "") throw new Error(`without any fault, ${unsound} fails`);
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const judged = await judge.judge(mutant, stage);
      const isOpen = judged.verdict === "survived" && stage === "short";
      tell(await ledger.add(mutant, isOpen ? { ...judged, verdict: "open" } : judged));
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
}

async function judgeAll(texts: Texts, ledger: Ledger, mutants: readonly Mutant[]): Promise<void> {
  const waiting = mutants.filter((mutant) => ledger.lacks(mutant, "long"));
  if (waiting.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "messages-bridge-mutation-"));
  try {
    const judge = await Judge.open(ROOT, folder, waiting);
    console.log(`${judge.switched} of ${waiting.length} faults in one build`);
    for (const stage of ["short", "long"] as const) await pass(judge, ledger, mutants, stage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const texts = await candidates(ROOT, values.under);
  const mutants = chosen(texts);
  const ledger = await Ledger.open(values.out, texts, values.again);
  await judgeAll(texts, ledger, mutants);
  for (const row of EQUIVALENT) {
    if (
      !textOf(texts, row.file)
        .split("\n")
        .some((line) => lineText(line) === row.line)
    )
      console.log(`stale    equivalent.ts: ${row.file} has no line "${row.line}"`);
  }
  const { caught, valid } = ledger.sum(mutants);
  const share = valid === 0 ? 0 : caught / valid;
  console.log(`${caught} of ${valid} faults caught (${(share * 100).toFixed(1)} %)`);
  return share >= (values.listed ? 1 : WANTED) ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.once("exit", stopPrograms);
process.exitCode = await main();
