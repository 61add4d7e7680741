// The filter, the companion plugin and a real nginx with its Lua module: bodies are replaced, whole and piece by piece.

import { describe, expect, test } from "vitest";
import {
  answerJson,
  CHAT,
  CHAT_PATH,
  message,
  SSE,
  streamOf,
  textBlock,
} from "../../envoy/harness/answers.ts";
import { CLIENT_KEY, JSON_HEADERS } from "../../envoy/harness/client.ts";
import { RawConnection } from "../../envoy/harness/raw.ts";
import type { Received } from "../../envoy/upstream/exchange.ts";
import { messagesHeaders } from "../../envoy/upstream/headers.ts";
import { shippedRoutes } from "../harness/nginx.ts";
import { useNginx } from "../harness/rig.ts";

const SENT =
  '{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hello"}]}';

function bodyOf(received: Received | undefined): string {
  return Buffer.concat(received?.chunks ?? []).toString();
}

function headerOf(received: Received | undefined, name: string): string | undefined {
  return received?.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

describe("a chat client", () => {
  const rig = useNginx();

  test("gets a whole answer; the upstream gets its own path, body and length", async () => {
    const answer = await rig().client().post(CHAT_PATH, CHAT);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "You said: Hello" } }],
    });
    const [received] = rig().upstream.received;
    expect(received?.path).toBe("/v1/messages");
    expect(bodyOf(received)).toBe(SENT);
    expect(headerOf(received, "content-length")).toBe(String(SENT.length));
    expect(headerOf(received, "transfer-encoding")).toBeUndefined();
    expect(headerOf(received, "x-api-key")).toBe(CLIENT_KEY);
    expect(headerOf(received, "authorization")).toBeUndefined();
  });

  test("may send its body in chunks, or one that nginx puts into a file", async () => {
    const large = { ...CHAT, messages: [{ role: "user", content: "x".repeat(3_000_000) }] };
    const stream = rig().client().open({ path: CHAT_PATH, headers: JSON_HEADERS });
    const text = JSON.stringify(large);
    await stream.write(text.slice(0, 1_000_000));
    await stream.write(text.slice(1_000_000));
    stream.end();
    await stream.finished();
    expect(stream.status).toBe(200);
    expect(bodyOf(rig().upstream.received[0])).toHaveLength(SENT.length - 5 + 3_000_000);
  });

  test("sees each event before the next is sent", async () => {
    const events = streamOf([textBlock("Grü", "ße 👋", ".")]);
    const seen = ["role", undefined, "Grü", "ße 👋", '"."', undefined, undefined, "[DONE]"];
    rig().upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, SSE));
      for (const [i, event] of events.entries()) {
        await exchange.write(event);
        if (seen[i] !== undefined) await answer.saw(seen[i]);
      }
      exchange.end();
    });
    const answer = rig()
      .client()
      .open({
        path: CHAT_PATH,
        headers: JSON_HEADERS,
        body: JSON.stringify({ ...CHAT, stream: true }),
      });
    await answer.finished();
    expect(answer.outcome).toBe("complete");
    expect(answer.header("content-length")).toBeUndefined();
  });

  test("has two requests on one connection taken for two, whatever their bodies say", async () => {
    const connection = await RawConnection.open(rig().nginx.port);
    // A body that reads as a request: were nginx told another length, it would be one.
    const inner = `GET ${CHAT_PATH} HTTP/1.1\r\nhost: h\r\n\r\n`;
    const body = JSON.stringify({ ...CHAT, messages: [{ role: "user", content: inner }] });
    const head = `POST ${CHAT_PATH} HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${CLIENT_KEY}\r\ncontent-length: ${body.length}\r\n`;
    await connection.write(`${head}\r\n${body}${head}connection: close\r\n\r\n${body}`);
    expect(await connection.ended()).toBe("fin");
    expect(connection.text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(connection.text.match(/HTTP\/1\.1 /g)).toHaveLength(2);
    expect(rig().upstream.received).toHaveLength(2);
  });

  test("of HTTP/1.0 without a Host is served", async () => {
    const connection = await RawConnection.open(rig().nginx.port);
    const body = JSON.stringify(CHAT);
    await connection.write(
      `POST ${CHAT_PATH} HTTP/1.0\r\nauthorization: Bearer ${CLIENT_KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await connection.ended();
    expect(connection.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*You said: Hello/);
  });

  test("gets errors in its dialect, of the filter, of the upstream and of nginx", async () => {
    const wrong = await rig().client().post(CHAT_PATH, { messages: [] });
    expect([wrong.status, wrong.json]).toMatchObject([
      400,
      { error: { type: "invalid_request_error" } },
    ]);
    expect(rig().upstream.received).toHaveLength(0);
    rig().upstream.enqueue(
      async (exchange) => {
        await exchange.body();
        await exchange.send(
          529,
          { "content-type": "application/json" },
          '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}',
        );
      },
      (exchange) => exchange.reset(),
    );
    const busy = await rig().client().post(CHAT_PATH, CHAT);
    expect([busy.status, busy.json]).toMatchObject([
      503,
      { error: { code: "overloaded", message: "busy" } },
    ]);
    const broken = await rig().client().post(CHAT_PATH, CHAT);
    expect([broken.status, broken.json]).toMatchObject([502, { error: { type: "server_error" } }]);
    rig().nginx.log.lines.splice(0); // nginx says that the upstream has gone, as it should
  });
});

describe("a client over HTTP/2", () => {
  const rig = useNginx({ http2: true });

  test("may leave its body's length unsaid, and gets a whole answer", async () => {
    const stream = rig().client("h2").open({ path: CHAT_PATH, headers: JSON_HEADERS });
    await stream.write(JSON.stringify(CHAT));
    stream.end();
    await stream.finished();
    expect(stream.json).toMatchObject({ choices: [{ message: { content: "You said: Hello" } }] });
    expect(bodyOf(rig().upstream.received[0])).toBe(SENT);
  });

  test("sees an event before the next is sent", async () => {
    const events = streamOf([textBlock("one", "two")]);
    rig().upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, SSE));
      for (const event of events) {
        await exchange.write(event);
        for (const text of ["one", "two"]) if (event.includes(text)) await answer.saw(text);
      }
      exchange.end();
    });
    const answer = rig()
      .client("h2")
      .open({
        path: CHAT_PATH,
        headers: JSON_HEADERS,
        body: JSON.stringify({ ...CHAT, stream: true }),
      });
    await answer.finished();
    expect(answer.text).toMatch(/\[DONE\]/);
  });
});

test("with buffering and postpone_output 0 events go on at once, too", async () => {
  const { NginxRig } = await import("../harness/rig.ts");
  const rig = await NginxRig.start({ buffering: true });
  try {
    rig.upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, SSE));
      const events = streamOf([textBlock("one", "two")]);
      for (const event of events) await exchange.write(event);
      await answer.saw("two");
      exchange.end();
    });
    const answer = rig.client().open({
      path: CHAT_PATH,
      headers: JSON_HEADERS,
      body: JSON.stringify({ ...CHAT, stream: true }),
    });
    await answer.finished();
    expect(answer.text).toMatch(/\[DONE\]/);
    rig.endTest();
  } finally {
    await rig.stop();
  }
});

describe("the routes that are shipped", () => {
  const routes = Object.fromEntries(shippedRoutes().map((route) => [route.id, route]));

  describe("chat-foundry", () => {
    const conf = routes["chat-foundry"]?.plugins["messages-bridge"].conf ?? "";
    const rig = useNginx({ conf, env: { FOUNDRY_API_KEY: "foundry-secret" } });

    test("an OpenAI client reaches Foundry's Messages API with the gateway's key", async () => {
      const content = [{ type: "text", text: "2" }];
      rig().upstream.enqueue(answerJson(200, message(content, "end_turn")));
      // Word for word what the request for this project came with.
      const answer = await rig()
        .client()
        .post(CHAT_PATH, {
          model: "claude-opus-4-5",
          messages: [
            { role: "system", content: "You are a mathematician" },
            { role: "user", content: "What is 1+1?" },
          ],
        });
      expect(answer.status).toBe(200);
      const [received] = rig().upstream.received;
      expect(received?.path).toBe("/anthropic/v1/messages");
      expect(headerOf(received, "x-api-key")).toBe("foundry-secret");
      expect(headerOf(received, "authorization")).toBeUndefined();
      expect(JSON.parse(bodyOf(received))).toMatchObject({
        model: "my-opus",
        system: "You are a mathematician",
        messages: [{ role: "user", content: "What is 1+1?" }],
      });
      expect(answer.json).toMatchObject({ model: "claude-opus-4-5" });
    });

    test("its models are the route's own", async () => {
      const answer = await rig().client().send({ method: "GET", path: "/v1/models" });
      expect(answer.json).toMatchObject({ data: [{ id: "claude-opus-4-5" }] });
      expect(rig().upstream.received).toHaveLength(0);
    });
  });

  describe("native-anthropic", () => {
    const conf = routes["native-anthropic"]?.plugins["messages-bridge"].conf ?? "";
    const rig = useNginx({ conf, env: { ANTHROPIC_API_KEY: "anthropic-secret" } });

    test("a native client's body stays as it is, and its stream passes piece by piece", async () => {
      const body = JSON.stringify({ ...CHAT, stream: true, "x-unknown": [1.0, "é"] });
      const events = streamOf([textBlock("one", "two")]);
      rig().upstream.enqueue(async (exchange) => {
        await exchange.body();
        exchange.head(200, messagesHeaders(exchange.serial, SSE));
        for (const event of events) {
          await exchange.write(event);
          await answer.saw(event);
        }
        exchange.end();
      });
      const answer = rig()
        .client()
        .open({
          path: "/anthropic/v1/messages",
          headers: { "content-type": "application/json", "x-api-key": "mine" },
          body,
        });
      await answer.finished();
      expect(answer.text).toBe(events.join(""));
      const [received] = rig().upstream.received;
      expect(received?.path).toBe("/v1/messages");
      expect(bodyOf(received)).toBe(body);
      expect(headerOf(received, "x-api-key")).toBe("anthropic-secret");
    });

    test("a turn to go on with is stripped by the route's policy", async () => {
      const messages = [...CHAT.messages, { role: "assistant", content: "Well" }];
      const answer = await rig()
        .client()
        .post("/anthropic/v1/messages", { ...CHAT, model: "claude-opus-4-8", messages });
      expect(answer.status).toBe(200);
      expect(JSON.parse(bodyOf(rig().upstream.received[0]))).toMatchObject({
        messages: CHAT.messages,
      });
    });
  });
});
