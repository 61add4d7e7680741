// `npm start`: sets everything up and runs Envoy with the filter in front of a Messages upstream until Ctrl-C.
//
// The upstream is the embedded demo, or api.anthropic.com when ANTHROPIC_API_KEY is set. The configuration is
// envoy/envoy.yaml with ports and paths filled in. Static imports are Node builtins only: nothing is installed yet.

import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureEnvoy } from "./envoy.mjs";
import { buildPlayground, DEFAULT_PORT as PLAYGROUND_PORT, serveFolder } from "./playground.mjs";
import { setup } from "./setup.mjs";

/** @typedef {typeof import("../envoy/harness/envoy.ts")} EnvoyModule */
/** @typedef {typeof import("../envoy/upstream/server.ts")} UpstreamModule */
/** @typedef {import("../envoy/harness/envoy.ts").Envoy} Envoy */
/** @typedef {import("../envoy/upstream/server.ts").Upstream} Upstream */

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const WASM = join(ROOT, "build", "messages-bridge.wasm");
const DEFAULT_PORT = "10000";
/** Slow enough to see a streamed answer arrive word by word. */
const DEMO_DELAY_MS = 40;
const KEY = "ANTHROPIC_API_KEY";
const PROVIDER = { type: "anthropic" };
const KEY_AUTH = { mode: "keys", keys: [{ name: "main", env: KEY }] };

/** @returns {number} the port to listen on; ends the program on wrong arguments */
function portFromArguments() {
  try {
    const { values } = parseArgs({ options: { port: { type: "string", default: DEFAULT_PORT } } });
    const port = Number(values.port);
    if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
    fail(`--port ${values.port} is not a port`, 2);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), 2);
  }
}

/**
 * @param {string} message
 * @param {number} [code]
 * @returns {never}
 */
function fail(message, code = 1) {
  console.error(`start: ${message}`);
  process.exit(code);
}

/**
 * Envoy shares ports (SO_REUSEPORT), so a second one would start without a word and get every other connection.
 * @param {number} port
 * @returns {Promise<void>} rejects when something listens there
 */
function checkFree(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/** @returns {Promise<EnvoyModule & UpstreamModule>} the TypeScript parts, loadable once the set-up is done */
async function loadParts() {
  const { tsImport } = await import("tsx/esm/api");
  const [envoy, upstream] = await Promise.all([
    tsImport("../envoy/harness/envoy.ts", import.meta.url),
    tsImport("../envoy/upstream/server.ts", import.meta.url),
  ]);
  return { ...envoy, ...upstream };
}

/** @typedef {Awaited<ReturnType<typeof serveFolder>>} Served */
/** What runs; filled as it starts. @type {{envoy?: Envoy, upstream?: Upstream, playground?: Served, stopping: boolean}} */
const running = { stopping: false };

/** @param {number} code */
async function shutDown(code) {
  if (running.stopping) return;
  running.stopping = true;
  await running.envoy?.stop();
  await running.upstream?.close();
  await running.playground?.close();
  process.exit(code);
}

/**
 * @param {number} port
 * @param {string} bin
 */
async function launch(port, bin) {
  const parts = await loadParts();
  const real = (process.env[KEY] ?? "") !== "";
  if (!real) running.upstream = await parts.Upstream.start({ delayMs: DEMO_DELAY_MS });
  const profile = { provider: PROVIDER, auth: KEY_AUTH };
  running.envoy = await parts.Envoy.start({
    version: { bin },
    wasm: WASM,
    port,
    upstream: running.upstream === undefined ? "as written" : { port: running.upstream.port },
    ...(real ? { filter: { version: 1, profile }, environment: [KEY] } : {}),
    onLine: (line) => {
      // [main] warns about limits of a production edge and repeats our own signals.
      if (/^\[(warning|error|critical)\]\[(?!main)/.test(line)) console.error(line);
    },
  });
  void running.envoy.exited.then((how) => {
    if (!running.stopping) console.error(`start: Envoy ended by itself (${how})`);
    return shutDown(1);
  });
}

/** @param {{version: string, source: string}} found */
function describe({ version, source }) {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const size = Math.round(statSync(WASM).size / 1024);
  const { envoy, upstream, playground } = running;
  const behind =
    upstream === undefined
      ? `api.anthropic.com, with the key of ${KEY}`
      : `embedded, 127.0.0.1:${upstream.port} (set ${KEY} for the real one)`;
  console.log(`
messages-bridge ${manifest.version} (${size} KiB), Envoy ${version} (${source}), Node ${process.versions.node}
clients:  http://127.0.0.1:${envoy?.port}
upstream: ${behind}
admin:    http://127.0.0.1:${envoy?.adminPort}
playground: http://127.0.0.1:${playground?.port}/ (what a request becomes, in the browser)

A whole answer, and one as a stream:
${curl(envoy?.port, false)}
${curl(envoy?.port, true)}

Ctrl-C ends it.`);
}

/**
 * @param {number | undefined} port
 * @param {boolean} stream
 */
function curl(port, stream) {
  const messages = [{ role: "user", content: "What is the capital of France?" }];
  const body = JSON.stringify({ model: "claude-sonnet-4-5", ...(stream && { stream }), messages });
  const headers = "-H 'content-type: application/json' -H 'authorization: Bearer demo'";
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  return `  curl ${stream ? "-N" : "-s"} ${url} ${headers} -d '${body}'`;
}

async function main() {
  const port = portFromArguments();
  await checkFree(port).catch((error) => {
    if (error.code !== "EADDRINUSE") fail(`cannot listen on port ${port}: ${error.message}`);
    fail(`port ${port} is in use; choose another: npm start -- --port 10001`);
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => void shutDown(0));
  }
  try {
    await setup({ build: ["release"], envoy: false });
    const found = await ensureEnvoy();
    running.playground = await serveFolder(
      await buildPlayground(),
      port === 0 ? 0 : PLAYGROUND_PORT,
    );
    await launch(port, found.bin);
    describe(found);
  } catch (error) {
    console.error(`start: ${error instanceof Error ? error.message : String(error)}`);
    await shutDown(1);
  }
}

await main();
