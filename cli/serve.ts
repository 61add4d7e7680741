/**
 * `serve`: an Envoy with the filter in front of a demonstration upstream, or of the real one when ANTHROPIC_API_KEY is set, until Ctrl-C. What
 * `npm start` does in a checkout, with what the package carries.
 */
import { createServer } from "node:net";
import { Envoy } from "../envoy/harness/envoy.ts";
import { Upstream } from "../envoy/upstream/server.ts";
import { ensureEnvoy } from "../scripts/envoy.mjs";
import { placeholders } from "./bridge.ts";
import { readConfigurations, theBridge, version, WASM_PATH } from "./files.ts";
import { CommandError, err, Exit, out, print, say } from "./output.ts";

export interface ServeOptions {
  port: string;
  config?: string;
}

const KEY = "ANTHROPIC_API_KEY";
/** Slow enough to see a streamed answer arrive word by word. */
const DEMO_DELAY_MS = 40;
const SLOW_MS = 1000;

interface Setting {
  filter: unknown;
  /** Variables that the configuration reads, with values for those that this shell has not. */
  env: Record<string, string>;
}

/** Resolves with the exit code when it was ended, or ended by itself. Throws CommandError. */
export async function serve(options: ServeOptions): Promise<number> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new CommandError(`--port ${options.port} is no port`);
  }
  const setting = settingOf(options.config);
  await checkFree(port);
  const isReal = setting === undefined && (process.env[KEY] ?? "") !== "";
  const found = await slowly("looking for Envoy", () => ensureEnvoy({ log: tellStep }));
  const upstream = isReal ? undefined : await Upstream.start({ delayMs: DEMO_DELAY_MS });
  try {
    const envoy = await slowly("starting", () => start(found.bin, port, upstream, setting));
    tell(envoy, found.version, upstream);
    return await ended(envoy);
  } finally {
    await upstream?.close();
  }
}

/** Where it was not found is of interest only when it is nowhere, and then in the error. */
function tellStep(line: string): void {
  if (!line.includes("passed over")) say(err.dim(line));
}

/** The configuration of the option, which the filter must take. */
function settingOf(file: string | undefined): Setting | undefined {
  if (file === undefined) return undefined;
  const [found] = readConfigurations(file);
  if (found === undefined) throw new CommandError(`${file}: no configuration`);
  const text = typeof found.config === "string" ? found.config : JSON.stringify(found.config);
  const env = placeholders(text);
  const { ok, problems } = theBridge().check({ config: text, env });
  if (!ok) {
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
    throw new CommandError([`${file}: refused:`, ...lines].join("\n"), Exit.Refused);
  }
  return { filter: text, env };
}

function start(
  bin: string,
  port: number,
  upstream: Upstream | undefined,
  setting: Setting | undefined,
): Promise<Envoy> {
  const keys = { mode: "keys", keys: [{ name: "main", env: KEY }] };
  const real = { version: 1, profile: { provider: { type: "anthropic" }, auth: keys } };
  const filter = setting?.filter ?? (upstream === undefined ? real : undefined);
  const names = setting === undefined ? [KEY] : Object.keys(setting.env);
  return Envoy.start({
    version: { bin },
    wasm: WASM_PATH,
    port,
    upstream: upstream === undefined ? "as written" : { port: upstream.port },
    ...(filter === undefined ? {} : { filter, environment: names }),
    env: { ...setting?.env, ...presentOf(names) },
    onLine: (line) => {
      // [main] warns about limits of a production edge and repeats our own signals.
      if (/^\[(warning|error|critical)\]\[(?!main)/.test(line)) say(line);
    },
  });
}

function presentOf(names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Envoy shares ports, so a second one would start without a word and get every other connection. */
function checkFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(
        new CommandError(
          isTaken ? `port ${port} is in use; choose another with --port` : error.message,
        ),
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/** Says that something is going on when it takes more than a second. */
async function slowly<T>(what: string, run: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => say(err.dim(`${what} …`)), SLOW_MS);
  try {
    return await run();
  } finally {
    clearTimeout(timer);
  }
}

function tell(envoy: Envoy, envoyVersion: string, upstream: Upstream | undefined): void {
  const url = `http://127.0.0.1:${envoy.port}`;
  const behind = upstream === undefined ? "api.anthropic.com" : "a demonstration, built in";
  print(`
messages-bridge ${version()}, Envoy ${envoyVersion}
clients:  ${out.cyan(url)}
upstream: ${behind}
admin:    http://127.0.0.1:${envoy.adminPort}

${curl(url, false)}
${curl(url, true)}

Ctrl-C ends it.
`);
}

function curl(url: string, stream: boolean): string {
  const messages = [{ role: "user", content: "What is the capital of France?" }];
  const body = JSON.stringify({ model: "claude-sonnet-4-5", ...(stream && { stream }), messages });
  const headers = "-H 'content-type: application/json' -H 'authorization: Bearer demo'";
  return `  curl ${stream ? "-N" : "-s"} ${url}/v1/chat/completions ${headers} -d '${body}'`;
}

/** Waits for a signal, or for Envoy's own end. */
async function ended(envoy: Envoy): Promise<number> {
  let isAsked = false;
  const stop = (): void => {
    isAsked = true;
    void envoy.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  const how = await envoy.exited;
  await envoy.stop();
  if (isAsked) return Exit.Good;
  say(`Envoy ended by itself (${how})`);
  return Exit.Refused;
}
