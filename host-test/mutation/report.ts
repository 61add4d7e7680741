// What a run came to, short enough to be kept.

import type { Row } from "./ledger.ts";

/** How many faults of a kind there were, and how many of them were caught. */
export interface Count {
  faults: number;
  caught: number;
}

/** Counts of a run. Faults that change nothing, and such that do not compile, are none of `faults`. */
export interface Report extends Count {
  readonly drawn: number;
  readonly unchanged: number;
  readonly invalid: number;
  readonly operators: Record<string, Count>;
  readonly survivors: readonly Pick<Row, "file" | "line" | "was" | "becomes">[];
}

/** The report of `drawn` faults, of which `unchanged` change nothing and `rows` were judged. */
export function reportOf(drawn: number, unchanged: number, rows: readonly Row[]): Report {
  const valid = rows.filter(({ verdict }) => verdict !== "invalid");
  const operators: Record<string, Count> = {};
  for (const { operator, verdict } of valid) {
    const count = (operators[operator] ??= { faults: 0, caught: 0 });
    count.faults += 1;
    if (isCaught(verdict)) count.caught += 1;
  }
  const survivors = valid.filter(({ verdict }) => !isCaught(verdict));
  return {
    drawn,
    unchanged,
    invalid: rows.length - valid.length,
    faults: valid.length,
    caught: valid.length - survivors.length,
    operators: Object.fromEntries(Object.entries(operators).sort(([a], [b]) => a.localeCompare(b))),
    survivors: survivors.map(({ file, line, was, becomes }) => ({ file, line, was, becomes })),
  };
}

/** The line that a run ends with. */
export function lastLine(report: Report): string {
  const { drawn, unchanged, invalid, faults, caught } = report;
  const percent = faults === 0 ? 0 : (caught / faults) * 100;
  return `${caught} of ${faults} faults caught (${percent.toFixed(1)} %); of ${drawn} chosen, ${unchanged} change nothing, ${invalid} do not compile`;
}

/** True when some test saw the fault. */
export function isCaught(verdict: Row["verdict"]): boolean {
  return verdict === "caught" || verdict === "stuck";
}
