/** What was asked for of these surfaces, line by line, each with what is done: docs/compat.md is the table. */
import { describe, expect, test } from "vitest";
import { ask, type Asked } from "./support.ts";

const NONE = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
const CREATED = "2026-03-02T09:15:27.481932Z";
const BATCH = {
  id: "msgbatch_1",
  processing_status: "in_progress",
  request_counts: { ...NONE, processing: 1 },
  created_at: CREATED,
};
const FILE = {
  id: "file_1",
  type: "file",
  filename: "a.pdf",
  mime_type: "application/pdf",
  size_bytes: 7,
  created_at: CREATED,
};
const MODEL = { id: "claude-x", type: "model", display_name: "Claude X", created_at: CREATED };
const OLD = {
  type: "completion",
  id: "compl_1",
  completion: " Elbe",
  stop_reason: "stop_sequence",
  model: "claude-2.1",
};
const SEED = { compat: "bifrost" };
const BETA = "files-api-2025-04-14";

const json = (asked: Asked) => ask(asked).client.json() as Record<string, unknown>;
const sent = (asked: Asked) => ask(asked).upstream;
const complete = (body: object, more: Partial<Asked> = {}): Asked => ({
  method: "POST",
  path: "/v1/completions",
  body: { model: "claude-2.1", prompt: "hi", max_tokens: 5, ...body },
  answer: OLD,
  ...more,
});
const form = (parts: string) =>
  Buffer.from(`${parts}--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n`);
const upload = (parts: string): Asked => ({
  method: "POST",
  path: "/v1/files",
  headers: [["content-type", "multipart/form-data; boundary=b"]],
  body: form(parts),
  answer: FILE,
});
const refused = (asked: Asked) => {
  const { upstream, client } = ask(asked);
  expect(upstream.headers).toBeUndefined();
  return client;
};

describe("legacy Completions", () => {
  test("non-streaming yes, streaming no, /v1/complete", () => {
    expect(sent(complete({})).header(":path")).toBe("/v1/complete");
    expect(sent(complete({ model: "claude-haiku-4-5" }, { settings: SEED })).header(":path")).toBe(
      "/v1/complete",
    );
    expect(refused(complete({ stream: true })).status).toBe(400);
    expect(refused(complete({ stream: true }, { settings: SEED })).status).toBe(400);
  });

  test("prompt auto-wrapped", () => {
    expect(sent(complete({})).json()).toMatchObject({ prompt: "\n\nHuman: hi\n\nAssistant:" });
  });

  test("max_tokens, temperature, top_p; top_k and stop by extra params", () => {
    const body = { temperature: 0.5, top_p: 0.9, extra_params: { top_k: 3, stop: ["END"] } };
    expect(sent(complete(body)).json()).toMatchObject({
      max_tokens_to_sample: 5,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
    });
    expect(sent(complete({ stop: ["END"] })).json()).toMatchObject({ stop_sequences: ["END"] });
  });

  test("completion and stop_reason", () => {
    expect(json(complete({}))).toMatchObject({
      choices: [{ text: " Elbe", finish_reason: "stop" }],
    });
  });
});

describe("Batches", () => {
  const request = {
    custom_id: "a",
    params: { model: "claude-x", max_tokens: 1, messages: [{ role: "user", content: "x" }] },
  };
  const create = (body: object): Asked => ({
    method: "POST",
    path: "/v1/batches",
    body,
    answer: BATCH,
  });

  test("requests or input_file_id", () => {
    expect(sent(create({ requests: [request] })).json()).toEqual({ requests: [request] });
    expect(refused(create({ input_file_id: "file_1" })).status).toBe(400);
  });

  test("pagination after_id, before_id, limit", () => {
    const path = "/v1/batches?after_id=a&before_id=b&limit=7";
    const answer = { data: [], has_more: false };
    expect(sent({ path, answer }).header(":path")).toBe(
      "/v1/messages/batches?limit=7&after_id=a&before_id=b",
    );
  });

  test("create, list, retrieve, cancel", () => {
    const path = "/v1/batches/msgbatch_1";
    expect(json(create({ requests: [request] }))).toMatchObject({ id: "msgbatch_1" });
    expect(json({ path: "/v1/batches", answer: { data: [BATCH] } })).toMatchObject({
      data: [{ id: "msgbatch_1" }],
    });
    expect(json({ path, answer: BATCH })).toMatchObject({ id: "msgbatch_1" });
    expect(json({ method: "POST", path: `${path}/cancel`, answer: BATCH })).toMatchObject({
      id: "msgbatch_1",
    });
  });

  test("results as JSONL of custom_id and result", () => {
    const answer = '{"custom_id":"a","result":{"type":"expired"}}\n';
    const { client } = ask({ path: "/v1/batches/msgbatch_1/results", answer });
    expect(client.text()).toBe(answer);
  });

  test.each([
    ["in_progress", "in_progress", "in_progress"],
    ["canceling", "cancelling", "cancelling"],
    ["ended", "completed", "ended"],
  ])("status %s", (processing_status, status, seed) => {
    const asked: Asked = { path: "/v1/batches/b", answer: { ...BATCH, processing_status } };
    expect(json(asked)).toMatchObject({ status, processing_status });
    expect(json({ ...asked, settings: SEED })).toMatchObject({ status: seed });
  });

  test.each([
    ["2026-03-02T09:15:27.481932Z", 1772442927],
    ["2026-03-02T10:15:27+01:00", 1772442927],
    ["2026-03-02T03:45:27.4-05:30", 1772442927],
    ["2024-02-29T23:59:59.999999999Z", 1709251199],
    ["2000-03-01T00:00:00Z", 951868800],
    ["1970-01-01T00:00:00Z", 0],
    ["1969-12-31T23:59:59.5Z", -1],
    ["", 0],
    ["yesterday", 0],
  ])("RFC 3339 with nanoseconds to Unix: %s", (created_at, seconds) => {
    expect(json({ path: "/v1/batches/b", answer: { ...BATCH, created_at } })).toMatchObject({
      created_at: seconds,
    });
  });
});

describe("Files", () => {
  test("beta header always", () => {
    for (const path of ["/v1/files", "/v1/files/file_1", "/v1/files/file_1/content"])
      expect(sent({ path, answer: { ...FILE, data: [] } }).header("anthropic-beta")).toBe(BETA);
    expect(sent(upload("")).header("anthropic-beta")).toBe(BETA);
  });

  test("file required, filename optional", () => {
    const named = '--b\r\nContent-Disposition: form-data; name="filename"\r\n\r\nn.txt\r\n';
    expect(sent(upload(named)).text()).toContain('name="file"; filename="n.txt"');
    expect(sent(upload("")).text()).toContain('name="file"; filename="file"');
  });

  test("size_bytes to bytes, created_at in Unix, mime_type to content_type; purpose batch, status processed", () => {
    expect(json({ path: "/v1/files/file_1", answer: FILE })).toMatchObject({
      id: "file_1",
      filename: "a.pdf",
      bytes: 7,
      created_at: 1772442927,
      content_type: "application/pdf",
      purpose: "batch",
      status: "processed",
    });
  });

  test("five endpoints, pagination by cursors", () => {
    expect(json(upload(""))).toMatchObject({ id: "file_1" });
    expect(
      sent({ path: "/v1/files?after_id=a&before_id=b&limit=7", answer: { data: [] } }).header(
        ":path",
      ),
    ).toBe("/v1/files?limit=7&after_id=a&before_id=b");
    expect(json({ method: "DELETE", path: "/v1/files/file_1", answer: {} })).toMatchObject({
      deleted: true,
    });
    expect(ask({ path: "/v1/files/file_1/content", answer: "bytes" }).client.text()).toBe("bytes");
  });
});

describe("Models", () => {
  const answer = { data: [MODEL], has_more: true, first_id: "claude-x", last_id: "claude-x" };

  test("GET /v1/models?limit", () => {
    expect(sent({ path: "/v1/models", answer }).header(":path")).toBe("/v1/models?limit=1000");
  });

  test("id prefixed, display_name to name, created_at in Unix; NextPageToken, FirstID, LastID", () => {
    expect(json({ path: "/v1/models", answer })).toMatchObject({
      data: [{ id: "anthropic/claude-x", name: "Claude X", created: 1772442927 }],
      first_id: "anthropic/claude-x",
      last_id: "anthropic/claude-x",
      next_page_token: "claude-x",
    });
  });

  test("filtered by the models that are allowed", () => {
    const settings = { models: { allow: ["claude-y"] } };
    expect(json({ path: "/v1/models", answer, settings })).toMatchObject({ data: [] });
  });
});

test.each([
  "/v1/embeddings",
  "/v1/audio/speech",
  "/v1/audio/transcriptions",
  "/v1/images/generations",
])("%s is unsupported", (path) => {
  const client = refused({ method: "POST", path, body: {} });
  expect(client.status).toBe(400);
  expect(client.json()).toMatchObject({ error: { code: "unsupported_operation" } });
});

test("several keys: stateful operations use the first", () => {
  const keys = [
    { name: "a", value: "sk-ant-a", weight: 1 },
    { name: "b", value: "sk-ant-b", weight: 99 },
  ];
  const settings = { auth: { mode: "keys", keys } };
  expect(sent({ path: "/v1/batches/b", answer: BATCH, settings }).header("x-api-key")).toBe(
    "sk-ant-a",
  );
  expect(sent({ ...upload(""), settings }).header("x-api-key")).toBe("sk-ant-a");
});
