// `messages-bridge serve`, from the packed and installed package: what it prints works, and nothing stays behind.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Installed } from "../../host-test/cli/package.ts";
import { STORE } from "../../scripts/python.mjs";
import { CHAT_PATH, payloads } from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import { LineLog } from "../harness/wait.ts";

const READY_MS = 50_000;
const HEADERS = { "content-type": "application/json", authorization: "Bearer demo" };

let installed: Installed;
const running: ChildProcess[] = [];

beforeAll(() => {
  installed = Installed.create();
});
afterAll(() => installed.remove());
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGTERM");
});

function serve(...args: string[]): {
  child: ChildProcess;
  log: LineLog;
  exited: Promise<unknown[]>;
} {
  // Envoy is the one that the checkout has installed; none of the shell's.
  const { PATH } = process.env;
  const env = { PATH, HOME: installed.folder, ENVOY_STORE: STORE };
  const program = join(installed.folder, "node_modules/.bin/messages-bridge");
  const child = spawn(program, ["serve", "--port", "0", ...args], { cwd: installed.folder, env });
  running.push(child);
  const log = new LineLog();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => log.add(text));
  }
  return { child, log, exited: once(child, "exit") };
}

async function clientOf(log: LineLog): Promise<Client> {
  await log.line("Ctrl-C ends it", 0, READY_MS);
  const line = await log.line("clients:");
  return new Client(Number(/:(\d+)$/.exec(line)?.[1]));
}

test("both requests that it prints work, and Ctrl-C ends everything", async () => {
  const { child, log, exited } = serve();
  const client = await clientOf(log);
  const bodies = log.lines.flatMap((line) => /-d '(.*)'$/.exec(line)?.[1] ?? []);
  expect(bodies).toHaveLength(2);
  const [whole, streamed] = await Promise.all(
    bodies.map((body) => client.send({ path: CHAT_PATH, headers: HEADERS, body })),
  );
  const content = "You said: What is the capital of France?";
  expect(whole?.json).toMatchObject({ choices: [{ message: { content } }] });
  expect(payloads(streamed?.text ?? "").at(-1)).toBe("[DONE]");
  client.close();
  child.kill("SIGINT");
  expect((await exited)[0]).toBe(0);
  expect(existsSync(`/proc/${child.pid}`)).toBe(false);
});

test("a configuration of one's own, whose key this shell does not have", async () => {
  const config = {
    version: 1,
    profile: {
      auth: { mode: "keys", keys: [{ name: "main", env: "MY_KEY" }] },
      models: { aliases: { mine: "claude-sonnet-4-5" } },
    },
  };
  const { log } = serve("--config", await installed.write("mine.json", JSON.stringify(config)));
  const client = await clientOf(log);
  const body = JSON.stringify({ model: "mine", messages: [{ role: "user", content: "Hi" }] });
  const answer = await client.send({ path: CHAT_PATH, headers: HEADERS, body });
  expect(answer.json).toMatchObject({ object: "chat.completion" });
  client.close();
});

test("a configuration that is refused is not served", async () => {
  const file = await installed.write("bad.json", '{"version":1,"profile":{"prefil":{}}}');
  const { log, exited } = serve("--config", file);
  expect((await exited)[0]).toBe(1);
  await log.line('$.profile.prefil: unknown key; did you mean "prefill"?');
});
