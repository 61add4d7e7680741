/** Requests that the filter refuses, other than for the type of a member. */
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import {
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  REPLY,
  answer,
  withProfile,
} from "../support/filter.ts";
import { exhaustedFilter } from "./memory.ts";
import { answered, filterWith, hello, refused, said, type ErrorRow } from "./row.ts";

const BAD_JSON = "We could not parse the JSON body of your request.";
const TOO_LARGE = "The body of your request is larger than this gateway allows.";
const LIMIT = 200;

/** A chat body of exactly `bytes` bytes. */
function sized(bytes: number): string {
  const text = JSON.stringify(HELLO);
  return text + " ".repeat(bytes - text.length);
}

/** A request with these headers instead of, or beside, the usual ones. */
function withHeaders(changes: HeaderList, body: unknown = HELLO): () => ExchangeResult {
  const names = changes.map(([name]) => name);
  const headers = [...CHAT_HEADERS.filter(([name]) => !names.includes(name)), ...changes];
  return () =>
    filterWith().exchange({ request: { ...chatRequest(body), headers }, response: answer(REPLY) });
}

function refusedHeaders(id: string, message: string, changes: HeaderList): ErrorRow {
  return { id, message, local: true, run: withHeaders(changes) };
}

/** A body of exactly the limit, with one more byte, told before or only by its bytes. */
function tooLarge(id: string, announced: boolean): ErrorRow {
  const run = (bytes: number) => () => {
    const filter = filterWith({ limits: { max_request_bytes: LIMIT } });
    const length: HeaderList = announced ? [["content-length", String(bytes)]] : [];
    const headers = [...CHAT_HEADERS, ...length];
    return filter.exchange({
      request: { headers, body: sized(bytes) },
      response: answer(REPLY),
    });
  };
  return { id, message: TOO_LARGE, local: true, run: run(LIMIT + 1), atLimit: run(LIMIT) };
}

/** A list that is limited to two, with three entries. */
function tooMany(
  id: string,
  message: string,
  setting: string,
  body: (count: number) => object,
): ErrorRow {
  const filter = () => filterWith({ limits: { [setting]: 2 } });
  return {
    id,
    message,
    local: true,
    run: () => filter().chat(body(3)),
    atLimit: () => filter().chat(body(2)),
  };
}

function messages(count: number): object {
  return hello({ messages: Array.from({ length: count }, () => ({ role: "user", content: "x" })) });
}

function tools(count: number): object {
  return hello({
    tools: Array.from({ length: count }, (_, i) => ({ name: `t${i}`, input_schema: {} })),
  });
}

/** A member that nests `depth` levels, the body itself included. */
function nested(depth: number): string {
  const inner = "[".repeat(depth - 1) + "]".repeat(depth - 1);
  return `{"x":${inner},${JSON.stringify(HELLO).slice(1)}`;
}

const wholeRequests: ErrorRow[] = [
  {
    id: "body-missing",
    message: BAD_JSON,
    local: true,
    run: () => filterWith().exchange({ request: { headers: CHAT_HEADERS } }),
  },
  refused("body-empty", "", BAD_JSON),
  {
    id: "body-trailers-only",
    message: BAD_JSON,
    local: true,
    run: () =>
      filterWith().exchange({ request: { headers: CHAT_HEADERS, trailers: [["x-a", "1"]] } }),
  },
  refused("body-not-json", '{"model": oops}', BAD_JSON),
  refused("body-truncated", JSON.stringify(HELLO).slice(0, -1), BAD_JSON),
  refused("body-not-object", "[]", BAD_JSON),
  refused("body-trailing", `${JSON.stringify(HELLO)}{}`, BAD_JSON),
  refused("body-byte-order-mark", `\ufeff${JSON.stringify(HELLO)}`, BAD_JSON),
  refused("body-bad-escape", String.raw`{"model":"\q"}`, BAD_JSON),
  refused("body-control-character", '{"model":"a\nb"}', BAD_JSON),
  {
    id: "body-too-deep",
    message: "The JSON body of your request is nested too deeply.",
    local: true,
    run: () => filterWith({ limits: { max_depth: 20 } }).chat(nested(21)),
    atLimit: () => filterWith({ limits: { max_depth: 20 } }).chat(nested(20)),
  },
  tooLarge("body-too-large-announced", true),
  tooLarge("body-too-large", false),
  refused(
    "body-too-large-translated",
    hello({ tools: Array.from({ length: 9 }, () => ({ function: { name: "f" } })) }),
    "The translated request is larger than this gateway allows.",
    { limits: { max_request_bytes: 360 } },
  ),
  refusedHeaders(
    "body-compressed",
    "Compressed request bodies are not supported; send the body without content-encoding.",
    [["content-encoding", "gzip"]],
  ),
  refusedHeaders("url-unknown", "Unknown path: /v1/chatter. Please check the URL for typos.", [
    [":path", "/v1/chatter"],
  ]),
  refusedHeaders("method-wrong", "PUT is not allowed on /v1/chat/completions.", [
    [":method", "PUT"],
  ]),
  refusedHeaders(
    "operation-stored-list",
    "The 'stored_completions' operation is not supported by the anthropic provider.",
    [[":method", "GET"]],
  ),
  refusedHeaders(
    "operation-stored-one",
    "The 'stored_completions' operation is not supported by the anthropic provider.",
    [
      [":method", "DELETE"],
      [":path", "/v1/chat/completions/chatcmpl-1"],
    ],
  ),
  {
    id: "profile-none",
    message: "The gateway has no profile for this request.",
    local: true,
    run: noProfile,
  },
  {
    id: "headers-not-held",
    message:
      "The gateway is misconfigured: the filter holds request headers, but `allow_on_headers_stop_iteration: true` is missing in its Envoy plugin configuration. Set it, or set `request_headers: early` in the filter's configuration.",
    run: headersNotHeld,
  },
  {
    id: "companion-missing",
    message:
      "The gateway is misconfigured: its host cannot replace bodies by itself, and the plugin `messages-bridge-companion` is not enabled on this route. Enable it beside the Wasm plugin.",
    local: true,
    run: () => Filter.load({ profile: "apisix-bare" }).chat(HELLO),
  },
  {
    id: "filter-failed",
    message:
      "The gateway's filter has failed in this worker process and serves nothing until the process is replaced; reload the gateway.",
    local: true,
    run: afterTrap,
  },
  {
    id: "memory-exhausted",
    message: "The gateway has no memory left for this request. Please retry.",
    local: true,
    run: () => exhaustedFilter().chat(sized(4_000_000)),
  },
];

/** A configuration whose only rule does not fit, and which refuses the rest. */
function noProfile(): ExchangeResult {
  const { profile } = withProfile({}) as { profile: object };
  const config = {
    version: 1,
    profiles: { a: profile },
    rules: [{ match: { path_prefix: "/a" }, profile: "a" }],
    on_no_match: "reject",
  };
  return Filter.load({ config }).chat(HELLO);
}

/** The request behind one whose body could not be read without a trap, on the host that goes on after it. */
function afterTrap(): ExchangeResult {
  let traps = false; // the configuration is read that way, too
  const interrupt = (name: string): boolean => traps && name === "proxy_get_buffer_bytes";
  const filter = Filter.load({ profile: "apisix", traps: "model", interrupt });
  traps = true;
  filter.chat(HELLO);
  return filter.chat(HELLO);
}

/** A host that lets held headers go: the body arrives past the filter, which only a tick can see. */
function headersNotHeld(): ExchangeResult {
  const { host, root } = Filter.load({ profile: "envoy-nohold", hangs: "model" });
  const stream = host.stream(root);
  stream.requestHeaders(CHAT_HEADERS);
  stream.requestBody(JSON.stringify(HELLO), { end: true });
  host.advance(1000);
  stream.finish();
  return { stream, upstream: stream.upstream, client: stream.client };
}

const TOOL_CHOICES =
  "Supported values are: 'auto', 'none', 'required', or an object naming a tool.";
const PART_TYPES = "Supported values are: 'text', 'image_url' and 'file'.";
const TOOLS = { tools: [{ type: "function", function: { name: "f" } }] };

function missing(param: string): string {
  return `Missing required parameter: '${param}'.`;
}

const values: ErrorRow[] = [
  refused("model-missing", { messages: HELLO.messages }, missing("model")),
  refused("model-empty", hello({ model: "" }), missing("model")),
  refused(
    "model-not-allowed",
    HELLO,
    "The model does not exist or this gateway does not allow it.",
    {
      models: { allow: ["claude-opus-*"] },
    },
  ),
  refused("messages-missing", { model: "m" }, missing("messages")),
  refused(
    "messages-empty",
    { model: "m", messages: [] },
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  ),
  tooMany(
    "messages-too-many",
    "Invalid 'messages': the list is longer than this gateway allows.",
    "max_messages",
    messages,
  ),
  refused("role-missing", said({ content: "x" }), missing("messages[0].role")),
  refused(
    "role-unknown",
    said({ role: "critic", content: "x" }),
    "Invalid value for 'messages[0].role': 'critic'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool' and 'function'.",
  ),
  refused(
    "role-unknown-long",
    said({ role: `x${"é".repeat(40)}` }),
    `Invalid value for 'messages[0].role': 'x${"é".repeat(31)}'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool' and 'function'.`,
  ),
  refused(
    "part-type-missing",
    said({ role: "user", content: [{ text: "x" }] }),
    missing("messages[0].content[0].type"),
  ),
  refused(
    "part-type-unknown",
    said({ role: "user", content: [{ type: "text", text: "x" }, { type: "video" }] }),
    `Invalid value for 'messages[0].content[1].type': 'video'. ${PART_TYPES}`,
  ),
  refused(
    "part-refusal-from-user",
    said({ role: "user", content: [{ type: "refusal", refusal: "x" }] }),
    `Invalid value for 'messages[0].content[0].type': 'refusal'. ${PART_TYPES}`,
  ),
  refused(
    "part-not-text-in-system",
    hello({
      messages: [
        { role: "system", content: [{ type: "image_url", image_url: "x" }] },
        ...HELLO.messages,
      ],
    }),
    "Invalid value for 'messages[0].content[0].type': 'image_url'. System messages can hold text only.",
  ),
  refused(
    "call-without-name",
    answered({ tool_calls: [{ id: "a", type: "function", function: { arguments: "{}" } }] }),
    missing("messages[0].tool_calls[0].function.name"),
  ),
  tooMany(
    "tools-too-many",
    "Invalid 'tools': the list is longer than this gateway allows.",
    "max_tools",
    tools,
  ),
  refused(
    "tool-without-name",
    hello({ tools: [{ type: "function", function: { parameters: {} } }] }),
    missing("tools[0].function.name"),
  ),
  refused(
    "tool-without-function",
    hello({ tools: [{ type: "function" }] }),
    missing("tools[0].function"),
  ),
  refused("tool-without-type", hello({ tools: [{ name: "f" }] }), missing("tools[0].type")),
  refused(
    "choice-unknown",
    hello({ ...TOOLS, tool_choice: "any" }),
    `Invalid value for 'tool_choice': 'any'. ${TOOL_CHOICES}`,
  ),
  refused("choice-without-type", hello({ ...TOOLS, tool_choice: {} }), missing("tool_choice.type")),
  refused(
    "n-above-one",
    hello({ n: 2 }),
    "Unsupported: 'n': Claude gives one choice for each request.",
  ),
  refused(
    "max-tokens-below",
    hello({ max_tokens: -2 }),
    "Invalid value for the output limit: integer below minimum value. Expected a value >= 0.",
  ),
  refused(
    "max-completion-tokens-below",
    hello({ max_completion_tokens: -2 }),
    "Invalid value for the output limit: integer below minimum value. Expected a value >= 0.",
  ),
  limited(
    "temperature-above",
    "temperature",
    2.1,
    2,
    "Invalid 'temperature': expected a value between 0 and 2.",
  ),
  limited(
    "temperature-below",
    "temperature",
    -0.1,
    0,
    "Invalid 'temperature': expected a value between 0 and 2.",
  ),
  limited("top-p-above", "top_p", 1.01, 1, "Invalid 'top_p': expected a value between 0 and 1."),
  limited("top-p-below", "top_p", -0.01, 0, "Invalid 'top_p': expected a value between 0 and 1."),
  refused(
    "params-strict",
    hello({ seed: 1 }),
    "Unsupported: 'seed' has no counterpart in the Messages API.",
    { params: { mode: "strict" } },
  ),
];

/** A number just outside its range; the bound itself is served. */
function limited(
  id: string,
  member: string,
  above: number,
  bound: number,
  message: string,
): ErrorRow {
  return {
    id,
    message,
    local: true,
    run: () => filterWith().chat(hello({ [member]: above })),
    atLimit: () => filterWith().chat(hello({ [member]: bound })),
  };
}

export const REQUEST_ROWS: ErrorRow[] = [...wholeRequests, ...values];
