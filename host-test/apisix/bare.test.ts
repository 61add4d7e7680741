/**
 * nginx without the companion plugin: what needs no other body is served, everything else is refused in the client's dialect, and nothing
 * goes upstream untranslated. That the variables exist proves nothing.
 */
import { describe, expect, test } from "vitest";
import type { HeaderList, HostOptions } from "../host/index.ts";
import {
  CHAT_HEADERS,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  answer,
  answerEvents,
  chatRequest,
  nativeRequest,
  responsesRequest,
  withProfile,
} from "../support/filter.ts";

const HOSTS: [string, Partial<HostOptions>][] = [
  ["no variables", { profile: "apisix-bare" }],
  ["variables and no companion", { profile: "apisix", companion: false }],
];
const NATIVE = { model: "claude-sonnet-4-5", max_tokens: 5, messages: HELLO.messages };
const ADVICE = /`messages-bridge-companion` is not enabled on this route/;

describe.each(HOSTS)("%s", (_name, options) => {
  const filter = Filter.load(options);

  test.each([
    ["chat", chatRequest(HELLO)],
    ["a chat stream", chatRequest({ ...HELLO, stream: true })],
    ["responses", responsesRequest({ model: "claude-sonnet-4-5", input: "Hello" })],
    ["a list of models", { headers: get("/v1/models") }],
  ])("%s is refused, and nothing goes upstream", (_what, request) => {
    const { client, upstream } = filter.exchange({ request });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(500);
    expect(client.header("content-type")).toBe("application/json");
    expect(client.json()).toEqual({
      error: {
        message: expect.stringMatching(ADVICE) as string,
        type: "server_error",
        param: null,
        code: "gateway_misconfigured",
      },
    });
  });

  test("what the filter answers by itself is answered", () => {
    const request = { headers: get("/v1/nothing") };
    expect(filter.exchange({ request }).client.status).toBe(404);
    const stored = filter.exchange({ request: { headers: get("/v1/chat/completions") } });
    expect(stored.client.status).toBe(400);
  });

  test("a native request passes with its headers in order, and its answer as it is", () => {
    const body = JSON.stringify(NATIVE);
    const { client, upstream } = filter.exchange({
      request: nativeRequest(body),
      response: answer(REPLY, 200, [["anthropic-organization-id", "org"]]),
    });
    expect(upstream.text()).toBe(body);
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(upstream.header("content-length")).toBe(String(body.length));
    expect(client.text()).toBe(JSON.stringify(REPLY));
    expect(client.header("anthropic-organization-id")).toBeUndefined();
  });

  test("a native stream passes piece by piece", () => {
    const events = 'event: ping\ndata: {"type":"ping"}\n\n';
    const { client } = filter.exchange({
      request: nativeRequest({ ...NATIVE, stream: true }),
      response: { ...answerEvents(events), cut: 10 },
    });
    expect(client.chunks.map((chunk) => chunk.length)).toEqual([10, 10, 10, 5]);
  });

  test.each([
    ["an error that is none of Anthropic's", answer("no", 500), 500, "no"],
    ["an answer without a body", { headers: [[":status", "529"]] as HeaderList }, 529, ""],
  ])("%s passes to a native client", (_what, response, status, text) => {
    const { client } = filter.exchange({ request: nativeRequest(NATIVE), response });
    expect([client.status, client.text()]).toEqual([status, text]);
  });
});

test("a native request whose body has to change is refused in its dialect", () => {
  const config = withProfile({ models: { aliases: { fast: "claude-haiku-4-5" } } });
  const filter = Filter.load({ profile: "apisix-bare", config });
  const { client, upstream } = filter.exchange({
    request: nativeRequest({ ...NATIVE, model: "fast" }),
  });
  expect(upstream.headers).toBeUndefined();
  expect(client.status).toBe(500);
  expect(client.json()).toMatchObject({
    type: "error",
    error: { type: "api_error", message: expect.stringMatching(ADVICE) as string },
  });
});

test("beta tokens of a native client are still filtered", () => {
  const config = withProfile({ beta: { remove: ["context-1m-2025-08-07"] } });
  const filter = Filter.load({ profile: "apisix-bare", config });
  const headers: HeaderList = [...NATIVE_HEADERS, ["anthropic-beta", "context-1m-2025-08-07,a"]];
  const { upstream } = filter.exchange({
    request: { headers, body: JSON.stringify(NATIVE) },
    response: answer(REPLY),
  });
  expect(upstream.header("anthropic-beta")).toBe("a");
});

function get(path: string): HeaderList {
  const values: Record<string, string> = { ":method": "GET", ":path": path };
  return CHAT_HEADERS.map(([name, value]) => [name, values[name] ?? value]);
}
