/**
 * Compiles the plugin. Usage: `node scripts/build.mjs [release|debug|probe|fuzz]...`; no name means the first three,
 * preceded by the check that generated files are up to date. Every compiled artefact is checked at the end.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { checkArtifact } from "./check-artifact.mjs";
import { staleOutputs } from "./gen.mjs";
import { OUTPUTS, ROOT, sourceHash, TARGETS, writeStamp } from "./stamp.mjs";

/** @typedef {import("./stamp.mjs").Target} Target */

/** @type {Record<Target, string>} */
const ENTRIES = {
  release: "plugin/index.ts",
  debug: "plugin/debug.ts",
  probe: "plugin/probe.ts",
  fuzz: "plugin/debug.ts",
};

/**
 * Compiles one target by its section of asconfig.json; compiler messages go to stderr.
 * @param {Target} target
 * @returns {boolean} whether it compiled
 */
function compile(target) {
  const compiler = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
  const args = [compiler, ENTRIES[target], "--config", "asconfig.json", "--target", target];
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" }).status === 0;
}

/**
 * Builds the targets one after the other and prints a line for each.
 * @param {Target[]} targets
 * @returns {Promise<boolean>} whether all compiled and passed the artefact check
 */
async function build(targets) {
  mkdirSync(join(ROOT, "build"), { recursive: true });
  let good = true;
  for (const target of targets) {
    const started = performance.now();
    const compiled = compile(target);
    const problems = compiled ? await checkArtifact(join(ROOT, OUTPUTS[target]), target) : [];
    for (const problem of problems) console.error(`build: ${OUTPUTS[target]}: ${problem}`);
    good = good && compiled && problems.length === 0;
    const verdict = compiled && problems.length === 0 ? "ok" : "FAILED";
    console.log(`build: ${target} ${verdict} (${Math.round(performance.now() - started)} ms)`);
  }
  return good;
}

/**
 * @param {string[]} names from the command line
 * @returns {Promise<number>} exit code
 */
async function main(names) {
  const unknown = names.filter((name) => !(name in OUTPUTS));
  if (unknown.length > 0) {
    console.error(
      `build: unknown target ${unknown.join(", ")}; known: ${Object.keys(OUTPUTS).join(", ")}`,
    );
    return 2;
  }
  const all = names.length === 0;
  const hash = sourceHash();
  const stale = all ? await staleOutputs() : [];
  for (const file of stale)
    console.error(`build: ${file} is not what its table says; run: npm run gen`);
  if (stale.length > 0) return 1;
  const targets = all ? TARGETS : /** @type {Target[]} */ (names);
  const good = await build(targets);
  if (good) writeStamp(targets, hash);
  return good ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
