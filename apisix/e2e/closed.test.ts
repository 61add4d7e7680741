// The companion fails closed in a real nginx: traps are real ones, of the compiled filter in the engine, made at a host call.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHAT, CHAT_PATH, SSE, streamOf, textBlock } from "../../envoy/harness/answers.ts";
import { JSON_HEADERS } from "../../envoy/harness/client.ts";
import type { ClientStream } from "../../envoy/harness/client_stream.ts";
import { messagesHeaders } from "../../envoy/upstream/headers.ts";
import { COMPANION_ERROR } from "../../host/companion.ts";
import { NginxRig } from "../harness/rig.ts";

/** In every answer of the upstream; no client may see it. */
const SECRET = "raw-upstream-bytes";
const EVENTS = streamOf([textBlock("one", "two", "three")]).map((event) =>
  event.replace("msg_01Scripted", SECRET).replaceAll('"type":"', `"${SECRET}":1,"type":"`),
);

let rig: NginxRig;

// A trap is the end of its VM, so each test has an nginx of its own.
beforeEach(async () => {
  rig = await NginxRig.start();
});
afterEach(async () => rig.stop());

function ask(
  fault: string,
  stream: boolean,
  more: Record<string, string> = {},
): Promise<ClientStream> {
  return rig.client().post(CHAT_PATH, { ...CHAT, stream }, { "x-test-fault": fault, ...more });
}

function answerWhole(): void {
  rig.upstream.enqueue(async (exchange) => {
    await exchange.body();
    const headers = messagesHeaders(exchange.serial, "application/json");
    await exchange.send(200, headers, JSON.stringify({ [SECRET]: 1 }));
  });
}

/** After a trap nothing of that VM is used any more. */
async function expectRefusal(): Promise<void> {
  const count = rig.upstream.received.length;
  const later = await rig.client().post(CHAT_PATH, CHAT);
  expect(later.status).toBe(500);
  expect(later.text).toMatch(/failed in this worker process/);
  expect(rig.upstream.received).toHaveLength(count);
}

describe("nothing of the upstream's reaches a client", () => {
  test("when the request's body was not handed over: 500, and nothing goes upstream", async () => {
    const answer = await ask("no hand-over", false);
    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({ error: { type: "server_error" } });
    expect(rig.upstream.received).toHaveLength(0);
  });

  test("when the callback for the request's headers traps", async () => {
    const answer = await ask("request headers", false);
    expect(answer.status).toBe(503);
    expect(rig.upstream.received).toHaveLength(0);
    await expectRefusal();
  });

  test("when the callback for the answer's headers traps: 502 in its place", async () => {
    answerWhole();
    const answer = await ask("response headers", false);
    expect([answer.status, answer.text]).toEqual([502, COMPANION_ERROR]);
    expect(answer.header("content-type")).toBe("application/json");
    await expectRefusal();
  });

  test("when the callback for a piece traps: the answer ends", async () => {
    rig.upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, SSE));
      await exchange.write(EVENTS[0] ?? "");
      await answered.saw("role");
      await exchange.write(`${EVENTS[1]}${EVENTS[2]}`);
      await answered.saw("one");
      for (const event of EVENTS.slice(3)) await exchange.write(event);
      exchange.end();
    });
    const answered = rig.client().open({
      path: CHAT_PATH,
      headers: { ...JSON_HEADERS, "x-test-fault": "response body" },
      body: JSON.stringify({ ...CHAT, stream: true }),
    });
    await answered.finished();
    expect(answered.text).toMatch(/one/);
    expect(answered.text).not.toMatch(/two|three|DONE|raw-upstream-bytes":1/);
    await expectRefusal();
  });

  test("when the companion is not on the route: 500 that says so, and nothing goes upstream", async () => {
    const answer = await ask("", true, { "x-test-companion": "off" });
    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({ error: { code: "gateway_misconfigured" } });
    expect(rig.upstream.received).toHaveLength(0);
  });

  test("when another context than the request's handles the answer: 502", async () => {
    answerWhole();
    const answer = await ask("other context", false);
    expect([answer.status, answer.text]).toEqual([502, COMPANION_ERROR]);
  });
});

test("without a fault the same answers go through: the faults are what the others see", async () => {
  rig.upstream.enqueue(async (exchange) => {
    await exchange.body();
    exchange.head(200, messagesHeaders(exchange.serial, SSE));
    for (const event of EVENTS) await exchange.write(event);
    exchange.end();
  });
  const answer = await ask("", true);
  expect(answer.text).toMatch(/one[\s\S]*two[\s\S]*three[\s\S]*\[DONE\]/);
});
