/**
 * Finds a Chromium for the tests of the page, or installs Debian's. Search order: CHROMIUM_BIN, `chromium` and its other names on PATH,
 * else `apt-get install chromium`. There is no way around it: without a browser the page is not tested, and that is a failure.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** The page is set in system fonts: without any, screenshots show boxes. */
const PACKAGES = ["chromium", "fonts-dejavu-core"];
const INSTALL_TIMEOUT_MS = 300_000;
const RETRIES = ["-o", "Acquire::Retries=3"];

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} path of the first that is there */
function findChromium() {
  const { CHROMIUM_BIN, PATH = "" } = process.env;
  if (CHROMIUM_BIN) return isProgram(CHROMIUM_BIN) ? CHROMIUM_BIN : undefined;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** @param {string[]} args of apt-get */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, error, stderr } = spawnSync("apt-get", [...RETRIES, ...args], {
    env,
    encoding: "utf8",
    timeout: INSTALL_TIMEOUT_MS,
  });
  if (error) throw new Error(`apt-get ${args[0]}: ${error.message}`);
  if (status !== 0)
    throw new Error(`apt-get ${args[0]} ended with ${status}: ${stderr.trim().split("\n").at(-1)}`);
}

/**
 * @returns {string} path of a Chromium
 * @throws {Error} naming what was tried
 */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  console.error(
    `chromium: none of ${NAMES.join(", ")} on PATH; installing ${PACKAGES.join(" and ")}`,
  );
  try {
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", ...PACKAGES);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "install one, or name it in CHROMIUM_BIN";
    throw new Error(`no Chromium for the tests of the page: ${why}; ${hint}`, { cause: error });
  }
  const installed = findChromium();
  if (installed === undefined)
    throw new Error("apt-get installed chromium, but there is none on PATH");
  return installed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(ensureChromium());
