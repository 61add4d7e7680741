/** Which answers are read as binary streams, and what clients are told of their end. */
import { describe, expect, test } from "vitest";
import { bedrockChunk, bedrockException, joined } from "../../support/event_stream.ts";
import { answerMessages, Filter, HELLO, withProfile } from "../../support/filter.ts";

const REQUEST = { ...HELLO, stream: true };
const EVENTS = [
  { type: "message_start", message: { id: "msg_1", model: "m", usage: { input_tokens: 3 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi \u00e9" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
  {
    type: "message_stop",
    "amazon-bedrock-invocationMetrics": { inputTokenCount: 3, outputTokenCount: 2 },
  },
];
const WHOLE = joined(...EVENTS.map(bedrockChunk));

const filterOf = (provider: object): Filter => Filter.load({ config: withProfile({ provider }) });
const bedrock = filterOf({ type: "bedrock", region: "us-east-1" });

interface Failure {
  error: { message: string; type: string; code: string | null };
}

describe("answers", () => {
  test("a stream of Bedrock is chunks, under the headers of an event stream", () => {
    const length: [string, string] = ["content-length", String(WHOLE.length)];
    const { client } = bedrock.chat(REQUEST, answerMessages(WHOLE, [length]));
    expect(client.status).toBe(200);
    expect(client.header("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(client.header("content-length")).toBeUndefined();
    const text = client.text();
    expect(text).toContain('"content":"Hi \u00e9"');
    expect(text).toContain('"finish_reason":"stop"');
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(text).not.toContain("amazon");
  });

  test.each([
    ["another provider", filterOf({ type: "anthropic" })],
    ["another surface", filterOf({ type: "bedrock", region: "us-east-1", surface: "messages" })],
  ])("of %s it is an answer that cannot be read", (_, filter) => {
    const { client } = filter.chat(REQUEST, answerMessages(WHOLE));
    expect(client.status).toBe(502);
    expect((JSON.parse(client.text()) as Failure).error.code).toBe("invalid_upstream_response");
  });

  test("nobody asked for a stream: refused", () => {
    const { client } = bedrock.chat(HELLO, answerMessages(WHOLE));
    expect(client.status).toBe(502);
    expect((JSON.parse(client.text()) as Failure).error.message).toContain("stream");
  });

  test("parameters and case of the content type do not matter", () => {
    const type: [string, string] = ["content-type", "Application/Vnd.Amazon.EventStream; a=b"];
    const response = { headers: [[":status", "200"] as [string, string], type], body: WHOLE };
    expect(bedrock.chat(REQUEST, response).client.text()).toContain("[DONE]");
  });
});

describe("exceptions in front", () => {
  test.each([
    ["throttlingException", 429],
    ["validationException", 400],
    ["modelTimeoutException", 504],
    ["serviceUnavailableException", 503],
    ["internalServerException", 500],
    ["modelStreamErrorException", 500],
  ])("%s is a %i", (name, status) => {
    const { client } = bedrock.chat(
      REQUEST,
      answerMessages(bedrockException(name, { message: "Why" })),
    );
    expect(client.status).toBe(status);
    expect(client.header("content-type")).toBe("application/json");
    expect((JSON.parse(client.text()) as Failure).error.message).toBe("Why");
  });
});

test("a message above limits.max_event_bytes ends the stream, one of exactly that does not", () => {
  const longest = Math.max(...EVENTS.map((event) => bedrockChunk(event).length));
  const limited = (max_event_bytes: number): string => {
    const provider = { type: "bedrock", region: "us-east-1" };
    const config = withProfile({ provider, limits: { max_event_bytes } });
    return Filter.load({ config }).chat(REQUEST, answerMessages(WHOLE)).client.text();
  };
  expect(limited(longest)).toContain("[DONE]");
  expect(limited(longest - 1)).toContain("larger than this gateway allows");
});

test("a thousand streams leave nothing in memory", () => {
  for (let i = 0; i < 50; i++) bedrock.chat(REQUEST, answerMessages(WHOLE));
  const before = bedrock.host.memoryBytes;
  for (let i = 0; i < 1000; i++) {
    bedrock.chat(REQUEST, answerMessages(i % 2 === 0 ? WHOLE : WHOLE.subarray(0, 400)));
  }
  expect(bedrock.host.memoryBytes).toBe(before);
});
