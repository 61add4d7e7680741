// Builds the module with one fault and runs the tests against it, cheapest first, until one of them fails.

import { spawn } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { applyMutant, type Mutant } from "./operators.ts";

/** What became of a fault. `invalid`: it does not compile, so it is none. `stuck`: caught, because something ran on. */
export type Verdict = "caught" | "survived" | "invalid" | "stuck";

/** A verdict and the suite that gave it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly by: string;
}

const BUILD_MS = 120_000;
const SUITE_MS = 600_000;
/** Sources of the engines, which have tests of their own through the probe. */
const ENGINES = /^plugin\/(bytes|json|sse|eventstream|abi)\//;

/** The modules that the tests can be told to take, by the name of the variable. */
const TARGETS = [
  ["probe", "plugin/probe.ts", "PROBE_WASM"],
  ["release", "plugin/index.ts", "BRIDGE_WASM"],
  ["debug", "plugin/debug.ts", "DEBUG_WASM"],
] as const;

/** Suites in the order in which they run: those that see most in little time come first. */
const SUITES: readonly (readonly [name: string, paths: readonly string[]])[] = [
  ["golden", ["host-test/golden", "host-test/surfaces", "host-test/errors"]],
  ["unit", ["host-test/unit"]],
  ["split", ["host-test/split", "host-test/lifecycle", "host-test/providers"]],
  ["rest", ["host-test/native", "host-test/prefill", "host-test/fuzz", "host-test/soak"]],
];

/** Judges one fault after the other in a copy of the sources in `folder`; `root` is the checkout. */
export class Judge {
  private constructor(
    private readonly root: string,
    private readonly folder: string,
  ) {}

  /** Copies the sources. The caller removes the folder. */
  static async open(root: string, folder: string): Promise<Judge> {
    await mkdir(folder, { recursive: true });
    for (const part of ["plugin", "asconfig.json"]) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    await rm(join(folder, "node_modules"), { force: true });
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    return new Judge(root, folder);
  }

  /** The name of a suite that fails without any fault, which would make every verdict worthless; empty: all pass. */
  async unsound(): Promise<string> {
    const { verdict, by } = await this.#run("plugin/bytes");
    return verdict === "survived" ? "" : by || "the build";
  }

  /** Puts the fault in, judges it and takes it out again. */
  async judge(mutant: Mutant): Promise<Judged> {
    const path = join(this.folder, mutant.file);
    const text = await readFile(path, "utf8");
    await writeFile(path, applyMutant(text, mutant));
    try {
      return await this.#run(mutant.file);
    } finally {
      await writeFile(path, text);
    }
  }

  async #run(file: string): Promise<Judged> {
    const isEngine = ENGINES.test(`${file}/`);
    const env: Record<string, string> = {};
    for (const [target, entry, variable] of TARGETS) {
      if (target === "probe" && !isEngine) continue;
      const output = join(this.folder, `${target}.wasm`);
      if ((await this.#compile(target, entry, output)) !== 0) return { verdict: "invalid", by: "" };
      env[variable] = output;
    }
    const suites = isEngine ? [...SUITES].sort(unitFirst) : SUITES;
    for (const [name, paths] of suites) {
      const code = await this.#test(paths, env);
      if (code === null) return { verdict: "stuck", by: name };
      if (code !== 0) return { verdict: "caught", by: name };
    }
    return { verdict: "survived", by: "" };
  }

  #compile(target: string, entry: string, output: string): Promise<number | null> {
    const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
    // Half optimised: ten times as fast to make, and the tests do not measure speed.
    const level = target === "debug" ? [] : ["--optimizeLevel", "1"];
    const args = [compiler, entry, "--config", "asconfig.json", "--target", target, ...level];
    return run(process.execPath, [...args, "--outFile", output], this.folder, {}, BUILD_MS);
  }

  #test(paths: readonly string[], env: Record<string, string>): Promise<number | null> {
    const vitest = join(this.root, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--project", "unit", "--bail", "1", "--reporter", "dot", ...paths];
    return run(process.execPath, args, this.root, env, SUITE_MS);
  }
}

function unitFirst([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Number(b === "unit") - Number(a === "unit");
}

/** Exit code of a program; null when it had to be stopped. Its output is nobody's. */
function run(
  program: string,
  args: string[],
  cwd: string,
  env: Record<string, string>,
  timeout: number,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}
