// Starts the soak's upstream as a process of its own.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A running upstream; whoever started it stops it. */
export interface SoakUpstream {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the upstream on a free port of the loopback address. Rejects when it ends before it listens. */
export async function upstreamOf(protocol: "h1" | "h2"): Promise<SoakUpstream> {
  const child = fork(join(import.meta.dirname, "envoy_upstream.ts"), [protocol], {
    execArgv: ["--import", "tsx"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the upstream ended with ${code} at its start`);
  });
  const [port] = (await Promise.race([once(child, "message"), ended])) as [number];
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
  };
  return { port, stop };
}
