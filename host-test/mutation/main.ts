/**
 * Do the tests notice when the filter is wrong? Puts one fault at a time into the sources and runs the tests until one fails.
 * Usage: `npm run mutation -- [--count 100] [--seed S] [--under plugin/json] [--out FILE]`. Prints a line for each fault; exit 1 when
 * fewer than 95 in 100 were caught. The same seed gives the same faults of the same sources.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { EQUIVALENT } from "./equivalent.ts";
import { lineOf, type Mutant } from "./operators.ts";
import { candidates, isEquivalent, lineText, sample } from "./sample.ts";
import { Judge, type Verdict } from "./verdict.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WANTED = 0.95;

/** One fault and what became of it, as the report has it. */
interface Row {
  file: string;
  line: number;
  was: string;
  becomes: string;
  operator: string;
  verdict: Verdict;
  by: string;
}

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100" },
    seed: { type: "string", default: "20261121" },
    under: { type: "string", default: "plugin" },
    out: { type: "string", default: join(ROOT, "build", "mutation.json") },
  },
});

function rowOf(mutant: Mutant, text: string, verdict: Verdict, by: string): Row {
  return {
    file: mutant.file,
    line: lineOf(text, mutant),
    was: text.slice(mutant.start, mutant.end),
    becomes: mutant.text,
    operator: mutant.operator,
    verdict,
    by,
  };
}

function tell(row: Row): void {
  const change = `${row.was} → ${row.becomes}`.replaceAll(/\s+/g, " ");
  console.log(`${row.verdict.padEnd(8)} ${row.by.padEnd(6)} ${row.file}:${row.line}  ${change}`);
}

async function main(): Promise<number> {
  const texts = await candidates(ROOT, values.under);
  const chosen = sample(texts, Number(values.count), Number(values.seed));
  const folder = await mkdtemp(join(tmpdir(), "messages-bridge-mutation-"));
  const rows: Row[] = [];
  try {
    const judge = await Judge.open(ROOT, folder);
    const unsound = await judge.unsound();
    if (unsound !== "") throw new Error(`without any fault, ${unsound} fails`);
    for (const mutant of chosen) {
      const text = await readFile(join(ROOT, mutant.file), "utf8");
      if (isEquivalent(EQUIVALENT, mutant, text)) continue;
      const { verdict, by } = await judge.judge(mutant);
      const row = rowOf(mutant, text, verdict, by);
      rows.push(row);
      tell(row);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const row of EQUIVALENT) {
    if (!(texts.get(row.file) ?? "").split("\n").some((line) => lineText(line) === row.line))
      console.log(`stale    equivalent.ts: ${row.file} has no line "${row.line}"`);
  }
  return report(rows);
}

async function report(rows: readonly Row[]): Promise<number> {
  const valid = rows.filter(({ verdict }) => verdict !== "invalid");
  const caught = valid.filter(({ verdict }) => verdict !== "survived").length;
  const share = valid.length === 0 ? 0 : caught / valid.length;
  await writeFile(values.out, `${JSON.stringify({ seed: values.seed, share, rows }, null, 2)}\n`);
  console.log(`${caught} of ${valid.length} faults caught (${(share * 100).toFixed(1)} %)`);
  return share >= WANTED ? 0 : 1;
}

process.exitCode = await main();
