/**
 * Rewrites expected files of golden cases. Run by scripts/bless.mjs, which guards and shows what changed.
 * Usage: `tsx bless.ts [part of a case's name …]`; prints one changed path a line.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXPECTED, goldenCases, outputsOf, runCase, type GoldenCase } from "./case.ts";

const SURFACES = ["chat", "native", "responses"];
const wanted = process.argv.slice(2);

/** Writes what differs and answers the paths. */
function bless(golden: GoldenCase): string[] {
  const outputs = outputsOf(runCase(golden));
  return EXPECTED.map((file) => ({ path: join(golden.folder, file), bytes: outputs[file] }))
    .filter(({ path, bytes }) => {
      const old = existsSync(path) ? readFileSync(path) : undefined;
      if (bytes === undefined ? old === undefined : old?.equals(bytes) === true) return false;
      if (bytes === undefined) rmSync(path);
      else writeFileSync(path, bytes);
      return true;
    })
    .map(({ path }) => path);
}

for (const surface of SURFACES) {
  for (const golden of goldenCases(surface)) {
    if (wanted.length > 0 && !wanted.some((part) => golden.name.includes(part))) continue;
    for (const path of bless(golden)) console.log(path);
  }
}
