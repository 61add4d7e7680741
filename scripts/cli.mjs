/**
 * Bundles the command line and the library of the npm package into build/cli, so that the package depends on nothing, and writes
 * their types into build/types. Usage: `node scripts/cli.mjs [--metafile FILE]`; the file tells what went into the bundle.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { ROOT } from "./stamp.mjs";

const OUT = join(ROOT, "build", "cli");
const TYPES = join(ROOT, "build", "types");
/** Packages that are no ES modules ask for Node's own by `require`. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

async function bundle() {
  rmSync(OUT, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: "cli/main.ts", index: "cli/index.ts" },
    outdir: OUT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    banner: { js: REQUIRE },
    legalComments: "eof",
    metafile: true,
    logLevel: "warning",
  });
  // The harness reads it beside its own folder.
  cpSync(join(ROOT, "envoy/envoy.yaml"), join(ROOT, "build/envoy.yaml"));
  chmodSync(join(OUT, "main.mjs"), 0o755);
  return metafile;
}

function writeTypes() {
  rmSync(TYPES, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "cli/tsconfig.types.json"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the types cannot be written");
}

const { values } = parseArgs({ options: { metafile: { type: "string" } } });
const metafile = await bundle();
writeTypes();
if (values.metafile !== undefined) writeFileSync(values.metafile, JSON.stringify(metafile));
