/**
 * One real nginx with its Lua module: the companion plugin as it is, the compiled filter in the engine of APISIX's Wasm module, and Lua in
 * the place of that module and of APISIX (harness/*.lua). The location has the snippet of apisix/config.yaml, routes come from
 * apisix/apisix.yaml or from the test.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { LineLog } from "../../envoy/harness/wait.ts";
import { run } from "../../scripts/python.mjs";
import { ensureNginx, ensureWasmtime, type NginxFiles } from "../../scripts/nginx.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** BRIDGE_WASM names another build of it, for trying a mutant. */
const WASM = process.env.BRIDGE_WASM ?? join(ROOT, "build", "messages-bridge.wasm");
const STARTED = "harness: the module is loaded";
/** Below the time that a test has, so that what did not start is stopped. */
const START_DEADLINE_MS = 45_000;

/** A route of apisix/apisix.yaml. */
export interface Route {
  id: string;
  uris: string[];
  plugins: { "messages-bridge": { conf: string } };
}

export interface NginxOptions {
  /** Where the upstream listens on loopback. */
  upstreamPort: number;
  /** Another module than the built one. */
  wasm?: string;
  /** Configuration of the filter, as text. */
  conf: string;
  /** Added to the environment, by name. */
  env?: Record<string, string>;
  /** Clients speak HTTP/2, in clear text. */
  http2?: boolean;
  /** `proxy_buffering on` with `postpone_output 0`, the other way to let events go at once. */
  buffering?: boolean;
}

/** The routes that are shipped. */
export function shippedRoutes(): Route[] {
  const text = readFileSync(join(ROOT, "apisix", "apisix.yaml"), "utf8");
  return (parse(text) as { routes: Route[] }).routes;
}

/** The settings that apisix/config.yaml gives every location. */
export function shippedSnippet(): string {
  const text = readFileSync(join(ROOT, "apisix", "config.yaml"), "utf8");
  const { nginx_config } = parse(text) as { nginx_config: Record<string, string> };
  return nginx_config["http_server_location_configuration_snippet"] ?? "";
}

/** A running nginx. Made by start(); the owner calls stop(). */
export class Nginx {
  readonly log = new LineLog();
  readonly exited: Promise<string>;

  private constructor(
    readonly child: ChildProcess,
    readonly home: string,
    /** Where clients connect, on loopback. */
    readonly port: number,
  ) {
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.log.notify();
        resolve(signal ?? `exit code ${code}`);
      });
    });
    process.on("exit", this.#kill);
  }

  /** Starts nginx in one process and waits until the module is loaded. Rejects with the end of its log. */
  static async start(options: NginxOptions): Promise<Nginx> {
    const [files, engine] = await Promise.all([ensureNginx(), ensureWasmtime()]);
    const { library } = engine;
    const module = await compiled(engine.python, options.wasm ?? WASM);
    const home = await mkdtemp(join(tmpdir(), "messages-bridge-nginx-"));
    await writeFile(join(home, "conf.json"), options.conf);
    const port = await freePort();
    await writeFile(
      join(home, "nginx.conf"),
      render(files, { ...options, home, port, library, module }),
    );
    const env = { ...process.env, ...options.env, LD_LIBRARY_PATH: files.libraries };
    const args = ["-p", home, "-c", join(home, "nginx.conf"), "-e", "stderr"];
    const child = spawn(files.binary, args, { stdio: ["ignore", "ignore", "pipe"], env });
    const nginx = new Nginx(child, home, port);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => nginx.log.add(text));
    const ended = nginx.exited.then((how) => {
      throw new Error(`nginx ended with ${how}: ${nginx.log.lines.slice(-5).join("\n")}`);
    });
    const loaded = nginx.log.until(
      () => nginx.log.lines.some((line) => line.includes(STARTED)),
      "nginx to load the module",
      START_DEADLINE_MS,
    );
    ended.catch(() => undefined);
    try {
      await Promise.race([loaded, ended]);
    } catch (error) {
      await nginx.stop();
      throw error;
    }
    return nginx;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("nginx was not started");
    return this.child.pid;
  }

  /** Error lines so far; crossings of ours are none. */
  get errors(): string[] {
    return this.log.lines.filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  }

  async stop(): Promise<void> {
    process.off("exit", this.#kill);
    this.child.kill("SIGTERM");
    await this.exited;
    await rm(this.home, { recursive: true, force: true });
  }

  readonly #kill = (): void => void this.child.kill("SIGKILL");
}

/** A port that was free a moment ago: nginx cannot be told to take any. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Compiles a module with the engine, once for each content: every nginx of the tests would do it anew. */
async function compiled(python: string, wasm: string): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(wasm)).digest("hex").slice(0, 16);
  const file = join(ROOT, "build", `nginx-${hash}.cwasm`);
  if (existsSync(file)) return file;
  const fresh = `${file}.${process.pid}`;
  await run(python, ["-c", COMPILE, wasm, fresh], START_DEADLINE_MS);
  await rename(fresh, file);
  return file;
}

const COMPILE = `import sys
from wasmtime import Engine, Module
open(sys.argv[2], "wb").write(Module.from_file(Engine(), sys.argv[1]).serialize())`;

interface RenderOptions extends NginxOptions {
  home: string;
  port: number;
  library: string;
  module: string;
}

/** The template with its words filled in. */
function render(files: NginxFiles, options: RenderOptions): string {
  const { home, port, library, module, env = {} } = options;
  const buffering = options.buffering === true ? "proxy_buffering on; postpone_output 0;" : "";
  const words: Record<string, string> = {
    modules: files.modules.map((file) => `load_module ${file};`).join("\n"),
    env: Object.keys(env)
      .map((name) => `env ${name};`)
      .join("\n"),
    lua: [join(ROOT, "apisix/harness/?.lua"), join(ROOT, "?.lua"), files.luaPath].join(";"),
    upstream: String(options.upstreamPort),
    port: String(port),
    http2: options.http2 === true ? " http2" : "",
    started: STARTED,
    snippet: shippedSnippet().replace(/proxy_buffering \w+;/, (text) => buffering || text),
    home,
    library,
    module,
  };
  const template = readFileSync(join(ROOT, "apisix", "harness", "nginx.conf"), "utf8");
  return template.replace(/@(\w+)@/g, (_, word: string) => words[word] ?? "");
}
