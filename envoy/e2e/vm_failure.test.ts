// What one trap costs: the streams of its worker's VM, and nothing behind them. Source: docs/hosts.md, "Traps".

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answerJson,
  CHAT,
  CHAT_PATH,
  message,
  SSE,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { Client, JSON_HEADERS } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import type { Parts } from "../harness/config.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { Rig, WASM } from "../harness/rig.ts";
import { writeTrapping } from "../harness/trapping_module.ts";
import { DEADLINE_MS } from "../harness/wait.ts";
import { messagesHeaders } from "../upstream/headers.ts";
import type { Script } from "../upstream/server.ts";

const STREAM = JSON.stringify({ ...CHAT, stream: true });
const EVENTS = streamOf([textBlock("Hel", "lo")]);

let folder = "";
let module = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "messages-bridge-trap-"));
  module = join(folder, "trapping.wasm");
  writeTrapping(WASM, module);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** With a short pause before Envoy makes a new VM. One of a millisecond ends 1.36 and 1.40 with a division by zero. */
function policy(name: string): (parts: Parts) => void {
  return ({ wasm }) => {
    wasm["failure_policy"] = name;
    wasm["reload_config"] = { backoff: { base_interval: "0.02s", max_interval: "0.02s" } };
  };
}

/** An answer whose first text has come and whose rest waits for `go`. */
function slowly(go: Promise<void>): Script {
  return async (exchange) => {
    await exchange.body();
    exchange.head(200, messagesHeaders(exchange.serial, SSE));
    for (const event of EVENTS.slice(0, 3)) await exchange.write(event);
    await go;
    for (const event of EVENTS.slice(3)) await exchange.write(event);
    exchange.end();
  };
}

/** A request that meets the defect. */
async function trap(client: Client): Promise<ClientStream> {
  const stream = client.open({ path: CHAT_PATH, headers: JSON_HEADERS, trailers: true });
  await stream.write(JSON.stringify(CHAT));
  stream.end({ "x-note": "1" });
  return stream.finished();
}

/** Asks again until the pause is over; until then every answer is a 503. */
async function firstServed(client: Client): Promise<ClientStream> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await client.post(CHAT_PATH, CHAT);
    if (answer.status !== 503 || performance.now() > deadline) return answer;
  }
}

async function withRig(
  version: string,
  policyName: string,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  const rig = await Rig.start({ version, wasm: module, edit: policy(policyName) });
  try {
    await run(rig);
  } finally {
    await rig.stop();
  }
}

/** A stream that is open while another request traps in the same VM. */
async function trapBesideStream(rig: Rig): Promise<void> {
  let go = (): void => {};
  rig.upstream.enqueue(slowly(new Promise((resolve) => (go = resolve))));
  const head = { path: CHAT_PATH, headers: JSON_HEADERS, body: STREAM };
  const open = await rig.client("h2").open(head).saw("Hel");
  expect((await trap(rig.client("h2"))).status).toBe(503);
  go();
  await open.finished();
  // Cut off or ended, but never in a way that says the answer is complete.
  expect(open.text).not.toContain("[DONE]");
  expect(open.text).not.toMatch(/"finish_reason":"/);
}

describe.each(VERSIONS)("a trap in Envoy %s", (version) => {
  test("FAIL_RELOAD: it breaks the streams of its VM, and later requests are served", () =>
    withRig(version, "FAIL_RELOAD", async (rig) => {
      await trapBesideStream(rig);
      rig.upstream.enqueue(answerJson(200, message([{ type: "text", text: "Hi" }], "end_turn")));
      const next = await firstServed(rig.client("h2"));
      expect(next.status, next.text).toBe(200);
    }));

  test("FAIL_CLOSED: every later request on that worker is a 503, none reaches the upstream", () =>
    withRig(version, "FAIL_CLOSED", async (rig) => {
      await trapBesideStream(rig);
      const before = rig.upstream.received.length;
      expect((await rig.client("h2").post(CHAT_PATH, CHAT)).status).toBe(503);
      expect(rig.upstream.received.length).toBe(before);
    }));
});
