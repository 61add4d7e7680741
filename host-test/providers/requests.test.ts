/** What goes upstream to each provider: path, headers and the members of the body that move or go. Table: docs/providers.md. */
import { describe, expect, test } from "vitest";
import type { HeaderList } from "../host/index.ts";
import {
  answer,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  REPLY,
  withProfile,
} from "../support/filter.ts";

const UPSTREAMS: Record<string, Record<string, unknown>> = {
  anthropic: { type: "anthropic" },
  azure: { type: "azure", resource: "res" },
  vertex: { type: "vertex", project: "p", region: "global" },
  bedrock: { type: "bedrock", region: "us-east-1" },
  "bedrock messages": { type: "bedrock", surface: "messages" },
  databricks: { type: "databricks" },
  custom: { type: "custom" },
};

const filters = new Map<string, Filter>();

/** A filter for an upstream, shared by all tests that want the same. */
function filterFor(provider: object, more: Record<string, unknown> = {}): Filter {
  const settings = { provider, ...more };
  const key = JSON.stringify(settings);
  let filter = filters.get(key);
  if (!filter) filters.set(key, (filter = Filter.load({ config: withProfile(settings) })));
  return filter;
}

interface Sent {
  path: string | undefined;
  header: (name: string) => string | undefined;
  body: Record<string, unknown>;
  adapted: string | undefined;
}

/** What reaches the upstream of a request. */
function send(
  provider: object,
  body: object,
  more: Record<string, unknown> = {},
  headers: HeaderList = [],
): Sent {
  const request = chatRequest(body, { headers: [...CHAT_HEADERS, ...headers] });
  const response = answer(REPLY);
  const { upstream, client } = filterFor(provider, more).exchange({ request, response });
  expect(upstream.headers, client.text()).toBeDefined();
  return {
    path: upstream.header(":path"),
    header: (name) => upstream.header(name),
    body: JSON.parse(upstream.text()) as Record<string, unknown>,
    adapted: client.header("x-bridge-adapted"),
  };
}

const STREAM = { ...HELLO, stream: true };
const BASE = "/v1/projects/p/locations/global/publishers/anthropic/models/claude-sonnet-4-5";

describe("a request", () => {
  test.each([
    ["anthropic", "/v1/messages", "/v1/messages"],
    ["azure", "/anthropic/v1/messages", "/anthropic/v1/messages"],
    ["vertex", `${BASE}:rawPredict`, `${BASE}:streamRawPredict`],
    [
      "bedrock",
      "/model/claude-sonnet-4-5/invoke",
      "/model/claude-sonnet-4-5/invoke-with-response-stream",
    ],
    ["bedrock messages", "/anthropic/v1/messages", "/anthropic/v1/messages"],
    [
      "databricks",
      "/serving-endpoints/anthropic/v1/messages",
      "/serving-endpoints/anthropic/v1/messages",
    ],
    ["custom", "/v1/messages", "/v1/messages"],
  ])("to %s goes to its path", (name, whole, streamed) => {
    const provider = UPSTREAMS[name] as object;
    expect(send(provider, HELLO).path).toBe(whole);
    expect(send(provider, STREAM).path).toBe(streamed);
  });

  const members = (name: string, body: object) => {
    const { body: sent } = send(UPSTREAMS[name] as object, body);
    const { model, stream, anthropic_version } = sent;
    return { model, stream, anthropic_version };
  };

  test.each([
    ["anthropic", { model: "claude-sonnet-4-5", stream: true }],
    ["azure", { model: "claude-sonnet-4-5", stream: true }],
    ["vertex", { stream: true, anthropic_version: "vertex-2023-10-16" }],
    ["bedrock", { anthropic_version: "bedrock-2023-05-31" }],
    ["bedrock messages", { model: "claude-sonnet-4-5", stream: true }],
    ["databricks", { model: "claude-sonnet-4-5", stream: true }],
    ["custom", { model: "claude-sonnet-4-5", stream: true }],
  ])("to %s has model, stream and version where they belong", (name, expected) => {
    expect(members(name, STREAM)).toEqual(expected);
    expect(members(name, HELLO)).toEqual({ ...expected, stream: undefined });
    const client: HeaderList = [["anthropic-version", "2023-01-01"]];
    const { header } = send(UPSTREAMS[name] as object, HELLO, {}, client);
    const inBody = "anthropic_version" in expected;
    expect(header("anthropic-version")).toBe(inBody ? undefined : "2023-01-01");
    const own = send(UPSTREAMS[name] as object, HELLO).header("anthropic-version");
    expect(own).toBe(inBody ? undefined : "2023-06-01");
  });

  test.each([
    ["anthropic", "x-api-key"],
    ["azure", "x-api-key"],
    ["vertex", "authorization"],
    ["bedrock", "authorization"],
    ["bedrock messages", "authorization"],
    ["databricks", "authorization"],
    ["custom", "authorization"],
  ])("to %s carries the credential in %s", (name, expected) => {
    for (const header of ["x-api-key", "authorization"]) {
      const value = header === "authorization" ? "Bearer sk-test" : "sk-test";
      const sent = send(UPSTREAMS[name] as object, HELLO).header(header);
      expect(sent).toBe(header === expected ? value : undefined);
    }
  });

  test("names models that an alias, a template or an ARN makes", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
    const bedrock = UPSTREAMS["bedrock"] as object;
    const escaped =
      "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc";
    const alias = { models: { aliases: { "gpt-4o": arn } } };
    expect(send(bedrock, { ...HELLO, model: "gpt-4o" }, alias).path).toBe(
      `/model/${escaped}/invoke`,
    );
    expect(send(bedrock, { ...HELLO, model: arn }).path).toBe(`/model/${escaped}/invoke`);
    const template = { models: { template: "us.anthropic.{model}-v1:0" } };
    expect(send(bedrock, HELLO, template).path).toBe(
      "/model/us.anthropic.claude-sonnet-4-5-v1%3A0/invoke",
    );
    const databricks = { models: { template: "databricks-{model}" } };
    expect(send({ type: "databricks" }, HELLO, databricks).body["model"]).toBe(
      "databricks-claude-sonnet-4-5",
    );
  });

  test("has :authority only where set_authority says so", () => {
    for (const [name, provider] of Object.entries(UPSTREAMS)) {
      expect(send(provider, HELLO).header(":authority"), name).toBe("gateway.test");
    }
    const own = { ...UPSTREAMS["vertex"], set_authority: true };
    expect(send(own, HELLO).header(":authority")).toBe("aiplatform.googleapis.com");
  });

  test("has the members that a route adds, wherever the version stands", () => {
    const params = { params: { drop: ["anthropic_version", "temperature"], set: { top_k: 3 } } };
    const body = send(UPSTREAMS["bedrock"] as object, { ...HELLO, temperature: 1 }, params).body;
    expect(body).toMatchObject({ top_k: 3, messages: [{ role: "user" }] });
    expect(body["temperature"]).toBeUndefined();
  });
});

describe("what an upstream lacks and can be left out", () => {
  const NATIVE = {
    inference_geo: "us",
    diagnostics: { previous_message_id: null },
    fallbacks: "default",
    fallback_credit_token: "t",
    speed: "standard",
    service_tier: "auto",
  };

  test.each([
    ["anthropic", []],
    ["azure", ["inference_geo", "diagnostics", "fallbacks", "speed"]],
    ["vertex", ["inference_geo", "diagnostics", "fallbacks", "speed", "service_tier"]],
    ["bedrock", ["inference_geo", "diagnostics", "fallbacks", "speed", "service_tier"]],
    ["bedrock messages", ["inference_geo", "diagnostics", "fallbacks", "speed"]],
    ["databricks", ["inference_geo", "diagnostics", "fallbacks", "fallback_credit_token"]],
    ["custom", []],
  ])("at %s: %j", (name, dropped) => {
    const { body, adapted = "" } = send(UPSTREAMS[name] as object, { ...HELLO, ...NATIVE });
    const missing = Object.keys(NATIVE).filter((member) => !(member in body));
    expect(missing.sort()).toEqual([...dropped].sort());
    expect(adapted.includes("dropped:by_provider")).toBe(dropped.length > 0);
    expect(adapted.includes("dropped:service_tier")).toBe(dropped.includes("service_tier"));
  });

  test("a schema becomes a tool, strict tools are not", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const body = {
      ...HELLO,
      response_format: { type: "json_schema", json_schema: { name: "n", schema } },
    };
    const tools = {
      ...HELLO,
      tools: [{ type: "function", function: { name: "f", strict: true, parameters: schema } }],
    };
    for (const [name, native] of [
      ["anthropic", true],
      ["azure", true],
      ["bedrock", true],
      ["vertex", false],
      ["databricks", false],
    ] as const) {
      const sent = send(UPSTREAMS[name] as object, body).body;
      expect("output_config" in sent, name).toBe(native);
      expect("tools" in sent, name).toBe(!native);
      const [tool] = send(UPSTREAMS[name] as object, tools).body["tools"] as object[];
      expect("strict" in (tool as object), name).toBe(native);
    }
  });

  test("max_tokens is filled in with less where it is a reservation", () => {
    expect(send(UPSTREAMS["bedrock"] as object, HELLO).body["max_tokens"]).toBe(8192);
    expect(send(UPSTREAMS["anthropic"] as object, HELLO).body["max_tokens"]).toBe(64000);
    const asked = send(UPSTREAMS["bedrock"] as object, { ...HELLO, max_tokens: 9000 });
    expect(asked.body["max_tokens"]).toBe(9000);
  });

  test("a list that begins with the assistant begins with a user where it has to", () => {
    const messages = [{ role: "assistant", content: "a" }, ...HELLO.messages];
    const first = (name: string) =>
      (
        send(UPSTREAMS[name] as object, { ...HELLO, messages }).body["messages"] as {
          role: string;
        }[]
      )[0];
    expect(first("anthropic")).toMatchObject({ role: "assistant" });
    expect(first("bedrock")).toMatchObject({ role: "user" });
  });
});

describe("a profile that the model chooses", () => {
  const config = {
    version: 1,
    profiles: {
      b: { provider: UPSTREAMS["bedrock"], auth: { mode: "client" } },
      a: { provider: UPSTREAMS["anthropic"], auth: { mode: "client" } },
    },
    rules: [{ match: { models: ["bedrock-*"] }, profile: "b" }],
    default_profile: "a",
  };

  test("has its own path and body", () => {
    const filter = Filter.load({ config });
    const path = (model: string) => {
      const { upstream } = filter.chat({ ...HELLO, model });
      return [upstream.header(":path"), "model" in (JSON.parse(upstream.text()) as object)];
    };
    expect(path("bedrock-x")).toEqual(["/model/bedrock-x/invoke", false]);
    expect(path("claude-x")).toEqual(["/v1/messages", true]);
  });
});
