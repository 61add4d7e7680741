// The golden cases of chat and native clients through a real nginx: the same bytes as the host model says, cut as the upstream cut them.

import { describe, expect, test } from "vitest";
import type { HeaderList, MessageInput } from "../../host/index.ts";
import {
  exchangeOf,
  goldenCases,
  outputsOf,
  readCaseFile,
  type GoldenCase,
} from "../../host-test/golden/case.ts";
import { expectedInNginx } from "../../host-test/golden/siblings.ts";
import type { Script } from "../../envoy/upstream/server.ts";
import { useNginx } from "../harness/rig.ts";

/** Pieces of a streamed answer. */
const PIECE = 100;
/** Times of answers are of the real clock. */
const CREATED = /"created(_at)?":\d+/g;
/** Headers that Node's client sets by itself. */
const OWN = new Set(["content-length", "connection", "transfer-encoding"]);

type Body = keyof ReturnType<typeof outputsOf>;
const BODIES: readonly Body[] = ["client.json", "client.sse"];

const rig = useNginx({}, /upstream prematurely closed|no handler/);

function cases(surface: string): GoldenCase[] {
  return goldenCases(surface).filter((golden) => readCaseFile(golden, "config.json") === undefined);
}

function script({ headers, body }: MessageInput): Script {
  return async (exchange) => {
    await exchange.body();
    const status = Number(headers.find(([name]) => name === ":status")?.[1]);
    exchange.head(status, grouped(headers));
    const bytes = Buffer.from(body ?? "");
    for (let at = 0; at < bytes.length; at += PIECE) {
      await exchange.write(bytes.subarray(at, at + PIECE));
    }
    exchange.end();
  };
}

/** Headers as Node takes them; pseudo headers left out. */
function grouped(headers: HeaderList): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith(":") && !OWN.has(name)) (all[name] ??= []).push(value);
  }
  return all;
}

async function check(golden: GoldenCase): Promise<void> {
  const { request, response } = exchangeOf(golden);
  if (response !== undefined) rig().upstream.enqueue(script(response));
  const head = new Map(request.headers);
  const answer = await rig()
    .client()
    .send({
      method: head.get(":method") ?? "",
      path: head.get(":path") ?? "",
      headers: grouped(request.headers),
      body: request.body ?? "",
    });
  const sent = readCaseFile(golden, "anthropic.upstream.json");
  const [received] = rig().upstream.received;
  const body = received === undefined ? undefined : Buffer.concat(received.chunks).toString();
  expect(body === undefined ? undefined : `${body}\n`).toBe(sent?.toString());
  const expected = BODIES.map((file) => expectedInNginx(golden, file)).find(
    (bytes) => bytes !== undefined,
  );
  expect(answer.text.replace(CREATED, "").trimEnd()).toBe(
    expected?.toString().replace(CREATED, "").trimEnd(),
  );
  expect(answer.outcome).toBe("complete");
}

describe.each(["chat", "native"])("%s", (surface) => {
  test.each(cases(surface))("$name", (golden) => check(golden));
});
