// Anthropic's own client and an agent of many betas, tools and cache marks, through a real Envoy, at providers of every kind.

import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { bedrockException } from "../../host-test/support/event_stream.ts";
import {
  answerError,
  answerJson,
  answerMessages,
  answerStream,
  message,
  messagesOf,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { useRig, type Rig } from "../harness/rig.ts";
import { headerOf, type Received } from "../upstream/exchange.ts";
import { sseEvent } from "../upstream/demo.ts";

const HELLO = {
  model: "claude-sonnet-4-5",
  max_tokens: 64,
  messages: [{ role: "user", content: "Grüße 👋" }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;
const ANSWER = message([{ type: "text", text: "Grüße" }], "end_turn");
const EVENTS = streamOf([textBlock("Grü", "ße 👋", ".")]);
const PROVIDERS: Record<string, object> = {
  anthropic: { type: "anthropic" },
  azure: { type: "azure", resource: "res" },
  vertex: { type: "vertex", project: "p", region: "global" },
  bedrock: { type: "bedrock", region: "us-east-1" },
  databricks: { type: "databricks" },
};

/** The official client; `sent` collects the bodies that it writes. */
function anthropic(rig: Rig, sent: string[] = []): Anthropic {
  return new Anthropic({
    apiKey: "sk-test",
    baseURL: `http://127.0.0.1:${rig.envoy.port}`,
    maxRetries: 0,
    timeout: 10_000,
    fetch: (url, init) => {
      if (typeof init?.body === "string") sent.push(init.body);
      return fetch(url, init);
    },
  });
}

const bodyOf = ({ chunks }: Received): string => Buffer.concat(chunks).toString();

describe.each(Object.entries(PROVIDERS))("%s", (name, provider) => {
  const filter = { version: 1, profile: { provider, auth: { mode: "client" } } };
  const rig = useRig({ filter });
  const isBedrock = name === "bedrock";
  const seen = (): Received => {
    const [received] = rig().upstream.received;
    if (received === undefined) throw new Error("nothing went upstream");
    return received;
  };

  test("a message, and what the client wrote is what arrives", async () => {
    rig().upstream.enqueue(answerJson(200, ANSWER));
    const sent: string[] = [];
    const answer = await anthropic(rig(), sent).messages.create(HELLO);
    expect(answer).toMatchObject(ANSWER);
    expect(answer._request_id).toMatch(/^req_011Bridge/);
    const body = bodyOf(seen());
    expect(headerOf(seen().headers, "content-length")).toBe(String(Buffer.byteLength(body)));
    if (name === "vertex" || isBedrock) {
      const version = isBedrock ? "bedrock-2023-05-31" : "vertex-2023-10-16";
      const moved = { ...HELLO, model: undefined, anthropic_version: version };
      expect(body).toBe(JSON.stringify(moved));
    } else expect(body).toBe(sent[0]);
  });

  test("a stream", async () => {
    rig().upstream.enqueue(isBedrock ? answerMessages(messagesOf(EVENTS)) : answerStream(EVENTS));
    const pieces: string[] = [];
    const stream = anthropic(rig()).messages.stream(HELLO);
    stream.on("text", (piece) => pieces.push(piece));
    const answer = await stream.finalMessage();
    expect(pieces).toEqual(["Grü", "ße 👋", "."]);
    expect(answer.content).toEqual([{ type: "text", text: "Grüße 👋." }]);
    expect(answer.stop_reason).toBe("end_turn");
    expect(answer.usage.output_tokens).toBe(9);
  });

  test("a count, or why there is none", async () => {
    const { model, messages } = HELLO;
    if (name === "databricks") {
      const failure = await failureOf(anthropic(rig()).messages.countTokens({ model, messages }));
      expect(failure.status).toBe(400);
      expect(failure.message).toContain(
        "'count_tokens' operation is not supported by the databricks",
      );
      expect(rig().upstream.received).toEqual([]);
      return;
    }
    rig().upstream.enqueue(answerJson(200, isBedrock ? { inputTokens: 14 } : { input_tokens: 14 }));
    const count = await anthropic(rig()).messages.countTokens({ model, messages });
    expect(count.input_tokens).toBe(14);
    const suffix = { vertex: "/count-tokens:rawPredict", bedrock: "/count-tokens" }[name];
    expect(seen().path.endsWith(suffix ?? "/v1/messages/count_tokens")).toBe(true);
  });

  test("an error keeps status, type, words and id", async () => {
    rig().upstream.enqueue(
      answerError(429, "rate_limit_error", "Slow down", { "retry-after": "7" }),
    );
    const failure = await failureOf(anthropic(rig()).messages.create(HELLO));
    expect(failure).toBeInstanceOf(Anthropic.RateLimitError);
    expect(failure.requestID).toMatch(/^req_011Bridge/);
    expect(failure.headers?.get("retry-after")).toBe("7");
    expect(failure.error).toEqual({
      type: "error",
      error: { type: "rate_limit_error", message: "Slow down" },
      request_id: "req_scripted",
    });
  });

  test("a refusal of ours is an error of the client's own kind", async () => {
    const bad = { ...HELLO, messages: "x" } as unknown as typeof HELLO;
    const failure = await failureOf(anthropic(rig()).messages.create(bad));
    expect(failure).toBeInstanceOf(Anthropic.BadRequestError);
    expect(failure.message).toContain("'messages'");
    expect(rig().upstream.received).toEqual([]);
  });

  test("an error in a stream, and a stream that ends too early, are no answers", async () => {
    const start = EVENTS.slice(0, 3);
    const error = sseEvent("error", { error: { type: "overloaded_error", message: "Busy" } });
    const exception = bedrockException("serviceUnavailableException", { message: "Busy" });
    rig().upstream.enqueue(
      isBedrock
        ? answerMessages([...messagesOf(start), exception])
        : answerStream([...start, error]),
    );
    const busy = await failureOf(anthropic(rig()).messages.stream(HELLO).finalMessage());
    expect(busy.message).toContain("Busy");
    rig().upstream.enqueue(isBedrock ? answerMessages(messagesOf(start)) : answerStream(start));
    const short = await failureOf(anthropic(rig()).messages.stream(HELLO).finalMessage());
    expect(short.message).toContain("ended before the message was complete");
  });

  test("an agent's request of many tools, marks and betas", async () => {
    rig().upstream.enqueue(isBedrock ? answerMessages(messagesOf(EVENTS)) : answerStream(EVENTS));
    const text = JSON.stringify(AGENT);
    expect(text.length).toBeGreaterThan(200_000);
    const answer = await rig()
      .client()
      .send({ path: "/v1/messages?beta=true", headers: AGENT_HEADERS, body: text });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(EVENTS.join(""));
    const { model, stream, ...rest } = AGENT;
    const body = bodyOf(seen());
    if (name !== "vertex" && !isBedrock) {
      expect(body === text).toBe(true);
      expect(headerOf(seen().headers, "anthropic-beta")).toContain("context-1m-2025-08-07");
      return;
    }
    // Everything but the members that move stands as it stood; betas may stand behind it.
    const kept = JSON.stringify(isBedrock ? rest : { ...rest, stream });
    expect(body.startsWith(kept.slice(0, -1))).toBe(true);
    expect(seen().path).toContain(encodeURIComponent(model));
  });
});

async function failureOf(promise: PromiseLike<unknown>): Promise<APIError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error("no error");
}

/** Headers of a command line agent, as its client sends them. */
const AGENT_HEADERS = {
  "content-type": "application/json",
  accept: "application/json",
  "x-api-key": "sk-test",
  "anthropic-version": "2023-06-01",
  "anthropic-beta":
    "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,context-1m-2025-08-07",
  "anthropic-dangerous-direct-browser-access": "true",
  "user-agent": "claude-cli/2.0.14 (external, cli)",
  "x-app": "cli",
};

const MARK = { type: "ephemeral", ttl: "1h" };

/** Forty tools with long descriptions and nested schemas. */
const TOOLS = Array.from({ length: 40 }, (_, index) => ({
  name: `Tool_${index}-x`,
  description: `Does "${index}"\n\t— ünïcode 👩‍💻 \\ and </tags>. `.repeat(60),
  input_schema: {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: {
      path: { type: "string", pattern: "^\\/[^\\u0000]*$" },
      edits: {
        type: "array",
        items: { anyOf: [{ type: "number", minimum: -1e-7 }, { const: null }] },
      },
    },
    required: ["path"],
    additionalProperties: false,
  },
  ...(index === 39 ? { cache_control: MARK } : {}),
}));

/** Turns with thinking, calls and results. */
const TURNS = Array.from({ length: 20 }, (_, index) => [
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: `Step ${index}…`, signature: "EqQBCgIYAhIk+/==" },
      { type: "text", text: "I look.\n" },
      {
        type: "tool_use",
        id: `toolu_${index}`,
        name: "Tool_1-x",
        input: { path: "/a\\b", n: 1.5 },
      },
    ],
  },
  {
    role: "user",
    content: [
      {
        type: "tool_result",
        tool_use_id: `toolu_${index}`,
        is_error: false,
        content: [{ type: "text", text: "line\r\n\u0007\u2028 ".repeat(200) }],
      },
      {
        type: "text",
        text: "<system-reminder>x</system-reminder>",
        cache_control: { type: "ephemeral" },
      },
    ],
  },
]).flat();

const AGENT = {
  model: "claude-sonnet-4-5-20250929",
  messages: [{ role: "user", content: [{ type: "text", text: "Fix it" }] }, ...TURNS],
  system: [
    { type: "text", text: "You are an agent.", cache_control: MARK },
    { type: "text", text: "Rules.\n".repeat(500), cache_control: MARK },
  ],
  tools: TOOLS,
  metadata: { user_id: "user_0a_account__session_b" },
  max_tokens: 32000,
  thinking: { budget_tokens: 31999, type: "enabled" },
  context_management: { edits: [{ type: "clear_tool_uses_20250919" }] },
  stream: true,
};
