// One real Envoy process per instance, on free ports, with its log in memory.

import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEnvoy, NEWEST_ENVOY, OLDEST_ENVOY } from "../../scripts/envoy.mjs";
import { renderConfig, type ConfigOptions } from "./config.ts";
import { usageOf, type Usage } from "./usage.ts";
import { LineLog } from "./wait.ts";

/** The versions that every test which depends on Envoy's behaviour runs on; `npm run versions` names others. */
export const VERSIONS: readonly string[] = process.env["E2E_VERSIONS"]?.split(",") ?? [
  OLDEST_ENVOY,
  NEWEST_ENVOY,
];
/** The version for tests of the filter's own behaviour. */
export const NEWEST: string = NEWEST_ENVOY;

/** How to start an Envoy. */
export interface EnvoyOptions extends ConfigOptions {
  /** exact version, as in VERSIONS; or the path of a binary */
  version: string | { bin: string };
  /** log every crossing between host and module (see trace.ts) */
  trace?: boolean;
  /** worker threads; default 1 */
  workers?: number;
  /** added to its environment */
  env?: Record<string, string>;
  /** takes part in hot restarts; default: in none */
  generation?: Generation;
  /** gets every line of its log as it comes */
  onLine?: (line: string) => void;
}

/** One of several processes that take over from each other. */
export interface Generation {
  /** counts them from 0 */
  epoch: number;
  /** a file: the first one writes there what the others must know */
  baseIdFile: string;
}

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 3_000;
/** A process that was taken over from lets its connections go over the first time, and ends after the second. */
const DRAIN_S = "1";
const SHUTDOWN_S = "4";
const LOG_FORMAT = "[%l][%n] %v";

/** A running Envoy. Made by start(); the owner calls stop(). */
export class Envoy {
  readonly log = new LineLog();
  /** resolves with how the process ended, whoever ended it */
  readonly exited: Promise<string>;
  #port = 0;
  #adminPort = 0;
  #ended = false;

  private constructor(
    readonly child: ChildProcess,
    readonly home: string,
  ) {
    this.exited = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#ended = true;
        this.log.notify();
        resolve(signal ?? `exit code ${code}`);
      });
    });
    // An Envoy must not outlive us, however we end.
    process.on("exit", this.#kill);
  }

  /**
   * Writes the configuration into a directory of its own, starts Envoy on it and waits until it listens.
   * Rejects with the end of Envoy's log when it refuses the configuration.
   */
  static async start(options: EnvoyOptions): Promise<Envoy> {
    const bin = await binaryOf(options.version);
    const home = await mkdtemp(join(tmpdir(), "messages-bridge-"));
    const config = join(home, "envoy.yaml");
    await writeFile(config, renderConfig(options));
    const adminFile = join(home, "admin");
    const levels = options.trace === true ? "main:info,wasm:trace" : "main:info";
    const args = [
      "-c",
      config,
      "--admin-address-path",
      adminFile,
      "--concurrency",
      String(options.workers ?? 1),
      ...restartArguments(options.generation),
    ];
    args.push(
      "--log-level",
      "warning",
      "--component-log-level",
      levels,
      "--log-format",
      LOG_FORMAT,
    );
    const env = { ...process.env, ...options.env };
    const child = spawn(bin, args, { stdio: ["ignore", "ignore", "pipe"], env });
    const envoy = new Envoy(child, home);
    try {
      envoy.#readLog(options.onLine);
      await envoy.#listening(adminFile);
    } catch (error) {
      await envoy.stop();
      throw error;
    }
    return envoy;
  }

  /** Where clients connect, on loopback. */
  get port(): number {
    return this.#port;
  }

  /** The admin interface's port, on loopback. */
  get adminPort(): number {
    return this.#adminPort;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("Envoy was not started");
    return this.child.pid;
  }

  /** Ends the process (SIGTERM, then SIGKILL) and removes its directory. May be called again. */
  async stop(): Promise<void> {
    process.off("exit", this.#kill);
    this.child.kill("SIGTERM");
    const timer = setTimeout(this.#kill, STOP_DEADLINE_MS);
    if (this.child.pid !== undefined) await this.exited;
    clearTimeout(timer);
    await rm(this.home, { recursive: true, force: true });
  }

  /** The body of a GET on the admin interface. */
  admin(path: string): Promise<string> {
    return fetchText(this.#adminPort, path);
  }

  /** Counters and gauges whose name contains `part`, by name. Histograms are left out. */
  async stats(part = ""): Promise<Map<string, number>> {
    const text = await this.admin("/stats");
    const rows = text.split("\n").map((line) => /^(\S+): (\d+)$/.exec(line));
    return new Map(
      rows.flatMap((row) => (row?.[1]?.includes(part) ? [[row[1], Number(row[2])] as const] : [])),
    );
  }

  /** Memory and processor time of the process. */
  usage(): Promise<Usage> {
    return usageOf(this.pid);
  }

  readonly #kill = (): void => {
    this.child.kill("SIGKILL");
  };

  #readLog(onLine: EnvoyOptions["onLine"]): void {
    let seen = 0;
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log.add(text);
      for (; seen < this.log.lines.length; seen++) onLine?.(this.log.lines[seen] ?? "");
    });
    this.child.on("error", (error) => this.log.add(`cannot start Envoy: ${error.message}\n`));
  }

  async #listening(adminFile: string): Promise<void> {
    await this.log.until(
      (lines) => {
        if (this.#ended || lines.some((line) => line.startsWith("cannot start Envoy"))) {
          throw new Error(`Envoy refused to start:\n${lines.slice(-20).join("\n")}`);
        }
        return lines.some((line) => line.includes("starting main dispatch loop"));
      },
      "Envoy's start",
      START_DEADLINE_MS,
    );
    const address = await readFile(adminFile, "utf8");
    this.#adminPort = Number(address.slice(address.lastIndexOf(":") + 1));
    this.#port = await this.#firstPort();
  }

  /** The first listener's port; one that comes from a file may come late. */
  async #firstPort(): Promise<number> {
    const deadline = performance.now() + START_DEADLINE_MS;
    while (performance.now() < deadline) {
      const listeners = JSON.parse(await this.admin("/listeners?format=json")) as Listeners;
      const port = listeners.listener_statuses?.[0]?.local_address.socket_address.port_value;
      if (port !== undefined) return port;
    }
    throw new Error("Envoy has no listener");
  }
}

interface Listeners {
  listener_statuses?: { local_address: { socket_address: { port_value: number } } }[];
}

function restartArguments(generation: Generation | undefined): string[] {
  if (generation === undefined) return ["--disable-hot-restart"];
  const { epoch, baseIdFile } = generation;
  const times = ["--drain-time-s", DRAIN_S, "--parent-shutdown-time-s", SHUTDOWN_S];
  if (epoch === 0) return [...times, "--use-dynamic-base-id", "--base-id-path", baseIdFile];
  const baseId = readFileSync(baseIdFile, "utf8").trim();
  return [...times, "--base-id", baseId, "--restart-epoch", String(epoch)];
}

async function binaryOf(version: EnvoyOptions["version"]): Promise<string> {
  if (typeof version !== "string") return version.bin;
  return (await ensureEnvoy({ version, log: () => {} })).bin;
}

function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
