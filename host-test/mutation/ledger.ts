// What became of each fault, in a file that is written after every verdict, so that a run can be broken off and taken up.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { lineOf, type Mutant } from "./operators.ts";
import { isCaught } from "./report.ts";
import type { Stage } from "./suites.ts";
import type { Judged, Verdict } from "./verdict.ts";

/** One fault and its verdict. `source` names the text that it was put in. */
export interface Row {
  readonly file: string;
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
  readonly operator: string;
  readonly verdict: Verdict;
  readonly by: string;
  readonly start: number;
  readonly source: string;
}

/** The verdicts of one file. */
export class Ledger {
  readonly #path: string;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #rows: Map<string, Row>;

  private constructor(path: string, texts: ReadonlyMap<string, string>, rows: readonly Row[]) {
    this.#path = path;
    this.#texts = texts;
    this.#rows = new Map(rows.map((row) => [keyOf(row), row]));
  }

  /** Reads the file if there is one; `again` forgets the faults in it that no test saw. */
  static async open(
    path: string,
    texts: ReadonlyMap<string, string>,
    again: boolean,
  ): Promise<Ledger> {
    const stored = existsSync(path) ? await readFile(path, "utf8") : '{"rows":[]}';
    const { rows } = JSON.parse(stored) as { rows: Row[] };
    const kept = rows.filter(({ verdict }) => !again || verdict === "invalid" || isCaught(verdict));
    return new Ledger(path, texts, kept);
  }

  /** True when the tests of `stage` have still to look at the fault. */
  lacks(mutant: Mutant, stage: Stage): boolean {
    const verdict = this.#rows.get(keyOf(this.#rowOf(mutant)))?.verdict;
    return verdict === undefined || (verdict === "open" && stage === "long");
  }

  async add(mutant: Mutant, judged: Judged): Promise<Row> {
    const row = this.#rowOf(mutant, judged);
    this.#rows.set(keyOf(row), row);
    const sorted = [...this.#rows.values()].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
    await writeFile(this.#path, `${JSON.stringify({ rows: sorted }, null, 2)}\n`);
    return row;
  }

  /** What is known of `mutants`. */
  rowsOf(mutants: readonly Mutant[]): Row[] {
    return mutants.flatMap((mutant) => this.#rows.get(keyOf(this.#rowOf(mutant))) ?? []);
  }

  #rowOf(mutant: Mutant, judged: Judged = { verdict: "open", by: "" }): Row {
    const text = this.#texts.get(mutant.file) ?? "";
    return {
      file: mutant.file,
      line: lineOf(text, mutant),
      was: text.slice(mutant.start, mutant.end),
      becomes: mutant.text,
      operator: mutant.operator,
      ...judged,
      start: mutant.start,
      source: createHash("sha256").update(text).digest("hex").slice(0, 12),
    };
  }
}

function keyOf({ file, start, was, becomes, source }: Row): string {
  return [file, source, String(start).padStart(6, "0"), was, becomes].join("|");
}
