// `request_headers: hold` (the default) needs allow_on_headers_stop_iteration. Without it nothing may hang, and with it a slow
// client must not be taken for a missing flag.

import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { CHAT, CHAT_PATH } from "../harness/answers.ts";
import { JSON_HEADERS, PROTOCOLS } from "../harness/client.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { Rig, useRig } from "../harness/rig.ts";

/** The pause of the slow client is what is tested, so this one does take its time. */
const SLOW_CLIENT_MS = 3_000;
const ANSWER_WITHIN_MS = 2_000;

const matrix = VERSIONS.flatMap((version) => PROTOCOLS.map((down) => ({ version, down })));

describe.each(matrix)("Envoy $version, client $down, without the flag", ({ version, down }) => {
  test("a request with a body is answered by an error that names the flag", async () => {
    const rig = await Rig.start({ version, holdFlag: false });
    try {
      const body = JSON.stringify(CHAT);
      const length = { "content-length": String(Buffer.byteLength(body)) };
      const head = { path: CHAT_PATH, headers: { ...JSON_HEADERS, ...length }, body };
      const answer = await rig.client(down).open(head).finished(ANSWER_WITHIN_MS);
      expect(answer.status).toBe(500);
      expect(answer.header("content-type")).toMatch(/^application\/json/);
      expect(answer.json).toMatchObject({
        error: {
          message: expect.stringContaining("allow_on_headers_stop_iteration"),
          type: expect.any(String),
        },
      });
      expect(rig.upstream.received).toHaveLength(0);
      const named = rig.envoy.log.lines.filter((line) =>
        line.includes("allow_on_headers_stop_iteration"),
      );
      expect(named).toHaveLength(1);
      expect(named[0]).toContain("[critical]");
    } finally {
      await rig.stop();
    }
  });

  test("a GET is answered", async () => {
    const rig = await Rig.start({ version, holdFlag: false });
    try {
      const page = { data: [], has_more: false, first_id: null, last_id: null };
      rig.upstream.enqueue((exchange) =>
        exchange.send(200, { "content-type": "application/json" }, JSON.stringify(page)),
      );
      const head = { method: "GET", path: "/v1/models", headers: { authorization: "Bearer k" } };
      const answer = await rig.client(down).send({ ...head, body: "" });
      expect(answer.outcome).toBe("complete");
      expect(answer.json).toBeTypeOf("object");
    } finally {
      await rig.stop();
    }
  });
});

describe.each(matrix)("Envoy $version, client $down, with the flag", ({ version, down }) => {
  const rig = useRig({ version });

  test.concurrent(
    "a client that sends its body late is left alone, at first and again",
    async () => {
      for (const slow of [SLOW_CLIENT_MS, 0]) {
        const body = JSON.stringify(CHAT);
        const headers = { ...JSON_HEADERS, "content-length": String(Buffer.byteLength(body)) };
        const stream = rig().client(down).open({ path: CHAT_PATH, headers });
        await delay(slow);
        expect(stream.status).toBe(0);
        await stream.write(body);
        stream.end();
        await stream.finished();
        expect(stream.status).toBe(200);
      }
    },
  );
});
