/** Results of batches, line by line. Decided by docs/batches.md, "Results". */
import { describe, expect, test } from "vitest";
import { ask, sameAtEveryCut, type Asked } from "./support.ts";

const get = (path: string, answer: unknown, more: Partial<Asked> = {}) =>
  ask({ path, answer, ...more });

const message = (id: string, content: object[], more: object = {}) => ({
  id,
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5",
  content,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 8, output_tokens: 3 },
  ...more,
});
const text = (words: string) => ({ type: "text", text: words });
const succeeded = (custom_id: string, answer: object) => ({
  custom_id,
  result: { type: "succeeded", message: answer },
});
const errored = (custom_id: string, error: object) => ({
  custom_id,
  result: { type: "errored", error },
});
const REFUSED = {
  type: "error",
  error: { type: "invalid_request_error", message: "max_tokens: too large" },
  request_id: "req_011q",
};
const LINES = [
  succeeded("q-2", message("msg_01B", [text("yo!")])),
  errored("q-3", REFUSED),
  { custom_id: "q-4", result: { type: "expired" } },
  { custom_id: "q-5", result: { type: "canceled" } },
];
const jsonl = (lines: unknown[], end = "\n") => lines.map((l) => JSON.stringify(l) + end).join("");
const RESULTS = jsonl(LINES);
const created = (lines: string) => lines.replace(/"created(_at)?":\d+/g, '"created$1":0');
const results = (path: string, answer: unknown, more: Partial<Asked> = {}) =>
  created(get(path, answer, more).client.text());

const OUT =
  '{"id":"batch_req_msgbatch_01Jo_q-2","custom_id":"q-2","response":{"status_code":200,"request_id":"msg_01B","body":{"id":"msg_01B","object":"chat.completion","created":0,"model":"claude-haiku-4-5","choices":[{"index":0,"message":{"role":"assistant","content":"yo!","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":8,"completion_tokens":3,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0,"cached_read_tokens":0,"cached_write_tokens":0}}}},"error":null}\n';
const ERR =
  '{"id":"batch_req_msgbatch_01Jo_q-3","custom_id":"q-3","response":{"status_code":400,"request_id":"req_011q","body":{"error":{"message":"max_tokens: too large","type":"invalid_request_error","param":"max_tokens","code":null}}},"error":null}\n' +
  '{"id":"batch_req_msgbatch_01Jo_q-4","custom_id":"q-4","response":null,"error":{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}}\n' +
  '{"id":"batch_req_msgbatch_01Jo_q-5","custom_id":"q-5","response":null,"error":{"code":"batch_cancelled","message":"This request was cancelled before it was executed."}}\n';

describe("results", () => {
  test.each([
    ["/v1/files/file-out-msgbatch_01Jo/content", OUT, "_output"],
    ["/v1/files/file-err-msgbatch_01Jo/content", ERR, "_error"],
    ["/v1/files/msgbatch_01Jo/content", OUT + ERR, "_output"],
    ["/v1/files/anthropic_batch_results%3Amsgbatch_01Jo/content", OUT + ERR, "_output"],
    ["/v1/batches/msgbatch_01Jo/output", OUT + ERR, "_output"],
  ])("%s, at every cut", (path, expected, name) => {
    const asked: Asked = {
      path,
      answer: RESULTS,
      answerHeaders: [
        ["content-type", "application/x-jsonl"],

        ["etag", "x"],
      ],
    };
    expect(created(sameAtEveryCut(asked))).toBe(expected);
    const { upstream, client } = ask(asked);
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Jo/results");
    expect(upstream.header("anthropic-beta")).toBeUndefined();
    expect(client.header("content-type")).toBe("application/x-jsonl");
    expect(client.header("content-length")).toBeUndefined();
    expect(client.header("etag")).toBeUndefined();
    expect(client.header("content-disposition")).toBe(
      `attachment; filename="msgbatch_01Jo${name}.jsonl"`,
    );
  });

  test.each([
    ["CRLF", jsonl(LINES, "\r\n")],
    ["blank lines", `\n\r\n${jsonl(LINES, "\n\n\r\n")}`],
    ["no last end", RESULTS.slice(0, -1)],
  ])("%s", (_, answer) => {
    const path = "/v1/batches/msgbatch_01Jo/output";
    expect(created(sameAtEveryCut({ path, answer }))).toBe(OUT + ERR);
  });

  test("the upstream's own bytes", () => {
    const { upstream, client } = get("/v1/batches/batch_resp_msgbatch_01Jo/results", RESULTS, {
      answerHeaders: [["content-type", "application/x-jsonl"]],
    });
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Jo/results");
    expect(client.text()).toBe(RESULTS);
    expect(client.header("content-length")).toBe(String(RESULTS.length));
  });

  test("in the form of the batch", () => {
    const body = (id: string) => {
      const lines = results(`/v1/files/file-out-${id}/content`, RESULTS);
      return (JSON.parse(lines) as { response: { body: unknown } }).response.body;
    };
    expect(body("msgbatch_01Jo")).toMatchObject({ object: "chat.completion" });
    expect(body("batch_resp_msgbatch_01Jo")).toMatchObject({
      id: "resp_msg_01B",
      object: "response",
      status: "completed",
      model: "claude-haiku-4-5",
      output: [{ type: "message", content: [{ type: "output_text", text: "yo!" }] }],
      usage: { input_tokens: 8, output_tokens: 3, total_tokens: 11 },
      instructions: null,
      temperature: 1,
      tools: [],
    });
    expect(body("batch_text_msgbatch_01Jo")).toMatchObject({
      object: "text_completion",
      choices: [{ text: "yo!", finish_reason: "stop" }],
    });
    expect(body("batch_msg_msgbatch_01Jo")).toEqual(message("msg_01B", [text("yo!")]));
  });

  test("as responses, at every cut, whatever was asked before", () => {
    const path = "/v1/files/file-out-batch_resp_msgbatch_01Jo/content";
    const asked = sameAtEveryCut({ path, answer: RESULTS });
    ask({
      method: "POST",
      path: "/v1/responses",
      body: { model: "claude-haiku-4-5", input: "x", temperature: 0.3, instructions: "i" },
      answer: message("m", [text("y")]),
    });
    expect(created(results(path, RESULTS))).toBe(created(asked));
  });

  test("tools, thinking and forced JSON as in chat", () => {
    const use = (name: string, input: object) => ({ type: "tool_use", id: "toolu_1", name, input });
    const stop = { stop_reason: "tool_use" };
    const answer = jsonl([
      succeeded(
        "a",
        message(
          "m",
          [{ type: "thinking", thinking: "hm", signature: "c2ln" }, use("f", { a: 1 })],
          stop,
        ),
      ),
      succeeded("b", message("m", [use("json_response", { ok: true })], stop)),
    ]);
    const lines = results("/v1/batches/msgbatch_1/output", answer)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      {
        response: {
          body: {
            choices: [
              {
                finish_reason: "tool_calls",
                message: {
                  reasoning_content: "hm",
                  tool_calls: [{ function: { name: "f", arguments: '{"a":1}' } }],
                },
              },
            ],
          },
        },
      },
      {
        response: {
          body: { choices: [{ finish_reason: "stop", message: { content: '{"ok":true}' } }] },
        },
      },
    ]);
  });

  test.each<[string, number]>([
    ["invalid_request_error", 400],
    ["authentication_error", 401],
    ["billing_error", 402],
    ["permission_error", 403],
    ["not_found_error", 404],
    ["request_too_large", 413],
    ["rate_limit_error", 429],
    ["timeout_error", 504],
    ["overloaded_error", 503],
    ["api_error", 500],
    ["what_next", 500],
  ])("%s is a %d", (type, status) => {
    const flat = errored("a", { type, message: "no" });
    const full = errored("a", { type: "error", error: { type, message: "no" } });
    for (const line of [flat, full]) {
      const shown = JSON.parse(results("/v1/files/file-err-b/content", jsonl([line]))) as object;
      expect(shown).toMatchObject({
        response: { status_code: status, request_id: "", body: { error: { message: "no" } } },
        error: null,
      });
    }
  });

  const broken = (code: string, custom_id = "") => ({
    custom_id,
    response: null,
    error: { code },
  });
  test.each<[string, string, object]>([
    ["no JSON", "x", broken("invalid_result_line")],
    ["cut off", '{"custom_id":"a","result":{"type":"succ', broken("invalid_result_line")],
    [
      "no message",
      '{"custom_id":"a","result":{"type":"succeeded"}}',
      broken("invalid_result_line", "a"),
    ],
    [
      "a message that is none",
      '{"custom_id":"a","result":{"type":"succeeded","message":{"id":"m"}}}',
      broken("invalid_result_line", "a"),
    ],
    [
      "an error without one",
      '{"custom_id":"a","result":{"type":"errored"}}',
      broken("invalid_result_line", "a"),
    ],
    [
      "another type",
      '{"custom_id":"a","result":{"type":"new"}}',
      broken("invalid_result_line", "a"),
    ],
    ["no result", '{"custom_id":"a"}', broken("invalid_result_line", "a")],
    ["a number for an id", '{"custom_id":1,"result":{"type":"expired"}}', broken("batch_expired")],
  ])("a line with %s, and the next one", (_, line, shown) => {
    const answer = `${line}\n${RESULTS}`;
    const lines = results("/v1/batches/msgbatch_01Jo/output", answer);
    expect(JSON.parse(lines.slice(0, lines.indexOf("\n")))).toMatchObject(shown);
    expect(lines.slice(lines.indexOf("\n") + 1)).toBe(OUT + ERR);
  });

  test("what cannot be read stands in both files", () => {
    for (const kind of ["out", "err"])
      expect(results(`/v1/files/file-${kind}-b/content`, "x\n")).toContain("invalid_result_line");
  });

  test.each([
    [0, true],
    [1, false],
  ])("a line at the limit, and %d above", (above, fits) => {
    const line = JSON.stringify(succeeded("q", message("m", [text("x".repeat(500))])));
    const settings = { limits: { max_response_bytes: line.length - above } };
    const answer = `${line}\n${RESULTS}`;
    for (const cut of ["whole", 7] as const) {
      const err = results("/v1/files/file-err-msgbatch_01Jo/content", answer, { settings, cut });
      const out = results("/v1/files/file-out-msgbatch_01Jo/content", answer, { settings, cut });
      expect(out.includes("xxxx")).toBe(fits);
      expect(
        err.includes('"custom_id":"q","response":null,"error":{"code":"result_too_large"'),
      ).toBe(!fits);
      expect(out.endsWith(OUT)).toBe(true);
      expect(err.endsWith(ERR)).toBe(true);
    }
  });

  test("a batch that has not ended yet", () => {
    const answer = {
      type: "error",
      error: { type: "invalid_request_error", message: "not ended" },
    };
    const { client } = get("/v1/files/file-out-b/content", answer, { status: 400 });
    expect(client.status).toBe(400);
    expect(client.header("content-disposition")).toBeUndefined();
    expect(client.json()).toMatchObject({ error: { message: "not ended" } });
  });

  test("the input cannot be read", () => {
    const { upstream, client } = get("/v1/files/file-in-b/content", "");
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({
      error: { code: "unsupported_operation", param: "file_id" },
    });
  });
});
