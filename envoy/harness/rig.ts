// An upstream, an Envoy with our module in front of it, and clients: what nearly every e2e file needs.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import { Upstream } from "../upstream/server.ts";
import { Client, CLIENT_KEY, type Protocol } from "./client.ts";
import { Envoy, NEWEST, type EnvoyOptions } from "./envoy.ts";

/** The module under test, built by `npm run build`. */
export const WASM = fileURLToPath(new URL("../../build/messages-bridge.wasm", import.meta.url));

/** How to start a rig; everything has a default. */
export interface RigOptions extends Partial<Omit<EnvoyOptions, "upstream">> {
  /** protocol between Envoy and the upstream; default h1 */
  upstreamProtocol?: Protocol;
}

/** Running parts. Made by start(); the owner calls stop(). */
export class Rig {
  readonly #clients: Client[] = [];

  private constructor(
    readonly upstream: Upstream,
    readonly envoy: Envoy,
  ) {}

  /** Starts the upstream and then Envoy, by default the newest version with the example's configuration. */
  static async start(options: RigOptions = {}): Promise<Rig> {
    const { upstreamProtocol: protocol = "h1", ...rest } = options;
    const upstream = await Upstream.start({ protocol });
    const target = { port: upstream.port, protocol };
    try {
      return new Rig(
        upstream,
        await Envoy.start({ version: NEWEST, wasm: WASM, ...rest, upstream: target }),
      );
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  /** A client of this Envoy, closed by endTest(). */
  client(protocol: Protocol = "h1"): Client {
    const client = new Client(this.envoy.port, protocol);
    this.#clients.push(client);
    return client;
  }

  /** Closes the clients, forgets requests and scripts, and throws what a script threw. */
  endTest(): void {
    for (const client of this.#clients.splice(0)) client.close();
    this.upstream.reset();
    const trap = this.envoy.log.lines.find((line) =>
      /\[critical\]|RuntimeError|failed: /.test(line),
    );
    if (trap !== undefined) throw new Error(`the module failed: ${trap}`);
    const leak = this.envoy.log.lines.find((line) => line.includes(CLIENT_KEY));
    if (leak !== undefined) throw new Error(`the client's key is in the log: ${leak}`);
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await this.envoy.stop();
    await this.upstream.close();
  }
}

/**
 * Registers hooks of the surrounding `describe` that start a rig before its tests, check it after each and stop it at the
 * end. The returned function gives the running rig.
 */
export function useRig(options: RigOptions = {}): () => Rig {
  let rig: Rig | undefined;
  const running = (): Rig => {
    if (rig === undefined) throw new Error("the rig is not running");
    return rig;
  };
  beforeAll(async () => {
    rig = await Rig.start(options);
  });
  afterEach(() => running().endTest());
  afterAll(() => rig?.stop());
  return running;
}

/** A path in this repository. */
export function inRepository(...parts: string[]): string {
  return join(fileURLToPath(new URL("../..", import.meta.url)), ...parts);
}
