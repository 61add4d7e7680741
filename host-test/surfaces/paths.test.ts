/** The path table: what is refused from the headers alone, and in which shape. Decided by docs/paths.md. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import { Filter, HELLO, withProfile } from "../support/filter.ts";

interface Row {
  path: string;
  any?: string;
  word?: string;
}

const TABLE = JSON.parse(
  readFileSync(new URL("../../scripts/tables/paths.json", import.meta.url), "utf8"),
) as { rows: Row[] };
const REFUSED = TABLE.rows.filter(({ any }) => any !== undefined);
const SERVED = new Set(TABLE.rows.filter(({ any }) => any === undefined).map(({ path }) => path));
const TEN_MIB = new Uint8Array(10 << 20).fill(0x20);

const filter = Filter.load();

function send(
  method: string,
  path: string,
  headers: HeaderList = [],
  body?: Uint8Array,
): ExchangeResult {
  return filter.exchange({
    request: {
      headers: [[":method", method], [":path", path], [":authority", "x"], ...headers],
      ...(body === undefined ? {} : { body }),
    },
  });
}

function error(result: ExchangeResult): unknown {
  expect(result.upstream.headers).toBeUndefined();
  expect(result.client.header("content-type")).toBe("application/json");
  expect(result.client.header("x-should-retry")).toBe("false");
  return result.client.json();
}

const openAi = (message: string, code: string) => ({
  error: { message, type: "invalid_request_error", param: null, code },
});
const native = (message: string, type = "not_found_error") => ({
  type: "error",
  error: { type, message },
  request_id: null,
});

describe.each(REFUSED)("$path", ({ path, word }) => {
  const base = path.replace("/**", "");
  const below = path.endsWith("/**") ? [`${base}/x`, `${base}/x/y`] : [];
  const paths = SERVED.has(base) ? below : [base, ...below];

  test.each(["GET", "POST", "DELETE", "PATCH"])("%s is refused", (method) => {
    for (const one of paths) {
      const result = send(method, `/v1${one}?x=1`);
      const message = `The '${word ?? ""}' operation is not supported by the anthropic provider.`;
      expect(error(result)).toEqual(openAi(message, "unsupported_operation"));
      expect(result.client.status).toBe(400);
    }
  });
});

test("a refusal does not wait for the body", () => {
  const result = send("POST", "/v1/embeddings", [["content-type", "application/json"]], TEN_MIB);
  expect(result.client.status).toBe(400);
  expect(result.stream.requestBytes).toBe(0);
});

test.each([
  "/v1/chat/completions",
  "/chat/completions",
  "/openai/v1/chat/completions",
  "/openai/chat/completions/",
  "/v1/chat/completions/?api-version=2024",
  "/anthropic/v1/chat/completions",
])("%s is chat", (path) => {
  const { upstream } = filter.exchange({
    request: {
      headers: [
        [":method", "POST"],
        [":path", path],
        [":authority", "x"],
        ["authorization", "Bearer sk-test"],
      ],
      body: JSON.stringify(HELLO),
    },
    response: { headers: [[":status", "200"]], body: "{}" },
  });
  expect(upstream.header(":path")).toBe("/v1/messages");
});

test.each([
  "/x/v1/files",
  "/v1/files//content",
  "/",
  "/v1",
  "/v1/Chat/completions",
  "/v1/chat",
  "",
])("%s is unknown", (path) => {
  const result = send("POST", path);
  expect(error(result)).toEqual(
    openAi(`Unknown path: ${path}. Please check the URL for typos.`, "unknown_url"),
  );
  expect(result.client.status).toBe(404);
});

test("an unknown path has the dialect of its prefix or of its headers", () => {
  const expected = native("Unknown path: /v1/organizations.");
  expect(error(send("GET", "/v1/organizations", [["anthropic-version", "2023-06-01"]]))).toEqual(
    expected,
  );
  expect(error(send("GET", "/anthropic/v1/skills"))).toEqual(
    native("Unknown path: /anthropic/v1/skills."),
  );
  expect(error(send("GET", "/openai/v1/nothing", [["anthropic-version", "2023-06-01"]]))).toEqual(
    openAi("Unknown path: /openai/v1/nothing. Please check the URL for typos.", "unknown_url"),
  );
});

test("a path that exists in one API only decides the dialect", () => {
  const message = "The 'embeddings' operation is not supported by the anthropic provider.";
  expect(error(send("POST", "/anthropic/v1/embeddings"))).toEqual(
    openAi(message, "unsupported_operation"),
  );
  expect(error(send("PUT", "/openai/v1/messages"))).toEqual(
    native("PUT is not allowed on /openai/v1/messages.", "invalid_request_error"),
  );
});

test.each([
  ["PUT", "/v1/files", "GET, POST"],
  ["GET", "/v1/completions", "POST"],
  ["HEAD", "/v1/models", "GET"],
  ["DELETE", "/v1/models", "GET"],
  ["POST", "/v1/batches/b1", "GET, DELETE"],
  ["DELETE", "/v1/batches/b1/cancel", "POST"],
  ["DELETE", "/v1/chat/completions", "POST"],
])("%s %s is the wrong method", (method, path, allow) => {
  const { client, upstream } = send(method, path);
  expect(client.status).toBe(405);
  expect(client.header("allow")).toBe(allow);
  expect(upstream.headers).toBeUndefined();
  if (method !== "HEAD")
    expect(client.json()).toEqual(
      openAi(`${method} is not allowed on ${path}.`, "method_not_supported"),
    );
});

test("deleting a model is refused by name, natively it is a wrong method", () => {
  const message = "The 'model_delete' operation is not supported by the anthropic provider.";
  expect(error(send("DELETE", "/v1/models/m"))).toEqual(openAi(message, "unsupported_operation"));
  const result = send("DELETE", "/anthropic/v1/models/m");
  expect(result.client.status).toBe(405);
  expect(result.client.header("allow")).toBe("GET");
});

test("a surface that is switched off is unknown", () => {
  const only = Filter.load({ config: withProfile({ endpoints: ["chat_completions"] }) });
  const { client } = only.exchange({
    request: {
      headers: [
        [":method", "GET"],
        [":path", "/v1/models"],
        [":authority", "x"],
      ],
    },
  });
  expect(client.status).toBe(404);
});

test("an upgrade is refused on the realtime path and passes elsewhere", () => {
  const upgrade: HeaderList = [["upgrade", "websocket"]];
  expect(error(send("GET", "/v1/realtime?model=x", upgrade))).toMatchObject({
    error: { code: "unsupported_operation" },
  });
  const { upstream } = filter.exchange({
    request: { headers: [[":method", "GET"], [":path", "/ws"], [":authority", "x"], ...upgrade] },
    response: { headers: [[":status", "200"]], body: "ok" },
  });
  expect(upstream.header(":path")).toBe("/ws");
});

test.each(["OPTIONS", "CONNECT"])("%s passes untouched", (method) => {
  const { upstream, client } = filter.exchange({
    request: {
      headers: [
        [":method", method],
        [":path", "/v1/embeddings"],
        [":authority", "x"],
      ],
    },
    response: { headers: [[":status", "204"]] },
  });
  expect(upstream.header(":path")).toBe("/v1/embeddings");
  expect(client.status).toBe(204);
});

test("client text in a refusal is cut and escaped", () => {
  const { client } = send("GET", `/v1/"${"x".repeat(500)}`);
  expect(client.json()).toMatchObject({
    error: { message: `Unknown path: /v1/"${"x".repeat(59)}. Please check the URL for typos.` },
  });
});
