// Bodies of every size and shape, in both directions: limits, cuts, trailers, encodings, and answers that are not JSON.

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CHAT, CHAT_PATH, SSE, message, streamOf, textBlock } from "../harness/answers.ts";
import { JSON_HEADERS, PROTOCOLS } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { setBufferLimit, type Parts } from "../harness/config.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { RawConnection } from "../harness/raw.ts";
import { PROFILE } from "../harness/profile.ts";
import { useRig } from "../harness/rig.ts";
import { messagesHeaders } from "../upstream/headers.ts";
import type { Script } from "../upstream/server.ts";

const LIMIT = 64 * 1024;
const MIB = 1024 * 1024;

/** A chat request of exactly `bytes` bytes. */
function chatOf(bytes: number): string {
  const empty = JSON.stringify({ ...CHAT, messages: [{ role: "user", content: "" }] });
  return empty.replace('"content":""', `"content":"${"a".repeat(bytes - empty.length)}"`);
}

function expectChatError(answer: ClientStream, status: number, fields: object): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.header("content-type")).toMatch(/^application\/json/);
  const { error } = answer.json as { error: object };
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  expect(error).toMatchObject(fields);
}

/** Waits for the request, then sends `body` whole with these headers over the API's own. */
function answer(
  status: number,
  headers: Record<string, string>,
  body: string | Uint8Array,
): Script {
  return async (exchange) => {
    await exchange.body();
    const all = { ...messagesHeaders(exchange.serial, "application/json"), ...headers };
    await exchange.send(status, all, body);
  };
}

const matrix = VERSIONS.flatMap((version) => PROTOCOLS.map((down) => ({ version, down })));

describe.each(matrix)("limits: Envoy $version, client $down", ({ version, down }) => {
  const filter = { version: 1, profile: { ...PROFILE, limits: { max_request_bytes: LIMIT } } };
  const ours = useRig({ version, filter });

  test("a body at our limit passes", async () => {
    const request = { path: CHAT_PATH, headers: JSON_HEADERS, body: chatOf(LIMIT) };
    expect((await ours().client(down).send(request)).status).toBe(200);
  });

  test("one byte above it is refused, with its length announced or not", async () => {
    const body = chatOf(LIMIT + 1);
    const announced = { path: CHAT_PATH, headers: JSON_HEADERS, body };
    const fields = { type: "invalid_request_error", code: "request_too_large" };
    expectChatError(await ours().client(down).send(announced), 413, fields);
    const stream = ours().client(down).open({ path: CHAT_PATH, headers: JSON_HEADERS });
    await stream.write(body.slice(0, LIMIT / 2));
    await stream.write(body.slice(LIMIT / 2));
    stream.end();
    expectChatError(await stream.finished(), 413, fields);
    expect(ours().upstream.received).toHaveLength(0);
  });
});

describe.each(matrix)("Envoy's limit: Envoy $version, client $down", ({ version, down }) => {
  const edit = (parts: Parts): void => setBufferLimit(parts, LIMIT);
  const rig = useRig({ version, edit });

  test("a body above it is refused in the client's dialect", async () => {
    const request = { path: CHAT_PATH, headers: JSON_HEADERS, body: chatOf(4 * LIMIT) };
    const fields = { type: "invalid_request_error", code: "request_too_large" };
    expectChatError(await rig().client(down).send(request), 413, fields);
  });
});

describe.each(matrix)("answers: Envoy $version, client $down", ({ version, down }) => {
  const rig = useRig({ version });
  const whole = JSON.stringify(message([{ type: "text", text: "Hello" }], "end_turn"));

  test("an answer that is compressed all the same is a 502", async () => {
    rig().upstream.enqueue(answer(200, { "content-encoding": "gzip" }, gzipSync(whole)));
    const seen = await rig().client(down).post(CHAT_PATH, CHAT);
    expectChatError(seen, 502, {});
    expect(seen.header("content-encoding")).toBeUndefined();
  });

  test("compression is not asked for", async () => {
    await rig().client(down).post(CHAT_PATH, CHAT, { "accept-encoding": "gzip, br" });
    const [seen] = rig().upstream.received;
    const asked = seen?.headers.find(([name]) => name.toLowerCase() === "accept-encoding");
    expect(asked?.[1] ?? "identity").toBe("identity");
  });

  test.each([
    { what: "HTML with status 200", status: 200, type: "text/html", body: "<html>", out: 502 },
    { what: "HTML with status 502", status: 502, type: "text/html", body: "<html>", out: 502 },
    { what: "text with status 429", status: 429, type: "text/plain", body: "slow", out: 429 },
    { what: "broken JSON", status: 200, type: "application/json", body: '{"id":', out: 502 },
    { what: "an empty body with status 500", status: 500, type: "text/plain", body: "", out: 500 },
  ])("$what is an error in the client's dialect", async ({ status, type, body, out }) => {
    rig().upstream.enqueue(answer(status, { "content-type": type }, body));
    expectChatError(await rig().client(down).post(CHAT_PATH, CHAT), out, {});
  });

  test("an answer of 5 MiB in pieces is held and translated", async () => {
    const text = "é".repeat((5 * MIB) / 2);
    const body = Buffer.from(JSON.stringify(message([{ type: "text", text }], "end_turn")));
    rig().upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, "application/json"));
      for (let at = 0; at < body.length; at += 99_991)
        await exchange.write(body.subarray(at, at + 99_991));
      exchange.end();
    });
    const seen = await rig().client(down).post(CHAT_PATH, CHAT);
    expect(seen.status).toBe(200);
    expect(seen.json).toMatchObject({ choices: [{ message: { content: text } }] });
  });
});

describe.each(matrix)("requests: Envoy $version, client $down", ({ version, down }) => {
  const rig = useRig({ version });
  const last = (): unknown =>
    JSON.parse(Buffer.concat(rig().upstream.received.at(-1)?.chunks ?? []).toString());

  test("a body in pieces of one byte", async () => {
    const stream = rig().client(down).open({ path: CHAT_PATH, headers: JSON_HEADERS });
    for (const byte of Buffer.from(JSON.stringify(CHAT))) await stream.write(Buffer.of(byte));
    stream.end();
    await stream.finished();
    expect(stream.json).toMatchObject({ choices: [{ message: { content: "You said: Hello" } }] });
  });

  test("a body in pieces of 1 MiB", async () => {
    const body = Buffer.from(chatOf(4 * MIB + 17));
    const stream = rig().client(down).open({ path: CHAT_PATH, headers: JSON_HEADERS });
    for (let at = 0; at < body.length; at += MIB) await stream.write(body.subarray(at, at + MIB));
    stream.end();
    await stream.finished();
    expect(stream.status).toBe(200);
    expect(JSON.stringify(last()).length).toBeGreaterThan(4 * MIB);
  });

  test("an empty body is an error", async () => {
    const request = { path: CHAT_PATH, headers: JSON_HEADERS, body: "" };
    expectChatError(await rig().client(down).send(request), 400, { type: "invalid_request_error" });
    expect(rig().upstream.received).toHaveLength(0);
  });

  test("a compressed body is refused", async () => {
    const headers = { ...JSON_HEADERS, "content-encoding": "gzip" };
    const request = { path: CHAT_PATH, headers, body: gzipSync(JSON.stringify(CHAT)) };
    expectChatError(await rig().client(down).send(request), 415, { type: "invalid_request_error" });
    expect(rig().upstream.received).toHaveLength(0);
  });

  test.each(["HEAD", "DELETE", "PUT"])("%s on a POST path is answered at once", async (method) => {
    const request = { method, path: CHAT_PATH, headers: { authorization: "Bearer k" }, body: "" };
    const seen = await rig().client(down).send(request);
    expect(seen.status).toBe(405);
    expect(seen.header("allow")).toBe("POST");
    expect(rig().upstream.received).toHaveLength(0);
  });

  test("OPTIONS passes untouched", async () => {
    rig().upstream.enqueue((exchange) => exchange.send(200, { "x-cors": "yes" }, ""));
    const request = { method: "OPTIONS", path: CHAT_PATH, headers: { origin: "http://a.test" } };
    const seen = await rig()
      .client(down)
      .send({ ...request, body: "" });
    expect(seen.status).toBe(200);
    expect(seen.header("x-cors")).toBe("yes");
    expect(rig().upstream.received[0]).toMatchObject({ method: "OPTIONS", path: CHAT_PATH });
  });
});

describe.each(VERSIONS)("Envoy %s", (version) => {
  const rig = useRig({ version });

  test("a client that expects 100-continue is told to go on, and answered", async () => {
    const body = JSON.stringify(CHAT);
    const connection = await RawConnection.open(rig().envoy.port);
    const head = [
      `POST ${CHAT_PATH} HTTP/1.1`,
      "host: x",
      "content-type: application/json",
      "authorization: Bearer k",
      `content-length: ${body.length}`,
      "expect: 100-continue",
    ];
    await connection.write(`${head.join("\r\n")}\r\n\r\n`);
    await connection.saw("HTTP/1.1 100 Continue\r\n\r\n");
    await connection.write(body);
    await connection.saw("You said: Hello");
    expect(connection.text).toContain("HTTP/1.1 200 OK");
    connection.close("reset");
  });
});

const trailerMatrix = VERSIONS.flatMap((version) =>
  PROTOCOLS.flatMap((down) => PROTOCOLS.map((up) => ({ version, down, up }))),
);

describe.each(trailerMatrix)(
  "trailers: Envoy $version, client $down, upstream $up",
  ({ version, down, up }) => {
    const rig = useRig({ version, upstreamProtocol: up, trailers: true });

    test("after a request body: translated like any other", async () => {
      const stream = rig()
        .client(down)
        .open({ path: CHAT_PATH, headers: JSON_HEADERS, trailers: true });
      await stream.write(JSON.stringify(CHAT));
      stream.end({ "x-tail": "1" });
      await stream.finished();
      expect(stream.json).toMatchObject({ choices: [{ message: { content: "You said: Hello" } }] });
    });

    test("after a whole answer: translated like any other", async () => {
      rig().upstream.enqueue(async (exchange) => {
        await exchange.body();
        exchange.head(200, messagesHeaders(exchange.serial, "application/json"), {
          trailers: true,
        });
        await exchange.write(
          JSON.stringify(message([{ type: "text", text: "Hello" }], "end_turn")),
        );
        exchange.end({ "x-tail": "1" });
      });
      const seen = await rig().client(down).post(CHAT_PATH, CHAT);
      expect(seen.json).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
    });

    test.each([
      { what: "a complete stream", events: streamOf([textBlock("Hello")]), complete: true },
      // Nothing can be written here: the trailers callback has no buffer once a body callback has let go of its piece.
      {
        what: "a truncated stream",
        events: streamOf([textBlock("Hello")]).slice(0, 3),
        complete: false,
      },
    ])("after $what: only a complete one looks complete", async ({ events, complete }) => {
      rig().upstream.enqueue(async (exchange) => {
        await exchange.body();
        exchange.head(200, messagesHeaders(exchange.serial, SSE), { trailers: true });
        for (const event of events) await exchange.write(event);
        exchange.end({ "x-tail": "1" });
      });
      const seen = await rig()
        .client(down)
        .post(CHAT_PATH, { ...CHAT, stream: true });
      expect(seen.text).toContain("Hello");
      expect(seen.text.includes("[DONE]")).toBe(complete);
      expect(/"finish_reason":"/.test(seen.text)).toBe(complete);
    });
  },
);
