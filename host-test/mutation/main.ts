/**
 * Do the tests notice when the filter is wrong? Puts one fault at a time into the filter and runs the tests until one fails.
 * Usage: `npm run mutation -- [--count 100] [--seed S] [--under plugin/json] [--from N] [--jobs N] [--out FILE] [--report FILE]
 * [--again] [--short] [--listed]`.
 * Prints a line for each fault; exit 1 when fewer than 95 in 100 were caught. The same seed gives the same faults of the same
 * sources. Every verdict is written to the file as it comes, and a run takes up what is there: `--again` judges the survivors anew. `--short` leaves the long tests
 * out: what only they would see counts as survived. `--report` writes the counts.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { EQUIVALENT, type Equivalent } from "./equivalent.ts";
import { SEEDED } from "./listed.ts";
import type { Mutant } from "./operators.ts";
import { Ledger, type Row } from "./ledger.ts";
import { stopPrograms } from "./program.ts";
import { lastLine, reportOf } from "./report.ts";
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
    short: { type: "boolean", default: false },
    report: { type: "string" },
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
  return sample(texts, from + Number(values.count), Number(values.seed)).slice(from);
}

/** Rows that fit no source any more say so. */
function tellStale(texts: Texts): void {
  const isThere = ({ file, line }: Equivalent): boolean =>
    !file.startsWith(values.under) ||
    textOf(texts, file)
      .split("\n")
      .some((one) => lineText(one) === line);
  for (const row of EQUIVALENT.filter((one) => !isThere(one)))
    console.log(`stale    equivalent.ts: ${row.file} has no line "${row.line}"`);
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
  const stages: Stage[] = values.short ? ["short"] : ["short", "long"];
  const waiting = mutants.filter((mutant) => stages.some((stage) => ledger.lacks(mutant, stage)));
  if (waiting.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "messages-bridge-mutation-"));
  try {
    const judge = await Judge.open(ROOT, folder, waiting);
    console.log(`${judge.switched} of ${waiting.length} faults in one build`);
    for (const stage of stages) await pass(judge, ledger, mutants, stage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const texts = await candidates(ROOT, values.under);
  tellStale(texts);
  const drawn = chosen(texts);
  const mutants = drawn.filter(
    (mutant) => !isEquivalent(EQUIVALENT, mutant, textOf(texts, mutant.file)),
  );
  const ledger = await Ledger.open(values.out, texts, values.again);
  await judgeAll(texts, ledger, mutants);
  const report = reportOf(drawn.length, drawn.length - mutants.length, ledger.rowsOf(mutants));
  if (values.report !== undefined)
    await writeFile(values.report, `${JSON.stringify(report, null, 2)}\n`);
  console.log(lastLine(report));
  return report.caught >= report.faults * (values.listed ? 1 : WANTED) ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
process.once("exit", stopPrograms);
process.exitCode = await main();
