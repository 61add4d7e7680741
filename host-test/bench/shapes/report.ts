// Turns the figures of the shapes into text for a terminal and for the documents.

import { markdownOf } from "../document.ts";
import { table, type Machine } from "../report.ts";
import type { ShapeRow } from "./part.ts";

/** What growth is called linear: measuring errors are part of it. */
const LINEAR = 1.1;
/** Memory comes in pages, and blocks of the writer up to this size are kept: more than the multiple of a small body. */
export const FIXED_KIB = 256;

const HEAD = [
  ["shape", "unit", "amount", "ns/unit", "identity", "operators", "host calls"],
  ["KiB", "× body", "growth", "of time", "of identity's"],
].flat();

/** Returns the rows as a table, and a line for each that is not linear or needs more memory than it may. */
export function shapesText(rows: ShapeRow[]): string {
  const cells = rows.map((row) => [row.shape, ...figuresOf(row)]);
  const title = "Shapes, in Node (host functions included)";
  return [title, ...table([HEAD, ...cells]), ...rows.flatMap(problemsOf)].join("\n");
}

/** Returns the rows as a table of the documents, and what it was measured on. */
export function shapesMarkdown({ cpu, cores, node, date }: Machine, rows: ShapeRow[]): string {
  const cells = rows.map((row) => [row.title, ...figuresOf(row)]);
  const where = `${cpu}, ${cores} cores, Node ${node}, ${date.slice(0, 10)}.`;
  return `${markdownOf([HEAD, ...cells])}\n\n${where}`;
}

function figuresOf(row: ShapeRow): string[] {
  return [
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
  ];
}

/** Two digits for small figures, none for large ones; nothing for what there is not. */
function fixed(value: number | null): string {
  if (value === null) return "";
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}

function problemsOf({ shape, growth, memoryKiB, memoryMultiple, ...row }: ShapeRow): string[] {
  const problems: string[] = [];
  if (growth !== null && growth > LINEAR) problems.push(`${shape} grows by ${growth.toFixed(2)}`);
  if (row.memoryLimit === null || memoryMultiple === null) return problems;
  const body = memoryKiB / memoryMultiple;
  if (memoryKiB > row.memoryLimit * body + FIXED_KIB) {
    problems.push(`${shape} takes ${memoryMultiple.toFixed(2)} times its body`);
  }
  return problems;
}
