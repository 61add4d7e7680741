// What an OpenAI client gets from the Messages API through a real Envoy.

import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import {
  CHAT,
  CHAT_PATH,
  answerError,
  answerJson,
  answerStream,
  message,
  payloads,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { PROTOCOLS } from "../harness/client.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { useRig, type Rig } from "../harness/rig.ts";
import { headerOf } from "../upstream/exchange.ts";
import { sseEvent } from "../upstream/demo.ts";

const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
} as const;

function openai(rig: Rig): OpenAI {
  const baseURL = `http://127.0.0.1:${rig.envoy.port}/v1`;
  return new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0, timeout: 10_000 });
}

const matrix = VERSIONS.flatMap((version) =>
  PROTOCOLS.flatMap((down) => PROTOCOLS.map((up) => ({ version, down, up }))),
);

describe.each(matrix)("Envoy $version, client $down, upstream $up", ({ version, down, up }) => {
  const rig = useRig({ version, upstreamProtocol: up });

  test("a whole answer is translated both ways", async () => {
    const answer = await rig().client(down).post(CHAT_PATH, CHAT);
    expect(answer.status).toBe(200);
    expect(answer.header("content-type")).toMatch(/^application\/json/);
    expect(answer.json).toMatchObject({
      object: "chat.completion",
      model: CHAT.model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "You said: Hello" },
          finish_reason: "stop",
        },
      ],
      usage: { completion_tokens: 3 },
    });
    expect(answer.header("x-request-id")).toMatch(/^req_011Bridge/);
    expect(answer.header("x-ratelimit-remaining-requests")).toBe("3999");

    const [seen] = rig().upstream.received;
    expect(seen).toMatchObject({ method: "POST", path: "/v1/messages" });
    expect(headerOf(seen?.headers ?? [], "x-api-key")).toBe("sk-test");
    expect(headerOf(seen?.headers ?? [], "anthropic-version")).toBe("2023-06-01");
    expect(headerOf(seen?.headers ?? [], "authorization")).toBeUndefined();
    const body = Buffer.concat(seen?.chunks ?? []);
    expect(headerOf(seen?.headers ?? [], "content-length")).toBe(String(body.length));
    expect(JSON.parse(body.toString())).toMatchObject({ model: CHAT.model, max_tokens: 64 });
  });

  test("a streamed answer is translated event by event", async () => {
    const answer = await rig()
      .client(down)
      .post(CHAT_PATH, { ...CHAT, stream: true });
    expect(answer.status).toBe(200);
    expect(answer.outcome).toBe("complete");
    expect(answer.header("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(answer.header("content-length")).toBeUndefined();
    const chunks = payloads(answer.text);
    expect(chunks.at(-1)).toBe("[DONE]");
    const text = chunks.map((chunk) => textOf(chunk)).join("");
    expect(text).toBe("You said: Hello");
    expect(chunks.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }] });
  });
});

function textOf(chunk: unknown): string {
  const { choices } = chunk as { choices?: { delta: { content?: string } }[] };
  return choices?.[0]?.delta.content ?? "";
}

describe("the official client", () => {
  const rig = useRig();

  test("creates a completion", async () => {
    const completion = await openai(rig()).chat.completions.create({
      model: "claude-sonnet-4-5",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Grüße 👋" },
      ],
    });
    expect(completion.choices[0]?.message.content).toBe("You said: Grüße 👋");
    expect(completion.usage?.total_tokens).toBeGreaterThan(0);
  });

  test("streams a completion with usage", async () => {
    const stream = openai(rig()).chat.completions.stream({
      model: "claude-sonnet-4-5",
      messages: [{ role: "user", content: "one two three" }],
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    stream.on("content", (delta) => pieces.push(delta));
    const completion = await stream.finalChatCompletion();
    expect(pieces.length).toBeGreaterThan(2);
    expect(completion.choices[0]?.message.content).toBe("You said: one two three");
    expect(completion.usage?.completion_tokens).toBe(5);
  });

  test("goes through a tool loop of two turns", async () => {
    const call = {
      type: "tool_use",
      id: "toolu_01A",
      name: "get_weather",
      input: { city: "Paris" },
    };
    rig().upstream.enqueue(answerJson(200, message([call], "tool_use")));
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "user", content: "Weather in Paris?" },
    ];
    const request = { model: "claude-sonnet-4-5", tools: [TOOL], messages };
    const first = await openai(rig()).chat.completions.create(request);
    const [choice] = first.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const asked = choice?.message.tool_calls?.[0];
    if (choice === undefined || asked?.type !== "function") throw new Error("no tool call");
    expect(JSON.parse(asked.function.arguments)).toEqual({ city: "Paris" });

    messages.push(choice.message, { role: "tool", tool_call_id: asked.id, content: "18 C" });
    rig().upstream.enqueue(answerJson(200, message([{ type: "text", text: "18 C." }], "end_turn")));
    const second = await openai(rig()).chat.completions.create(request);
    expect(second.choices[0]?.message.content).toBe("18 C.");
    const sent = JSON.parse(Buffer.concat(rig().upstream.received[1]?.chunks ?? []).toString());
    expect(sent.messages).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ ...call }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_01A" }] },
    ]);
  });

  test("accumulates a streamed tool call", async () => {
    const start = { type: "tool_use", id: "toolu_01B", name: "get_weather", input: {} };
    const deltas = ['{"ci', 'ty":"Pa', 'ris"}'].map((partial_json) => ({
      type: "input_json_delta",
      partial_json,
    }));
    rig().upstream.enqueue(answerStream(streamOf([{ start, deltas }], "tool_use")));
    const completion = await openai(rig())
      .chat.completions.stream({
        model: "claude-sonnet-4-5",
        tools: [TOOL],
        messages: [{ role: "user", content: "Weather in Paris?" }],
      })
      .finalChatCompletion();
    const [call] = completion.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({
      id: "toolu_01B",
      function: { name: "get_weather", arguments: '{"city":"Paris"}' },
    });
  });
});

describe("errors reach the official client as its own classes", () => {
  const rig = useRig();
  const request = {
    model: "claude-sonnet-4-5",
    messages: [{ role: "user", content: "Hello" }],
  } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;

  async function failure(
    script?: ReturnType<typeof answerError>,
    body: unknown = request,
  ): Promise<unknown> {
    if (script !== undefined) rig().upstream.enqueue(script);
    const create = openai(rig()).chat.completions.create(body as typeof request);
    return create.then(
      () => "no error",
      (error: unknown) => error,
    );
  }

  test.each([
    {
      upstream: [401, "authentication_error", "invalid x-api-key"],
      expected: OpenAI.AuthenticationError,
      fields: { status: 401, type: "authentication_error", code: "invalid_api_key" },
    },
    {
      upstream: [403, "permission_error", "no access"],
      expected: OpenAI.PermissionDeniedError,
      fields: { status: 403, type: "permission_error" },
    },
    {
      upstream: [404, "not_found_error", "model: claude-nope"],
      expected: OpenAI.NotFoundError,
      fields: { status: 404, type: "invalid_request_error", code: "model_not_found" },
    },
    {
      upstream: [400, "invalid_request_error", "stop_sequences: too many"],
      expected: OpenAI.BadRequestError,
      fields: { status: 400, type: "invalid_request_error", param: "stop" },
    },
    {
      upstream: [429, "rate_limit_error", "slow down"],
      expected: OpenAI.RateLimitError,
      fields: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
    },
    {
      upstream: [500, "api_error", "oops"],
      expected: OpenAI.InternalServerError,
      fields: { status: 500, type: "server_error" },
    },
    {
      upstream: [529, "overloaded_error", "Overloaded"],
      expected: OpenAI.InternalServerError,
      fields: { status: 503, type: "overloaded_error", code: "overloaded" },
    },
  ] as const)(
    "upstream $upstream",
    async ({ upstream: [status, type, text], expected, fields }) => {
      const error = await failure(answerError(status, type, text, { "retry-after": "7" }));
      expect(error).toBeInstanceOf(expected);
      expect(error).toMatchObject({ ...fields, error: { message: text } });
      expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get("retry-after")).toBe("7");
    },
  );

  test("a request that cannot be translated never leaves", async () => {
    const error = await failure(undefined, { model: "claude-sonnet-4-5" });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: "missing_required_parameter", param: "messages" });
    expect(rig().upstream.received).toHaveLength(0);
  });

  test("an error event in a stream", async () => {
    const broken = { error: { type: "overloaded_error", message: "Overloaded" } };
    const events = [...streamOf([textBlock("Hel", "lo")]).slice(0, 3), sseEvent("error", broken)];
    rig().upstream.enqueue(answerStream(events));
    const stream = await openai(rig()).chat.completions.create({ ...request, stream: true });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? "");
    };
    await expect(read()).rejects.toMatchObject({ type: "overloaded_error", code: "overloaded" });
    expect(seen.join("")).toBe("Hel");
  });
});
