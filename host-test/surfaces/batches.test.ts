/** Batches: what is known of them, stopping, deleting, and their results line by line. Decided by docs/batches.md. */
import { describe, expect, test } from "vitest";
import { ask, sameAtEveryCut, type Asked } from "./support.ts";

const NONE = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
const ENDED = {
  id: "msgbatch_01Jo",
  type: "message_batch",
  processing_status: "ended",
  request_counts: { ...NONE, succeeded: 3, errored: 1 },
  ended_at: "2026-03-02T09:58:03.100000Z",
  created_at: "2026-03-02T09:15:27.481932Z",
  expires_at: "2026-03-03T09:15:27.481932Z",
  archived_at: null,
  cancel_initiated_at: null,
  results_url: "https://api.anthropic.com/v1/messages/batches/msgbatch_01Jo/results",
};
const STOPPING = {
  ...ENDED,
  id: "msgbatch_01Zz",
  processing_status: "canceling",
  request_counts: { ...NONE, processing: 4 },
  ended_at: null,
  cancel_initiated_at: "2026-03-02T09:20:00Z",
  results_url: null,
};

const get = (path: string, answer: unknown, more: Partial<Asked> = {}) =>
  ask({ path, answer, ...more });
const batch = (answer: object, path = "/v1/batches/msgbatch_01Jo") =>
  get(path, answer).client.json() as Record<string, unknown>;

describe("one batch", () => {
  test("the worked example, members in OpenAI's order, at every cut", () => {
    const text = sameAtEveryCut({ path: "/v1/batches/msgbatch_01Jo", answer: ENDED });
    expect(text).toBe(
      '{"id":"msgbatch_01Jo","object":"batch","endpoint":"/v1/chat/completions","errors":null,"input_file_id":"file-in-msgbatch_01Jo","completion_window":"24h","status":"completed","output_file_id":"file-out-msgbatch_01Jo","error_file_id":"file-err-msgbatch_01Jo","created_at":1772442927,"in_progress_at":1772442927,"expires_at":1772529327,"finalizing_at":null,"completed_at":1772445483,"failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"request_counts":{"total":4,"completed":3,"failed":1},"metadata":null,"processing_status":"ended","archived_at":null,"anthropic_request_counts":{"processing":0,"succeeded":3,"errored":1,"canceled":0,"expired":0}}',
    );
  });

  test("stopping one, by an id with a mark", () => {
    const { upstream, client } = ask({
      method: "POST",
      path: "/v1/batches/batch_resp_msgbatch_01Zz/cancel",
      body: {},
      answer: STOPPING,
    });
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Zz/cancel");
    expect(upstream.header(":method")).toBe("POST");
    expect(upstream.header("content-type")).toBeUndefined();
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(upstream.body()).toHaveLength(0);
    expect(client.text()).toBe(
      '{"id":"batch_resp_msgbatch_01Zz","object":"batch","endpoint":"/v1/responses","errors":null,"input_file_id":"file-in-batch_resp_msgbatch_01Zz","completion_window":"24h","status":"cancelling","output_file_id":null,"error_file_id":null,"created_at":1772442927,"in_progress_at":1772442927,"expires_at":1772529327,"finalizing_at":null,"completed_at":null,"failed_at":null,"expired_at":null,"cancelling_at":1772443200,"cancelled_at":null,"request_counts":{"total":4,"completed":0,"failed":0},"metadata":null,"processing_status":"canceling","archived_at":null,"anthropic_request_counts":{"processing":4,"succeeded":0,"errored":0,"canceled":0,"expired":0}}',
    );
  });

  const stopped = { cancel_initiated_at: "2026-03-02T09:20:00Z" };
  const none = { completed_at: null, expired_at: null, cancelled_at: null };
  test.each<[name: string, upstream: object, shown: object]>([
    [
      "in_progress",
      { processing_status: "in_progress", ended_at: null },
      { ...none, status: "in_progress", output_file_id: null, error_file_id: null },
    ],
    [
      "canceling",
      { processing_status: "canceling", ended_at: null },
      { ...none, status: "cancelling" },
    ],
    ["ended", {}, { ...none, status: "completed", completed_at: 1772445483 }],
    [
      "ended, stopped",
      stopped,
      { ...none, status: "cancelled", cancelled_at: 1772445483, cancelling_at: 1772443200 },
    ],
    [
      "ended, some too late",
      { request_counts: { ...NONE, succeeded: 1, expired: 2 } },
      {
        ...none,
        status: "expired",
        expired_at: 1772445483,
        error_file_id: "file-err-msgbatch_01Jo",
      },
    ],
    [
      "ended, stopped and some too late",
      { ...stopped, request_counts: { ...NONE, expired: 2 } },
      { status: "cancelled", output_file_id: null },
    ],
    [
      "ended, all failed",
      { request_counts: { ...NONE, errored: 4 } },
      {
        status: "completed",
        output_file_id: null,
        error_file_id: "file-err-msgbatch_01Jo",
        request_counts: { total: 4, completed: 0, failed: 4 },
      },
    ],
    [
      "ended, none failed",
      { request_counts: { ...NONE, succeeded: 4 } },
      { error_file_id: null, output_file_id: "file-out-msgbatch_01Jo" },
    ],
    [
      "ended, archived",
      { archived_at: "2026-04-02T00:00:00Z" },
      { output_file_id: null, error_file_id: null, archived_at: 1775088000 },
    ],
    [
      "a word of the future",
      { processing_status: "pondering" },
      { ...none, status: "pondering", processing_status: "pondering" },
    ],
  ])("status: %s", (_, upstream, shown) => {
    expect(batch({ ...ENDED, ...upstream })).toMatchObject(shown);
  });

  test.each([[{ batches: { status: "native" } }], [{ compat: "bifrost" }]])(
    "the upstream's word under %j",
    (settings) => {
      const path = "/v1/batches/msgbatch_01Jo";
      expect(get(path, ENDED, { settings }).client.json()).toMatchObject({ status: "ended" });
      expect(get(path, STOPPING, { settings }).client.json()).toMatchObject({
        status: "cancelling",
      });
    },
  );

  test.each([
    ["msgbatch_1", "msgbatch_1", "msgbatch_1", "/v1/chat/completions"],
    ["batch_resp_msgbatch_1", "msgbatch_1", "batch_resp_msgbatch_1", "/v1/responses"],
    ["batch_text_msgbatch_1", "msgbatch_1", "batch_text_msgbatch_1", "/v1/completions"],
    ["batch_msg_msgbatch_1", "msgbatch_1", "batch_msg_msgbatch_1", "/v1/messages"],
    ["batch%5Fmsg_a.b%3Ac-d", "a.b%3Ac-d", "batch_msg_a.b:c-d", "/v1/messages"],
    ["batch_msg_", "batch_msg_", "batch_msg_", "/v1/chat/completions"],
  ])("id %s", (id, sent, shown, endpoint) => {
    const answer = { ...ENDED, id: decodeURIComponent(sent) };
    const { upstream, client } = get(`/v1/batches/${id}`, answer);
    expect(upstream.header(":path")).toBe(`/v1/messages/batches/${sent}`);
    expect(client.json()).toMatchObject({ id: shown, endpoint });
  });

  test.each([
    "..",
    "%2e%2e",
    ".",
    "batch_msg_..",
    "batch_resp_.",
    "a%2Fb",
    "a%20b",
    "a".repeat(257),
    "%00",
    "é",
  ])("%s is no id", (id) => {
    for (const path of [`/v1/batches/${id}`, `/v1/batches/${id}/results`]) {
      const { upstream, client } = get(path, ENDED);
      expect(upstream.headers).toBeUndefined();
      expect(client.status).toBe(400);
      expect(client.json()).toMatchObject({
        error: { param: "batch_id", code: "invalid_value" },
      });
    }
  });

  test("256 bytes are an id", () => {
    const id = "a".repeat(256);
    expect(get(`/v1/batches/${id}`, { ...ENDED, id }).client.json()).toMatchObject({ id });
  });

  test.each(["{}", "[]", '{"id":""}', '{"id":1}', "x", ""])("no batch: %j", (answer) => {
    const { client } = get("/v1/batches/msgbatch_1", answer === "" ? undefined : answer);
    expect(client.status).toBe(502);
    expect(client.json()).toMatchObject({ error: { code: "invalid_upstream_response" } });
  });

  test("one that is not there keeps its status", () => {
    const answer = { type: "error", error: { type: "not_found_error", message: "no batch" } };
    const { client } = get("/v1/batches/msgbatch_1", answer, { status: 404 });
    expect(client.status).toBe(404);
    expect(client.json()).toMatchObject({ error: { message: "no batch" } });
  });

  test.each([undefined, { id: "msgbatch_1", type: "message_batch_deleted" }])(
    "deleting one, answered by %j",
    (answer) => {
      const path = "/v1/batches/batch_text_msgbatch_1";
      const { upstream, client } = ask({
        method: "DELETE",
        path,
        answer,
        status: answer ? 200 : 204,
      });
      expect(upstream.header(":method")).toBe("DELETE");
      expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_1");
      expect(client.status).toBe(200);
      expect(client.text()).toBe('{"id":"batch_text_msgbatch_1","object":"batch","deleted":true}');
    },
  );
});

describe("list", () => {
  test("elements and cursors, at every cut", () => {
    const answer = {
      data: [ENDED, STOPPING],
      has_more: true,
      first_id: "msgbatch_01Jo",
      last_id: "msgbatch_01Zz",
    };
    const list = JSON.parse(sameAtEveryCut({ path: "/v1/batches", answer })) as { data: unknown[] };
    expect(list).toEqual({
      object: "list",
      data: [batch(ENDED), batch(STOPPING)],
      first_id: "msgbatch_01Jo",
      last_id: "msgbatch_01Zz",
      has_more: true,
    });
  });

  test.each([
    ["/v1/batches", ""],
    ["/v1/batches?x=1&order=asc", ""],
    ["/v1/batches?limit=2&after=batch_resp_msgbatch_01Zz", "?limit=2&after_id=msgbatch_01Zz"],
    ["/v1/batches?after_id=a%20b&before_id=batch_msg_c", "?after_id=a%20b&before_id=c"],
    ["/v1/batches?after=a%26b=c", "?after_id=a%26b%3Dc"],
  ])("%s", (path, query) => {
    const { upstream } = get(path, { data: [], has_more: false, first_id: null, last_id: null });
    expect(upstream.header(":path")).toBe(`/v1/messages/batches${query}`);
  });

  test("none", () => {
    const answer = { data: [], has_more: false, first_id: null, last_id: null };
    expect(get("/v1/batches", answer).client.text()).toBe(
      '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}',
    );
  });
});

describe("providers without batches", () => {
  const vertex = { provider: { type: "vertex", project: "p", region: "global" } };
  test.each([
    "/v1/batches",
    "/v1/batches/msgbatch_1",
    "/v1/batches/msgbatch_1/output",
    "/v1/files/file-out-msgbatch_1",
  ])("%s", (path) => {
    const { upstream, client } = get(path, {}, { settings: vertex });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.header("x-should-retry")).toBe("false");
    expect(client.json()).toMatchObject({ error: { code: "unsupported_operation" } });
  });
});
