// Runs the tests that depend on Envoy's behaviour on one version.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { inRepository } from "../harness/rig.ts";

/** What came of one version. */
export interface VersionRow {
  version: string;
  /** Null: the version was only asked. */
  passed: number | null;
  /** Full names of the tests that failed, or files that could not be loaded. */
  failed: string[];
  /** Files of which no test names the version: a mistake in the file, counted as failures. */
  silent: string[];
  seconds: number;
}

/** What is read of vitest's report. */
export interface VitestReport {
  testResults: {
    name: string;
    status: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

const FOLDER = inRepository("envoy", "e2e");

/** Returns the e2e files that say which versions they run on. */
export async function versionedFiles(): Promise<string[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^[^.]+\.test\.ts$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(FOLDER, name), "utf8")));
  return names.filter((_, i) => /\bVERSIONS\b/.test(texts[i] ?? ""));
}

/** Runs the tests whose names hold the version. Output goes to ours. */
export async function runVersion(version: string, files: readonly string[]): Promise<VersionRow> {
  const start = performance.now();
  const report = inRepository("build", "versions", `${version}.json`);
  await mkdir(inRepository("build", "versions"), { recursive: true });
  await rm(report, { force: true });
  const args = ["run", "--project", "e2e", ...files.map((file) => `envoy/e2e/${file}`)];
  const options = ["-t", `${version.replaceAll(".", "\\.")}(?![0-9.])`];
  const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(
    process.execPath,
    [inRepository("node_modules", "vitest", "vitest.mjs"), ...args, ...options, ...reporters],
    {
      cwd: inRepository(),
      env: { ...process.env, E2E_VERSIONS: version },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  await once(child, "exit");
  const seen = JSON.parse(await readFile(report, "utf8")) as VitestReport;
  return { ...rowOf(version, files, seen), seconds: (performance.now() - start) / 1000 };
}

/** Returns what a report says of a version. Tests that do not name it were not run and do not count. */
export function rowOf(
  version: string,
  files: readonly string[],
  { testResults }: VitestReport,
): Omit<VersionRow, "seconds"> {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (status: string): string[] =>
    tests.filter((test) => test.status === status).map(({ fullName }) => fullName);
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const ran = new Set(
    testResults
      .filter(({ assertionResults }) =>
        assertionResults.some(({ status }) => status === "passed" || status === "failed"),
      )
      .map(({ name }) => relative(FOLDER, name)),
  );
  return {
    version,
    passed: named("passed").length,
    failed: [...named("failed"), ...unloaded.map(({ name }) => relative(FOLDER, name))],
    silent: files.filter((file) => !ran.has(file)),
  };
}
