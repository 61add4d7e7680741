/** Files: what is known of them, deletion, content; and the files that stand for parts of a batch. Decided by docs/files.md. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ask, sameAtEveryCut, type Asked } from "./support.ts";

const BETA = "files-api-2025-04-14";
const PLAN = {
  id: "file_011Abc",
  type: "file",
  filename: 'pl"an\u00e9.pdf',
  mime_type: "application/pdf",
  size_bytes: 48213,
  created_at: "2026-01-20T12:30:45.123456Z",
  downloadable: false,
};
const SHOWN =
  '{"id":"file_011Abc","object":"file","bytes":48213,"created_at":1768912245,"filename":"pl\\"ané.pdf","purpose":"batch","status":"processed","expires_at":null,"status_details":null,"content_type":"application/pdf","downloadable":false}';

const get = (path: string, answer?: unknown, more: Partial<Asked> = {}) =>
  ask({ path, answer, ...more });

describe("one file", () => {
  test("the worked example, at every cut", () => {
    expect(sameAtEveryCut({ path: "/v1/files/file_011Abc", answer: PLAN })).toBe(SHOWN);
  });

  test("path, credential, beta", () => {
    const { upstream } = get("/openai/v1/files/file_a%2Eb", PLAN, {
      headers: [["anthropic-beta", "x-1"]],
    });
    expect(upstream.header(":path")).toBe("/v1/files/file_a.b");
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(upstream.header("anthropic-beta")).toBe(`x-1,${BETA}`);
    expect(upstream.header("accept-encoding")).toBe("identity");
  });

  test("a beta that is there is not sent twice", () => {
    const headers: [string, string][] = [["anthropic-beta", `${BETA}, x`]];
    expect(get("/v1/files/f", PLAN, { headers }).upstream.header("anthropic-beta")).toBe(
      `${BETA},x`,
    );
  });

  test("members of the newer API", () => {
    const { downloadable, ...rest } = PLAN;
    const { client } = get("/v1/files/f", { ...rest, expires_at: "2026-02-20T00:00:00Z" });
    expect(client.json()).toMatchObject({ expires_at: 1771545600 });
    expect(client.json()).not.toHaveProperty("downloadable");
    expect(downloadable).toBe(false);
  });

  test.each(["{}", "[]", '{"id":1}', "x"])("no file: %s", (answer) => {
    const { client } = get("/v1/files/f", answer);
    expect(client.status).toBe(502);
    expect(client.json()).toMatchObject({ error: { code: "invalid_upstream_response" } });
  });

  test.each([
    "..%2f..%2forganizations",
    "..",
    "a b",
    "%2e%2e",
    "file-out-",
    "file-out-..",
    "file-err-batch_msg_..",
  ])("%s is no id", (id) => {
    for (const tail of ["", "/content"]) {
      const { upstream, client } = get(`/v1/files/${id}${tail}`, PLAN);
      expect(upstream.headers).toBeUndefined();
      expect(client.status).toBe(400);
      expect(client.json()).toMatchObject({ error: { param: "file_id", code: "invalid_value" } });
    }
  });

  test.each([
    [200, { id: "file_011Abc", type: "file_deleted" }],
    [200, "{}"],
    [204, undefined],
  ])("deletion, answered by %d %j", (status, answer) => {
    const { upstream, client } = ask({
      method: "DELETE",
      path: "/v1/files/file_011Abc",
      status,
      answer,
    });
    expect(upstream.header(":method")).toBe("DELETE");
    expect(upstream.header(":path")).toBe("/v1/files/file_011Abc");
    expect(client.status).toBe(200);
    expect(client.text()).toBe('{"id":"file_011Abc","object":"file","deleted":true}');
  });
});

describe("content", () => {
  const BYTES = Buffer.from([0, 255, 10, 13, 34, 1]);

  test("bytes, headers and status pass", () => {
    const { upstream, client } = get("/v1/files/file_1/content", BYTES, {
      headers: [
        ["range", "bytes=0-5"],
        ["if-none-match", "x"],
        ["accept-encoding", "gzip"],
      ],
      status: 206,
      answerHeaders: [
        ["content-type", "application/pdf"],
        ["content-encoding", "gzip"],
        ["etag", "x"],
        ["content-range", "bytes 0-5/9"],
      ],
    });
    expect(upstream.header(":path")).toBe("/v1/files/file_1/content");
    expect(upstream.header("range")).toBe("bytes=0-5");
    expect(upstream.header("if-none-match")).toBe("x");
    expect(upstream.header("accept-encoding")).toBe("gzip");
    expect(upstream.header("anthropic-beta")).toBe(BETA);
    expect(client.status).toBe(206);
    expect(Buffer.from(client.body())).toEqual(BYTES);
    for (const name of ["content-length", "etag", "content-range", "content-encoding"])
      expect(client.header(name)).toBeDefined();
  });

  test("an empty file", () => {
    const { client } = get("/v1/files/file_1/content");
    expect(client.status).toBe(200);
    expect(client.body()).toHaveLength(0);
  });

  const FORBIDDEN = {
    type: "error",
    error: { type: "invalid_request_error", message: "not downloadable" },
  };
  test("an error is OpenAI's", () => {
    const { client } = get("/v1/files/file_1/content", FORBIDDEN, { status: 400 });
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({ error: { message: "not downloadable" } });
  });

  test("an error in a compression is one without words", () => {
    const { client } = get("/v1/files/file_1/content", gzipSync(JSON.stringify(FORBIDDEN)), {
      status: 404,
      answerHeaders: [
        ["content-type", "application/json"],
        ["content-encoding", "gzip"],
      ],
    });
    expect(client.status).toBe(404);
    expect(client.header("content-encoding")).toBeUndefined();
    expect(client.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    expect(client.text()).not.toMatch(/[^\u0020-\u007e]/);
  });
});

describe("list", () => {
  test("elements and cursors, at every cut", () => {
    const other = { ...PLAN, id: "file_2" };
    const answer = {
      data: [PLAN, other],
      has_more: true,
      first_id: "file_011Abc",
      last_id: "file_2",
    };
    expect(sameAtEveryCut({ path: "/v1/files", answer })).toBe(
      `{"object":"list","data":[${SHOWN},${SHOWN.replace("file_011Abc", "file_2")}],"first_id":"file_011Abc","last_id":"file_2","has_more":true}`,
    );
  });

  test("the newer API names no cursors", () => {
    const answer = { next_page: "page_x", data: [PLAN, { ...PLAN, id: "file_2" }] };
    const text = sameAtEveryCut({ path: "/v1/files", answer });
    expect(JSON.parse(text)).toMatchObject({
      first_id: "file_011Abc",
      last_id: "file_2",
      has_more: true,
    });
    const last = get("/v1/files", { ...answer, next_page: null }).client.json();
    expect(last).toMatchObject({ has_more: false });
  });

  test.each([
    ["/v1/files", "limit=1000"],
    ["/v1/files?limit=10000", "limit=1000"],
    ["/v1/files?limit=1000&order=desc", "limit=1000"],
    ["/v1/files?limit=3&after=file_1", "limit=3&after_id=file_1"],
    [
      "/v1/files?purpose=batch&after_id=file_1&before_id=file%202",
      "limit=1000&after_id=file_1&before_id=file%202",
    ],
  ])("%s", (path, query) => {
    const { upstream } = get(path, { data: [], has_more: false });
    expect(upstream.header(":path")).toBe(`/v1/files?${query}`);
    expect(upstream.header("anthropic-beta")).toBe(BETA);
  });

  test.each([
    ["limit=0", "limit", "invalid_value"],
    ["limit=x", "limit", "invalid_value"],
    ["order=asc", "order", "unsupported_parameter"],
    ["after=file-out-msgbatch_1", "after", "invalid_value"],
  ])("%s is refused", (query, param, code) => {
    const { upstream, client } = get(`/v1/files?${query}`, {});
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({ error: { param, code } });
  });

  test("files of another purpose: there are none", () => {
    const { upstream, client } = get("/v1/files?purpose=assistants", {});
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(200);
    expect(client.json()).toEqual({
      object: "list",
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });
});

describe("parts of a batch", () => {
  const BATCH = {
    id: "msgbatch_01Jo",
    type: "message_batch",
    processing_status: "ended",
    request_counts: { processing: 0, succeeded: 3, errored: 1, canceled: 0, expired: 0 },
    ended_at: "2026-03-02T09:58:03.100000Z",
    created_at: "2026-03-02T09:15:27.481932Z",
    expires_at: "2026-03-03T09:15:27.481932Z",
  };
  const running = { ...BATCH, processing_status: "in_progress", ended_at: null };

  test("a file of results, at every cut", () => {
    const path = "/v1/files/file-out-batch_resp_msgbatch_01Jo";
    expect(sameAtEveryCut({ path, answer: BATCH })).toBe(
      '{"id":"file-out-batch_resp_msgbatch_01Jo","object":"file","bytes":0,"created_at":1772445483,"filename":"msgbatch_01Jo_output.jsonl","purpose":"batch_output","status":"processed","expires_at":1774948527,"status_details":null}',
    );
    const { upstream } = get(path, BATCH);
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Jo");
    expect(upstream.header("anthropic-beta")).toBeUndefined();
  });

  test.each<[id: string, answer: object, shown: object]>([
    [
      "file-err-msgbatch_01Jo",
      BATCH,
      { filename: "msgbatch_01Jo_error.jsonl", purpose: "batch_output", created_at: 1772445483 },
    ],
    [
      "file-in-msgbatch_01Jo",
      BATCH,
      { filename: "msgbatch_01Jo_input.jsonl", purpose: "batch", created_at: 1772442927 },
    ],
    ["file-in-msgbatch_01Jo", running, { status: "processed", created_at: 1772442927 }],
    ["file-out-msgbatch_01Jo", running, { status: "uploaded", created_at: 1772442927 }],
    ["msgbatch_01Jo", BATCH, { filename: "msgbatch_01Jo_output.jsonl" }],
    ["file-err-batch_text_msgbatch_01Jo", BATCH, { filename: "msgbatch_01Jo_error.jsonl" }],
  ])("%s", (id, answer, shown) => {
    const { upstream, client } = get(`/v1/files/${id}`, answer);
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Jo");
    expect(client.json()).toMatchObject({ id, object: "file", ...shown });
  });

  test.each(["file-in-msgbatch_1", "file-out-msgbatch_1", "file-err-b", "msgbatch_1"])(
    "%s cannot be deleted",
    (id) => {
      const { upstream, client } = ask({ method: "DELETE", path: `/v1/files/${id}`, answer: {} });
      expect(upstream.headers).toBeUndefined();
      expect(client.status).toBe(400);
      expect(client.json()).toMatchObject({
        error: { param: "file_id", code: "unsupported_operation" },
      });
    },
  );
});

describe("providers", () => {
  test("azure keeps files, but no batches", () => {
    const settings = { provider: { type: "azure", resource: "res" }, auth: { mode: "client" } };
    const { upstream } = get("/v1/files/file_1", PLAN, { settings });
    expect(upstream.header(":path")).toBe("/anthropic/v1/files/file_1");
    const refused = get("/v1/files/file-out-msgbatch_1", PLAN, { settings });
    expect(refused.upstream.headers).toBeUndefined();
    expect(refused.client.json()).toMatchObject({ error: { code: "unsupported_operation" } });
  });

  test.each([
    { type: "vertex", region: "global", project: "p" },
    { type: "bedrock", region: "us-east-1" },
    { type: "databricks" },
  ])("none at $type", (provider) => {
    const settings = { provider };
    const { upstream, client } = get("/v1/files/file_1", PLAN, { settings });
    expect(upstream.headers).toBeUndefined();
    expect(client.json()).toMatchObject({ error: { code: "unsupported_operation" } });
  });

  test("with several keys the first one that is for all models is used", () => {
    const keys = [
      { name: "a", value: "sk-ant-a", models: ["x*"] },
      { name: "b", value: "sk-ant-b", weight: 1 },
      { name: "c", value: "sk-ant-c", weight: 99 },
    ];
    const settings = { auth: { mode: "keys", keys } };
    for (const path of ["/v1/files/file_1", "/v1/batches/msgbatch_1", "/v1/files", "/v1/models"])
      expect(get(path, {}, { settings }).upstream.header("x-api-key")).toBe("sk-ant-b");
  });
});
