/** One test for each row of "Native" in docs/errors.md; status and type are read from there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { ExchangeResult, HeaderList, MessageInput } from "../host/index.ts";
import { exhaustedFilter } from "../errors/memory.ts";
import { filterWith } from "../errors/row.ts";
import { answer, HELLO, NATIVE_HEADERS, nativeRequest, REPLY } from "../support/filter.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/errors.md", import.meta.url));
const ROW = /^\| `(native-[a-z0-9-]+)` +\| (\d{3}) +\| `(\w+)` +\| /gm;
const BAD_JSON = "We could not parse the JSON body of your request.";

interface Row {
  id: string;
  message: string;
  /** Nothing may go upstream. */
  local: boolean;
  run: () => ExchangeResult;
}

const documented = new Map(
  [...readFileSync(DOCUMENT, "utf8").matchAll(ROW)].map(([, id, status, type]) => [
    id ?? "",
    { status: Number(status), type },
  ]),
);

function refused(
  id: string,
  message: string,
  body: unknown,
  settings: Record<string, unknown> = {},
): Row {
  return { id, message, local: true, run: () => filterWith(settings).native(body) };
}

function hello(members: Record<string, unknown>): object {
  return { ...HELLO, max_tokens: 5, ...members };
}

function sent(request: Partial<MessageInput>, settings: Record<string, unknown> = {}) {
  return () =>
    filterWith(settings).exchange({
      request: { ...nativeRequest(HELLO), ...request },
      response: answer(REPLY),
    });
}

function withHeaders(changes: HeaderList): HeaderList {
  const names = changes.map(([name]) => name);
  return [...NATIVE_HEADERS.filter(([name]) => !names.includes(name)), ...changes];
}

const deep = `${"[".repeat(20)}${"]".repeat(20)}`;
const many = Array.from({ length: 1025 }, (_, index) => `"x${index}":0`).join(",");
const BEDROCK = { provider: { type: "bedrock", region: "us-east-1" } };
const sourceOf = (type: string): object => ({ type: "image", source: { type } });
const ROWS: Row[] = [
  {
    id: "native-body-missing",
    message: BAD_JSON,
    local: true,
    run: () => filterWith().exchange({ request: { headers: NATIVE_HEADERS } }),
  },
  refused("native-body-not-json", BAD_JSON, `${JSON.stringify(hello({}))} x`),
  refused("native-body-not-object", BAD_JSON, "[]"),
  refused(
    "native-body-too-deep",
    "The JSON body of your request is nested too deeply.",
    `{"model":"m","max_tokens":5,"messages":[],"x":${deep}}`,
    { limits: { max_depth: 16 } },
  ),
  refused(
    "native-body-too-large",
    "The body of your request is larger than this gateway allows.",
    hello({ system: "x".repeat(300) }),
    { limits: { max_request_bytes: 200 } },
  ),
  {
    id: "native-body-compressed",
    message: "Compressed request bodies are not supported; send the body without content-encoding.",
    local: true,
    run: sent({ headers: withHeaders([["content-encoding", "gzip"]]) }),
  },
  refused(
    "native-too-many-members",
    "The JSON body of your request has too many members.",
    `{${many}}`,
  ),
  refused("native-model-missing", "Missing required parameter: 'model'.", {
    max_tokens: 5,
    messages: [],
  }),
  refused("native-model-type", "Invalid type for 'model': expected a string.", hello({ model: 5 })),
  refused(
    "native-model-denied",
    "The model does not exist or this gateway does not allow it.",
    hello({}),
    { models: { allow: ["claude-opus-*"] } },
  ),
  refused("native-messages-missing", "Missing required parameter: 'messages'.", { model: "m" }),
  refused(
    "native-messages-type",
    "Invalid type for 'messages': expected an array.",
    hello({ messages: null }),
  ),
  refused(
    "native-message-type",
    "Invalid type for 'messages[1]': expected an object.",
    hello({ messages: [{}, "x"] }),
  ),
  refused(
    "native-messages-too-many",
    "Invalid 'messages': the list is longer than this gateway allows.",
    hello({ messages: [{}, {}, {}] }),
    { limits: { max_messages: 2 } },
  ),
  refused(
    "native-tools-type",
    "Invalid type for 'tools': expected an array.",
    hello({ tools: {} }),
  ),
  refused(
    "native-tool-type",
    "Invalid type for 'tools[0]': expected an object.",
    hello({ tools: ["x"] }),
  ),
  refused(
    "native-tools-too-many",
    "Invalid 'tools': the list is longer than this gateway allows.",
    hello({ tools: [{}, {}, {}] }),
    { limits: { max_tools: 2 } },
  ),
  refused(
    "native-stream-type",
    "Invalid type for 'stream': expected a boolean.",
    hello({ stream: "yes" }),
  ),
  refused(
    "native-max-tokens-type",
    "Invalid type for 'max_tokens': expected a number.",
    hello({ max_tokens: "5" }),
  ),
  refused(
    "native-rejected",
    "Unsupported: 'speed' is not allowed on this route.",
    hello({ speed: "fast" }),
    { params: { reject: ["speed"] } },
  ),
  refused(
    "native-lacks-member",
    "Unsupported: 'mcp_servers' is not served by this upstream.",
    hello({ mcp_servers: [{ type: "url" }] }),
    BEDROCK,
  ),
  refused(
    "native-lacks-tool",
    "Unsupported: 'tools[1].type' is not served by this upstream.",
    hello({ tools: [{ name: "x" }, { type: "web_search_20250305", name: "web_search" }] }),
    BEDROCK,
  ),
  refused(
    "native-lacks-url",
    "Unsupported: 'messages[0].content[1].source': this upstream fetches no URLs; send the content as base64.",
    hello({ messages: [{ role: "user", content: [{ type: "text" }, sourceOf("url")] }] }),
    BEDROCK,
  ),
  refused(
    "native-lacks-file",
    "Unsupported: 'messages[0].content[0].content[0].source': this upstream keeps no files; send the content as base64.",
    hello({ messages: [{ role: "user", content: [{ content: [sourceOf("file")] }] }] }),
    BEDROCK,
  ),
  {
    id: "native-lacks-counting",
    message: "The 'count_tokens' operation is not supported by the databricks provider.",
    local: true,
    run: sent(
      { headers: withHeaders([[":path", "/v1/messages/count_tokens"]]) },
      { provider: { type: "databricks" } },
    ),
  },
  refused(
    "native-model-in-path",
    "Invalid value for 'model': this name cannot stand in the path of a request to this upstream.",
    hello({ model: ".." }),
    BEDROCK,
  ),
  {
    id: "native-url-unknown",
    message: "Unknown path: /v1/nothing.",
    local: true,
    run: sent({ headers: withHeaders([[":path", "/v1/nothing"]]) }),
  },
  {
    id: "native-method-wrong",
    message: "GET is not allowed on /v1/messages.",
    local: true,
    run: sent({ headers: withHeaders([[":method", "GET"]]) }),
  },
  {
    id: "native-answer-empty",
    message: "The upstream's answer is not a message of the Messages API.",
    local: false,
    run: () => filterWith().native(HELLO, { headers: [[":status", "200"]] }),
  },
  {
    id: "native-answer-compressed",
    message: "The upstream's answer is compressed although the gateway asked for identity.",
    local: false,
    run: () =>
      filterWith({ models: { aliases: { [HELLO.model]: "other" } } }).native(
        HELLO,
        answer(REPLY, 200, [["content-encoding", "gzip"]]),
      ),
  },
  {
    id: "native-envoy-503",
    message:
      "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    local: false,
    run: () => filterWith().native(HELLO, "reset"),
  },
  {
    id: "native-error-without-body",
    message: "Upstream returned HTTP 529.",
    local: false,
    run: () => filterWith().native(HELLO, { headers: [[":status", "529"]] }),
  },
  {
    id: "native-memory-exhausted",
    message: "The gateway has no memory left for this request. Please retry.",
    local: true,
    run: () => exhaustedFilter().native(hello({ system: "x".repeat(8 << 20) })),
  },
];

test("every row of the document is tested, and every test has its row", () => {
  expect(ROWS.map(({ id }) => id).sort()).toEqual([...documented.keys()].sort());
});

test.each(ROWS)("$id", ({ id, message, local, run }) => {
  const { client, upstream } = run();
  const { status, type } = documented.get(id) ?? {};
  expect(client.text()).toBe(
    JSON.stringify({ type: "error", error: { type, message }, request_id: null }),
  );
  expect(client.status).toBe(status);
  expect(client.header("content-type")).toBe("application/json");
  if (!local) return;
  expect(upstream.headers).toBeUndefined();
  expect(client.header("x-should-retry")).toBe(client.status < 500 ? "false" : undefined);
});

test.each([
  ["null is absent", { stream: null, max_tokens: null, tools: null }],
  ["what the filter does not read", { temperature: "hot", system: 5, metadata: [], x: {} }],
  ["at the limits", { messages: [{}, {}], tools: [{}, {}] }],
])("%s: the upstream judges", (_, members) => {
  const limits = { max_messages: 2, max_tools: 2 };
  const body = JSON.stringify(hello(members));
  const { client, upstream } = filterWith({ limits }).native(body);
  expect(client.status).toBe(200);
  expect(upstream.text()).toBe(body);
});
