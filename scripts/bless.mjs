/**
 * Rewrites the expected files of golden cases from what the filter does now, and prints what changed. Meant to be read:
 * a golden is a decision, not a recording. Refuses when CI is set.
 * Usage: `node scripts/bless.mjs [part of a case's name …]` after `npm run build`.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { ROOT } from "./stamp.mjs";

const FIXTURES = join(ROOT, "host-test", "fixtures");
const PROGRAM = join(ROOT, "host-test", "golden", "bless.ts");

/**
 * Shows how a rewritten file differs from its copy; either may be missing.
 * @param {string} before folder with the copies
 * @param {string} file absolute path of the rewritten file
 */
function show(before, file) {
  const old = join(before, relative(FIXTURES, file));
  // git refuses a missing side; the empty device stands for it.
  const both = [old, file].map((path) => (existsSync(path) ? path : "/dev/null"));
  const { stdout } = spawnSync("git", ["diff", "--no-index", "--color=auto", "--", ...both], {
    encoding: "utf8",
  });
  console.log(`${relative(ROOT, file)}\n${stdout}`);
}

function main() {
  if (process.env.CI) {
    console.error(
      "bless: refused, CI is set: expected files are rewritten by people, who read the difference",
    );
    return 1;
  }
  const before = mkdtempSync(join(tmpdir(), "bless-"));
  try {
    cpSync(FIXTURES, before, { recursive: true });
    const run = spawnSync(
      process.execPath,
      ["--import", "tsx", PROGRAM, ...process.argv.slice(2)],
      {
        cwd: ROOT,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const changed = run.stdout.split("\n").filter((line) => line !== "");
    for (const file of changed) show(before, file);
    console.log(`bless: ${changed.length} files rewritten`);
    return run.status ?? 1;
  } finally {
    rmSync(before, { recursive: true, force: true });
  }
}

process.exitCode = main();
