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
  return launch(process.execPath, [inRepository("scripts", "start.mjs"), ...args]);
}

function launch(program: string, args: string[]): Started {
  const env = { ...process.env };
  delete env["ANTHROPIC_API_KEY"];
  const options = { cwd: inRepository(), env };
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
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

/** The process ids of the Envoys below process `pid`. */
async function envoysBelow(pid: number | undefined): Promise<number[]> {
  // A process that has just ended has no children.
  const read = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(" ").filter(Boolean);
  const found = children.map(async (child) => {
    const name = (await read(`/proc/${child}/comm`)).trim();
    return name === "envoy" ? [Number(child)] : envoysBelow(Number(child));
  });
  return (await Promise.all(found)).flat();
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
    const models = await client.send({ method: "GET", path: "/v1/models", headers });
    const ids = (models.json as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(ids).toContain("anthropic/claude-sonnet-4-5");
    expect(streamed?.chunks.length).toBeGreaterThan(3);

    const envoys = await envoysBelow(run.child.pid);
    expect(envoys).toHaveLength(1);
    run.child.kill("SIGTERM");
    expect(await run.exited).toBe(0);
    for (const pid of envoys) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("SIGTERM to npm ends everything", async () => {
    const run = launch("npm", ["start", "--", "--port", "0"]);
    await port(run);
    const envoys = await envoysBelow(run.child.pid);
    expect(envoys).toHaveLength(1);
    run.child.kill("SIGTERM");
    await run.exited;
    for (const pid of envoys) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("it ends with an error when Envoy does", async () => {
    const run = start("--port", "0");
    await port(run);
    for (const pid of await envoysBelow(run.child.pid)) process.kill(pid, "SIGKILL");
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
