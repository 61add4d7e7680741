/**
 * Content hash of everything the .wasm files are made from, so that setup builds only when something changed.
 * Knows paths and bytes; uses Node builtins only, because it runs before anything is installed.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the checkout, absolute. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const STAMP = join(ROOT, "build", ".stamp");
const SOURCES = [
  "plugin",
  "scripts/tables",
  "scripts/build.mjs",
  "scripts/artifact-budget.json",
  "asconfig.json",
  "package-lock.json",
];
const OUTPUTS = ["messages-bridge.wasm", "messages-bridge.debug.wasm", "probe.wasm"];

/**
 * Lists the files below `path` (a file or a folder, relative to the root), sorted; a missing path gives none.
 * @param {string} path
 * @returns {string[]} paths relative to the root, with `/`
 */
export function filesBelow(path) {
  const absolute = join(ROOT, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`.split(sep).join("/")));
}

/**
 * Hashes names and contents of all build inputs.
 * @returns {string} hex digest
 */
export function sourceHash() {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap(filesBelow)) {
    const content = readFileSync(join(ROOT, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Says whether all outputs exist and were built from inputs with this hash.
 * @param {string} hash
 * @returns {boolean}
 */
export function isBuilt(hash) {
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== hash) return false;
  return OUTPUTS.every((name) => existsSync(join(ROOT, "build", name)));
}

/**
 * Records that all outputs were built from inputs with this hash.
 * @param {string} hash taken before the build began, so that an edit during the build is noticed
 */
export function writeStamp(hash) {
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, hash);
}
