// `npm run bench:operators -- SHAPE...`: in which functions a shape's operators are executed. It compiles the module once more,
// with the names of its functions; the compiler does the same with it otherwise.

import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { ROOT } from "../identity_build.ts";
import { configurationOf, open, run } from "../shapes/drive.ts";
import { SHAPES, type TrafficShape } from "../shapes/table.ts";
import { counting } from "./instrument.ts";
import { coreConfiguration, functionCounts, functionNames, PROFILE_SCALE } from "./measure.ts";

const NAMED = join(ROOT, "build/bench/named.wasm");
const SHOWN = 15;

const { values, positionals } = parseArgs({
  options: { "no-build": { type: "boolean", default: false } },
  allowPositionals: true,
});
const shapes = positionals.map(shapeOf);
if (!values["no-build"]) await build();
const module = new Uint8Array(await readFile(NAMED));
const names = functionNames(module);
const counted = counting(module, true);
const core = await coreConfiguration();
for (const shape of shapes) print(shape);

function shapeOf(name: string): TrafficShape {
  const found = SHAPES.find((shape) => shape.name === name);
  if (found === undefined) {
    throw new Error(`no shape ${name}; known: ${SHAPES.map((shape) => shape.name).join(", ")}`);
  }
  return found;
}

async function build(): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  await mkdir(dirname(NAMED), { recursive: true });
  const options = ["--config", "asconfig.json", "--target", "release", "--debug", "-o", NAMED];
  const args = [compiler, "plugin/index.ts", ...options];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
}

function print(shape: TrafficShape): void {
  const traffic = shape.at(shape.grows ? PROFILE_SCALE : 1);
  const subject = open(counted, configurationOf(core, shape));
  run(subject, traffic);
  const before = functionCounts(subject, names);
  run(subject, traffic);
  const rows = functionCounts(subject, names).map((count, i) => ({
    name: names[i] ?? "",
    operators: count - (before[i] ?? 0),
  }));
  const total = rows.reduce((sum, { operators }) => sum + operators, 0);
  console.log(`${shape.title}: ${(total / traffic.amount).toFixed(2)} operators per ${shape.unit}`);
  rows.sort((a, b) => b.operators - a.operators);
  for (const { name, operators } of rows.slice(0, SHOWN)) {
    const part = ((operators / total) * 100).toFixed(1).padStart(5);
    console.log(`  ${part} %  ${(operators / traffic.amount).toFixed(2).padStart(9)}  ${name}`);
  }
}
