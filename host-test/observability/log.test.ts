// Log lines, filter state and headers: what is told of an exchange, where it is switched on, and that no content is among it.

import { describe, expect, it } from "vitest";
import type { HeaderList } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  Filter,
  HELLO,
  REPLY,
  toBytes,
  withProfile,
} from "../support/filter.ts";

const SECRET = "very secret words";
const PREFILL = [
  { role: "user", content: SECRET },
  { role: "assistant", content: `${SECRET}:` },
];
const POLICY = { mode: "strip", when: "always" };
const CLIENT = { client_id: { headers: ["x-app"] } };
const APP: HeaderList = [["x-app", "web"]];

interface Given {
  observability?: object;
  prefill?: object;
  body?: object;
  headers?: HeaderList;
  response?: ReturnType<typeof answer>;
  filter?: Filter;
}

function load({ observability = {}, prefill = {} }: Given): Filter {
  return Filter.load({
    config: withProfile({ observability: { ...CLIENT, ...observability }, prefill }),
  });
}

function run(given: Given) {
  const filter = given.filter ?? load(given);
  filter.root.setProperties({ "request.id": "rid-1", "xds.route_name": "to-claude" });
  const { body = {}, headers = APP, response = answer(REPLY) } = given;
  const { client } = filter.exchange({
    request: { headers: [...CHAT_HEADERS, ...headers], body: toBytes({ ...HELLO, ...body }) },
    response,
  });
  return { filter, client };
}

/** Lines as objects, with their level; throws for lines that are none of ours. */
function lines({ host }: Filter): [string, Record<string, unknown>][] {
  return host.logs.map(({ level, text }) => {
    expect(text).toMatch(/^messages-bridge \{"ev":"/);
    expect(text).not.toContain(SECRET);
    return [level, JSON.parse(text.slice("messages-bridge ".length)) as Record<string, unknown>];
  });
}

const WHO = {
  op: "chat_completions",
  profile: "default",
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  client: "web",
  stream: false,
};
const PLACE = { route: "to-claude", rid: "rid-1" };

describe("a line", () => {
  it("tells of a turn that was taken away, in this order", () => {
    const { filter } = run({ prefill: POLICY, body: { messages: PREFILL } });
    const line = {
      ev: "prefill",
      action: "strip",
      kind: "text",
      turns: 1,
      bytes: 18,
      ...WHO,
      ...PLACE,
    };
    expect(lines(filter)).toEqual([["warn", line]]);
    expect(Object.keys(lines(filter)[0]![1])).toEqual(Object.keys(line));
  });

  it("is not written about a turn that the model takes", () => {
    const { filter } = run({ body: { messages: PREFILL } });
    expect(lines(filter)).toEqual([]);
  });

  it("tells of a token that a client wants and that does not go up, once a minute", () => {
    const headers: HeaderList = [
      ...APP,
      ["anthropic-beta", `${SECRET.replaceAll(" ", "-")},mcp-client-2025-11-20`],
    ];
    const config = {
      version: 1,
      profile: {
        provider: { type: "bedrock", region: "us-east-1" },
        auth: { mode: "client" },
        observability: CLIENT,
      },
    };
    const filter = Filter.load({ config });
    for (let i = 0; i < 3; i++) run({ filter, headers });
    const told = lines(filter).map(([level, { ev, token, outcome }]) => [
      level,
      ev,
      token,
      outcome,
    ]);
    expect(told).toEqual([
      ["info", "beta", "_unknown", "dropped"],
      ["info", "beta", "mcp-client-2025-11-20", "dropped"],
    ]);
    filter.host.advance(60_000);
    run({ filter, headers });
    expect(lines(filter)).toHaveLength(4);
  });

  it("tells of a refusal, without its message", () => {
    const { filter } = run({ body: { messages: [{ role: SECRET, content: "x" }] } });
    const line = { ev: "reject", status: 400, code: "invalid_value", ...WHO, model: "_none" };
    expect(lines(filter)).toEqual([["info", { ...line, ...PLACE }]]);
  });

  it("tells of the upstream's errors only when it is asked for", () => {
    const response = answer({ error: { type: "overloaded_error", message: SECRET } }, 529);
    expect(lines(run({ response }).filter)).toEqual([]);
    const line = { ev: "upstream_error", status: 529, type: "overloaded_error", ...WHO, ...PLACE };
    for (const log of ["errors", "requests"]) {
      const { filter } = run({ response, observability: { log } });
      expect(lines(filter)[0]).toEqual(["warn", line]);
    }
  });

  it("tells of streams that break, only when it is asked for", () => {
    const given = { body: { stream: true }, response: answerEvents("") };
    expect(lines(run(given).filter)).toEqual([]);
    const { filter } = run({ ...given, observability: { log: "errors" } });
    const line = { ev: "stream_error", reason: "truncated", ...WHO, stream: true, ...PLACE };
    expect(lines(filter)).toEqual([["warn", line]]);
  });

  it("is not written at all where that is wanted", () => {
    const given: Given = { prefill: POLICY, observability: { log: "none" } };
    const { filter } = run({ ...given, body: { messages: PREFILL } });
    run({ filter, body: { messages: [] } });
    run({ filter, response: answer({}, 500) });
    expect(filter.host.logs).toEqual([]);
  });

  it("is written ten times a second; then the next second says how many were left out", () => {
    const filter = load({ prefill: POLICY });
    for (let i = 0; i < 13; i++) run({ filter, body: { messages: PREFILL } });
    expect(lines(filter)).toHaveLength(10);
    filter.host.advance(1000);
    run({ filter, body: { messages: PREFILL } });
    const [suppressed, next] = lines(filter).slice(10);
    expect(suppressed).toEqual(["warn", { ev: "suppressed", lines: 3 }]);
    expect(next![1]["ev"]).toBe("prefill");
  });
});

describe("the line of a request", () => {
  const USAGE = {
    input_tokens: 8,
    output_tokens: 4,
    cache_read_input_tokens: 2,
    cache_creation_input_tokens: 1,
  };
  const response = answer({ ...REPLY, usage: USAGE }, 200, [["request-id", "req_7"]]);

  it("has names and numbers, and no limit", () => {
    const filter = load({ observability: { log: "requests" } });
    for (let i = 0; i < 12; i++) {
      run({ filter, response, headers: [...APP, ["anthropic-beta", "context-1m-2025-08-07"]] });
    }
    const line = {
      ev: "req",
      ...WHO,
      status: 200,
      in: 8,
      out: 4,
      cr: 2,
      cw: 1,
      ms: 0,
      stop: "end_turn",
      betas: ["context-1m-2025-08-07"],
      uid: "req_7",
      ...PLACE,
    };
    expect(lines(filter)).toEqual(Array.from({ length: 12 }, () => ["info", line]));
    expect(Object.keys(lines(filter)[0]![1])).toEqual(Object.keys(line));
  });

  it("has the model that went upstream, and what was done to the request", () => {
    const filter = Filter.load({
      config: withProfile({
        models: { aliases: { mine: "claude-haiku-4-5" } },
        prefill: POLICY,
        observability: { log: "requests" },
      }),
    });
    run({ filter, body: { model: "mine", messages: PREFILL }, headers: [] });
    const [, line] = lines(filter).at(-1)!;
    expect(line).toMatchObject({ model: "claude-haiku-4-5", prefill: "stripped" });
    expect(line).not.toHaveProperty("client");
  });

  it("has the times of a stream", () => {
    const filter = load({ observability: { log: "requests", metrics: false } });
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders([...CHAT_HEADERS, ...APP]);
    filter.host.advance(5);
    stream.requestBody(toBytes({ ...HELLO, stream: true }), { end: true });
    filter.host.advance(70);
    stream.responseHeaders([
      [":status", "200"],
      ["content-type", "text/event-stream"],
    ]);
    stream.responseBody(
      toBytes(
        `data: ${JSON.stringify({ type: "message_start", message: REPLY })}\n\n` +
          `data: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: SECRET } })}\n\n`,
      ),
    );
    filter.host.advance(25);
    stream.responseBody(toBytes(`data: {"type":"message_stop"}\n\n`), { end: true });
    expect(lines(filter).at(-1)![1]).toMatchObject({ stream: true, ttft_ms: 70, ms: 100 });
  });

  it("is written for requests that were refused, and for those that were left", () => {
    const filter = load({ observability: { log: "requests" } });
    run({ filter, body: { messages: [] } });
    expect(lines(filter).at(-1)![1]).toMatchObject({
      ev: "req",
      status: 400,
      error: "empty_array",
    });
    const stream = filter.host.stream(filter.root);
    stream.requestHeaders([...CHAT_HEADERS, ...APP]);
    stream.requestBody(toBytes(HELLO), { end: true });
    stream.clientReset();
    expect(lines(filter).at(-1)![1]).toMatchObject({ ev: "req", status: 0, model: HELLO.model });
  });

  it("holds nothing that could end it", () => {
    const filter = load({ observability: { log: "requests" } });
    run({ filter, body: { model: 'a"b\\c\nd\u00e9' }, headers: [["x-app", 'x"\\y']] });
    expect(lines(filter).at(-1)![1]).toMatchObject({ client: "x__y", model: "a_b_c_d__" });
  });
});
