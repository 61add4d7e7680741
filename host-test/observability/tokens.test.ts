// Tokens, times, parameters, keys and prefills in numbers: what answers say of themselves, on every surface, whole and streamed.

import { describe, expect, it } from "vitest";
import type { HeaderList } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  nativeRequest,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";
import { counted, totals } from "./support.ts";

const USAGE = {
  input_tokens: 11,
  output_tokens: 7,
  cache_read_input_tokens: 5,
  cache_creation_input_tokens: 3,
  output_tokens_details: { thinking_tokens: 2 },
};
const MESSAGE = { ...REPLY, usage: USAGE };
const frame = (type: string, data: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const STREAM = [
  frame("message_start", {
    message: { ...REPLY, content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } },
  }),
  frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  frame("content_block_delta", { index: 0, delta: { type: "text_delta", text: "Hi" } }),
  frame("content_block_stop", { index: 0 }),
  frame("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } }),
  frame("message_stop", {}),
];

const SURFACES: [string, string, object][] = [
  ["chat", "/v1/chat/completions", HELLO],
  ["completions", "/v1/completions", { model: HELLO.model, prompt: "Hello" }],
  ["responses", "/v1/responses", { model: HELLO.model, input: "Hello" }],
  ["messages", "/v1/messages", { ...HELLO, max_tokens: 9 }],
];
const headersOf = (path: string): HeaderList =>
  CHAT_HEADERS.map(([name, value]) => [name, name === ":path" ? path : value]);

const EXPECTED = {
  "input anthropic claude-sonnet-4-5": 11,
  "output anthropic claude-sonnet-4-5": 7,
  "cache_read anthropic claude-sonnet-4-5": 5,
  "cache_write anthropic claude-sonnet-4-5": 3,
  "reasoning anthropic claude-sonnet-4-5": 2,
};
const tokens = (filter: Filter) => totals(filter.host, "bridge_tokens_total");

describe.each(SURFACES)("tokens of %s", (_name, path, body) => {
  it("are those of the whole answer", () => {
    const filter = Filter.load();
    filter.exchange({
      request: { headers: headersOf(path), body: toBytes(body) },
      response: answer(MESSAGE),
    });
    expect(tokens(filter)).toEqual(EXPECTED);
  });

  it("are the last ones of a stream", () => {
    const filter = Filter.load();
    filter.exchange({
      request: { headers: headersOf(path), body: toBytes({ ...body, stream: true }) },
      response: answerEvents(STREAM.join("")),
    });
    expect(tokens(filter)).toEqual(EXPECTED);
  });

  it("are counted as far as they were told when a stream breaks off", () => {
    const filter = Filter.load();
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(headersOf(path));
    stream.requestBody(toBytes({ ...body, stream: true }), { end: true });
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ]);
    stream.responseBody(toBytes(STREAM[0]!));
    stream.clientReset();
    expect(tokens(filter)).toEqual({ ...EXPECTED, "output anthropic claude-sonnet-4-5": 1 });
  });

  it("are none of an error", () => {
    const filter = Filter.load();
    filter.exchange({
      request: { headers: headersOf(path), body: toBytes(body) },
      response: answer({ type: "error", error: { type: "api_error", message: "x" } }, 500),
    });
    expect(tokens(filter)).toEqual({});
  });
});

describe("a native answer that passes", () => {
  const BODY = toBytes({
    ...MESSAGE,
    content: [{ type: "text", text: '"usage":{"input_tokens":99}' }],
  });

  it.each([1, 7, 64, 1000])("is read in pieces of %d bytes, and passes as it is", (size) => {
    const filter = Filter.load();
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(headersOf("/v1/messages"));
    stream.requestBody(toBytes({ ...HELLO, max_tokens: 9 }), { end: true });
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "application/json"],
    ]);
    for (let at = 0; at < BODY.length; at += size) {
      stream.responseBody(BODY.subarray(at, at + size), { end: at + size >= BODY.length });
    }
    expect(stream.client.text()).toBe(Buffer.from(BODY).toString());
    expect(tokens(filter)).toEqual(EXPECTED);
  });

  it("is read where the model's name is put back, too", () => {
    const filter = Filter.load({
      config: withProfile({ models: { aliases: { quick: "claude-haiku-4-5" } } }),
    });
    const { client } = filter.native({ ...HELLO, model: "quick", max_tokens: 9 }, answer(MESSAGE));
    expect(client.json()).toMatchObject({ model: "quick" });
    expect(counted(filter.host, "bridge_tokens_total")).toHaveLength(5);
  });

  it("counts nothing beyond the limit, nor what is no JSON", () => {
    const filter = Filter.load({ config: withProfile({ limits: { max_response_bytes: 100 } }) });
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(headersOf("/v1/messages"));
    stream.requestBody(toBytes({ ...HELLO, max_tokens: 9 }), { end: true });
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "application/json"],
    ]);
    stream.responseBody(BODY.subarray(0, 90));
    stream.responseBody(BODY.subarray(90), { end: true });
    expect(stream.client.text()).toBe(Buffer.from(BODY).toString());
    filter.exchange({
      request: nativeRequest({ ...HELLO, max_tokens: 9 }),
      response: answer(Buffer.from(BODY).toString().slice(0, -1)),
    });
    expect(tokens(filter)).toEqual({});
  });

  it("is not looked at without metrics", () => {
    const filter = Filter.load({ config: withProfile({ observability: { metrics: false } }) });
    const before = filter.native({ ...HELLO, max_tokens: 9 }, answer(MESSAGE));
    expect(before.client.json()).toMatchObject({ usage: USAGE });
    expect(tokens(filter)).toEqual({});
  });
});

describe("times", () => {
  it.each(SURFACES)("of the first token are recorded for streams of %s", (_name, path, body) => {
    const filter = Filter.load();
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(headersOf(path));
    stream.requestBody(toBytes({ ...body, stream: true }), { end: true });
    filter.host.advance(120);
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ]);
    stream.responseBody(toBytes(STREAM.slice(0, 2).join("")));
    filter.host.advance(80);
    stream.responseBody(toBytes(STREAM[2]!));
    filter.host.advance(500);
    stream.responseBody(toBytes(STREAM.slice(3).join("")), { end: true });
    expect(filter.host.metrics.samples("bridge_ttft_ms")).toEqual([200]);
  });

  it("of a whole answer are none", () => {
    const filter = Filter.load();
    filter.chat(HELLO, answer(MESSAGE));
    expect(filter.host.metrics.samples("bridge_ttft_ms")).toEqual([]);
  });

  it("of translation are recorded for one exchange in 16", () => {
    const filter = Filter.load();
    for (let i = 0; i < 33; i++) filter.chat(HELLO, answer(MESSAGE));
    expect(filter.host.metrics.samples("bridge_translate_us")).toHaveLength(2);
  });
});

describe("parameters", () => {
  it("that are dropped, and those that are bent, have a counter each", () => {
    const filter = Filter.load();
    filter.chat({ ...HELLO, seed: 1, logit_bias: { "1": 5 }, temperature: 1.5 });
    filter.chat({ ...HELLO, seed: 1 });
    filter.native({ ...HELLO, max_tokens: 9 });
    expect(totals(filter.host, "bridge_params_ignored_total")).toEqual({
      "seed chat_completions": 2,
      "logit_bias chat_completions": 1,
    });
    expect(totals(filter.host, "bridge_params_changed_total")).toEqual({
      "clamped temperature chat_completions": 1,
    });
  });
});

describe("keys", () => {
  it("are counted by name when they are used and when they rest", () => {
    const config = {
      version: 1,
      profile: {
        provider: { type: "anthropic" },
        auth: {
          mode: "keys",
          select: "first",
          keys: [
            { name: "main", value: "sk-secret-1" },
            { name: "spare", value: "sk-secret-2" },
          ],
        },
      },
    };
    const filter = Filter.load({ config });
    filter.chat(HELLO, answer({ error: { type: "rate_limit_error", message: "x" } }, 429));
    filter.chat(HELLO);
    expect(totals(filter.host, "bridge_keys_total")).toEqual({
      "main used": 1,
      "main cooled": 1,
      "spare used": 1,
    });
    expect(JSON.stringify(filter.host.metrics.nonZero())).not.toContain("secret");
  });
});

describe("prefills", () => {
  const PREFILL = [...HELLO.messages, { role: "assistant", content: "The capital is" }];
  const reframing = () =>
    Filter.load({ config: withProfile({ prefill: { mode: "reframe", when: "always" } }) });

  it("are counted in bytes, by action", () => {
    const filter = reframing();
    filter.chat({ ...HELLO, messages: PREFILL });
    filter.chat(HELLO);
    expect(totals(filter.host, "bridge_prefill_bytes_total")).toEqual({ reframe: 14 });
  });

  it.each([
    ["exact", "The capital is Paris."],
    ["none", "Paris."],
  ])("have the echo of their answer counted: %s", (result, text) => {
    const filter = reframing();
    filter.chat(
      { ...HELLO, messages: PREFILL },
      answer({ ...REPLY, content: [{ type: "text", text }] }),
    );
    expect(totals(filter.host, "bridge_prefill_echo_total")).toEqual({ [result]: 1 });
  });

  it.each([
    "This model does not support assistant message prefill. The conversation must end with a user message.",
    "Prefilling assistant messages is not supported for this model.",
  ])("that an upstream refuses are counted: %s", (message) => {
    for (const request of [chatRequest, nativeRequest]) {
      const filter = Filter.load();
      filter.exchange({
        request: request({ ...HELLO, max_tokens: 9, messages: PREFILL }),
        response: answer({ type: "error", error: { type: "invalid_request_error", message } }, 400),
      });
      expect(totals(filter.host, "bridge_prefill_refused_total")).toEqual({
        "anthropic claude-sonnet-4-5": 1,
      });
    }
  });

  it("are not what any other refusal is about", () => {
    const filter = Filter.load();
    filter.chat(HELLO, answer({ error: { type: "invalid_request_error", message: "no" } }, 400));
    expect(totals(filter.host, "bridge_prefill_refused_total")).toEqual({});
  });
});
