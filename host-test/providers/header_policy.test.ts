// `headers` of a profile: what passes in either direction, and what is set.

import { describe, expect, it } from "vitest";
import type { HeaderList } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  CONFIG,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";

const CLIENT: HeaderList = [
  ["accept", "application/json"],
  ["x-forwarded-for", "10.0.0.1"],
  ["x-envoy-internal", "true"],
  ["x-request-id", "r-1"],
  ["x-internal-team", "red"],
  ["x-internal-cost", "7"],
  ["x-other", "o"],
];
const UPSTREAM: HeaderList = [
  ["request-id", "req_1"],
  ["anthropic-ratelimit-requests-limit", "50"],
  ["retry-after", "3"],
  ["x-internal-host", "h"],
  ["server", "s"],
];

const STREAM = [
  { type: "message_start", message: { ...REPLY, content: [], stop_reason: null } },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
  { type: "message_stop" },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("");

const load = (headers: object): Filter => Filter.load({ config: withProfile({ headers }) });
const names = (headers: HeaderList | undefined): string[] => (headers ?? []).map(([name]) => name);

function chat(filter: Filter, response = answer(REPLY, 200, UPSTREAM)) {
  const stream = response.headers.some(([, value]) => value === "text/event-stream");
  const body = toBytes({ ...HELLO, stream });
  return filter.exchange({ request: { headers: [...CHAT_HEADERS, ...CLIENT], body }, response });
}

describe("the client's headers", () => {
  it.each([
    ["request_deny", ["x-internal-*"], ["x-internal-team", "x-internal-cost"]],
    ["request_deny", ["X-Other"], ["x-other"]],
    [
      "request_allow",
      ["x-request-id", "x-other"],
      ["accept", "x-internal-team", "x-internal-cost"],
    ],
    [
      "request_deny",
      ["*"],
      ["accept", "x-request-id", "x-internal-team", "x-internal-cost", "x-other"],
    ],
  ])("%s %j keeps back what it names, and nothing that the filter needs", (key, globs, gone) => {
    const plain = names(chat(load({ response_deny: ["none"] })).upstream.headers);
    const { upstream, client } = chat(load({ [key]: globs }));
    expect(names(upstream.headers).sort()).toEqual(
      plain.filter((name) => !gone.includes(name)).sort(),
    );
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(client.status).toBe(200);
  });

  it("lets deny win over allow", () => {
    const { upstream } = chat(load({ request_allow: ["x-*"], request_deny: ["x-internal-cost"] }));
    expect(names(upstream.headers)).toContain("x-internal-team");
    expect(names(upstream.headers)).not.toContain("x-internal-cost");
  });

  it("can be set, in the place of the client's and of what does not pass", () => {
    const set = { "x-other": "mine", "x-internal-cost": "0", "x-tenant": "é" };
    const { upstream } = chat(load({ request_deny: ["x-internal-*"], request_set: set }));
    for (const [name, value] of Object.entries(set)) {
      expect(upstream.headers?.filter(([each]) => each === name)).toEqual([
        [name, Buffer.from(value).toString("latin1")],
      ]);
    }
  });

  it("are edited for native clients, and where the body decides about the profile", () => {
    const headers = { request_deny: ["x-internal-*"], request_set: { "x-tenant": "b" } };
    const filter = Filter.load({
      config: {
        version: 1,
        profiles: { a: CONFIG.profile, b: { ...CONFIG.profile, headers } },
        default_profile: "a",
        rules: [{ match: { models: ["claude-*"] }, profile: "b" }],
      },
    });
    for (const own of [CHAT_HEADERS, NATIVE_HEADERS]) {
      const body = toBytes({ ...HELLO, max_tokens: 9 });
      const request = { headers: [...own, ...CLIENT], body };
      const { upstream } = filter.exchange({ request, response: answer(REPLY) });
      expect(upstream.header("x-tenant")).toBe("b");
      expect(names(upstream.headers)).not.toContain("x-internal-team");
      expect(names(upstream.headers)).toContain("x-other");
    }
  });
});

describe("the upstream's headers", () => {
  it("are kept back by name; what the filter makes of them is its own", () => {
    const { client } = chat(
      load({ response_deny: ["x-internal-*", "anthropic-*", "retry-after"] }),
    );
    expect(client.header("x-internal-host")).toBeUndefined();
    expect(client.header("retry-after")).toBeUndefined();
    expect(client.header("anthropic-ratelimit-requests-limit")).toBeUndefined();
    expect(client.header("x-ratelimit-limit-requests")).toBe("50");
    expect(client.header("server")).toBe("s");
  });

  it("pass only where they are allowed", () => {
    const { client } = chat(load({ response_allow: ["request-id"] }));
    expect(names(client.headers).sort()).toEqual([
      ":status",
      "content-length",
      "content-type",
      "request-id",
      "x-ratelimit-limit-requests",
      "x-request-id",
    ]);
  });

  it.each([
    ["a whole answer", answer(REPLY, 200, UPSTREAM), 200],
    [
      "an error",
      answer({ type: "error", error: { type: "rate_limit_error", message: "m" } }, 429),
      429,
    ],
    ["a stream", answerEvents(STREAM, UPSTREAM), 200],
  ])("can be set last: %s", (_name, response, status) => {
    const set = { "x-request-id": "mine", "cache-control": "no-store", "x-served-by": "bridge" };
    const { client } = chat(load({ response_set: set }), response);
    expect(client.status).toBe(status);
    for (const [name, value] of Object.entries(set)) expect(client.header(name)).toBe(value);
  });

  it("are not touched where the filter answers itself", () => {
    const { client } = load({ response_set: { "x-served-by": "bridge" } }).chat("{");
    expect(client.status).toBe(400);
    expect(client.header("x-served-by")).toBeUndefined();
  });
});

describe("a host that does not list headers", () => {
  it.each(["request_allow", "request_deny", "response_allow", "response_deny"])(
    "is told that %s cannot be kept",
    (key) => {
      const config = withProfile({ headers: { [key]: ["x-a"] } });
      expect(() => Filter.load({ config, profile: "apisix" })).toThrow(`${key}`);
    },
  );

  it("sets what is to be set", () => {
    const headers = { request_set: { "x-tenant": "a" }, response_set: { "x-served-by": "bridge" } };
    const filter = Filter.load({ config: withProfile({ headers }), profile: "apisix" });
    const { upstream, client } = chat(filter);
    expect(upstream.header("x-tenant")).toBe("a");
    expect(client.header("x-served-by")).toBe("bridge");
  });
});
