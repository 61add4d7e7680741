// Compiles a copy of the sources.

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runProgram } from "./program.ts";

/** The modules that the tests can be told to take, and the names of the variables that say which. */
export const TARGETS = [
  { name: "release", entry: "plugin/index.ts", variables: ["BRIDGE_WASM"] },
  { name: "debug", entry: "plugin/debug.ts", variables: ["DEBUG_WASM", "FUZZ_WASM"] },
  { name: "probe", entry: "plugin/probe.ts", variables: ["PROBE_WASM"] },
] as const;

/** Names the modules `NAME.wasm` in `folder` to the tests. */
export function modulesIn(folder: string): Record<string, string> {
  const pairs = TARGETS.flatMap(({ name, variables }) =>
    variables.map((variable) => [variable, join(folder, `${name}.wasm`)] as const),
  );
  return Object.fromEntries(pairs);
}

/** A place in a source, as the compiler counts: from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const BUILD_MS = 240_000;

/** A copy of the sources of the checkout `root`. */
export class Copy {
  private constructor(
    private readonly root: string,
    readonly folder: string,
  ) {}

  /** Copies into `folder`, which the caller removes. */
  static async open(root: string, folder: string): Promise<Copy> {
    await mkdir(folder, { recursive: true });
    for (const part of ["plugin", "asconfig.json"]) {
      await cp(join(root, part), join(folder, part), { recursive: true });
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    return new Copy(root, folder);
  }

  /** A source as the checkout has it. */
  original(file: string): Promise<string> {
    return readFile(join(this.root, file), "utf8");
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** Builds all modules. What is wrong with the sources; null: nothing. */
  async build(): Promise<Place[] | null> {
    for (const { name, entry } of TARGETS) {
      const { code, output } = await this.#compile(name, entry);
      if (code !== 0) return placesOf(output);
    }
    return null;
  }

  #compile(target: string, entry: string): ReturnType<typeof runProgram> {
    const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
    // Half optimised: ten times as fast to make, and the tests do not measure speed.
    const level = target === "debug" ? [] : ["--optimizeLevel", "1"];
    const args = [compiler, entry, "--config", "asconfig.json", "--target", target, ...level];
    const output = join(this.folder, `${target}.wasm`);
    return runProgram([...args, "--outFile", output], this.folder, {}, BUILD_MS);
  }
}

/** Where the compiler says that something is wrong; warnings are none. */
function placesOf(output: string): Place[] {
  const errors = output
    .split(/^(?=ERROR |WARNING |INFO )/m)
    .filter((part) => part.startsWith("ERR"));
  return errors.flatMap((part) => {
    const found = /in (plugin\/[^\s()]+)\((\d+),(\d+)\)/.exec(part);
    return found === null
      ? []
      : [{ file: String(found[1]), line: Number(found[2]), column: Number(found[3]) }];
  });
}
