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

/** What is built, and into which file: `release` is the product, `debug` and `probe` are for the tests, `fuzz` for long runs of the fuzzer. */
export const OUTPUTS = {
  release: "build/messages-bridge.wasm",
  debug: "build/messages-bridge.debug.wasm",
  probe: "build/probe.wasm",
  fuzz: "build/fuzz.wasm",
};

/** @typedef {keyof typeof OUTPUTS} Target */

/** What every checkout needs, in the order in which it is built. */
export const TARGETS = /** @type {Target[]} */ (["release", "debug", "probe"]);

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

/** @returns {Record<string, string>} by target, the hash of the inputs that it was built from */
function readStamps() {
  if (!existsSync(STAMP)) return {};
  const lines = readFileSync(STAMP, "utf8").split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(" ")).filter(({ length }) => length === 2),
  );
}

/**
 * Says whether a target's output exists and was built from inputs with this hash.
 * @param {Target} target
 * @param {string} hash
 * @returns {boolean}
 */
export function isBuilt(target, hash) {
  return readStamps()[target] === hash && existsSync(join(ROOT, OUTPUTS[target]));
}

/**
 * Records that targets were built from inputs with this hash.
 * @param {Target[]} targets
 * @param {string} hash taken before the build began, so that an edit during the build is noticed
 */
export function writeStamp(targets, hash) {
  mkdirSync(dirname(STAMP), { recursive: true });
  const stamps = { ...readStamps(), ...Object.fromEntries(targets.map((name) => [name, hash])) };
  const lines = Object.entries(stamps).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(STAMP, lines.join(""));
}
