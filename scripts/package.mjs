/**
 * Makes everything that is published, in build/package: the module, the npm package, an OCI image layout, the bill of materials, checksums.
 * The module is built twice, and both must be the same bytes. Usage: `node scripts/package.mjs [--once]`; `--once` takes the module that is built.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeLayout } from "./package/oci.mjs";
import { sbomOf } from "./package/sbom.mjs";
import { filesBelow, OUTPUTS, ROOT } from "./stamp.mjs";

const OUT = "build/package";
const METAFILE = "build/cli.meta.json";
const WASM = join(ROOT, OUTPUTS.release);

/** @param {string[]} args of Node */
const node = (...args) => execFileSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" });

/** @param {string} file */
const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** @returns {string} digest of the module, built from nothing */
function built() {
  rmSync(WASM, { force: true });
  node("scripts/build.mjs", "release");
  return sha256(WASM);
}

/** @param {string[]} args @returns {string} */
function git(...args) {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
}

/** @returns {string} digest of the module that is packed */
function buildModule() {
  if (process.argv.includes("--once")) return sha256(WASM);
  const [first, second] = [built(), built()];
  if (first !== second) throw new Error(`two builds differ: ${first}, ${second}`);
  console.log("package: two builds of the module are the same bytes");
  return first;
}

async function makeAll() {
  const digest = buildModule();
  node("scripts/cli.mjs", "--metafile", METAFILE);
  const out = join(ROOT, OUT);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { version, description } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  cpSync(WASM, join(out, "messages-bridge.wasm"));
  cpSync(join(ROOT, "docs/config.schema.json"), join(out, "config.schema.json"));
  const npm = ["pack", "--pack-destination", out, "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", npm, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const about = { version, description, revision: git("rev-parse", "HEAD") };
  const image = await writeLayout(join(out, "oci"), readFileSync(WASM), about);
  const metafile = JSON.parse(readFileSync(join(ROOT, METAFILE), "utf8"));
  const date = new Date(git("log", "-1", "--format=%cI"));
  const bom = sbomOf(ROOT, metafile, { sha256: digest, date });
  writeFileSync(join(out, "sbom.cdx.json"), `${JSON.stringify(bom, undefined, 2)}\n`);
  const sums = filesBelow(OUT).map((file) => {
    return `${sha256(join(ROOT, file))}  ${file.slice(OUT.length + 1)}`;
  });
  writeFileSync(join(out, "SHA256SUMS"), `${sums.join("\n")}\n`);
  for (const file of readdirSync(out)) console.log(`package: ${OUT}/${file}`);
  console.log(`package: image ${version}@${image}`);
}

await makeAll().catch((error) => {
  console.error(`package: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
