// Counters with labels: what is counted, that labels come from closed sets, and that clients' own texts take nobody's room.

import { describe, expect, it } from "vitest";
import { exchange, type HeaderList } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  nativeRequest,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";
import { open } from "../lifecycle/support.ts";
import { counted, totals } from "./support.ts";

const OK = answer(REPLY);

function ask(filter: Filter, body: object = {}, headers: HeaderList = [], reply = OK) {
  return filter.exchange({
    request: { headers: [...CHAT_HEADERS, ...headers], body: toBytes({ ...HELLO, ...body }) },
    response: reply,
  });
}

describe("bridge_requests_total", () => {
  it("has operation, provider, model and the class of the status that the client saw", () => {
    const filter = Filter.load();
    ask(filter);
    ask(filter, {}, [], answer({ error: { type: "overloaded_error", message: "no" } }, 529));
    filter.exchange({ request: chatRequest("{"), response: OK });
    filter.exchange({ request: nativeRequest({ ...HELLO, max_tokens: 9 }), response: OK });
    expect(totals(filter.host, "bridge_requests_total")).toEqual({
      "chat_completions anthropic claude-sonnet-4-5 2xx": 1,
      "chat_completions anthropic claude-sonnet-4-5 5xx": 1,
      "chat_completions anthropic _none 4xx": 1,
      "messages anthropic claude-sonnet-4-5 2xx": 1,
    });
  });

  it("counts once, also what is broken off", () => {
    const filter = Filter.load();
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(toBytes(HELLO), { end: true });
    stream.clientReset();
    expect(totals(filter.host, "bridge_requests_total")).toEqual({
      "chat_completions anthropic claude-sonnet-4-5 _none": 1,
    });
  });

  it.each([
    ["a target of an alias", { aliases: { fast: "my;deployment=1" } }, "fast", "my_deployment_1"],
    ["a literal of allow", { allow: ["house-model", "x*"] }, "house-model", "house-model"],
    ["a family of the table", {}, "claude-haiku-4-5-20251001", "claude-haiku-4-5"],
    [
      "a family behind an alias with a star",
      { aliases: { "a-*": "claude-*" } },
      "a-opus-4-1",
      "claude-opus-4-1",
    ],
    ["_other for what a client thought up", {}, "whatever", "_other"],
    ["_other for what only a glob allows", { allow: ["x*"] }, "x-1", "_other"],
    ["the default where none is named", { default: "house-default" }, undefined, "house-default"],
  ])("shows as model %s", (_what, models, model, label) => {
    const filter = Filter.load({ config: withProfile({ models }) });
    ask(filter, { model });
    expect(counted(filter.host, "bridge_requests_total")).toMatchObject([
      { labels: { model: label } },
    ]);
  });

  it("has one label for all models that clients think up", () => {
    const filter = Filter.load();
    for (let i = 0; i < 50; i++) ask(filter, { model: `made-up-${i}` });
    expect(totals(filter.host, "bridge_requests_total")).toEqual({
      "chat_completions anthropic _other 2xx": 50,
    });
  });

  it("is not counted without metrics", () => {
    const filter = Filter.load({ config: withProfile({ observability: { metrics: false } }) });
    ask(filter);
    ask(filter, {}, [], answer({}, 500));
    filter.exchange({ request: chatRequest("{"), response: OK });
    expect(filter.host.metrics.nonZero()).toEqual({ bridge_config_ok: 1 });
  });
});

describe("reasons and types", () => {
  it("of answers of our own are codes", () => {
    const filter = Filter.load();
    filter.exchange({ request: chatRequest("{"), response: OK });
    ask(filter, { messages: [] });
    ask(filter, {}, [["content-encoding", "gzip"]]);
    expect(totals(filter.host, "bridge_local_replies_total")).toEqual({
      invalid_request_error: 1,
      empty_array: 1,
      unsupported_content_encoding: 1,
    });
  });

  it("of the upstream's errors are its types, by status where it names none", () => {
    const filter = Filter.load();
    ask(filter, {}, [], answer({ error: { type: "rate_limit_error", message: "slow" } }, 400));
    ask(filter, {}, [], answer("<html>", 503));
    ask(filter, {}, [], answer({ type: "error", error: { type: "api_error", message: "x" } }));
    expect(totals(filter.host, "bridge_upstream_errors_total")).toEqual({
      "rate_limit_error anthropic": 1,
      "overloaded_error anthropic": 1,
      "api_error anthropic": 1,
    });
  });

  const START = 'event: message_start\ndata: {"type":"message_start","message":{}}\n\n';
  it.each([
    [
      "error_event",
      `${START}event: error\ndata: {"type":"error","error":{"type":"api_error"}}\n\n`,
    ],
    ["truncated", START],
    ["too_large", `${START}data: ${"x".repeat(2000)}\n\n`],
  ])("of streams: %s", (reason, body) => {
    for (const path of ["/v1/chat/completions", "/v1/messages"]) {
      const filter = Filter.load({ config: withProfile({ limits: { max_event_bytes: 1000 } }) });
      filter.exchange({
        request: {
          headers: CHAT_HEADERS.map(([name, value]) => [name, name === ":path" ? path : value]),
          body: toBytes({ ...HELLO, max_tokens: 9, stream: true }),
        },
        response: answerEvents(body),
      });
      // A native stream passes as it is, whatever is in it.
      const blind = reason === "too_large" && path === "/v1/messages";
      expect(totals(filter.host, "bridge_stream_errors_total")).toEqual(
        blind ? {} : { [reason]: 1 },
      );
    }
  });

  it("of a stream that the client leaves is that", () => {
    const filter = Filter.load();
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(toBytes({ ...HELLO, stream: true }), { end: true });
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ]);
    stream.responseBody(toBytes(START));
    stream.clientReset();
    expect(totals(filter.host, "bridge_stream_errors_total")).toEqual({ aborted: 1 });
    expect(totals(filter.host, "bridge_requests_total")).toEqual({
      "chat_completions anthropic claude-sonnet-4-5 2xx": 1,
    });
  });
});

describe("the label client", () => {
  const PREFILL = { messages: [...HELLO.messages, { role: "assistant", content: "{" }] };
  const named = (client_id: object) =>
    Filter.load({ config: withProfile({ observability: { client_id } }) });
  const clients = (filter: Filter) =>
    Object.fromEntries(
      counted(filter.host, "bridge_prefill_total").map(({ labels, value }) => [
        labels["client"],
        value,
      ]),
    );

  it("is the first header that is not empty", () => {
    const filter = named({ headers: ["x-client-id", "x-app"] });
    ask(filter, PREFILL, [
      ["x-app", "b"],
      ["x-client-id", "a"],
    ]);
    ask(filter, PREFILL, [
      ["x-app", "b"],
      ["x-client-id", ""],
    ]);
    ask(filter, PREFILL);
    expect(clients(filter)).toEqual({ a: 1, b: 1, _none: 1 });
    expect(counted(filter.host, "bridge_prefill_total")[0]!.labels).toEqual({
      action: "passthrough",
      kind: "json",
      provider: "anthropic",
      model: "claude-sonnet-4-5",
      client: "a",
    });
  });

  it("is a property where no header tells", () => {
    const filter = named({
      headers: ["x-app"],
      property: ["connection", "uri_san_peer_certificate"],
    });
    filter.root.setProperties({ "connection.uri_san_peer_certificate": "spiffe://a/b" });
    ask(filter, PREFILL, [["x-app", "b"]]);
    ask(filter, PREFILL);
    expect(clients(filter)).toEqual({ b: 1, "spiffe://a/b": 1 });
  });

  it("is _none where nothing is configured", () => {
    const filter = Filter.load();
    ask(filter, PREFILL, [["x-client-id", "a"]]);
    expect(clients(filter)).toEqual({ _none: 1 });
  });

  it("is a hash when that is wanted", () => {
    const filter = named({ headers: ["x-app"], hash: true });
    ask(filter, PREFILL, [["x-app", "foobar"]]);
    // The published test vector of FNV-1a with 64 bits.
    expect(clients(filter)).toEqual({ "85944171f73967e8": 1 });
  });

  it("cannot forge other labels, nor break a scrape", () => {
    const filter = named({ headers: ["x-app"] });
    ask(filter, PREFILL, [["x-app", 'a;.action.=strip;"\\\u00e9\t']]);
    const [only] = counted(filter.host, "bridge_prefill_total");
    expect(only!.labels).toMatchObject({ action: "passthrough", client: "a_.action._strip_____" });
  });

  it("is cut at 64 bytes", () => {
    const filter = named({ headers: ["x-app"] });
    ask(filter, PREFILL, [["x-app", "n".repeat(65)]]);
    ask(filter, PREFILL, [["x-app", "n".repeat(64)]]);
    expect(clients(filter)).toEqual({ ["n".repeat(64)]: 2 });
  });

  it.each([0, 1, 7])("has %d values at most, then _other", (max_values) => {
    const filter = named({ headers: ["x-app"], max_values });
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 9; i++) ask(filter, PREFILL, [["x-app", `c${i}`]]);
    }
    const known = Array.from({ length: max_values }, (_, i) => [`c${i}`, 2]);
    expect(clients(filter)).toEqual({
      ...Object.fromEntries(known),
      _other: 2 * (9 - max_values),
    });
  });

  it("never takes the room of other labels, and every event is counted", () => {
    const filter = named({ headers: ["x-app"], max_values: 4096 });
    for (let i = 0; i < 2100; i++) ask(filter, PREFILL, [["x-app", `c${i}`]]);
    ask(filter, { ...PREFILL, model: "claude-opus-4-1" });
    const all = counted(filter.host, "bridge_prefill_total");
    expect(all.reduce((sum, { value }) => sum + value, 0)).toBe(2101);
    expect(all.length).toBe(2048 + 2);
    expect(all.find(({ labels }) => labels["client"] === "_other")?.value).toBe(2100 - 2048);
    expect(all.find(({ labels }) => labels["model"] === "claude-opus-4-1")?.labels["client"]).toBe(
      "_none",
    );
    expect(filter.host.metrics.sum("bridge_requests_total")).toBe(2101);
  });

  it("keeps its values when a later configuration has more", () => {
    const filter = named({ headers: ["x-app"], max_values: 1 });
    ask(filter, PREFILL, [["x-app", "a"]]);
    const more = withProfile({
      observability: { client_id: { headers: ["x-app"], max_values: 2 } },
    });
    const root = filter.host.addRoot(JSON.stringify(more));
    for (const name of ["b", "a", "c"]) {
      const headers: HeaderList = [...CHAT_HEADERS, ["x-app", name]];
      const request = { headers, body: toBytes({ ...HELLO, ...PREFILL }) };
      exchange(filter.host, root, { request, response: OK });
    }
    expect(clients(filter)).toEqual({ a: 2, b: 1, _other: 1 });
  });
});

it("tables that grow while a stream runs are none of its memory", () => {
  const config = withProfile({ observability: { client_id: { headers: ["x-app"] }, log: "none" } });
  const { host, root } = open(config); // which throws when a stream leaves anything behind
  const messages = [...HELLO.messages, { role: "assistant", content: "a" }];
  for (let i = 0; i < 300; i++) {
    const headers: HeaderList = [...CHAT_HEADERS, ["x-app", `c${i}`]];
    const request = { headers, body: toBytes({ ...HELLO, messages }) };
    exchange(host, root, { request, response: OK });
  }
  expect(host.metrics.sum("bridge_prefill_total")).toBe(300);
});

describe("over ten thousand requests", () => {
  const TURNS = ["", "Once", "{", "   "];
  const MODELS = ["claude-sonnet-4-5", "claude-opus-4-7", "made-up"];

  it.each(["passthrough", "strip", "reframe", "reject"])(
    "the counters add up with mode %s",
    (mode) => {
      const config = withProfile({
        prefill: { mode, when: "always" },
        observability: { client_id: { headers: ["x-app"], max_values: 5 }, log: "none" },
      });
      const filter = Filter.load({ config });
      let turns = 0;
      for (let i = 0; i < 2500; i++) {
        const content = TURNS[i % 5];
        const last = content === undefined ? [] : [{ role: "assistant", content }];
        turns += last.length;
        const body = { model: MODELS[i % 3], messages: [...HELLO.messages, ...last] };
        ask(filter, body, [["x-app", `app-${i % 9}`]], i % 7 === 0 ? answer({}, 500) : OK);
      }
      const sum = (name: string, where: Record<string, string> = {}) =>
        counted(filter.host, name)
          .filter(({ labels }) =>
            Object.entries(where).every(([key, value]) => labels[key] === value),
          )
          .reduce((total, { value }) => total + value, 0);
      expect(sum("bridge_requests_total")).toBe(2500);
      expect(sum("bridge_prefill_total")).toBe(turns);
      expect(
        new Set(counted(filter.host, "bridge_prefill_total").map(({ labels }) => labels["client"]))
          .size,
      ).toBe(6);
      const refused = sum("bridge_local_replies_total");
      expect(sum("bridge_prefill_total", { action: "reject" })).toBe(refused);
      expect(sum("bridge_requests_total", { code: "4xx" })).toBe(refused);
      expect(sum("bridge_requests_total", { code: "5xx" })).toBe(
        sum("bridge_upstream_errors_total"),
      );
    },
  );
});
