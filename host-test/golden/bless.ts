/**
 * Rewrites expected files of golden cases. Run by scripts/bless.mjs, which guards and shows what changed.
 * Usage: `tsx bless.ts [part of a case's name …]`; prints one changed path a line.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXPECTED, goldenCases, outputsOf, runCase, type GoldenCase } from "./case.ts";
import { siblingsFor } from "./siblings.ts";

const SURFACES = ["chat", "native", "responses"];
const wanted = process.argv.slice(2);

/** Writes what differs and answers the paths. Siblings are made when the files that they stand beside are right. */
function bless(golden: GoldenCase): string[] {
  const outputs = outputsOf(runCase(golden));
  const changed = write(
    golden,
    EXPECTED.map((file) => [file, outputs[file]]),
  );
  const siblings = siblingsFor(golden, outputsOf(runCase(golden, "apisix")));
  return [...changed, ...write(golden, Object.entries(siblings))];
}

function write(golden: GoldenCase, files: [string, Buffer | undefined][]): string[] {
  return files
    .map(([file, bytes]) => ({ path: join(golden.folder, file), bytes }))
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
