// Turns the figures of the shapes into text for a terminal. The table of the documents is made by scripts/gen/bench.mjs.

import { table } from "../report.ts";
import type { ShapeRow } from "./part.ts";

/** What growth is called linear: measuring errors are part of it. */
const LINEAR = 1.1;

const HEAD = [
  ["shape", "unit", "amount", "ns/unit", "identity", "operators", "host calls"],
  ["KiB", "× body", "growth", "of time", "of identity's"],
].flat();

/** Returns the rows as a table, and a line for each that is not linear or needs more memory than it may. */
export function shapesText(rows: ShapeRow[]): string {
  const fixed = (value: number | null): string => value?.toFixed(2) ?? "";
  const cells = rows.map((row) => [
    row.shape,
    row.unit,
    String(row.amount),
    fixed(row.nanosPerUnit),
    fixed(row.floorNanosPerUnit),
    fixed(row.operatorsPerUnit),
    String(row.hostCalls),
    row.memoryKiB.toFixed(0),
    fixed(row.memoryMultiple),
    fixed(row.growth),
    fixed(row.timeGrowth),
    fixed(row.floorTimeGrowth),
  ]);
  const title = "Shapes, in Node (host functions included)";
  return [title, ...table([HEAD, ...cells]), ...rows.flatMap(problemsOf)].join("\n");
}

function problemsOf({ shape, growth, memoryMultiple, memoryLimit }: ShapeRow): string[] {
  const problems: string[] = [];
  if (growth !== null && growth > LINEAR) problems.push(`${shape} grows by ${growth.toFixed(2)}`);
  if (memoryLimit !== null && (memoryMultiple ?? 0) > memoryLimit) {
    problems.push(`${shape} takes ${memoryMultiple?.toFixed(2)} times its body`);
  }
  return problems;
}
