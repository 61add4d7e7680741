// Builds the modules that are floors of the bench with the project's own compiler, so that it needs nothing from outside.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The top of the checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const FOLDER = "build/bench";

/**
 * Compiles host-test/bench/`name`.ts and returns the module's path. It always compiles: a second, and never stale.
 * Rejects with the compiler's report.
 */
async function buildFloor(name: string): Promise<string> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  const output = `${FOLDER}/${name}.wasm`;
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  // --config none: asconfig.json describes the product, whose abort handler and exports such a module has no use for.
  const options = ["--config", "none", "--runtime", "minimal", "--exportStart", "_initialize"];
  const optimise = ["-O3", "--converge", "--use", "abort=", "-o", output];
  await promisify(execFile)(
    process.execPath,
    [compiler, `host-test/bench/${name}.ts`, ...options, ...optimise],
    { cwd: ROOT },
  );
  return join(ROOT, output);
}

/** The module that copies both bodies and nothing else. */
export const buildIdentity = (): Promise<string> => buildFloor("identity");

/** The module that copies both bodies and edits headers as the filter does. */
export const buildHeaderEdits = (): Promise<string> => buildFloor("header_edits");
