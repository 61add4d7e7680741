// A thousand streams at once through one nginx process: none mixed up, none lost, and memory flat afterwards.

import { expect, test } from "vitest";
import { CHAT, CHAT_PATH, SSE, streamOf, textBlock } from "../../envoy/harness/answers.ts";
import { JSON_HEADERS, type Client } from "../../envoy/harness/client.ts";
import { usageOf } from "../../envoy/harness/usage.ts";
import { Signal } from "../../envoy/harness/wait.ts";
import { messagesHeaders } from "../../envoy/upstream/headers.ts";
import type { Script } from "../../envoy/upstream/server.ts";
import { useNginx } from "../harness/rig.ts";

const STREAMS = 1000;
const PIECES = 10;
const DEADLINE_MS = 50_000;
/** What the resident set may wander by. */
const FLAT_BYTES = 4 * 1024 * 1024;

/** Text of a stream: each piece names the stream that it belongs to. */
function piecesOf(nonce: string): string[] {
  return Array.from({ length: PIECES }, (_, i) => `<${nonce}:${i}>`);
}

/** Every stream waits at its middle until all are there. */
function script(gate: { open: number; signal: Signal }): Script {
  return async (exchange) => {
    const request = JSON.parse((await exchange.body()).toString()) as typeof CHAT;
    const events = streamOf([textBlock(...piecesOf(request.messages[0]?.content ?? ""))]);
    exchange.head(200, messagesHeaders(exchange.serial, SSE));
    const middle = events.length >> 1;
    for (const event of events.slice(0, middle)) await exchange.write(event);
    gate.open++;
    gate.signal.notify();
    await gate.signal.until(() => gate.open >= STREAMS, "all streams", DEADLINE_MS);
    for (const event of events.slice(middle)) await exchange.write(event);
    exchange.end();
  };
}

async function one(client: Client, nonce: string): Promise<string> {
  const answer = client.open({
    path: CHAT_PATH,
    headers: JSON_HEADERS,
    body: JSON.stringify({ ...CHAT, stream: true, messages: [{ role: "user", content: nonce }] }),
  });
  await answer.finished(DEADLINE_MS);
  if (!answer.text.endsWith("data: [DONE]\n\n")) return `${nonce}: ${answer.outcome}`;
  const text = [...answer.text.matchAll(/"content":"([^"]*)"/g)].map(([, part]) => part).join("");
  return text === piecesOf(nonce).join("") ? "good" : `${nonce} got ${text}`;
}

const rig = useNginx();

async function round(name: string): Promise<void> {
  const gate = { open: 0, signal: new Signal() };
  const client = rig().client();
  rig().upstream.enqueue(...Array.from({ length: STREAMS }, () => script(gate)));
  const nonces = Array.from({ length: STREAMS }, (_, i) => `${name}-${i}`);
  const outcomes = await Promise.all(nonces.map((nonce) => one(client, nonce)));
  expect(outcomes.filter((outcome) => outcome !== "good")).toEqual([]);
  rig().upstream.reset();
}

test(
  `${STREAMS} streams at once, again and again`,
  async () => {
    // The first rounds make the heaps of Lua and of nginx as large as they have to be.
    await round("a");
    await round("b");
    const [bytes, module] = [await residentBytes(), await rig().moduleBytes()];
    let lowest = Infinity;
    // What nginx is about to free may still be there when a round ends: growth is what no round is without.
    for (const name of ["c", "d", "e", "f"]) {
      await round(name);
      lowest = Math.min(lowest, await residentBytes());
      if (lowest - bytes < FLAT_BYTES) break;
    }
    expect(lowest - bytes).toBeLessThan(FLAT_BYTES);
    expect(await rig().moduleBytes()).toBe(module);
  },
  6 * DEADLINE_MS,
);

async function residentBytes(): Promise<number> {
  return (await usageOf(rig().nginx.pid)).rssBytes;
}
