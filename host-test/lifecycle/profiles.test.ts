// Profiles and keys: chosen by route prefix, host, header and model, the header edits waiting for the body where they must.

import { describe, expect, it } from "vitest";
import { WasmHost, exchange, type HeaderList } from "../host/index.ts";
import { filterBytes } from "../support/filter.ts";

const WASM = filterBytes();
const PROVIDER = { type: "anthropic" };

const key = (name: string, extra: object = {}) => ({ name, value: `sk-${name}`, ...extra });
const keyed = (...keys: object[]) => ({ provider: PROVIDER, auth: { mode: "keys", keys } });

const CONFIG = {
  version: 1,
  profiles: {
    prefixed: keyed(key("prefixed")),
    hosted: keyed(key("hosted")),
    headed: keyed(key("headed")),
    large: { ...keyed(key("large")), limits: { max_request_bytes: 400 } },
    rest: keyed(
      key("opus", { models: ["claude-opus-*"] }),
      key("other", { models: ["claude-h*", "claude-s*"] }),
    ),
  },
  rules: [
    { match: { path_prefix: "/team" }, profile: "prefixed" },
    { match: { hosts: ["*.lab"] }, profile: "hosted" },
    { match: { headers: { "x-tenant": "blue*" } }, profile: "headed" },
    { match: { models: ["claude-large*"] }, profile: "large" },
  ],
  default_profile: "rest",
};

/** What the upstream says; the tests look at what it was asked. */
const ANSWER = {
  headers: [
    [":status", "200"],
    ["content-type", "application/json"],
  ] as HeaderList,
  body: new TextEncoder().encode('{"id":"m","type":"message","content":[]}'),
};

interface Ask {
  path?: string;
  authority?: string;
  headers?: HeaderList;
  model?: string;
}

/** Sends one request; what reached the upstream and the client. */
async function ask(
  {
    path = "/v1/chat/completions",
    authority = "gate:80",
    headers = [],
    model = "claude-haiku-4-5",
  }: Ask,
  config: object = CONFIG,
) {
  const host = await WasmHost.load(WASM, { profile: "envoy-hold" });
  const root = host.addRoot(JSON.stringify(config));
  expect(root.ok).toBe(true);
  const fixed: HeaderList = [
    [":method", "POST"],
    [":path", path],
    [":authority", authority],
    ["content-type", "application/json"],
    ["authorization", "Bearer client-secret"],
  ];
  const body = new TextEncoder().encode(
    JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }),
  );
  const stream = exchange(host, root, {
    request: { headers: [...fixed, ...headers], body },
    response: ANSWER,
  });
  return stream;
}

describe("the profile is chosen", () => {
  it.each<[string, Ask, string]>([
    [
      "by the first rule whose path prefix matches, which is stripped",
      { path: "/team/v1/chat/completions" },
      "sk-prefixed",
    ],
    ["not by half a path segment", { path: "/v1/chat/completions?x=/team" }, "sk-other"],
    ["by the host without its port", { authority: "a.lab:8080" }, "sk-hosted"],
    ["by a header's value", { headers: [["x-tenant", "blue-1"]] }, "sk-headed"],
    ["not by another value", { headers: [["x-tenant", "red"]] }, "sk-other"],
    ["by the model once the body is there", { model: "claude-large-1" }, "sk-large"],
    ["as the default when no rule holds", { model: "claude-opus-4-1" }, "sk-opus"],
  ])("%s", async (_name, request, expected) => {
    const stream = await ask(request);
    expect(stream.upstream.header("x-api-key")).toBe(expected);
    expect(stream.upstream.header(":path")).toBe("/v1/messages");
    expect(stream.upstream.header("authorization")).toBeUndefined();
    expect(stream.upstream.json()).toMatchObject({ messages: [{ role: "user", content: "hi" }] });
  });

  it("and a request that no key serves goes without credentials", async () => {
    const stream = await ask({ model: "gpt-5" });
    expect(stream.upstream.header("x-api-key")).toBeUndefined();
    expect(stream.upstream.header("authorization")).toBeUndefined();
  });

  it("never with headers of the client's that steer the gateway", async () => {
    const stream = await ask({ headers: [["x-bridge-lane", "two"]] });
    expect(stream.upstream.header("x-bridge-lane")).toBeUndefined();
  });
});

describe("without a profile", () => {
  const config = {
    version: 1,
    profiles: { a: keyed(key("a")) },
    rules: [{ match: { models: ["x-*"] }, profile: "a" }],
  };

  it("the request passes untouched", async () => {
    const stream = await ask({}, { ...config, on_no_match: "passthrough" });
    expect(stream.upstream.header(":path")).toBe("/v1/chat/completions");
    expect(stream.upstream.header("authorization")).toBe("Bearer client-secret");
    expect(stream.upstream.json()).toMatchObject({ model: "claude-haiku-4-5" });
  });

  it("the request is refused where the configuration says so", async () => {
    const stream = await ask({}, { ...config, on_no_match: "reject" });
    expect(stream.client.status).toBe(404);
    expect(stream.client.json()).toMatchObject({ error: { code: "unknown_url" } });
  });
});

it("the same client gets the same key of several, by weight", async () => {
  const config = {
    version: 1,
    profile: keyed(key("one", { weight: 1 }), key("nine", { weight: 9 })),
  };
  const first = await ask({}, config);
  const second = await ask({}, config);
  expect(first.upstream.header("x-api-key")).toMatch(/^sk-(one|nine)$/);
  expect(second.upstream.header("x-api-key")).toBe(first.upstream.header("x-api-key"));
});

it("requests, refusals and broken streams are counted", async () => {
  const host = await WasmHost.load(WASM, { profile: "envoy-hold" });
  const root = host.addRoot(JSON.stringify({ version: 1, profile: { provider: PROVIDER } }));
  const headers: HeaderList = [
    [":method", "POST"],
    [":path", "/v1/chat/completions"],
    [":authority", "a"],
  ];
  const bytes = (text: string) => new TextEncoder().encode(text);
  const request = {
    headers,
    body: bytes(
      '{"model":"claude-haiku-4-5","stream":true,"messages":[{"role":"user","content":"a"}]}',
    ),
  };
  exchange(host, root, { request: { headers, body: bytes("{") } });
  exchange(host, root, { request, response: { headers: [[":status", "529"]], body: bytes("{}") } });
  const events: HeaderList = [
    [":status", "200"],
    ["content-type", "text/event-stream"],
  ];
  exchange(host, root, {
    request,
    response: { headers: events, body: bytes('data: {"type":"message_start","message":{}}\n\n') },
  });
  expect(host.metrics.sum("bridge_requests_total")).toBe(3);
  expect(host.metrics.sum("bridge_local_replies_total")).toBe(1);
  expect(host.metrics.sum("bridge_upstream_errors_total")).toBe(1);
  expect(host.metrics.sum("bridge_stream_errors_total")).toBe(1);
});
