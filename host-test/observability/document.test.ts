// docs/observability.md against what a run produces: no metric, label, log member, header or name that it does not tell, and none told
// that does not exist.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { exchange, type HeaderList, type MessageInput, type WasmHost } from "../host/index.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  Filter,
  HELLO,
  REPLY,
  toBytes,
} from "../support/filter.ts";
import { parseName } from "./support.ts";

const TEXT = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8");
const SCHEMA = JSON.parse(
  readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8"),
) as { $defs: { observability: { properties: { export: { items: { enum: string[] } } } } } };

/** Rows of the first table behind a place, cells without their blanks. */
function tableBehind(place: string): string[][] {
  const at = TEXT.indexOf(place);
  if (at < 0) throw new Error(`docs/observability.md lacks ${place}`);
  const lines = TEXT.slice(at).split("\n");
  const first = lines.findIndex((line) => line.startsWith("| -"));
  const rows = lines.slice(first + 1);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const codes = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

const HAIKU = "claude-haiku-4-5";
const KEYS = { mode: "keys", select: "first", keys: [{ name: "main", value: "sk-1" }] };
const SEEN = {
  client_id: { headers: ["x-app"] },
  log: "requests",
  response_headers: "all",
  export: SCHEMA.$defs.observability.properties.export.items.enum,
};
const CONFIG = {
  version: 1,
  profiles: {
    main: {
      provider: { type: "anthropic" },
      auth: KEYS,
      prefill: { mode: "reframe", when: "always" },
      observability: SEEN,
    },
  },
  default_profile: "main",
};

const frame = (type: string, data: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const usage = {
  input_tokens: 9,
  output_tokens: 4,
  cache_read_input_tokens: 2,
  cache_creation_input_tokens: 1,
  output_tokens_details: { thinking_tokens: 1 },
};
const MESSAGE = { ...REPLY, usage };
const START = frame("message_start", { message: { ...MESSAGE, content: [], stop_reason: null } });
const SEARCH = { type: "server_tool_use", id: "s", name: "web_search", input: {} };
/** A block that no chat client is shown. */
const HIDDEN =
  frame("content_block_start", { index: 0, content_block: SEARCH }) +
  frame("content_block_stop", { index: 0 });
const TEXT_BLOCK =
  frame("content_block_start", { index: 1, content_block: { type: "text", text: "" } }) +
  frame("content_block_delta", { index: 1, delta: { type: "text_delta", text: "Hi" } }) +
  frame("content_block_stop", { index: 1 });
const END =
  frame("message_delta", { delta: { stop_reason: "end_turn" }, usage }) + frame("message_stop");

const PREFILL = { messages: [...HELLO.messages, { role: "assistant", content: "The" }] };
const REFUSED = "This model does not support assistant message prefill.";

/** Everything that there is to see, once. */
const RUN: { body: object; headers?: HeaderList; response: MessageInput; slow?: boolean }[] = [
  { body: { seed: 1, temperature: 1.5 }, response: answer(MESSAGE, 200, [["request-id", "r"]]) },
  { body: { model: HAIKU, ...PREFILL }, response: answer(MESSAGE) },
  { body: { stream: true }, response: answerEvents(START + HIDDEN + TEXT_BLOCK + END), slow: true },
  { body: { stream: true }, response: answerEvents(START) },
  {
    body: PREFILL,
    response: answer({ error: { type: "invalid_request_error", message: REFUSED } }, 400),
  },
  { body: { messages: [] }, response: answer(MESSAGE) },
  {
    body: {},
    headers: [["anthropic-beta", "context-1m-2025-08-07,nobody-knows-this"]],
    response: answer(MESSAGE),
  },
  { body: {}, response: answer({ error: { type: "rate_limit_error", message: "x" } }, 429) },
];

let host: WasmHost;
const headers = new Set<string>();

beforeAll(() => {
  const bedrock = {
    ...CONFIG,
    profiles: { main: { ...CONFIG.profiles.main, provider: { type: "bedrock", region: "r" } } },
  };
  const filter = Filter.load({ config: CONFIG });
  host = filter.host;
  const roots = [filter.root, host.addRoot(JSON.stringify(bedrock))];
  for (const root of roots) {
    root.setProperties({ "request.id": "rid", "xds.route_name": "route" });
    for (const { body, headers: more = [], response, slow = false } of RUN) {
      host.advance(1000);
      const request = {
        headers: [...CHAT_HEADERS, ["x-app", "web"], ...more] as HeaderList,
        body: toBytes({ ...HELLO, ...body }),
      };
      const { client } = slow
        ? slowly(root, request.headers, request.body, response)
        : exchange(host, root, { request, response });
      noteHeaders(client.headers ?? []);
    }
  }
  // More than one line in a tenth of a second, then one that tells of those that were left out.
  for (let i = 0; i < 12; i++) {
    exchange(host, filter.root, {
      request: { headers: CHAT_HEADERS, body: toBytes("{") },
      response: answer(MESSAGE),
    });
  }
  host.advance(1000);
  exchange(host, filter.root, {
    request: { headers: CHAT_HEADERS, body: toBytes("{") },
    response: answer(MESSAGE),
  });
});

function noteHeaders(list: HeaderList): void {
  for (const [name] of list) if (name.startsWith("x-bridge-")) headers.add(name);
}

/** An exchange whose answer takes its time. */
function slowly(root: Filter["root"], sent: HeaderList, body: Uint8Array, response: MessageInput) {
  const stream = host.stream(root);
  stream.requestHeaders(sent);
  stream.requestBody(body, { end: true });
  host.advance(50);
  stream.responseHeaders(response.headers);
  stream.responseBody(response.body as Uint8Array, { end: true });
  return stream;
}

/** Names that were counted, with their labels. */
function produced(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const full of Object.keys(host.metrics.nonZero())) {
    const { name, labels } = parseName(full);
    found.set(name, Object.keys(labels));
  }
  for (const name of ["bridge_ttft_ms", "bridge_translate_us"]) {
    if (host.metrics.samples(name).length > 0) found.set(name, []);
  }
  return found;
}

describe("docs/observability.md", () => {
  it("has every metric with its labels, and no other", () => {
    const told = tableBehind("<!-- metrics -->").map(([name, labels]) => [
      codes(name)[0]!,
      codes(labels).sort(),
    ]);
    const found = [...produced()].map(([name, labels]) => [name, [...labels].sort()]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(told));
  });

  it("explains every label, and no other", () => {
    const told = tableBehind("<!-- labels -->").map(([name]) => codes(name)[0]!);
    expect([...new Set([...produced().values()].flat())].sort()).toEqual([...told].sort());
  });

  it("has every member of every log line, in order", () => {
    const who = codes(/_Who_ is ([^.]+)\./.exec(TEXT)![1]);
    const own = host.logs.filter(({ text }) => text.startsWith("messages-bridge {"));
    const lines = own.map(
      ({ text }) => JSON.parse(text.replace(/^messages-bridge /, "")) as Record<string, unknown>,
    );
    const events = new Map<string, Set<string>>();
    for (const { ev, ...members } of lines) {
      const seen = events.get(String(ev)) ?? new Set();
      for (const key of Object.keys(members)) seen.add(key);
      events.set(String(ev), seen);
    }
    const rows = tableBehind("<!-- log -->");
    expect([...events.keys()].sort()).toEqual(rows.map(([ev]) => codes(ev)[0]!).sort());
    for (const [ev, , , members = ""] of rows) {
      const own = codes(members.replace(/ in front of.*/, ""));
      const all = members.includes("_who_") ? [...own, ...who] : own;
      expect([ev, [...events.get(codes(ev)[0]!)!].sort()]).toEqual([ev, [...all].sort()]);
    }
  });

  it("has every name of filter state", () => {
    const told = tableBehind("<!-- exports -->").map(([name]) => codes(name)[0]!);
    expect([...told].sort()).toEqual([...SEEN.export].sort());
  });

  it("has every header", () => {
    const told = tableBehind("## Headers").map(([name]) => codes(name)[0]!);
    expect([...headers].sort()).toEqual([...told].sort());
  });
});
