// Runs the shapes and writes what came out: shapes.json, and the table of docs/performance.md for a run of record.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modulesOf } from "../chosen.ts";
import { document } from "../document.ts";
import { thisMachine } from "../report.ts";
import { FLOOR_CANDIDATE, TARGET_CANDIDATE } from "../targets.ts";
import { runShapesPart } from "./part.ts";
import { shapesMarkdown, shapesText } from "./report.ts";

const FULL = { rounds: 7, sampleMs: 50 };
const QUICK = { rounds: 1, sampleMs: 1 };

/** Runs the part; `out`: the folder that the figures go to. Rejects when a module does not do its work. */
export async function recordShapes({ quick, out }: { quick: boolean; out: string }): Promise<void> {
  const [floor, ours] = await modulesOf([FLOOR_CANDIDATE, TARGET_CANDIDATE]);
  if (floor === undefined || ours === undefined) throw new Error("the modules are missing");
  const core = JSON.parse(ours.configuration) as { profile: object };
  const effort = quick ? QUICK : FULL;
  const rows = await runShapesPart({ module: ours.file, floor: floor.file, core, ...effort });
  const report = { machine: thisMachine(null), quick, rows };
  if (quick) console.log("A smoke run: the figures mean nothing.");
  console.log(shapesText(rows));
  await writeFile(join(out, "shapes.json"), `${JSON.stringify(report, null, 2)}\n`);
  await document(out, "shapes", shapesMarkdown(report.machine, rows));
}
