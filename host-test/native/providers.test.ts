/** Native requests and answers at each provider beyond the golden cases: what holds for all of them, and what for many values. */
import { describe, expect, test } from "vitest";
import type { HeaderList, MessageInput } from "../host/index.ts";
import { bedrockChunk, bedrockException, joined } from "../support/event_stream.ts";
import {
  answer,
  answerMessages,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";

const PROVIDERS: [string, object][] = [
  ["anthropic", { type: "anthropic" }],
  ["azure", { type: "azure", resource: "res" }],
  ["vertex", { type: "vertex", project: "p", region: "global" }],
  ["bedrock", { type: "bedrock", region: "us-east-1" }],
  ["bedrock messages", { type: "bedrock", region: "us-east-1", surface: "messages" }],
  ["databricks", { type: "databricks" }],
  ["custom", { type: "custom" }],
];
const COUNT_PATH = "/v1/messages/count_tokens";
const BODY = { ...HELLO, max_tokens: 5 };

const filters = new Map<string, Filter>();

function filterFor(provider: object, more: Record<string, unknown> = {}): Filter {
  const settings = { provider, ...more };
  const key = JSON.stringify(settings);
  let filter = filters.get(key);
  if (!filter) filters.set(key, (filter = Filter.load({ config: withProfile(settings) })));
  return filter;
}

function request(body: unknown, path = "/v1/messages", more: HeaderList = []): MessageInput {
  const headers: HeaderList = NATIVE_HEADERS.map(([name, value]) => [
    name,
    name === ":path" ? path : value,
  ]);
  return { headers: [...headers, ...more], body: toBytes(body) };
}

const bedrock = filterFor({ type: "bedrock", region: "us-east-1" });

describe.each(PROVIDERS)("%s", (_, provider) => {
  test("answers and errors of the API pass as they came, with their ids", () => {
    const text = `{ "type":"message" , "n":1.0, ${JSON.stringify(REPLY).slice(1)}\n`;
    const ids: HeaderList = [["request-id", "req_1"]];
    const { client } = filterFor(provider).exchange({
      request: request(BODY),
      response: answer(text, 200, ids),
    });
    expect(client.text()).toBe(text);
    expect(client.header("request-id")).toBe("req_1");
    expect(client.header("x-request-id")).toBeUndefined();
    const error = `{"type":"error", "error":{"type":"overloaded_error","message":"x"},"request_id":"r"}`;
    const failed = filterFor(provider).exchange({
      request: request(BODY),
      response: answer(error, 529),
    });
    expect(failed.client.status).toBe(529);
    expect(failed.client.text()).toBe(error);
  });

  test("content is not touched, whatever it is made of", () => {
    const odd = `[ {"role":"user","content":[{"type":"text","text":"\\u00e9\\/\\ud800 \u{1f600}","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"content":"x" ,"role":"assistant"}]`;
    const tools = `[{"name":"a.b","input_schema":{"type":"object","z":1e2,"a":-0.0}}]`;
    const body = `{"model":"m","max_tokens":1,"messages":${odd},"tools": ${tools},"thinking":{"type":"adaptive"}}`;
    const { upstream } = filterFor(provider).exchange({
      request: request(body),
      response: answer(REPLY),
    });
    expect(upstream.text()).toContain(
      `"messages":${odd},"tools": ${tools},"thinking":{"type":"adaptive"}`,
    );
    expect(upstream.header("accept-encoding")).toBe("identity");
  });

  test("an error of ours names the member in Anthropic's shape, and nothing goes upstream", () => {
    const { client, upstream } = filterFor(provider).exchange({
      request: request({ ...BODY, stream: 1 }),
      response: answer(REPLY),
    });
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({
      type: "error",
      error: { type: "invalid_request_error" },
    });
    expect(client.text()).toContain("'stream'");
    expect(upstream.headers).toBeUndefined();
  });
});

describe("a count of Bedrock", () => {
  const countOf = (body: object): Record<string, unknown> => {
    const { upstream } = bedrock.exchange({
      request: request(body, COUNT_PATH),
      response: answer({ inputTokens: 1 }),
    });
    const sent = upstream.json() as { input: { invokeModel: { body: string } } };
    expect(Object.keys(sent)).toEqual(["input"]);
    const text = sent.input.invokeModel.body;
    const decoded = Buffer.from(text, "base64");
    expect(decoded.toString("base64")).toBe(text);
    return JSON.parse(decoded.toString()) as Record<string, unknown>;
  };

  test("is the body of an invocation, of every length and every byte", () => {
    for (let length = 0; length < 200; length++) {
      const content = String.fromCodePoint(
        ...Array.from({ length }, (_, i) => 35 + i * 7 + length),
      );
      const sent = countOf({ model: "m", messages: [{ role: "user", content }] });
      expect(sent["messages"]).toEqual([{ role: "user", content }]);
    }
  });

  test.each([
    [undefined, 1],
    [{ type: "enabled", budget_tokens: 1024 }, 1025],
    [{ type: "enabled", budget_tokens: -5 }, 1],
    [{ type: "enabled", budget_tokens: "x" }, 1],
    [{ type: "adaptive" }, 1],
    ["on", 1],
  ])("thinking %j asks for max_tokens %d", (thinking, expected) => {
    expect(countOf({ ...HELLO, thinking })["max_tokens"]).toBe(expected);
  });

  test.each([
    ["us.anthropic.claude-haiku-4-5-v1:0", "anthropic.claude-haiku-4-5-v1%3A0"],
    ["anthropic.claude-haiku-4-5-v1:0", "anthropic.claude-haiku-4-5-v1%3A0"],
    ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x", "anthropic.claude-x"],
    ["claude", "claude"],
    ["anthropic", "anthropic"],
  ])("of %s is one of %s", (model, expected) => {
    const { upstream } = bedrock.exchange({
      request: request({ ...HELLO, model }, COUNT_PATH),
      response: answer({ inputTokens: 1 }),
    });
    expect(upstream.header(":path")).toBe(`/model/${expected}/count-tokens`);
  });

  test.each([
    ['{"inputTokens":14}', '{"input_tokens":14}'],
    ['{ "x":[1] ,"inputTokens" : 14 }\n', '{ "x":[1] ,"input_tokens" : 14 }\n'],
    ['{"input\\u0054okens":14}', '{"input\\u0054okens":14}'],
    ['{"inputTokens":14', '{"inputTokens":14'],
    ["[]", "[]"],
    ["", ""],
  ])("answered by %s is %s", (body, expected) => {
    const { client } = bedrock.exchange({
      request: request(HELLO, COUNT_PATH),
      response: answer(body),
    });
    expect(client.text()).toBe(expected);
  });

  test("above the limit is refused", () => {
    const filter = filterFor(
      { type: "bedrock", region: "us-east-1" },
      { limits: { max_request_bytes: 8192 } },
    );
    const run = (length: number) =>
      filter.exchange({
        request: request({ ...HELLO, system: "x".repeat(length) }, COUNT_PATH),
        response: answer({ inputTokens: 1 }),
      }).client;
    // The output may be half as large again: 12288 bytes of base64 and what stands around it.
    expect(run(8000).status).toBe(200);
    expect(run(8191).status).toBe(413);
  });
});

describe("a stream of Bedrock", () => {
  const START = { type: "message_start", message: { id: "msg_1", model: "m" } };
  const STOP = { type: "message_stop", "amazon-bedrock-invocationMetrics": { inputTokenCount: 1 } };
  const stream = (...messages: Uint8Array[]) =>
    bedrock.exchange({
      request: request({ ...BODY, stream: true }),
      response: answerMessages(joined(...messages)),
    }).client;

  test("is server-sent events, each event's JSON as it came", () => {
    const delta = '{ "type":"content_block_delta", "n": 1.0,\n "text":"\\u00e9" }';
    const client = stream(bedrockChunk(START), bedrockChunk(delta), bedrockChunk(STOP));
    expect(client.header("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(client.text()).toBe(
      `event: message_start\ndata: ${JSON.stringify(START)}\n\n` +
        `event: content_block_delta\ndata: ${delta.replace("\n", " ")}\n\n` +
        `event: message_stop\ndata: {"type":"message_stop"}\n\n`,
    );
  });

  test("nothing follows its end", () => {
    expect(stream(bedrockChunk(START), bedrockChunk(STOP), bedrockChunk(START)).text()).toMatch(
      /message_stop"\}\n\n$/,
    );
  });

  test.each([
    ["throttlingException", {}, 429, "rate_limit_error"],
    ["validationException", {}, 400, "invalid_request_error"],
    ["modelTimeoutException", {}, 504, "timeout_error"],
    ["serviceUnavailableException", {}, 529, "overloaded_error"],
    ["internalServerException", {}, 500, "api_error"],
    ["modelStreamErrorException", { originalStatusCode: 429 }, 429, "rate_limit_error"],
    ["someException", {}, 500, "api_error"],
  ])("%s %j first is an answer of %d, later an event", (name, more, status, type) => {
    const exception = bedrockException(name, { message: 'No "luck"', ...more });
    const first = stream(exception);
    expect(first.status).toBe(status);
    expect(first.header("content-type")).toBe("application/json");
    expect(first.json()).toMatchObject({ type: "error", error: { type, message: 'No "luck"' } });
    const later = stream(bedrockChunk(START), exception, bedrockChunk(STOP));
    expect(later.status).toBe(200);
    const event = /\n\nevent: error\ndata: (.*)\n\n$/.exec(later.text())?.[1] ?? "";
    expect(JSON.parse(event)).toMatchObject({ type: "error", error: { type } });
  });

  test.each([
    ["damaged", bedrockChunk(START).map((byte, at) => (at === 50 ? byte ^ 4 : byte))],
    ["no event in it", bedrockChunk("[1]")],
    ["cut off", bedrockChunk(START).subarray(0, 40)],
    ["empty", new Uint8Array()],
  ])("%s: an error, whole or in the stream", (_, message) => {
    const first = stream(message);
    expect(first.status).toBe(502);
    expect(first.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
    const later = stream(bedrockChunk(START), message);
    expect(later.text()).toMatch(/\n\nevent: error\ndata: \{"type":"error".*\}\n\n$/);
  });

  test("compressed cannot be read", () => {
    const { client } = bedrock.exchange({
      request: request({ ...BODY, stream: true }),
      response: answerMessages(bedrockChunk(START), [["content-encoding", "gzip"]]),
    });
    expect(client.status).toBe(502);
  });

  test("of another provider is none that is reframed", () => {
    const { client } = filterFor({ type: "anthropic" }).exchange({
      request: request({ ...BODY, stream: true }),
      response: answerMessages(bedrockChunk(START)),
    });
    expect(Buffer.from(client.body())).toEqual(Buffer.from(bedrockChunk(START)));
  });
});
