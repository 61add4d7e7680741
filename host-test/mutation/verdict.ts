// Judges faults: those that can be switched share one build, the others get one each; then the tests run until one fails.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Copy, modulesIn, TARGETS, type Place } from "./build.ts";
import { applyMutant, type Mutant } from "./operators.ts";
import { runProgram } from "./program.ts";
import type { Stage } from "./suites.ts";
import {
  numbered,
  SWITCH_EXPORT,
  SWITCH_FILE,
  SWITCH_TEXT,
  switchedTo,
  withSwitches,
  type Switched,
} from "./switches.ts";

/**
 * What became of a fault. `invalid`: it does not compile, so it is none. `stuck`: caught, because something ran on. `open`: the short
 * tests have not seen it.
 */
export type Verdict = "caught" | "survived" | "invalid" | "stuck" | "open";

/** A verdict and the test that gave it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly by: string;
}

/** Longest time between the ends of two tests. */
const SILENCE_MS: Record<Stage, number> = { short: 120_000, long: 300_000 };

/** Judges faults of the checkout `root`, with modules below `folder`. */
export class Judge {
  readonly #root: string;
  readonly #folder: string;
  readonly #numbers = new Map<Mutant, number>();

  private constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  /** Builds the modules with as many of `mutants` as the compiler takes side by side. The caller removes the folder. */
  static async open(root: string, folder: string, mutants: readonly Mutant[]): Promise<Judge> {
    const judge = new Judge(root, folder);
    const copy = await Copy.open(root, join(folder, "all"));
    await copy.write(SWITCH_FILE, SWITCH_TEXT);
    for (const entry of ["plugin/index.ts", "plugin/probe.ts"]) {
      await copy.write(entry, (await copy.original(entry)) + SWITCH_EXPORT);
    }
    const files = numbered(mutants);
    for (let wrong = await place(copy, files); wrong > 0; wrong = await place(copy, files));
    for (const file of files.values()) {
      for (const [mutant, number] of file) judge.#numbers.set(mutant, number);
    }
    return judge;
  }

  /** How many faults share the build. */
  get switched(): number {
    return this.#numbers.size;
  }

  /** The test of a stage that fails without any fault, which would make every verdict worthless; empty: all pass. */
  async unsound(stage: Stage): Promise<string> {
    const folder = join(this.#folder, "none");
    await this.#switchTo(0, folder);
    const { verdict, by } = await this.#test(stage, folder, "");
    return verdict === "survived" ? "" : by || "a test that never ends";
  }

  /** What the tests of one stage say about the fault. */
  async judge(mutant: Mutant, stage: Stage): Promise<Judged> {
    const number = this.#numbers.get(mutant);
    const folder = join(this.#folder, `${mutant.start}-${Math.random().toString(36).slice(2)}`);
    try {
      if (number !== undefined) await this.#switchTo(number, folder);
      else if (!(await this.#buildAlone(mutant, folder))) return { verdict: "invalid", by: "" };
      return await this.#test(stage, folder, mutant.file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #switchTo(number: number, folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const { name } of TARGETS) {
      const module = await readFile(join(this.#folder, "all", `${name}.wasm`));
      await writeFile(join(folder, `${name}.wasm`), switchedTo(module, number));
    }
  }

  async #buildAlone(mutant: Mutant, folder: string): Promise<boolean> {
    const copy = await Copy.open(this.#root, folder);
    await copy.write(mutant.file, applyMutant(await copy.original(mutant.file), mutant));
    return (await copy.build()) === null;
  }

  async #test(stage: Stage, modules: string, source: string): Promise<Judged> {
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest")), "vitest.mjs");
    const config = join(this.#root, "host-test/mutation/vitest.config.ts");
    const env = { ...modulesIn(modules), MUTATION_STAGE: stage, MUTATION_SOURCE: source };
    const args = [vitest, "run", "--config", config];
    const { code, output } = await runProgram(args, this.#root, env, SILENCE_MS[stage]);
    if (code === 0) return { verdict: "survived", by: "" };
    if (code === null) return { verdict: "stuck", by: "" };
    const failed = /^failed (.*)$/m.exec(output);
    if (failed === null) throw new Error(`the tests did not run: ${output.slice(-2000)}`);
    return { verdict: "caught", by: String(failed[1]) };
  }
}

/** Writes all switches and builds; takes the faults out that the compiler does not bear, and says how many. */
async function place(copy: Copy, files: Map<string, Map<Mutant, number>>): Promise<number> {
  const sources = new Map<string, Switched>();
  for (const [file, mutants] of files) {
    const entry = file === "plugin/index.ts" || file === "plugin/probe.ts" ? SWITCH_EXPORT : "";
    const switched = withSwitches((await copy.original(file)) + entry, mutants);
    sources.set(file, switched);
    await copy.write(file, switched.text);
  }
  const wrong = await copy.build();
  if (wrong === null) return 0;
  const refused = new Set(wrong.map((at) => refusedBy(sources.get(at.file), at)));
  for (const mutant of refused) {
    if (mutant === undefined)
      throw new Error(`the sources do not compile: ${JSON.stringify(wrong)}`);
    files.get(mutant.file)?.delete(mutant);
  }
  return refused.size;
}

/** The fault at a place of a source with switches; else the one before it, whose guard may be what is missed there. */
function refusedBy(source: Switched | undefined, { line, column }: Place): Mutant | undefined {
  if (source === undefined) return undefined;
  const before = source.text.split("\n").slice(0, line - 1);
  const at = before.reduce((sum, text) => sum + text.length + 1, column - 1);
  return source.places.filter(({ start }) => start <= at).at(-1)?.mutant;
}
