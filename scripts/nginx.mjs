/**
 * nginx with its Lua module, and the engine that APISIX's Wasm module embeds, for the tests in `apisix/e2e`. nginx is Debian's: packages are
 * downloaded with apt-get and unpacked below `.envoy/nginx`, nothing is installed into the system. The engine is the library inside the
 * Python package `wasmtime`, in the version which that module is built with.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensurePackages, lock, messageOf, run, STORE } from "./python.mjs";

const PACKAGES = ["nginx", "libnginx-mod-http-lua"];
const APT_TIMEOUT_MS = 180_000;
const ENGINE = "wasmtime==0.38.0";
const HINT = `needed: a Debian or Ubuntu with apt-get, whose package lists have ${PACKAGES.join(" and ")}`;

/**
 * @typedef {object} NginxFiles
 * @property {string} binary
 * @property {string[]} modules in the order in which they are loaded
 * @property {string} luaPath for `lua_package_path`
 * @property {string} libraries for LD_LIBRARY_PATH
 */

/**
 * Returns nginx and its modules, fetching them when they are not there. Concurrent callers share one download.
 * @returns {Promise<NginxFiles>}
 * @throws {Error} with the reason and what is needed
 */
export async function ensureNginx() {
  const home = join(STORE, "nginx");
  await mkdir(STORE, { recursive: true });
  const release = await lock(`${home}.lock`);
  try {
    if (!existsSync(home)) await unpackInto(home);
  } catch (error) {
    throw new Error(`nginx cannot be fetched: ${messageOf(error)}; ${HINT}`, { cause: error });
  } finally {
    await release();
  }
  return filesBelow(home);
}

/**
 * Returns the shared library of the engine, installing the package when it is not there.
 * @returns {Promise<{ python: string, library: string }>} `python`: the interpreter that has the package
 */
export async function ensureWasmtime() {
  const python = await ensurePackages("wasmtime", [ENGINE]);
  const code = "import wasmtime, os; print(os.path.dirname(wasmtime.__file__))";
  const folder = (await run(python, ["-c", code], APT_TIMEOUT_MS)).stdout.trim();
  const platform = (await readdir(folder)).find((name) => name.startsWith("linux-"));
  if (platform === undefined) throw new Error(`no library for Linux in ${ENGINE}`);
  return { python, library: join(folder, platform, "_libwasmtime.so") };
}

/** @param {string} home */
async function unpackInto(home) {
  const fresh = await mkdtemp(`${home}.new-`);
  try {
    await withFreshLists(async () => {
      const names = await missingPackages();
      // apt-get downloads into the folder that it runs in.
      await run("sh", ["-c", 'cd "$0" && apt-get download "$@"', fresh, ...names], APT_TIMEOUT_MS);
    });
    for (const file of await readdir(fresh)) {
      await run("dpkg-deb", ["-x", join(fresh, file), join(fresh, "root")], APT_TIMEOUT_MS);
      await rm(join(fresh, file));
    }
    await rename(join(fresh, "root"), home);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Runs a step, and once more with new package lists when it fails: a fresh machine has none, an old one names versions that are gone.
 * @param {() => Promise<void>} step
 */
async function withFreshLists(step) {
  try {
    await step();
  } catch {
    await run("apt-get", ["update"], APT_TIMEOUT_MS);
    await step();
  }
}

/**
 * Names of nginx, its Lua module and what they need that this system does not have. Packages that are installed are asked for, too:
 * modules must fit the binary that they are loaded into.
 */
async function missingPackages() {
  const args = ["-s", "install", "--no-install-recommends", ...PACKAGES];
  const { stdout } = await run("apt-get", args, APT_TIMEOUT_MS);
  const missing = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => String(name));
  return [
    ...new Set([
      ...PACKAGES,
      "libnginx-mod-http-ndk",
      "lua-resty-core",
      "lua-resty-lrucache",
      ...missing,
    ]),
  ];
}

/**
 * @param {string} home
 * @returns {Promise<NginxFiles>}
 */
async function filesBelow(home) {
  const lib = join(home, "usr", "lib");
  const triples = (await readdir(lib)).filter((name) => name.endsWith("-linux-gnu"));
  const libraries = triples.flatMap((name) => [join(lib, name), join(home, "lib", name)]);
  const modules = join(lib, "nginx", "modules");
  return {
    binary: join(home, "usr", "sbin", "nginx"),
    modules: ["ndk_http_module.so", "ngx_http_lua_module.so"].map((name) => join(modules, name)),
    luaPath: join(home, "usr", "share", "lua", "5.1", "?.lua"),
    libraries: libraries.join(":"),
  };
}
