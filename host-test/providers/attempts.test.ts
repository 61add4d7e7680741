/** Profiles that metadata names, and the attempts of one request in a cluster. Source: docs/providers.md, "Failover". */
import { describe, expect, test } from "vitest";
import type { ExchangeResult, HeaderList, StreamOptions } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  REPLY,
} from "../support/filter.ts";

const CONFIG = {
  version: 1,
  profiles: {
    anthropic: {
      provider: { type: "anthropic", set_authority: true },
      auth: { mode: "keys", keys: [{ name: "a", value: "canary-a" }] },
    },
    bedrock: {
      provider: { type: "bedrock", region: "us-east-1", set_authority: true },
      auth: { mode: "keys", keys: [{ name: "b", value: "canary-b" }] },
    },
    own: { provider: { type: "anthropic" }, auth: { mode: "client" } },
    other: { provider: { type: "databricks" }, auth: { mode: "client" } },
  },
  rules: [{ match: { path_prefix: "/own" }, profile: "own" }],
  default_profile: "anthropic",
};

const endpoint = (profile: string) => ({
  "upstream.address": "127.0.0.1:1",
  "xds.upstream_host_metadata.filter_metadata.messages_bridge.profile": profile,
});
const ENVOY_140 = {
  "xds.node.user_agent_build_version.version.major_number": 1n,
  "xds.node.user_agent_build_version.version.minor_number": 40n,
};

/** Sends a request; `headers` over those of a chat client. */
function send(
  options: StreamOptions,
  headers: HeaderList = CHAT_HEADERS,
  filter = Filter.load({ config: CONFIG }),
): ExchangeResult {
  return filter.exchange({
    ...options,
    request: chatRequest(HELLO, { headers }),
    response: answer(REPLY),
  });
}

describe("a profile is named", () => {
  test.each([
    ["by the endpoint's metadata", endpoint("bedrock"), "Bearer canary-b"],
    [
      "by the route's metadata",
      { "xds.route_metadata.filter_metadata.messages_bridge.profile": "bedrock" },
      "Bearer canary-b",
    ],
    [
      "by the cluster's metadata",
      { "xds.cluster_metadata.filter_metadata.messages_bridge.profile": "bedrock" },
      "Bearer canary-b",
    ],
    [
      "by the route before the cluster",
      {
        "xds.route_metadata.filter_metadata.messages_bridge.profile": "bedrock",
        "xds.cluster_metadata.filter_metadata.messages_bridge.profile": "anthropic",
      },
      "Bearer canary-b",
    ],
    ["not by an endpoint downstream, where none is chosen", {}, undefined],
  ])("%s", (_name, properties, expected) => {
    const { upstream } = send({ properties });
    expect(upstream.header("authorization")).toBe(expected);
  });

  test("before any rule", () => {
    const headers: HeaderList = CHAT_HEADERS.map(([name, value]) =>
      name === ":path" ? [name, "/own/v1/chat/completions"] : [name, value],
    );
    expect(send({}, headers).upstream.header("x-api-key")).toBe("sk-test");
    // The prefix belongs to the rule, so the path is none without it.
    const { client } = send({ properties: endpoint("bedrock") }, headers);
    expect(client.json()).toMatchObject({ error: { code: "unknown_url" } });
  });

  test.each([
    ["/v1/chat/completions", { error: { code: "gateway_misconfigured" } }],
    ["/v1/messages", { type: "error", error: { type: "api_error" } }],
  ])("that is not there: %s", (path, expected) => {
    const filter = Filter.load({ config: CONFIG });
    const headers: HeaderList = CHAT_HEADERS.map(([name, value]) =>
      name === ":path" ? [name, path] : [name, value],
    );
    const { client } = send({ properties: endpoint("bedrok") }, headers, filter);
    expect(client.status).toBe(500);
    expect(client.json()).toMatchObject(expected);
    const text = "The gateway names a profile that its configuration does not have: 'bedrok'.";
    expect(client.text()).toContain(text);
    expect(filter.host.logs.map((line) => line.text).join("\n")).toContain(text);
  });
});

describe("an attempt after another", () => {
  const BETA = "context-1m-2025-08-07";

  /** Two attempts of one request, each with its endpoint's profile. */
  function both(first: string, second: string, more: HeaderList = []): [Sent, Sent] {
    const filter = Filter.load({ config: CONFIG });
    const filterState = new Map<string, Uint8Array>();
    const one = send(
      { properties: endpoint(first), filterState },
      [...CHAT_HEADERS, ...more],
      filter,
    );
    const left = [...one.upstream.headers!, ["x-amz-security-token", "canary-token"]] as HeaderList;
    const two = send({ properties: endpoint(second), filterState }, left, filter);
    return [one.upstream, two.upstream];
  }
  type Sent = ExchangeResult["upstream"];

  test("begins from what the client sent", () => {
    const [one, two] = both("bedrock", "anthropic", [
      ["anthropic-version", "2023-01-01"],
      ["anthropic-beta", BETA],
    ]);
    expect(one.header(":path")).toBe("/model/claude-sonnet-4-5/invoke");
    expect(one.header("anthropic-version")).toBeUndefined();
    expect(one.header(":authority")).toBe("bedrock-runtime.us-east-1.amazonaws.com");
    expect(two.header(":path")).toBe("/v1/messages");
    expect(two.header("anthropic-version")).toBe("2023-01-01");
    expect(two.header("anthropic-beta")).toContain(BETA);
    expect(two.header(":authority")).toBe("api.anthropic.com");
    expect(two.json()).toMatchObject({ model: HELLO.model });
  });

  test("carries no credential of the one before", () => {
    for (const [first, second, key] of [
      ["anthropic", "bedrock", "canary-b"],
      ["bedrock", "anthropic", "canary-a"],
      ["bedrock", "other", ""],
      ["own", "other", ""],
      ["own", "bedrock", "canary-b"],
    ] as const) {
      const [, { headers }] = both(first, second);
      const secrets = JSON.stringify(headers).match(/canary-\w+|sk-test/g) ?? [];
      expect(secrets, `${first}, then ${second}`).toEqual(key === "" ? [] : [key]);
    }
  });

  test("carries the client's again to the same provider", () => {
    const [one, two] = both("own", "own");
    expect(one.header("x-api-key")).toBe("sk-test");
    expect(two.header("x-api-key")).toBe("sk-test");
  });

  test("leaves no credential in filter state", () => {
    const filterState = new Map<string, Uint8Array>();
    send({ properties: endpoint("own"), filterState });
    const kept = Buffer.concat([...filterState.values()]).toString();
    expect(kept).toContain("/v1/chat/completions");
    expect(kept).not.toContain("sk-test");
  });
});

describe("an answer's headers in a cluster", () => {
  const ERROR =
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"o"}}\n\n';
  const streamed = (properties: object): number => {
    const filter = Filter.load({ config: CONFIG });
    const { client } = filter.exchange({
      properties: { ...endpoint("anthropic"), ...properties },
      request: chatRequest({ ...HELLO, stream: true }),
      response: answerEvents(ERROR),
    });
    return client.status;
  };

  test("wait for the first event where the host can try again from there", () => {
    expect(streamed(ENVOY_140)).toBe(503);
  });

  test("do not wait where it cannot, or does not say", () => {
    const minor = "xds.node.user_agent_build_version.version.minor_number";
    expect(streamed({ ...ENVOY_140, [minor]: 36n })).toBe(200);
    expect(streamed({})).toBe(200);
  });
});
