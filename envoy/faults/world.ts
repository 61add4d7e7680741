// What surrounds the calls of a row: an Envoy of one kind, and the levers that rows pull.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setBufferLimit, type Parts } from "../harness/config.ts";
import { Envoy, type EnvoyOptions } from "../harness/envoy.ts";
import { freePort } from "../harness/free_port.ts";
import { WASM } from "../harness/rig.ts";
import type { LineLog } from "../harness/wait.ts";
import { poll } from "./poll.ts";
import { addLanes, ENVIRONMENT, filterOf, KEYS } from "./lanes.ts";

/**
 * Kinds of Envoys: with the example's buffers; with small ones; with an overload manager and a listener that comes from a file; and one
 * that another process can take over from.
 */
export type Kind = "plain" | "small" | "managed" | "restart";

/** Buffers of the kind `small`, less than HTTP/2's smallest window. */
export const SMALL_BYTES = 64 * 1024;

type Fields = Record<string, unknown>;
const EXTENSIONS = "type.googleapis.com/envoy.extensions";
const MONITOR = "envoy.resource_monitors.injected_resource";

/** From which pressure on the overload manager does what. */
export const PRESSURE = { none: 0, keepAliveOff: 0.6, refuse: 0.8, reset: 1 };

/** A running Envoy and its files. Made by start(); the owner calls stop(). */
export class World {
  readonly #folder: string;
  readonly #envoys: Envoy[] = [];
  readonly #logs = new Map<LineLog, number>();
  readonly #options: EnvoyOptions;
  #parts: Parts | undefined;
  #epoch = 0;
  #pulled: Promise<void> | undefined;
  /** configurations so far: names of models tell which one a call went through; 0: none does */
  generation = 0;

  private constructor(
    readonly kind: Kind,
    options: Omit<EnvoyOptions, "wasm" | "edit">,
    h2Port: number,
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), "messages-bridge-faults-"));
    const edit = (parts: Parts): void => {
      addLanes(parts, h2Port);
      if (kind === "small") useSmallBuffers(parts);
      if (kind === "managed") this.#manage(parts);
    };
    this.#options = {
      ...options,
      wasm: WASM,
      env: KEYS,
      environment: ENVIRONMENT,
      filter: filterOf(0),
      edit,
    };
  }

  /** Starts an Envoy of a kind in front of two upstreams. */
  static async start(
    kind: Kind,
    process: { version: string; workers: number },
    ports: { h1: number; h2: number },
  ): Promise<World> {
    const port = await freePort();
    const world = new World(kind, { ...process, port, upstream: { port: ports.h1 } }, ports.h2);
    await world.#begin();
    return world;
  }

  /** The process that takes new connections. */
  get envoy(): Envoy {
    const newest = this.#envoys.at(-1);
    if (newest === undefined) throw new Error("no Envoy runs");
    return newest;
  }

  /** Lines of all logs, also of processes that are gone. */
  get lines(): readonly string[] {
    return [...this.#logs.keys()].flatMap((log) => log.lines);
  }

  /** Lines that were not asked for yet. */
  freshLines(): string[] {
    return [...this.#logs].flatMap(([log, seen]) => {
      this.#logs.set(log, log.lines.length);
      return log.lines.slice(seen);
    });
  }

  /** Sums of the statistics whose name ends so. */
  async statistic(ending: string): Promise<number> {
    const pattern = encodeURIComponent(`${ending.replaceAll(".", "\\.")}$`);
    const text = await this.envoy.admin(`/stats?filter=${pattern}`);
    return Array.from(text.matchAll(/: (\d+)$/gm), ([, value]) => Number(value)).reduce(
      (sum, value) => sum + value,
      0,
    );
  }

  /** Bytes that Envoy holds, without those of its VMs. */
  async allocated(): Promise<number> {
    const { allocated } = JSON.parse(await this.envoy.admin("/memory")) as { allocated: string };
    return Number(allocated);
  }

  /** Does something that a row does once, whichever of its calls comes first; all wait for it. */
  once(pull: () => Promise<void>): Promise<void> {
    this.#pulled ??= pull();
    return this.#pulled;
  }

  /** Sets how short memory seems to be, and waits until Envoy has heard. Kind `managed` only. */
  async press(share: number): Promise<void> {
    this.#move("pressure", String(share));
    const percent = Math.round(share * 100);
    const arrived = async (): Promise<boolean> =>
      (await this.statistic(`overload.${MONITOR}.pressure`)) === percent;
    await poll(arrived, `a pressure of ${percent} %`);
  }

  /** Replaces the listener by one of another generation. Kind `managed` only. */
  async update(): Promise<void> {
    this.generation += 1;
    this.#writeListener();
    const arrived = async (): Promise<boolean> =>
      (await this.statistic("listener_manager.listener_modified")) === this.generation - 1;
    await poll(arrived, "the new listener");
  }

  /** Lets another process take over. Kind `restart` only. */
  async restart(): Promise<void> {
    await this.#begin();
  }

  /** Puts everything back after a row. A process that was taken over from ends by itself: its successor would not survive that it is stopped. */
  async calm(): Promise<void> {
    if (this.kind === "managed" && this.#pulled !== undefined) await this.press(PRESSURE.none);
    this.#pulled = undefined;
    for (const old of this.#envoys.splice(0, this.#envoys.length - 1)) {
      await old.exited;
      await old.stop();
    }
  }

  /** Stops all processes, the newest first. */
  async stop(): Promise<void> {
    for (const envoy of this.#envoys.reverse()) await envoy.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #begin(): Promise<void> {
    const generation = { epoch: this.#epoch++, baseIdFile: join(this.#folder, "base-id") };
    const more = this.kind === "restart" ? { generation } : {};
    const envoy = await Envoy.start({ ...this.#options, ...more });
    this.#envoys.push(envoy);
    this.#logs.set(envoy.log, 0);
  }

  /** A file is read when it is moved into place. */
  #move(name: string, text: string): string {
    const file = join(this.#folder, name);
    writeFileSync(`${file}.next`, text);
    renameSync(`${file}.next`, file);
    return file;
  }

  #manage(parts: Parts): void {
    const { root } = parts;
    (root["static_resources"] as Fields)["listeners"] = [];
    this.#parts = parts;
    this.generation = 1;
    const path = this.#writeListener();
    root["node"] = { id: "faults", cluster: "faults" };
    root["dynamic_resources"] = {
      lds_config: { path_config_source: { path }, resource_api_version: "V3" },
    };
    root["overload_manager"] = overloadManager(this.#move("pressure", "0"));
  }

  #writeListener(): string {
    const { wasm, listener } = this.#parts as Parts;
    wasm.configuration.value = JSON.stringify(filterOf(this.generation));
    const type = "type.googleapis.com/envoy.config.listener.v3.Listener";
    const resources = [{ "@type": type, ...listener }];
    const response = { version_info: String(this.generation), resources };
    return this.#move("listeners.json", JSON.stringify(response));
  }
}

function useSmallBuffers(parts: Parts): void {
  setBufferLimit(parts, SMALL_BYTES);
  // The kernel's buffers besides would take megabytes for a client that does not read.
  const [SOL_SOCKET, SO_SNDBUF] = [1, 7];
  const sendBuffer = { level: SOL_SOCKET, name: SO_SNDBUF, int_value: 8 * SMALL_BYTES };
  parts.listener["socket_options"] = [{ ...sendBuffer, state: "STATE_PREBIND" }];
  parts.cluster["per_connection_buffer_limit_bytes"] = SMALL_BYTES;
}

function overloadManager(filename: string): Fields {
  const monitor = (trigger: Fields): Fields[] => [{ name: MONITOR, ...trigger }];
  const from = (value: number): Fields[] => monitor({ threshold: { value } });
  const saturated = { scaling_threshold: 0.9, saturation_threshold: PRESSURE.reset };
  return {
    refresh_interval: "0.02s",
    // Streams that hold more than a megabyte.
    buffer_factory_config: { minimum_account_to_track_power_of_two: 20 },
    resource_monitors: [
      {
        name: MONITOR,
        typed_config: {
          "@type": `${EXTENSIONS}.resource_monitors.injected_resource.v3.InjectedResourceConfig`,
          filename,
        },
      },
    ],
    actions: [
      {
        name: "envoy.overload_actions.disable_http_keepalive",
        triggers: from(PRESSURE.keepAliveOff),
      },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: from(PRESSURE.refuse) },
      {
        name: "envoy.overload_actions.reset_high_memory_stream",
        triggers: monitor({ scaled: saturated }),
      },
    ],
  };
}
