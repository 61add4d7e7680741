// Other gateways as whole processes in front of the bench's upstream, told as little as they need. Starts and stops them.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { usageOf } from "../../envoy/harness/usage.ts";
import { sendOne, type Target } from "./load.ts";
import { shapeInputs } from "./inputs.ts";
import { ensureLitellm, ensurePortkey } from "./peers_install.ts";
import type { Running } from "./shape_run.ts";

const LOOPBACK = "127.0.0.1";
const START_DEADLINE_MS = 120_000;
const LOOK_MS = 250;
const LOG_TAIL = 2000;
const STOP_DEADLINE_MS = 5_000;

/** LiteLLM's proxy, one worker, without a database or a key of its own, in front of the upstream at `upstreamPort`. */
export async function startLitellm(name: string, upstreamPort: number): Promise<Running> {
  const { python, program } = await ensureLitellm();
  const home = await mkdtemp(join(tmpdir(), "messages-bridge-peer-"));
  const model = modelOf();
  const params = {
    model: `anthropic/${model}`,
    api_base: `http://${LOOPBACK}:${upstreamPort}`,
    api_key: "sk-ant-bench",
  };
  const config = join(home, "config.yaml");
  await writeFile(
    config,
    stringify({ model_list: [{ model_name: model, litellm_params: params }] }),
  );
  const port = await freePort();
  const args = [program, "--config", config, "--host", LOOPBACK, "--port", String(port)];
  const env = {
    LITELLM_LOCAL_MODEL_COST_MAP: "True", // else it fetches a price list when it starts
    LITELLM_LOG: "ERROR", // else it logs every request
    LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: "true", // on loopback; with a key it would have more to do
  };
  const child = spawn(python, args, { stdio: "pipe", env: { ...process.env, ...env } });
  const target = { origin: `http://${LOOPBACK}:${port}` };
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(home, { recursive: true, force: true });
  };
  return started({ name, child, target, stop });
}

/** Portkey's gateway, told by headers of each request where the upstream at `upstreamPort` is. */
export async function startPortkey(name: string, upstreamPort: number): Promise<Running> {
  const program = await ensurePortkey();
  const port = await freePort();
  const env = { ...process.env, NODE_ENV: "production", TRUSTED_CUSTOM_HOSTS: LOOPBACK };
  const args = [program, "--headless", `--port=${port}`];
  const child = spawn(process.execPath, args, { stdio: "pipe", env });
  const headers = {
    "x-portkey-provider": "anthropic",
    "x-portkey-custom-host": `http://${LOOPBACK}:${upstreamPort}/v1`,
  };
  const target = { origin: `http://${LOOPBACK}:${port}`, headers };
  return started({ name, child, target, stop: () => end(child) });
}

interface Starting {
  name: string;
  child: ChildProcess;
  target: Target;
  stop(): Promise<void>;
}

/** Waits until the process answers; ends it and rejects with the end of its log when it does not. */
async function started({ name, child, target, stop }: Starting): Promise<Running> {
  let log = "";
  let failure: string | null = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-LOG_TAIL)));
  }
  child.once("error", (error) => (failure = error.message));
  const killed = (): void => void child.kill("SIGKILL");
  process.once("exit", killed);
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!(await answers(target))) {
    if (child.exitCode !== null) failure ??= `it ended with ${child.exitCode}`;
    if (performance.now() > deadline) failure ??= "it does not answer";
    if (failure !== null) {
      await stop();
      throw new Error(`${name} does not start: ${failure}\n${log}`);
    }
    await delay(LOOK_MS);
  }
  return {
    name,
    effect: "translates",
    target,
    foreign: true,
    usage: () => usageOf(pidOf(child)),
    stop,
  };
}

/** A peer listens before it can answer, so a whole request is what tells. */
async function answers(target: Target): Promise<boolean> {
  const [small] = shapeInputs();
  if (small === undefined) throw new Error("there are no shapes");
  return sendOne(target, small.body).then(
    ({ status }) => status === 200,
    () => false,
  );
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("the process was not started");
  return child.pid;
}

function modelOf(): string {
  const [small] = shapeInputs();
  return (JSON.parse(Buffer.from(small?.body ?? []).toString("utf8")) as { model: string }).model;
}

/** A port that was free a moment ago: the peers cannot say which one they chose. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(timer);
}
