// An upstream, a real nginx in front of it, and clients: what the tests of apisix/e2e need.

import { afterAll, afterEach, beforeAll } from "vitest";
import { Client, CLIENT_KEY, type Protocol } from "../../envoy/harness/client.ts";
import { Upstream } from "../../envoy/upstream/server.ts";
import { Nginx, type NginxOptions } from "./nginx.ts";

/** The smallest configuration: Anthropic behind, the client's own key. */
export const CONF = JSON.stringify({
  version: 1,
  profile: { provider: { type: "anthropic" }, auth: { mode: "client" } },
});

/** Running parts. Made by start(); the owner calls stop(). */
export class NginxRig {
  readonly #clients: Client[] = [];

  private constructor(
    readonly upstream: Upstream,
    readonly nginx: Nginx,
  ) {}

  static async start(options: Partial<Omit<NginxOptions, "upstreamPort">> = {}): Promise<NginxRig> {
    const upstream = await Upstream.start();
    try {
      const nginx = await Nginx.start({ conf: CONF, ...options, upstreamPort: upstream.port });
      return new NginxRig(upstream, nginx);
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  /** A client of this nginx, closed by endTest(). */
  client(protocol: Protocol = "h1"): Client {
    const client = new Client(this.nginx.port, protocol);
    this.#clients.push(client);
    return client;
  }

  /** Bytes of the module's memory. */
  async moduleBytes(): Promise<number> {
    return Number((await this.client().send({ method: "GET", path: "/harness/memory" })).text);
  }

  /** Closes the clients, forgets requests and scripts, and throws what a script threw or the log shows. */
  endTest(allowed?: RegExp): void {
    for (const client of this.#clients.splice(0)) client.close();
    this.upstream.reset();
    const wrong = this.nginx.errors.find((line) => allowed === undefined || !allowed.test(line));
    if (wrong !== undefined) throw new Error(`nginx logged an error: ${wrong}`);
    const leak = this.nginx.log.lines.find((line) => line.includes(CLIENT_KEY));
    if (leak !== undefined) throw new Error(`the client's key is in the log: ${leak}`);
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await this.upstream.close();
  }
}

/** One rig for all tests of a block; errors in nginx's log fail the test unless they are `allowed`. */
export function useNginx(
  options: Partial<Omit<NginxOptions, "upstreamPort">> = {},
  allowed?: RegExp,
): () => NginxRig {
  let rig: NginxRig | undefined;
  beforeAll(async () => {
    rig = await NginxRig.start(options);
  });
  afterEach(() => rig?.endTest(allowed));
  afterAll(() => rig?.stop());
  return () => {
    if (rig === undefined) throw new Error("nginx has not started");
    return rig;
  };
}
