// Filter state and headers: what access logs, rate limits and clients are told, where it is switched on.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COUNT_EXPORT, counting } from "../bench/count/instrument.ts";
import { type HeaderList } from "../host/index.ts";
import {
  answer,
  CHAT_HEADERS,
  Filter,
  filterBytes,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8"),
) as { $defs: { observability: { properties: { export: { items: { enum: string[] } } } } } };
const ALL = SCHEMA.$defs.observability.properties.export.items.enum;
const USAGE = {
  input_tokens: 8,
  output_tokens: 4,
  cache_read_input_tokens: 2,
  cache_creation_input_tokens: 1,
  output_tokens_details: { thinking_tokens: 3 },
};

interface Given {
  names?: string[];
  body?: object;
  headers?: HeaderList;
  response?: ReturnType<typeof answer>;
  settings?: object;
}

/** The filter state that an exchange leaves, by name behind `bridge_`. */
function stateOf({ names = ALL, body = {}, headers = [], response, settings = {} }: Given) {
  const filter = Filter.load({
    config: withProfile({
      models: { aliases: { mine: "claude-haiku-4-5" } },
      observability: { export: names, client_id: { headers: ["x-app"] } },
      ...settings,
    }),
  });
  const filterState = new Map<string, Uint8Array>();
  const stream = filter.host.stream(filter.root, { filterState });
  stream.requestHeaders([...CHAT_HEADERS, ...headers]);
  stream.requestBody(toBytes({ ...HELLO, ...body }), { end: true });
  if (response !== undefined) {
    stream.responseHeaders(response.headers);
    stream.responseBody(response.body as Uint8Array, { end: true });
  } else stream.clientReset();
  return Object.fromEntries(
    [...filterState]
      .filter(([name]) => name.startsWith("bridge_"))
      .map(([name, value]) => [name.slice("bridge_".length), Buffer.from(value).toString()]),
  );
}

describe("filter state", () => {
  const response = answer({ ...REPLY, usage: USAGE }, 200, [["request-id", "req_7"]]);

  it("has everything that is listed", () => {
    const state = stateOf({
      body: { model: "mine" },
      headers: [
        ["x-app", "web"],
        ["anthropic-beta", "context-1m-2025-08-07"],
      ],
      response,
    });
    expect(state).toEqual({
      op: "chat_completions",
      profile: "default",
      provider: "anthropic",
      model: "claude-haiku-4-5",
      requested_model: "mine",
      client: "web",
      stream: "0",
      betas: "context-1m-2025-08-07",
      input_tokens: "11",
      output_tokens: "4",
      cache_read_tokens: "2",
      cache_write_tokens: "1",
      reasoning_tokens: "3",
      total_tokens: "15",
      finish: "end_turn",
      upstream_id: "req_7",
      ttft_ms: "0",
      // What is sent may cost so much at most: max_tokens by the model table, and the body.
      reserved_tokens: expect.stringMatching(/^640\d\d$/) as string,
    });
  });

  it.each(ALL)("has only %s when only that is listed", (name) => {
    const prefill = { mode: "strip", when: "always" };
    const messages = [...HELLO.messages, { role: "assistant", content: "a" }];
    const state = stateOf({
      names: [name],
      body: { messages },
      headers: [
        ["x-app", "web"],
        ["anthropic-beta", "context-1m-2025-08-07"],
      ],
      response: answer({ error: { type: "api_error", message: "x" } }, 500, [["request-id", "r"]]),
      settings: { prefill },
    });
    // An error has no stop reason.
    expect(Object.keys(state)).toEqual(name === "finish" ? [] : [name]);
    if (name === "error") expect(state).toEqual({ error: "api_error" });
    if (name === "prefill") expect(state).toEqual({ prefill: "stripped" });
  });

  it("reserves what a request may cost: its max_tokens, and a token for four bytes", () => {
    const reserved = (content: string) =>
      Number(
        stateOf({
          names: ["reserved_tokens"],
          body: { max_tokens: 100, messages: [{ role: "user", content }] },
        })["reserved_tokens"],
      );
    const short = reserved("b");
    expect(short).toBeGreaterThan(100);
    expect(reserved("b".repeat(4001)) - short).toBe(1000);
  });

  it("reserves by the last max_tokens of a native client's own body, as the upstream reads it", () => {
    const settings = { observability: { export: ["reserved_tokens"] } };
    const filter = Filter.load({ config: withProfile(settings) });
    const filterState = new Map<string, Uint8Array>();
    const stream = filter.host.stream(filter.root, { filterState });
    const body =
      '{"max_tokens":1,"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":9000}';
    stream.requestHeaders(NATIVE_HEADERS);
    stream.requestBody(toBytes(body), { end: true });
    const reserved = Buffer.from(filterState.get("bridge_reserved_tokens") ?? []).toString();
    expect(Number(reserved)).toBe(9000 + Math.floor(body.length / 4));
    stream.clientReset();
  });

  it("reserves without reading a written body again", () => {
    const bytes = counting(filterBytes());
    const operators = (names: string[]): number => {
      const config = withProfile({ observability: { export: names } });
      const filter = Filter.load({ config, bytes });
      const content = "b".repeat(200_000);
      filter.chat({ ...HELLO, messages: [{ role: "user", content }] });
      return filter.host.ask(COUNT_EXPORT) ?? Number.NaN;
    };
    expect(operators(["reserved_tokens"]) - operators(["model"])).toBeLessThan(5000);
  });

  it("has what is known of a request when it goes upstream, for filters behind", () => {
    const filter = Filter.load({ config: withProfile({ observability: { export: ALL } }) });
    const filterState = new Map<string, Uint8Array>();
    const stream = filter.host.stream(filter.root, { filterState });
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(toBytes(HELLO), { end: true });
    expect([...filterState.keys()].sort()).toEqual([
      "bridge_model",
      "bridge_op",
      "bridge_profile",
      "bridge_provider",
      "bridge_requested_model",
      "bridge_reserved_tokens",
      "bridge_stream",
    ]);
    stream.clientReset();
  });

  it("is not written unless it is listed", () => {
    expect(stateOf({ names: [], response })).toEqual({});
  });

  it("is there when the host logs a request that was left", () => {
    const state = stateOf({});
    expect(state).toMatchObject({ op: "chat_completions", total_tokens: "0" });
  });

  it("is fit for a line", () => {
    const state = stateOf({ body: { model: "a\nb\u00e9" }, response });
    expect(state).toMatchObject({ requested_model: "a_b__" });
  });

  it("has the error of an answer of ours", () => {
    expect(stateOf({ body: { messages: [] } })).toMatchObject({ error: "empty_array" });
  });
});

describe("headers", () => {
  const shown = (response_headers: string, body: object = {}, reply = answer(REPLY)) => {
    const config = withProfile({
      models: { aliases: { mine: "claude-haiku-4-5" } },
      observability: { response_headers },
    });
    const filter = Filter.load({ config });
    return ["/v1/chat/completions", "/v1/messages"].map((path) => {
      const headers = CHAT_HEADERS.map(([name, value]): [string, string] => [
        name,
        name === ":path" ? path : value,
      ]);
      const request = {
        headers,
        body: toBytes({ ...HELLO, max_tokens: 9, model: "mine", ...body }),
      };
      const { client } = filter.exchange({ request, response: reply });
      return [client.header("x-bridge-profile"), client.header("x-bridge-model")];
    });
  };

  it("name profile and model with all", () => {
    const both = ["default", "claude-haiku-4-5"];
    expect(shown("all")).toEqual([both, both]);
    const failed = answer({ type: "error", error: { type: "api_error", message: "x" } }, 500);
    expect(shown("all", {}, failed)).toEqual([both, both]);
  });

  it("name the profile of an answer of ours", () => {
    expect(shown("all", { messages: [] })[0]).toEqual(["default", undefined]);
  });

  it.each(["none", "policy"])("do not with %s", (word) => {
    expect(shown(word).flat()).toEqual([undefined, undefined, undefined, undefined]);
  });
});
