/**
 * Makes a checkout ready to run: packages, compiled modules, Envoy. Node builtins only at the top, because nothing is
 * installed on a fresh clone. Each step says what it did; a step that fails ends the set-up with the reason.
 * Usage: `node scripts/setup.mjs [--no-build] [--no-envoy]`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ROOT, TARGETS, isBuilt, sourceHash } from "./stamp.mjs";

const OLDEST_NODE = [20, 19];

/**
 * Runs a command in the checkout, its output passed on.
 * @param {string} command
 * @param {string[]} args
 * @throws {Error} when it does not exit with 0
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(
    `Node ${process.versions.node} is too old; ${OLDEST_NODE.join(".")} or newer is needed`,
  );
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */

/**
 * @param {string} file a package-lock.json, or npm's record of what it has installed
 * @returns {Record<string, LockedPackage>} packages by their place below node_modules
 */
function lockedPackages(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  delete packages[""]; // the project itself
  return packages;
}

/**
 * Compares contents and not times: `npm ci` empties the folder, which must not happen below a running process only
 * because a checkout touched the lock file. Optional packages may be absent, they are for other platforms.
 * @param {string} folder node_modules
 * @returns {boolean} whether what is installed is what the lock file says
 */
function isInstalled(folder) {
  const record = join(folder, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = lockedPackages(record);
  const wanted = lockedPackages(join(ROOT, "package-lock.json"));
  return Object.entries(wanted).every(([place, { version, integrity, optional }]) => {
    if (!existsSync(join(ROOT, place))) return optional === true;
    return installed[place]?.version === version && installed[place]?.integrity === integrity;
  });
}

/**
 * Installs the packages of the lock file when something else, or nothing, is installed.
 * @throws {Error} when node_modules is a link: `npm ci` would empty the folder behind it
 */
function installPackages() {
  const folder = join(ROOT, "node_modules");
  if (isInstalled(folder)) return;
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error(
      "node_modules is a link and not up to date; install where it points to, or remove the link",
    );
  }
  console.log("setup: installing packages");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}

/**
 * Builds those modules whose sources have changed since they were built.
 * @param {import("./stamp.mjs").Target[]} targets
 */
function buildModules(targets) {
  const hash = sourceHash();
  const stale = targets.filter((target) => !isBuilt(target, hash));
  if (stale.length === 0) return;
  console.log(`setup: building ${stale.join(", ")}`);
  run(process.execPath, [join(ROOT, "scripts", "build.mjs"), ...stale]);
}

/**
 * Makes the checkout ready; steps that are already done cost a few milliseconds.
 * @param {{ build?: import("./stamp.mjs").Target[], envoy?: boolean }} [steps] `build`: what is needed, all three by default; `envoy`: done unless false
 * @throws {Error} naming the step that failed
 */
export async function setup({ build = TARGETS, envoy = true } = {}) {
  requireNode();
  installPackages();
  buildModules(build);
  if (!envoy) return;
  const { ensureEnvoy } = await import("./envoy.mjs");
  await ensureEnvoy();
}

/**
 * Fetches nginx with its Lua module, and the engine of APISIX's Wasm module: only tests need them.
 * @throws {Error} with what is missing
 */
export async function setupNginx() {
  const { ensureNginx, ensureWasmtime } = await import("./nginx.mjs");
  await ensureNginx();
  await ensureWasmtime();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const off = (/** @type {string} */ name) => process.argv.includes(`--no-${name}`);
  await setup({ build: off("build") ? [] : TARGETS, envoy: !off("envoy") }).catch((error) => {
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  });
}
