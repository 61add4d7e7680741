/** Legacy Completions, both ways upstream, whole and streamed. Decided by docs/completions.md. */
import { describe, expect, test } from "vitest";
import type { ExchangeResult } from "../host/index.ts";
import { ask, type Asked } from "./support.ts";

const MODEL = "claude-haiku-4-5";
const MESSAGE = {
  id: "msg_01Riv",
  type: "message",
  role: "assistant",
  model: MODEL,
  content: [{ type: "text", text: "Elbe\nOder" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: {
    input_tokens: 13,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 7,
  },
};
const OLD = {
  type: "completion",
  id: "compl_1",
  completion: " Elbe",
  stop_reason: "stop_sequence",
  model: "claude-2.1",
};

function complete(body: unknown, more: Partial<Asked> = {}): ExchangeResult {
  return ask({ method: "POST", path: "/v1/completions", body, answer: MESSAGE, ...more });
}

const upstreamOf = (body: object, more: Partial<Asked> = {}) =>
  complete({ model: MODEL, prompt: "hi", max_tokens: 5, ...body }, more).upstream.text();

const sent = (rest: string, messages = '[{"role":"user","content":"hi"}]') =>
  `{"model":"${MODEL}","max_tokens":5,"messages":${messages}${rest}}`;

const created = (text: string) => text.replace(/"created":\d+/g, '"created":0');

describe("the worked example", () => {
  const { upstream, client } = complete({
    model: `anthropic/${MODEL}`,
    prompt: "List two rivers.\n",
    max_tokens: 40,
    temperature: 0.2,
    stop: ["\n\n", "END"],
    user: "u-77",
    echo: true,
    seed: 9,
  });

  test("upstream", () => {
    expect(upstream.header(":path")).toBe("/v1/messages");
    expect(upstream.text()).toBe(
      `{"model":"${MODEL}","max_tokens":40,"messages":[{"role":"user","content":"List two rivers.\\n"}],"temperature":0.2,"stop_sequences":["END"],"metadata":{"user_id":"u-77"}}`,
    );
  });

  test("client", () => {
    expect(created(client.text())).toBe(
      `{"id":"msg_01Riv","object":"text_completion","created":0,"model":"${MODEL}","choices":[{"text":"List two rivers.\\nElbe\\nOder","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":13,"completion_tokens":7,"total_tokens":20,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0,"cached_read_tokens":0,"cached_write_tokens":0}}}`,
    );
    expect(client.header("x-bridge-adapted")).toBe("dropped:seed, filtered:stop");
  });
});

describe("request as a message", () => {
  test.each<[name: string, body: object, upstream: string]>([
    ["an array of one", { prompt: ["hi"] }, sent("")],
    [
      "escapes stay",
      { prompt: 'a\u00e9"\\' },
      sent("", String.raw`[{"role":"user","content":"aé\"\\"}]`),
    ],
    ["top_k and top_p", { top_k: 4, top_p: 0.5 }, sent(',"top_p":0.5,"top_k":4')],
    [
      "extra_params",
      { extra_params: { top_k: 3, stop_sequences: ["X"] } },
      sent(',"top_k":3,"stop_sequences":["X"]'),
    ],
    ["one stop", { stop: "END" }, sent(',"stop_sequences":["END"]')],
    ["a blank stop", { stop: "\n" }, sent("")],
    [
      "neutral members",
      { n: 1, best_of: 1, suffix: "", logprobs: null, stop: null, echo: false },
      sent(""),
    ],
    ["streamed", { stream: true }, sent(',"stream":true')],
    [
      "system",
      { system: "Go on." },
      `{"model":"${MODEL}","max_tokens":5,"system":[{"type":"text","text":"Go on."}],"messages":[{"role":"user","content":"hi"}]}`,
    ],
    [
      "a prompt with turns",
      { prompt: "\n\nHuman: hi\n\nAssistant: yo\n\nHuman:  there\n\nAssistant:" },
      sent(
        "",
        '[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"},{"role":"user","content":" there"}]',
      ),
    ],
    [
      "turns that end with words of the assistant",
      { prompt: "\n\nHuman: hi\n\nAssistant: The" },
      sent("", '[{"role":"user","content":"hi"},{"role":"assistant","content":"The"}]'),
    ],
    [
      "a marker further on is text",
      { prompt: "x\n\nHuman: hi" },
      sent("", '[{"role":"user","content":"x\\n\\nHuman: hi"}]'),
    ],
    [
      "an escaped backslash is no marker",
      { prompt: "\\n\nHuman: hi" },
      sent("", String.raw`[{"role":"user","content":"\\n\nHuman: hi"}]`),
    ],
  ])("%s", (_, body, upstream) => expect(upstreamOf(body)).toBe(upstream));

  test("without a number the model's maximum is sent", () => {
    const { upstream } = complete({ model: MODEL, prompt: "hi" });
    expect(upstream.json()).toMatchObject({ max_tokens: 64000 });
  });

  test("a raw escape of the client stays", () => {
    const body = `{"model":"${MODEL}","max_tokens":5,"prompt":"\\u00e9\\/\\ud83d"}`;
    const { upstream } = complete(body);
    expect(upstream.text()).toContain('"content":"\\u00e9\\/\\ud83d"');
  });

  test.each<[name: string, body: object, param: string, code: string]>([
    ["no prompt", { prompt: undefined }, "prompt", "missing_required_parameter"],
    ["null", { prompt: null }, "prompt", "missing_required_parameter"],
    ["empty", { prompt: "" }, "prompt", "missing_required_parameter"],
    ["no entries", { prompt: [] }, "prompt", "missing_required_parameter"],
    ["two prompts", { prompt: ["a", "b"] }, "prompt", "unsupported_parameter"],
    ["token ids", { prompt: [1, 2] }, "prompt", "unsupported_parameter"],
    ["lists of token ids", { prompt: [[1]] }, "prompt", "unsupported_parameter"],
    ["a number", { prompt: 1 }, "prompt", "invalid_type"],
    ["n", { n: 2 }, "n", "unsupported_parameter"],
    ["best_of", { best_of: 2 }, "best_of", "unsupported_parameter"],
    ["suffix", { suffix: "x" }, "suffix", "unsupported_parameter"],
    ["echo", { echo: "yes" }, "echo", "invalid_type"],
    ["scoring", { echo: true, logprobs: 1, max_tokens: 0 }, "logprobs", "unsupported_parameter"],
    ["no model", { model: undefined }, "model", "missing_required_parameter"],
  ])("%s is refused", (_, body, param, code) => {
    const { client, upstream } = complete({ model: MODEL, prompt: "hi", ...body });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({ error: { param, code } });
  });

  test("what is dropped is named", () => {
    const body = {
      model: MODEL,
      prompt: "hi",
      logit_bias: { 1: 1 },
      messages: [],
      presence_penalty: 1,
    };
    expect(complete(body).client.header("x-bridge-adapted")).toBe(
      "dropped:unknown, dropped:presence_penalty, dropped:logit_bias",
    );
    const strict = complete(body, { settings: { params: { mode: "strict" } } }).client;
    expect(strict.status).toBe(400);
  });

  test("cut anywhere the same goes upstream", () => {
    const body = { model: MODEL, prompt: "\n\nHuman: é\n\nAssistant:", max_tokens: 3, echo: true };
    const expected = complete(body).upstream.text();
    for (let at = 1; at < JSON.stringify(body).length; at++)
      expect(complete(body, { requestCut: [at] }).upstream.text()).toBe(expected);
  });

  test("the model of a deployment's path is taken where the body names none", () => {
    const path = "/openai/deployments/claude%2Dhaiku-4-5/completions?api-version=1";
    const at = (body: object) => ask({ method: "POST", path, body, answer: MESSAGE }).upstream;
    expect(at({ prompt: "hi" }).json()).toMatchObject({ model: MODEL });
    expect(at({ prompt: "hi", model: "claude-opus-4-5" }).json()).toMatchObject({
      model: "claude-opus-4-5",
    });
    const chat = ask({
      method: "POST",
      path: "/openai/deployments/m/chat/completions",
      body: { messages: [{ role: "user", content: "hi" }] },
      answer: MESSAGE,
    });
    expect(chat.upstream.json()).toMatchObject({ model: "m" });
  });
});

describe("the old endpoint", () => {
  const old = (body: object, more: Partial<Asked> = {}) =>
    complete(
      { model: "claude-2.1", prompt: "hi", max_tokens: 5, ...body },
      { answer: OLD, ...more },
    );
  const text = (prompt: string, rest = "") =>
    `{"model":"claude-2.1","prompt":${JSON.stringify(prompt)},"max_tokens_to_sample":5${rest}}`;

  test.each<[name: string, body: object, upstream: string]>([
    ["wrapped", {}, text("\n\nHuman: hi\n\nAssistant:")],
    [
      "not wrapped twice",
      { prompt: "\n\nHuman: a\n\nAssistant:" },
      text("\n\nHuman: a\n\nAssistant:"),
    ],
    ["an answer is due", { prompt: "\n\nHuman: a" }, text("\n\nHuman: a\n\nAssistant:")],
    [
      "members",
      { temperature: 0.2, top_p: 0.5, top_k: 3, stop: ["\n\n", "", "END"], user: "u" },
      text(
        "\n\nHuman: hi\n\nAssistant:",
        ',"temperature":0.2,"top_p":0.5,"top_k":3,"stop_sequences":["\\n\\n","END"],"metadata":{"user_id":"u"}',
      ),
    ],
  ])("%s", (_, body, upstream) => {
    const result = old(body);
    expect(result.upstream.header(":path")).toBe("/v1/complete");
    expect(result.upstream.text()).toBe(upstream);
  });

  test("answer", () => {
    expect(created(old({ echo: true }).client.text())).toBe(
      '{"id":"compl_1","object":"text_completion","created":0,"model":"claude-2.1","choices":[{"text":"hi Elbe","index":0,"logprobs":null,"finish_reason":"stop"}]}',
    );
  });

  test.each([
    ["max_tokens", "length"],
    ["stop_sequence", "stop"],
    [null, "stop"],
  ])("%s is %s", (reason, finish) => {
    const { client } = old({}, { answer: { ...OLD, stop_reason: reason } });
    expect(client.json()).toMatchObject({ choices: [{ finish_reason: finish }] });
  });

  test("no streams", () => {
    const { client, upstream } = old({ stream: true });
    expect(upstream.headers).toBeUndefined();
    expect(client.json()).toMatchObject({
      error: { param: "stream", code: "unsupported_parameter" },
    });
  });

  test.each(["{}", "x", '{"completion":1}'])("%s is no answer", (answer) => {
    expect(old({}, { answer }).client.status).toBe(502);
  });

  test("the mode decides", () => {
    const path = (mode: string, model: string) =>
      complete(
        { model, prompt: "x" },
        { settings: { completions: { mode } }, answer: MESSAGE },
      ).upstream.header(":path");
    expect(path("messages", "claude-2.1")).toBe("/v1/messages");
    expect(path("complete", MODEL)).toBe("/v1/complete");
    expect(path("auto", "claude-instant-1.2")).toBe("/v1/complete");
    expect(path("auto", MODEL)).toBe("/v1/messages");
  });
});

const event = (type: string, rest: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const STREAM = [
  event("message_start", {
    message: {
      ...MESSAGE,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 13, output_tokens: 1 },
    },
  }),
  event("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "" } }),
  event("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "hm" } }),
  event("content_block_stop", { index: 0 }),
  event("content_block_start", { index: 1, content_block: { type: "text", text: "" } }),
  event("ping"),
  event("content_block_delta", { index: 1, delta: { type: "text_delta", text: 'El"é' } }),
  event("content_block_delta", { index: 1, delta: { type: "text_delta", text: "be" } }),
  event("content_block_stop", { index: 1 }),
  event("message_delta", {
    delta: { stop_reason: "max_tokens", stop_sequence: null },
    usage: { output_tokens: 7 },
  }),
  event("message_stop"),
].join("");
const EVENTS = [["content-type", "text/event-stream"]] as [string, string][];

describe("stream", () => {
  const stream = (body: object, answer: string, cut?: number[] | number) =>
    complete(
      { model: MODEL, prompt: "hi", stream: true, ...body },
      { answer, answerHeaders: EVENTS, ...(cut === undefined ? {} : { cut }) },
    ).client;
  const chunk = (text: string, finish = "null", tail = "") =>
    `data: {"id":"msg_01Riv","object":"text_completion","created":0,"model":"${MODEL}","choices":[{"text":${text},"index":0,"logprobs":null,"finish_reason":${finish}}]${tail}}\n\n`;

  test("chunks, usage, echo, at every cut", () => {
    const body = { echo: true, stream_options: { include_usage: true } };
    const none = ',"usage":null';
    const expected = [
      chunk('"hi"', "null", none),
      ": ping\n\n",
      chunk('"El\\"é"', "null", none),
      chunk('"be"', "null", none),
      chunk('""', '"length"', none),
      `data: {"id":"msg_01Riv","object":"text_completion","created":0,"model":"${MODEL}","choices":[],"usage":{"prompt_tokens":13,"completion_tokens":7,"total_tokens":20,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0,"cached_read_tokens":0,"cached_write_tokens":0}}}\n\n`,
      "data: [DONE]\n\n",
    ].join("");
    expect(created(stream(body, STREAM).text())).toBe(expected);
    for (let at = 1; at < Buffer.byteLength(STREAM); at++)
      expect(created(stream(body, STREAM, [at]).text())).toBe(expected);
  });

  test("whole and streamed say the same", () => {
    const whole = complete({ model: MODEL, prompt: "hi", stream: true, echo: true });
    expect(created(whole.client.text())).toBe(
      chunk('"hiElbe\\nOder"') + chunk('""', '"stop"') + "data: [DONE]\n\n",
    );
  });

  test("a stream that ends early ends in an error", () => {
    const text = stream({}, STREAM.slice(0, STREAM.indexOf("event: message_delta"))).text();
    expect(text).toContain('"code":"stream_truncated"');
    expect(text).not.toContain("[DONE]");
  });

  test("an error that comes first has its status", () => {
    const answer = event("error", { error: { type: "overloaded_error", message: "busy" } });
    const client = stream({}, answer);
    expect(client.status).toBe(503);
    expect(client.json()).toMatchObject({ error: { message: "busy" } });
  });
});
