/** Creation of batches from requests in the body. Decided by docs/batches.md, "Creation". */
import { describe, expect, test } from "vitest";
import type { ExchangeResult } from "../host/index.ts";
import { ask, sameAtEveryCut, type Asked } from "./support.ts";

const MODEL = "claude-sonnet-4-6";
const ANSWER = {
  id: "msgbatch_01Jo",
  type: "message_batch",
  processing_status: "in_progress",
  request_counts: { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  created_at: "2026-03-02T09:15:27.481932Z",
  expires_at: "2026-03-03T09:15:27.481932Z",
};
const HI = [{ role: "user", content: "hi" }];
const body = (more: object = {}) => ({ model: MODEL, max_tokens: 8, messages: HI, ...more });
const line = (custom_id: string, more: object = {}, url = "/v1/chat/completions") => ({
  custom_id,
  method: "POST",
  url,
  body: body(more),
});

function create(sent: unknown, more: Partial<Asked> = {}): ExchangeResult {
  return ask({ method: "POST", path: "/v1/batches", body: sent, answer: ANSWER, ...more });
}
const requests = (...list: unknown[]) => create({ requests: list });
const params = (result: ExchangeResult) =>
  (result.upstream.json() as { requests: { params: Record<string, unknown> }[] }).requests.map(
    (request) => request.params,
  );

describe("the worked example", () => {
  const sent = {
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    input_file_id: "inline",
    metadata: { job: "nightly" },
    requests: [
      {
        custom_id: "a1",
        method: "POST",
        url: "/v1/chat/completions",
        body: {
          model: `anthropic/${MODEL}`,
          stream: true,
          stream_options: { include_usage: true },
          max_completion_tokens: 64,
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "2+2?" },
          ],
        },
      },
      {
        custom_id: "a2",
        params: { model: MODEL, max_tokens: 8, messages: [{ role: "user", content: "ping" }] },
      },
    ],
  };
  const upstreamBody =
    `{"requests":[{"custom_id":"a1","params":{"model":"${MODEL}","max_tokens":64,"system":"Be brief.","messages":[{"role":"user","content":"2+2?"}]}},` +
    `{"custom_id":"a2","params":{"model":"${MODEL}","max_tokens":8,"messages":[{"role":"user","content":"ping"}]}}]}`;

  test("upstream", () => {
    const { upstream } = create(sent, { headers: [["anthropic-beta", "x-1"]] });
    expect(upstream.header(":path")).toBe("/v1/messages/batches");
    expect(upstream.header(":method")).toBe("POST");
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(upstream.header("content-length")).toBe(String(upstreamBody.length));
    expect(upstream.header("anthropic-beta")).toBe("x-1");
    expect(upstream.text()).toBe(upstreamBody);
  });

  test("the query of a list before it is none of its own", () => {
    ask({ path: "/v1/batches?limit=3&after=b", answer: { data: [], has_more: false } });
    expect(create(sent).upstream.header(":path")).toBe("/v1/messages/batches");
  });

  test("members in another order, in pieces", () => {
    const turned = Object.fromEntries(Object.entries(sent).reverse());
    for (const requestCut of [1, 7, 100]) {
      expect(create(turned, { requestCut }).upstream.text()).toBe(upstreamBody);
    }
  });

  test("client", () => {
    const text = sameAtEveryCut({
      method: "POST",
      path: "/v1/batches",
      body: sent,
      answer: ANSWER,
    });
    expect(JSON.parse(text)).toMatchObject({
      id: "msgbatch_01Jo",
      endpoint: "/v1/chat/completions",
      input_file_id: "inline",
      status: "in_progress",
      metadata: { job: "nightly" },
      request_counts: { total: 2, completed: 0, failed: 0 },
    });
  });
});

describe("forms", () => {
  test.each<[url: string, sent: object, id: string, upstream: object]>([
    ["/v1/responses", { input: "hi" }, "batch_resp_msgbatch_01Jo", { messages: HI }],
    ["/v1/completions", { prompt: "hi" }, "batch_text_msgbatch_01Jo", { messages: HI }],
    [
      "/v1/messages",
      { messages: HI, max_tokens: 3 },
      "batch_msg_msgbatch_01Jo",
      { messages: HI, max_tokens: 3 },
    ],
  ])("%s, told by the batch or by its requests", (url, sent, id, upstream) => {
    const request = { custom_id: "a", body: { model: MODEL, ...sent } };
    for (const result of [
      create({ endpoint: url, requests: [request] }),
      create({ requests: [{ ...request, url }] }),
      create({ requests: [{ ...request, endpoint: url }] }),
    ]) {
      expect(params(result)[0]).toMatchObject(upstream);
      expect(params(result)[0]).not.toHaveProperty("stream");
      expect(result.client.json()).toMatchObject({
        id,
        endpoint: url,
        input_file_id: `file-in-${id}`,
      });
    }
  });

  test("params are copied byte for byte, but for what no batch may have and the model's name", () => {
    const raw = String.raw`{ "max_tokens" :1.0e1, "model": "anthropic/${MODEL}","messages":[ {"role":"user","content":"\u00e9\/"} ] }`;
    const sent = (inside: string) => `{"requests":[{"custom_id":"a","params":${inside}}]}`;
    const upstream = (text: string) => create(text).upstream.text();
    expect(upstream(sent(raw.replace("anthropic/", "")))).toBe(sent(raw.replace("anthropic/", "")));
    expect(upstream(sent(raw))).toBe(sent(raw.replace("anthropic/", "")));
    const live = raw.replace("{ ", '{ "stream": true, ').replace(" }", ', "speed":"fast" }');
    expect(JSON.parse(upstream(sent(live)))).toEqual(
      JSON.parse(sent(raw.replace("anthropic/", ""))),
    );
  });

  test("of params and body the params count", () => {
    const both = { ...line("a"), params: { model: MODEL, max_tokens: 1, messages: HI } };
    expect(params(requests(both))[0]).toMatchObject({ max_tokens: 1 });
  });

  test("what one request needs, the batch gets", () => {
    const result = create({
      requests: [
        line("a", { betas: ["b-1", "b-2"] }),
        line("b", { betas: ["b-1", "b-2"] }),
        line("c", { betas: ["b-3"], seed: 1 }),
      ],
    });
    expect(result.upstream.header("anthropic-beta")).toBe("b-1,b-2,b-3");
    expect(result.client.header("x-bridge-adapted")).toBe("dropped:seed");
  });

  test("a time of expiry is named, because it is lost", () => {
    const result = create({ requests: [line("a")], output_expires_after: { seconds: 1 } });
    expect(result.client.header("x-bridge-adapted")).toBe("dropped:output_expires_after");
  });

  test("fast mode is not for batches", () => {
    const result = requests(line("a", { speed: "fast" }));
    expect(params(result)[0]).not.toHaveProperty("speed");
    expect(result.client.header("x-bridge-adapted")).toBe("dropped:speed");
  });

  test("aliases and settings of the route", () => {
    const settings = { models: { aliases: { fast: MODEL } }, params: { set: { top_k: 5 } } };
    const result = create({ requests: [line("a", { model: "fast" }), line("b")] }, { settings });
    expect(params(result)).toMatchObject([
      { model: MODEL, top_k: 5 },
      { model: MODEL, top_k: 5 },
    ]);
  });

  test("a thousand requests", () => {
    const list = Array.from({ length: 1000 }, (_, i) => line(`id-${String(i)}`));
    const sent = params(requests(...list));
    expect(sent).toHaveLength(1000);
    expect(sent[999]).toEqual({ model: MODEL, max_tokens: 8, messages: HI });
  });
});

const refusal = ({ client, upstream }: ExchangeResult) => {
  expect(upstream.headers).toBeUndefined();
  expect(client.status).toBe(400);
  return (client.json() as { error: { param: string; code: string; message: string } }).error;
};

describe("refused", () => {
  test.each<[name: string, sent: unknown, param: string | null, code: string | null]>([
    ["no JSON", "{", null, null],
    ["no object", [], null, null],
    [
      "nested too deeply",
      `{"endpoint":${"[".repeat(200)}${"]".repeat(200)}}`,
      null,
      "invalid_value",
    ],
    ["nothing to do", {}, "input_file_id", "missing_required_parameter"],
    ["no requests", { requests: [] }, "requests", "invalid_value"],
    ["requests that are none", { requests: {} }, "requests", "invalid_type"],
    ["a file", { input_file_id: "file_1" }, "input_file_id", "unsupported_parameter"],
    [
      "a batch's input without eager uploads",
      { input_file_id: "file-in-msgbatch_1" },
      "input_file_id",
      "unsupported_parameter",
    ],
    [
      "embeddings",
      { endpoint: "/v1/embeddings", requests: [line("a")] },
      "endpoint",
      "unsupported_operation",
    ],
    [
      "another window",
      { completion_window: "1h", requests: [line("a")] },
      "completion_window",
      "invalid_value",
    ],
    ["metadata that is none", { metadata: 1, requests: [line("a")] }, "metadata", "invalid_type"],
  ])("%s", (_, sent, param, code) => {
    expect(refusal(create(sent))).toMatchObject({ param, code });
  });

  test.each(["shell", "local_shell", "apply_patch", "computer_use_preview"])(
    "a tool of type %s",
    (type) => {
      const screen = { display_width: 1024, display_height: 768, environment: "browser" };
      const tools = [{ type, ...(type.startsWith("computer") && screen) }];
      const request = {
        custom_id: "a",
        method: "POST",
        url: "/v1/responses",
        body: { model: MODEL, input: "hi", tools },
      };
      expect(refusal(requests(request))).toMatchObject({
        param: "requests[0].tools",
        code: "unsupported_parameter",
      });
    },
  );

  test.each<[name: string, request: unknown, param: string, code: string]>([
    ["no object", 1, "requests[1]", "invalid_jsonl_line"],
    ["nothing to do", { custom_id: "a" }, "requests[1]", "invalid_jsonl_line"],
    ["a body that is none", { custom_id: "a", body: [] }, "requests[1]", "invalid_jsonl_line"],
    ["no id", { body: body() }, "requests[1].custom_id", "missing_required_parameter"],
    ["an id of 65 letters", line("a".repeat(65)), "requests[1].custom_id", "invalid_value"],
    ["a dot in an id", line("a.b"), "requests[1].custom_id", "invalid_value"],
    ["an empty id", line(""), "requests[1].custom_id", "invalid_value"],
    ["another method", { ...line("a"), method: "GET" }, "requests[1].method", "invalid_value"],
    ["embeddings", line("a", {}, "/v1/embeddings"), "requests[1].url", "unsupported_operation"],
    [
      "another form",
      line("a", { input: "hi" }, "/v1/responses"),
      "requests[1].url",
      "invalid_value",
    ],
    [
      "no model",
      line("a", { model: undefined }),
      "requests[1].model",
      "missing_required_parameter",
    ],
    [
      "a role",
      line("a", { messages: [{ role: "x", content: "" }] }),
      "requests[1].messages[0].role",
      "invalid_value",
    ],
    ["n", line("a", { n: 2 }), "requests[1].n", "unsupported_value"],
    [
      "functions",
      line("a", { functions: [{ name: "f" }] }),
      "requests[1].functions",
      "unsupported_parameter",
    ],
    [
      "a tool whose name is changed",
      line("a", { tools: [{ type: "function", function: { name: "a.b" } }] }),
      "requests[1].tools",
      "unsupported_parameter",
    ],
    [
      "a custom tool",
      line("a", { tools: [{ type: "custom", custom: { name: "c" } }] }),
      "requests[1].tools",
      "unsupported_parameter",
    ],
    [
      "a user profile",
      line("a", { user_profile_id: "p" }),
      "requests[1].user_profile_id",
      "unsupported_parameter",
    ],
    [
      "params without messages",
      { custom_id: "a", params: { model: MODEL } },
      "requests[1].messages",
      "missing_required_parameter",
    ],
  ])("a request with %s", (_, request, param, code) => {
    expect(refusal(requests(line("first"), request))).toMatchObject({ param, code });
  });

  test("an echo, which a result cannot have", () => {
    const request = {
      custom_id: "a",
      url: "/v1/completions",
      body: { model: MODEL, prompt: "x", echo: true },
    };
    expect(refusal(requests(request))).toMatchObject({ param: "requests[0].echo" });
  });

  test("the refusal of a file says what to do", () => {
    const { message } = refusal(create({ input_file_id: "file_1" }));
    expect(message).toContain("inline 'requests'");
    expect(message).toContain("batches.input_file: eager");
  });

  test("ids of 64 letters pass", () => {
    expect(requests(line("a".repeat(60) + "-_9Z")).client.status).toBe(200);
  });

  test("a body above the limit, and one at it", () => {
    const sent = JSON.stringify({ requests: [line("a")] });
    const at = (max_request_bytes: number) =>
      create(sent, { settings: { limits: { max_request_bytes } } }).client.status;
    expect(at(sent.length)).toBe(200);
    expect(at(sent.length - 1)).toBe(413);
  });

  test("a provider without batches, before any body", () => {
    const settings = { provider: { type: "databricks" } };
    expect(refusal(create({ requests: [line("a")] }, { settings }))).toMatchObject({
      code: "unsupported_operation",
      message: expect.stringContaining("databricks") as string,
    });
  });
});

test("a model that the upstream's key is for does not choose the key", () => {
  const keys = [
    { name: "a", value: "sk-ant-a", models: [`${MODEL}*`] },
    { name: "b", value: "sk-ant-b" },
  ];
  const { upstream } = create(
    { requests: [line("a")] },
    { settings: { auth: { mode: "keys", keys } } },
  );
  expect(upstream.header("x-api-key")).toBe("sk-ant-b");
});
