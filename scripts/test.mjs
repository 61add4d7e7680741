/**
 * Runs everything: set-up, the static checks, the build, unit tests, the tests of the page in a real browser and on a real Envoy, and the conformance set where
 * there is one. A failing step does not keep the others from running, except where they would test something stale. The last line is
 * `N passed, N failed`, counting each check and each test; anything failed, skipped or missing is exit 1.
 * Usage: `node scripts/test.mjs`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ensureChromium } from "./chromium.mjs";
import { setup, setupNginx } from "./setup.mjs";
import { ROOT } from "./stamp.mjs";

/** @typedef {{ passed: number, failed: number }} Count */

/**
 * @typedef {object} VitestReport the members that we read of vitest's JSON report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ name: string, status: string, assertionResults: unknown[] }[]} testResults one per file
 */

const CHECKS = [
  ["generated files", "scripts/gen.mjs", "--check"],
  ["format", "node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."],
  ["lint", "node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."],
  ["types", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"],
  ["layers", "scripts/check-layers.mjs"],
  ["documents", "scripts/check-docs.mjs"],
  ["audit", "scripts/check-audit.mjs"],
];
const BUILD = ["build", "scripts/build.mjs"];
/** Fails on dead links between pages. */
const SITE = ["documents as a site", "node_modules/vitepress/bin/vitepress.js", "build", "docs"];
const PROJECTS = ["unit", "page", "e2e"];
/** The set is no part of this project: without it there is nothing to count. */
const CONFORMANCE = process.env.CONFORMANCE_DIR ?? join(ROOT, "..", "shared", "conformance");

/** @type {Count} */
const total = { passed: 0, failed: 0 };

/**
 * Runs a Node program of the checkout, its output passed on.
 * @param {string} program
 * @param {string[]} args
 * @returns {boolean} whether it exited with 0
 */
function succeeds(program, args) {
  const { status } = spawnSync(process.execPath, [join(ROOT, program), ...args], {
    cwd: ROOT,
    stdio: "inherit",
  });
  return status === 0;
}

/**
 * Counts one check and prints its verdict.
 * @param {string} name
 * @param {boolean} good
 */
function record(name, good) {
  total[good ? "passed" : "failed"] += 1;
  console.log(`test: ${name}: ${good ? "ok" : "FAILED"}`);
  return good;
}

/** @param {string[]} check name, program and arguments */
const runCheck = ([name, program, ...args]) => record(name, succeeds(program, args));

/**
 * Reads vitest's report. A test that was skipped, a file that could not be loaded and a run without tests are failures.
 * @param {string} file
 * @param {boolean} exitedWell
 * @returns {Count}
 */
function countTests(file, exitedWell) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  /** @type {VitestReport} */
  const report = JSON.parse(readFileSync(file, "utf8"));
  const skipped = report.numPendingTests + report.numTodoTests;
  const unloaded = report.testResults.filter(({ status, assertionResults }) => {
    return status === "failed" && assertionResults.length === 0;
  });
  if (skipped > 0) console.error(`test: ${skipped} skipped tests count as failed`);
  const failed = report.numFailedTests + skipped + unloaded.length;
  const unexplained = failed === 0 && (!exitedWell || report.numPassedTests === 0);
  return { passed: report.numPassedTests, failed: failed + (unexplained ? 1 : 0) };
}

/** @param {string} project name of the vitest project */
function runTests(project) {
  const file = join(ROOT, "build", `test-${project}.json`);
  rmSync(file, { force: true });
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const good = succeeds("node_modules/vitest/vitest.mjs", [
    "run",
    "--project",
    project,
    ...reporters,
  ]);
  const { passed, failed } = countTests(file, good);
  total.passed += passed;
  total.failed += failed;
  console.log(`test: ${project}: ${passed} passed, ${failed} failed`);
}

function runConformance() {
  if (!existsSync(CONFORMANCE)) {
    console.log(`test: conformance: no set in ${CONFORMANCE}, nothing is counted`);
    return;
  }
  const file = join(ROOT, "build", "conformance.json");
  rmSync(file, { force: true });
  const program = "node_modules/tsx/dist/cli.mjs";
  const args = ["envoy/conformance/main.ts", "--dir", CONFORMANCE, "--counts", file];
  const good = succeeds(program, args);
  /** @type {Count} */
  const count = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : { passed: 0, failed: 1 };
  total.passed += count.passed;
  total.failed += count.failed + (good || count.failed > 0 ? 0 : 1);
  console.log(`test: conformance: ${count.passed} passed, ${count.failed} failed`);
}

/**
 * @param {string} name
 * @param {Parameters<typeof setup>[0]} steps
 */
async function runSetup(name, steps) {
  return attempt(name, () => setup(steps));
}

/**
 * @param {string} name
 * @param {() => unknown} step
 */
async function attempt(name, step) {
  try {
    await step();
    return record(name, true);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return record(name, false);
  }
}

async function runAll() {
  if (!(await runSetup("packages", { build: [], envoy: false }))) return;
  await runSetup("Envoy", { build: [] });
  await attempt("Chromium", ensureChromium);
  await attempt("nginx", setupNginx);
  for (const check of [...CHECKS, SITE]) runCheck(check);
  // Tests on what an earlier build left behind would say nothing about these sources.
  if (!runCheck(BUILD)) return record("unit and e2e, not run without a build", false);
  for (const project of PROJECTS) runTests(project);
  runConformance();
}

await runAll();
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);
