/** Models: list and retrieval, from the upstream or from the configuration. Decided by docs/models-list.md. */
import { describe, expect, test } from "vitest";
import { ask, sameAtEveryCut } from "./support.ts";

const SONNET = {
  id: "claude-sonnet-4-6",
  type: "model",
  display_name: "Claude Sonnet 4.6 é\u20ac",
  created_at: "2026-02-05T00:00:00Z",
  max_input_tokens: 1000000,
  max_tokens: 128000,
  capabilities: null,
};
const OPUS = {
  ...SONNET,
  id: "claude-opus-4-5",
  display_name: "Claude Opus 4.5",
  created_at: "2025-11-24T00:00:00Z",
  max_input_tokens: null,
  max_tokens: 64000,
  capabilities: { batch: { supported: true }, text: '"],{' },
};
const PAGE = { data: [SONNET, OPUS], has_more: false, first_id: SONNET.id, last_id: OPUS.id };
const shown = {
  sonnet: {
    id: "anthropic/claude-sonnet-4-6",
    object: "model",
    created: 1770249600,
    owned_by: "anthropic",
    name: SONNET.display_name,
    max_input_tokens: 1000000,
    max_tokens: 128000,
  },
  opus: {
    id: "anthropic/claude-opus-4-5",
    object: "model",
    created: 1763942400,
    owned_by: "anthropic",
    name: "Claude Opus 4.5",
    max_tokens: 64000,
  },
};
const cursors = {
  first_id: "anthropic/claude-sonnet-4-6",
  last_id: "anthropic/claude-opus-4-5",
};

describe("list", () => {
  test("bytes behind a complete list change nothing, whichever window they come in", () => {
    const plain = ask({ path: "/v1/models", answer: JSON.stringify(PAGE) }).client.text();
    const behind = sameAtEveryCut({ path: "/v1/models", answer: `${JSON.stringify(PAGE)},{"x` });
    expect(behind).toBe(plain);
  });

  test("elements, order of members, cursors, at every cut", () => {
    const text = sameAtEveryCut({ path: "/v1/models", answer: PAGE });
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
    expect(JSON.parse(text)).toEqual({
      object: "list",
      data: [shown.sonnet, shown.opus],
      ...cursors,
      has_more: false,
      next_page_token: null,
    });
  });

  test.each([
    ["first", '{"has_more":true,"last_id":"b","first_id":"a","data":[]}'],
    ["last", '{ "data" : [ ] , "first_id":"a","last_id":"b","has_more":true }\n'],
    [
      "with escapes",
      '{"d\\u0061ta":[],"first_id":"a","last_id":"b","has_more":true,"x":{"data":[{}]}}',
    ],
  ])("members that come %s", (_, answer) => {
    expect(sameAtEveryCut({ path: "/v1/models", answer })).toBe(
      '{"object":"list","data":[],"first_id":"anthropic/a","last_id":"anthropic/b","has_more":true,"next_page_token":"b"}',
    );
  });

  test.each([
    ["/v1/models", "limit=1000"],
    ["/openai/v1/models/", "limit=1000"],
    ["/models?x=1", "limit=1000"],
    ["/v1/models?limit=5", "limit=5"],
    ["/v1/models?page_size=1000&after=anthropic%2Fm", "limit=1000&after_id=m"],
    ["/v1/models?after_id=a%20b&before_id=claude/c", "limit=1000&after_id=a%20b&before_id=c"],
    ["/v1/models?page_token=x", "limit=1000&after_id=x"],
  ])("%s", (path, query) => {
    const { upstream } = ask({ path, answer: PAGE, headers: [["if-none-match", "x"]] });
    expect(upstream.header(":path")).toBe(`/v1/models?${query}`);
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(upstream.header("authorization")).toBeUndefined();
    expect(upstream.header("anthropic-version")).toBe("2023-06-01");
    expect(upstream.header("if-none-match")).toBeUndefined();
    expect(upstream.header("accept-encoding")).toBe("identity");
  });

  test.each(["0", "1001", "x", "-1"])("limit=%s is refused", (limit) => {
    const { client, upstream } = ask({ path: `/v1/models?limit=${limit}` });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({ error: { param: "limit", code: "invalid_value" } });
  });

  test("what may not be asked for is not shown; cursors stay", () => {
    const only = (models: object) =>
      ask({
        path: "/v1/models",
        answer: { ...PAGE, has_more: true },
        settings: { models },
      }).client.json();
    expect(only({ allow: ["claude-sonnet-*"] })).toMatchObject({
      data: [shown.sonnet],
      ...cursors,
    });
    expect(only({ deny: ["*"] })).toEqual({
      object: "list",
      data: [],
      ...cursors,
      has_more: true,
      next_page_token: "claude-opus-4-5",
    });
  });

  test("the prefix is configured", () => {
    const settings = { models: { list_prefix: "" } };
    const { client } = ask({ path: "/v1/models", answer: PAGE, settings });
    expect(client.json()).toMatchObject({
      data: [{ id: SONNET.id }, { id: OPUS.id }],
      last_id: OPUS.id,
    });
  });

  test("a page of a thousand, byte by byte, holds one element", () => {
    const data = Array.from({ length: 1000 }, (_, i) => ({ ...SONNET, id: `claude-${i}` }));
    const answer = { data, has_more: false, first_id: "claude-0", last_id: "claude-999" };
    const { client } = ask({ path: "/v1/models", answer, cut: 1 });
    const list = client.json() as { data: { id: string }[] };
    expect(list.data).toHaveLength(1000);
    expect(list.data[999]?.id).toBe("anthropic/claude-999");
  });

  test.each(["{}", '{"data":1,"has_more":false}'])("a list without elements: %s", (answer) => {
    expect(ask({ path: "/v1/models", answer }).client.json()).toMatchObject({ data: [] });
  });

  test.each([
    "",
    "[]",
    "null",
    "<html>",
    '{"data":[',
    '{"data":[{}]}',
    '{"data":[1]}',
    '{"data":[{"id":"a"}]',
    '{"data":[],"data":[]}',
    '{"data":[{"id":"a",}]}',
    '{"data":[{"id":"\u0001"}]}',
  ])("no list: %s", (answer) => {
    const { client } = ask({ path: "/v1/models", answer });
    const text = client.text();
    // A list that had begun stays open, so that no one takes it for whole.
    if (text.startsWith('{"error"'))
      expect(client.json()).toMatchObject({ error: { code: "invalid_upstream_response" } });
    else expect(() => void JSON.parse(text)).toThrow();
  });

  test("an error keeps its status", () => {
    const error = { type: "error", error: { type: "authentication_error", message: "no" } };
    const { client } = ask({ path: "/v1/models", status: 401, answer: error });
    expect(client.status).toBe(401);
    expect(client.json()).toMatchObject({ error: { message: "no", code: "invalid_api_key" } });
  });

  test.each([
    [150, true],
    [149, false],
  ])("an element of 150 bytes under a limit of %d", (limit, fits) => {
    const element = { id: "a", display_name: "" };
    element.display_name = "x".repeat(150 - JSON.stringify(element).length);
    const answer = { data: [element] };
    const settings = { limits: { max_response_bytes: limit } };
    for (const cut of ["whole", 10] as const) {
      const { client } = ask({ path: "/v1/models", answer, settings, cut });
      const text = client.text();
      expect(text.includes("x".repeat(100))).toBe(fits);
    }
  });
});

describe("retrieval", () => {
  test.each([
    "/v1/models/m",
    "/v1/models/anthropic/m",
    "/v1/models/anthropic%2Fm",
    "/models/claude%2fm/",
  ])("%s", (path) => {
    const { upstream } = ask({ path, answer: SONNET });
    expect(upstream.header(":path")).toBe("/v1/models/m");
  });

  test("the upstream's own name is shown, with the prefix", () => {
    const asked = { path: "/v1/models/claude-sonnet-latest", answer: SONNET };
    expect(JSON.parse(sameAtEveryCut(asked))).toEqual(shown.sonnet);
  });

  test("an alias is shown as it was asked for", () => {
    const settings = { models: { aliases: { fast: "claude-haiku-4-5", "gpt-*": "claude-*" } } };
    const { upstream, client } = ask({ path: "/v1/models/gpt-x%20y", answer: SONNET, settings });
    expect(upstream.header(":path")).toBe("/v1/models/claude-x%20y");
    expect(client.json()).toMatchObject({ id: "gpt-x y", created: 1770249600 });
  });

  test.each(["..", "anthropic/..", "%2e%2e", "."])("%s is no model", (id) => {
    const { client, upstream } = ask({ path: `/v1/models/${id}` });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(404);
  });

  test("a model that may not be asked for does not exist", () => {
    const settings = { models: { allow: ["claude-sonnet-*"] } };
    const { client, upstream } = ask({ path: "/v1/models/claude-opus-4-5", settings });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(404);
    expect(client.json()).toEqual({
      error: {
        message: "The model 'claude-opus-4-5' does not exist or is not available on this route.",
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      },
    });
  });

  test.each(["{}", "[]", '{"id":1}', "x"])("no model: %s", (answer) => {
    const { client } = ask({ path: "/v1/models/m", answer });
    expect(client.json()).toMatchObject({ error: { code: "invalid_upstream_response" } });
  });
});

describe("models of the configuration", () => {
  const models = {
    list: "aliases",
    aliases: { fast: "claude-haiku-4-5", "gpt-*": "claude-*", secret: "x" },
    allow: ["fast", "claude-opus-4-5", "claude-sonnet-*"],
  };
  const named = (id: string) => ({
    id: `anthropic/${id}`,
    object: "model",
    created: 0,
    owned_by: "anthropic",
    name: id,
  });

  test("are listed without an upstream", () => {
    const { client, upstream } = ask({ path: "/v1/models", settings: { models } });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(200);
    expect(client.json()).toEqual({
      object: "list",
      data: [named("fast"), named("claude-opus-4-5")],
      first_id: "anthropic/fast",
      last_id: "anthropic/claude-opus-4-5",
      has_more: false,
      next_page_token: null,
    });
  });

  test("none", () => {
    expect(
      ask({ path: "/v1/models", settings: { models: { list: "aliases" } } }).client.json(),
    ).toEqual({
      object: "list",
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
      next_page_token: null,
    });
  });

  test.each(["fast", "anthropic%2Ffast", "anthropic/fast"])("%s is found", (id) => {
    const { client } = ask({ path: `/v1/models/${id}`, settings: { models } });
    expect(client.json()).toEqual(named("fast"));
  });

  test.each(["gpt-4", "secret", "claude-sonnet-4-6"])("%s is not", (id) => {
    expect(ask({ path: `/v1/models/${id}`, settings: { models } }).client.status).toBe(404);
  });

  test("stand behind the upstream's where both are listed", () => {
    const settings = { models: { list: "both", aliases: { fast: "x" } } };
    expect(ask({ path: "/v1/models", answer: PAGE, settings }).client.json()).toMatchObject({
      data: [shown.sonnet, shown.opus, named("fast")],
    });
    const more = { ...PAGE, has_more: true };
    expect(ask({ path: "/v1/models", answer: more, settings }).client.json()).toMatchObject({
      data: [shown.sonnet, shown.opus],
    });
  });
});
