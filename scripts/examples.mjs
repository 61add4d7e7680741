/**
 * Runs the programs of examples/ as their users would: each with its own packages, against Envoy with the filter and the demonstration upstream.
 * Usage: `node scripts/examples.mjs [name …]`. Prints what each says and how long it took; any failure is exit 1. Installs into build/examples and .envoy.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ensureEnvoy } from "./envoy.mjs";
import { ensurePackages } from "./python.mjs";
import { setup } from "./setup.mjs";
import { ROOT } from "./stamp.mjs";

const EXAMPLES = join(ROOT, "examples");
const TIMEOUT_MS = 60_000;
/** Every line that a program prints ends with something. */
const EMPTY_LINE = /^[\w ]+:\s*$/m;

/** @returns {Promise<{ url: string, stop: () => Promise<void> }>} a gateway on a free port */
async function startGateway() {
  const { tsImport } = await import("tsx/esm/api");
  const [{ Envoy }, { Upstream }] = await Promise.all([
    tsImport("../envoy/harness/envoy.ts", import.meta.url),
    tsImport("../envoy/upstream/server.ts", import.meta.url),
  ]);
  const { bin } = await ensureEnvoy({ log: () => {} });
  const upstream = await Upstream.start();
  const wasm = join(ROOT, "build", "messages-bridge.wasm");
  const envoy = await Envoy.start({ version: { bin }, wasm, upstream: { port: upstream.port } });
  const stop = async () => {
    await envoy.stop();
    await upstream.close();
  };
  return { url: `http://127.0.0.1:${envoy.port}`, stop };
}

/**
 * Installs what an example names.
 * @param {string} name
 * @returns {Promise<string[]>} the command that runs it
 */
async function install(name) {
  const folder = join(EXAMPLES, name);
  const requirements = join(folder, "requirements.txt");
  if (existsSync(requirements)) {
    const wanted = readFileSync(requirements, "utf8").trim().split("\n");
    const python = await ensurePackages(`example-${wanted.join("-").replace(/==/g, "-")}`, wanted);
    return [python, join(folder, "main.py")];
  }
  const copy = join(ROOT, "build", "examples", name);
  cpSync(folder, copy, { recursive: true });
  const npm = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  execFileSync("npm", npm, { cwd: copy, stdio: ["ignore", "ignore", "inherit"] });
  return [process.execPath, join(copy, "main.mjs")];
}

/**
 * Runs a program to its end; this process is the upstream meanwhile.
 * @param {string} program
 * @param {string[]} args
 * @param {string} url
 * @returns {Promise<{ error: Error | null, stdout: string, stderr: string }>}
 */
function finished(program, args, url) {
  const env = { ...process.env, BRIDGE_URL: url, NO_PROXY: "127.0.0.1" };
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      resolve({ error, stdout, stderr });
    });
  });
}

/**
 * @param {string} name
 * @param {string} url of the gateway
 * @returns {Promise<boolean>} whether it ran to its end, and printed something behind each colon
 */
async function runExample(name, url) {
  const [program = "", ...args] = await install(name);
  const started = performance.now();
  const { error, stdout, stderr } = await finished(program, args, url);
  const good = error === null && stdout !== "" && !EMPTY_LINE.test(stdout);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`examples: ${name}: ${good ? "ok" : "FAILED"} (${seconds} s)`);
  for (const line of stdout.trim().split("\n")) console.log(`  ${line}`);
  if (!good) console.error(stderr);
  return good;
}

/** Names of the folders that hold a program. */
function exampleNames() {
  const asked = process.argv.slice(2);
  const entries = readdirSync(EXAMPLES, { withFileTypes: true });
  const all = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const unknown = asked.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new Error(`no example ${unknown.join(", ")}; there are ${all.join(", ")}`);
  return asked.length > 0 ? asked : all;
}

async function runAll() {
  const names = exampleNames();
  await setup({ build: ["release"] });
  const { url, stop } = await startGateway();
  let failed = 0;
  try {
    for (const name of names) if (!(await runExample(name, url))) failed += 1;
  } finally {
    await stop();
  }
  console.log(`examples: ${names.length - failed} ok, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

await runAll().catch((error) => {
  console.error(`examples: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
