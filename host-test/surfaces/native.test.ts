/** Batches, files and models of native clients pass as they are. Decided by docs/native.md, "Other resources". */
import { describe, expect, test } from "vitest";
import { ask, type Asked } from "./support.ts";

const VERSION: [string, string][] = [["anthropic-version", "2023-06-01"]];
const native = (path: string, more: Partial<Asked> = {}) =>
  ask({ path, headers: VERSION, answer: '{ "odd" :1e0}', ...more });

test.each([
  ["GET", "/v1/messages/batches?limit=3&x=%20", "/v1/messages/batches?limit=3&x=%20"],
  ["POST", "/v1/messages/batches", "/v1/messages/batches"],
  ["GET", "/anthropic/v1/messages/batches/msgbatch_1/", "/v1/messages/batches/msgbatch_1"],
  ["DELETE", "/v1/messages/batches/msgbatch_1", "/v1/messages/batches/msgbatch_1"],
  ["POST", "/messages/batches/msgbatch_1/cancel", "/v1/messages/batches/msgbatch_1/cancel"],
  ["GET", "/v1/messages/batches/msgbatch_1/results", "/v1/messages/batches/msgbatch_1/results"],
  ["GET", "/v1/files?beta=true", "/v1/files?beta=true"],
  ["POST", "/v1/files", "/v1/files"],
  ["GET", "/v1/files/file_1", "/v1/files/file_1"],
  ["DELETE", "/v1/files/file%5f1", "/v1/files/file_1"],
  ["GET", "/v1/files/file_1/content", "/v1/files/file_1/content"],
  ["GET", "/v1/models?limit=2", "/v1/models?limit=2"],
  ["GET", "/v1/models/claude-x", "/v1/models/claude-x"],
  ["POST", "/v1/complete", "/v1/complete"],
])("%s %s", (method, path, expected) => {
  const body = '{ "requests" : [1.0] }\r\n';
  const headers: [string, string][] = [...VERSION, ["anthropic-beta", "b-1"]];
  const { upstream, client } = native(path, {
    method,
    headers,
    ...(method === "POST" ? { body } : {}),
  });
  expect(upstream.header(":method")).toBe(method);
  expect(upstream.header(":path")).toBe(expected);
  expect(upstream.header("x-api-key")).toBe("sk-test");
  expect(upstream.header("anthropic-beta")).toBe("b-1");
  expect(upstream.text()).toBe(method === "POST" ? body : "");
  expect(client.status).toBe(200);
  expect(client.text()).toBe('{ "odd" :1e0}');
});

test("an answer without a body", () => {
  const { client } = native("/v1/files/f", { method: "DELETE", status: 204, answer: undefined });
  expect(client.status).toBe(204);
});

test.each([
  "/v1/files/..",
  "/v1/files/%2e%2e/content",
  "/v1/messages/batches/a%2Fb",
  "/anthropic/v1/models/..",
])("%s leads nowhere", (path) => {
  const { upstream, client } = native(path);
  expect(upstream.headers).toBeUndefined();
  expect(client.status).toBe(400);
  expect(client.json()).toMatchObject({
    type: "error",
    error: {
      type: "invalid_request_error",
      message: expect.stringMatching(/^Invalid value for 'id': /) as string,
    },
  });
});

test("a model's id is one segment", () => {
  expect(native("/v1/models/a/../b").upstream.header(":path")).toBe("/v1/models/a%2F..%2Fb");
});

describe("where the upstream has them not", () => {
  const vertex = { provider: { type: "vertex", project: "p", region: "global" } };
  test.each(["/v1/messages/batches", "/v1/files/f", "/v1/files"])(
    "%s is refused by name",
    (path) => {
      const { upstream, client } = native(path, { settings: vertex });
      expect(upstream.headers).toBeUndefined();
      expect(client.status).toBe(400);
      expect(client.json()).toMatchObject({
        type: "error",
        error: { message: expect.stringContaining("vertex") as string },
      });
    },
  );

  test("models are those of the configuration, in Anthropic's shape", () => {
    const settings = { ...vertex, models: { allow: ["claude-x"] } };
    expect(native("/v1/models", { settings }).client.json()).toMatchObject({
      data: [{ type: "model", id: "claude-x" }],
    });
    expect(native("/v1/models/claude-x", { settings }).client.json()).toMatchObject({
      id: "claude-x",
    });
  });
});

test.each(["/v1/messages/batches", "/v1/complete"])(
  "%s is not served where the route rules models",
  (path) => {
    for (const models of [
      { allow: ["x"] },
      { deny: ["x"] },
      { aliases: { a: "b" } },
      { template: "a-{model}" },
    ]) {
      const { upstream, client } = native(path, { method: "POST", body: {}, settings: { models } });
      expect(upstream.headers).toBeUndefined();
      expect(client.status).toBe(400);
    }
    const settings = { models: { allow: ["x"] } };
    expect(native("/v1/messages/batches/b", { settings }).client.status).toBe(200);
  },
);

test("an error that is none of Anthropic's becomes one", () => {
  const { client } = native("/v1/files/f", { status: 403, answer: '{"message":"no"}' });
  expect(client.status).toBe(403);
  expect(client.json()).toMatchObject({ type: "error", error: { message: "no" } });
});
