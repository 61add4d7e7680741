// `npm start`: what it prints works, and when it ends nothing stays behind.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { CHAT_PATH, payloads } from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import { inRepository } from "../harness/rig.ts";
import { LineLog } from "../harness/wait.ts";

/** The set-up before it may build, when a source has just changed. */
const READY_MS = 50_000;

/** A running `node scripts/start.mjs`. */
interface Started {
  child: ChildProcess;
  log: LineLog;
  /** resolves with the exit code */
  exited: Promise<number | null>;
}

const started: Started[] = [];

function start(...args: string[]): Started {
  const env = { ...process.env };
  delete env["ANTHROPIC_API_KEY"];
  const command = [inRepository("scripts", "start.mjs"), ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"], env });
  const log = new LineLog();
  child.stdout.setEncoding("utf8").on("data", (text: string) => log.add(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => log.add(text));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const run = { child, log, exited };
  started.push(run);
  return run;
}

/** Waits until it is up; gives the port for clients. */
async function port({ log }: Started): Promise<number> {
  await log.line("Ctrl-C ends it", 0, READY_MS);
  const line = await log.line("clients:");
  return Number(/:(\d+)$/.exec(line)?.[1]);
}

/** The process ids of the Envoys that `run` has started. */
async function envoysOf({ child }: Started): Promise<number[]> {
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
  const all = text.split(" ").filter((pid) => pid !== "");
  const names = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/comm`, "utf8")));
  return all.filter((_, i) => names[i]?.trim() === "envoy").map(Number);
}

afterEach(() => {
  for (const { child } of started.splice(0)) child.kill("SIGTERM");
});

describe("npm start", () => {
  test("both requests that it prints work, and SIGTERM ends everything", async () => {
    const run = start("--port", "0");
    const client = new Client(await port(run));
    const bodies = run.log.lines.flatMap((line) => /-d '(.*)'$/.exec(line)?.[1] ?? []);
    expect(bodies).toHaveLength(2);
    const headers = { "content-type": "application/json", authorization: "Bearer demo" };
    const [whole, streamed] = await Promise.all(
      bodies.map((body) => client.send({ path: CHAT_PATH, headers, body })),
    );
    const content = "You said: What is the capital of France?";
    expect(whole?.json).toMatchObject({ choices: [{ message: { content } }] });
    expect(payloads(streamed?.text ?? "").at(-1)).toBe("[DONE]");
    expect(streamed?.chunks.length).toBeGreaterThan(3);

    const envoys = await envoysOf(run);
    expect(envoys).toHaveLength(1);
    run.child.kill("SIGTERM");
    expect(await run.exited).toBe(0);
    for (const pid of envoys) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("it ends with an error when Envoy does", async () => {
    const run = start("--port", "0");
    await port(run);
    for (const pid of await envoysOf(run)) process.kill(pid, "SIGKILL");
    expect(await run.exited).toBe(1);
    await run.log.line("Envoy ended by itself (SIGKILL)");
  });

  test("a port that is taken is named", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    const run = start("--port", String(taken));
    expect(await run.exited).toBe(1);
    await run.log.line(`port ${taken} is in use`);
    server.close();
  });
});
