// Builds the identity module with the project's own compiler, so that the floor of the bench needs nothing from outside.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The top of the checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const OUTPUT = "build/bench/identity.wasm";

/**
 * Compiles host-test/bench/identity.ts and returns the module's path. It always compiles: a second, and never stale.
 * Rejects with the compiler's report.
 */
export async function buildIdentity(): Promise<string> {
  const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  await mkdir(join(ROOT, dirname(OUTPUT)), { recursive: true });
  // --config none: asconfig.json describes the product, whose abort handler and exports this module has no use for.
  const options = ["--config", "none", "--runtime", "minimal", "--exportStart", "_initialize"];
  const optimise = ["-O3", "--converge", "--use", "abort=", "-o", OUTPUT];
  await promisify(execFile)(
    process.execPath,
    [compiler, "host-test/bench/identity.ts", ...options, ...optimise],
    { cwd: ROOT },
  );
  return join(ROOT, OUTPUT);
}
