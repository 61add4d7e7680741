// Builds the module of the soak with faults, with the project's own compiler and the settings of the release.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../bench/identity_build.ts";

const FOLDER = "build/soak";
const SOURCE = "host-test/soak/counting.ts";

/** Compiles counting.ts and returns the module's path. It always compiles: never stale. Rejects with the compiler's report. */
export async function buildCounting(): Promise<string> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  const output = `${FOLDER}/counting.wasm`;
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const options = ["--config", "asconfig.json", "--target", "release", "-o", output];
  await promisify(execFile)(process.execPath, [compiler, SOURCE, ...options], { cwd: ROOT });
  return join(ROOT, output);
}
