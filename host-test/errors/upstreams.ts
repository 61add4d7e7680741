/** What an upstream, or Envoy in its place, answers, and what the client makes of it. */
import type { ExchangeResult, ResponseInput } from "../host/index.ts";
import { answer, answerEvents, chatRequest, Filter, HELLO, REPLY } from "../support/filter.ts";
import {
  apiError,
  failed,
  failedText,
  filterWith,
  streamOn,
  unheldFilter,
  upstream,
  type ErrorRow,
} from "./row.ts";

const NOT_A_MESSAGE = "The upstream's answer is not a message of the Messages API.";
const LIMIT = 400;
const QUOTED = 500;
const SEARCHED = 262_144;

function sizedReply(bytes: number): string {
  const text = JSON.stringify(REPLY);
  return text + " ".repeat(bytes - text.length);
}

function limited(bytes: number): () => ExchangeResult {
  return () =>
    filterWith({ limits: { max_response_bytes: LIMIT } }).chat(HELLO, answer(sizedReply(bytes)));
}

const unusable: ErrorRow[] = [
  upstream("answer-not-json", answer("<html>"), NOT_A_MESSAGE),
  upstream("answer-not-a-message", answer({ object: "list", data: [] }), NOT_A_MESSAGE),
  upstream("answer-truncated", answer(JSON.stringify(REPLY).slice(0, -1)), NOT_A_MESSAGE),
  upstream("answer-empty", answer(""), NOT_A_MESSAGE),
  upstream("answer-without-body", { headers: [[":status", "204"]] }, NOT_A_MESSAGE),
  upstream("answer-error-with-200", answer(apiError("rate_limit_error", "Slow down")), "Slow down"),
  upstream(
    "answer-compressed",
    answer(REPLY, 200, [["content-encoding", "gzip"]]),
    "The upstream's answer is compressed although the gateway asked for identity.",
  ),
  upstream(
    "answer-unasked-stream",
    answerEvents("data: {}\n\n"),
    "The upstream answered with a stream that was not asked for.",
  ),
  {
    id: "answer-too-large",
    message: "The upstream's answer is larger than this gateway allows.",
    run: limited(LIMIT + 1),
    atLimit: limited(LIMIT),
  },
  {
    id: "answer-too-large-translated",
    message: "The upstream's answer is larger than this gateway allows.",
    run: () =>
      filterWith({ limits: { max_response_bytes: 50 } }).chat(HELLO, answer('{"content":[]}')),
  },
  {
    id: "answer-too-deep",
    message: NOT_A_MESSAGE,
    run: () => deepAnswer(21),
    atLimit: () => deepAnswer(20),
  },
];

function deepAnswer(depth: number): ExchangeResult {
  const x = "[".repeat(depth - 1) + "]".repeat(depth - 1);
  const body = `{"x":${x},${JSON.stringify(REPLY).slice(1)}`;
  return filterWith({ limits: { max_depth: 20 } }).chat(HELLO, answer(body));
}

/** The Messages API's own error, by its type. */
function typed(id: string, status: number, type: string, message = "Why"): ErrorRow {
  return upstream(`up-${id}`, failed(status, apiError(type, message)), message);
}

const types: ErrorRow[] = [
  typed("invalid-request", 400, "invalid_request_error"),
  typed(
    "prompt-too-long",
    400,
    "invalid_request_error",
    "prompt is too long: 9 tokens > 8 maximum",
  ),
  typed(
    "context-limit",
    400,
    "invalid_request_error",
    "input length and `max_tokens` exceed context limit: 9",
  ),
  typed(
    "content-filter",
    400,
    "invalid_request_error",
    "Output blocked by content filtering policy",
  ),
  typed("authentication", 401, "authentication_error", "invalid x-api-key"),
  typed("billing", 402, "billing_error"),
  typed("permission", 403, "permission_error"),
  typed("not-found", 404, "not_found_error"),
  typed("model-not-found", 404, "not_found_error", "model: claude-9"),
  typed("too-large", 413, "request_too_large"),
  typed("rate-limit", 429, "rate_limit_error"),
  typed("api", 500, "api_error"),
  typed("timeout", 504, "timeout_error"),
  typed("overloaded", 529, "overloaded_error"),
  typed("unknown-type", 418, "teapot_error"),
  typed("type-against-status", 502, "rate_limit_error"),
];

const STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 424, 429, 500, 502, 503, 504, 529];
const statuses = STATUSES.map((status) =>
  upstream(`status-${status}`, failed(status, { message: "Why" }), "Why"),
);

const GOOGLE = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  DEADLINE_EXCEEDED: 504,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  UNKNOWN: 500,
};
const DATABRICKS = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 429,
  TEMPORARILY_UNAVAILABLE: 503,
};

function wordId(provider: string, word: string): string {
  return `${provider}-${word.toLowerCase().replaceAll("_", "-")}`;
}

const words: ErrorRow[] = [
  ...Object.entries(GOOGLE).map(([word, status]) =>
    upstream(
      wordId("google", word),
      failed(status, { error: { code: status, message: "Why", status: word } }),
      "Why",
    ),
  ),
  ...Object.entries(DATABRICKS).map(([word, status]) =>
    upstream(
      wordId("databricks", word),
      failed(status, { error_code: word, message: "Why" }),
      "Why",
    ),
  ),
];

const LONG = "é".repeat(QUOTED);

const shapes: ErrorRow[] = [
  upstream("shape-array", failed(429, [apiError("rate_limit_error", "Why")]), "Why"),
  upstream(
    "shape-openai",
    failed(429, {
      error: { message: "Why", type: "insufficient_quota", param: null, code: "quota" },
    }),
    "Why",
  ),
  upstream(
    "shape-azure",
    failed(404, { error: { code: "DeploymentNotFound", message: "Why" } }),
    "Why",
  ),
  upstream(
    "shape-azure-limit",
    failed(429, { error: { code: "RateLimitReached", message: "Why" } }),
    "Why",
  ),
  upstream("shape-api-management", failed(401, { statusCode: 401, message: "Why" }), "Why"),
  upstream("shape-bedrock", failed(403, { Message: "Why" }), "Why"),
  upstream("shape-error-text", failed(400, { error: "Why" }), "Why"),
  upstream("shape-detail", failed(422, { detail: "Why" }), "Why"),
  upstream("shape-errors", failed(400, { errors: [{ message: "Why" }, { message: "no" }] }), "Why"),
  upstream("shape-json-without-message", failed(500, { a: 1 }), '{"a":1}'),
  upstream("shape-broken-json", failed(500, '{"message":"Why"'), '{"message":"Why"'),
  upstream("shape-text", failedText(503, 'no "healthy" upstream\n'), 'no "healthy" upstream\n'),
  upstream("shape-long-text", failedText(500, `a${LONG}`), `a${LONG}`.slice(0, QUOTED / 2)),
  upstream(
    "shape-html",
    failedText(502, "\n<html>Bad gateway</html>", "text/html"),
    "Upstream returned HTTP 502.",
  ),
  upstream("shape-empty", failedText(500, ""), "Upstream returned HTTP 500."),
  upstream("shape-without-body", { headers: [[":status", "429"]] }, "Upstream returned HTTP 429."),
  upstream(
    "shape-above-256-kib",
    failed(400, `{"message":"Why"${" ".repeat(SEARCHED)}}`),
    `{"message":"Why"${" ".repeat(QUOTED - 16)}`,
  ),
];

/** A message that begins with the path of a member of the Messages request. */
function pathed(id: string, path: string): ErrorRow {
  const message = `${path}: Why`;
  return upstream(`param-${id}`, failed(400, apiError("invalid_request_error", message)), message);
}

const paths: ErrorRow[] = [
  pathed("messages", "messages.3.content.0.text"),
  pathed("tools", "tools.0.custom.input_schema"),
  pathed("max-tokens", "max_tokens"),
  pathed("stop", "stop_sequences.0"),
  pathed("system", "system.1.text"),
  pathed("user", "metadata.user_id"),
  pathed("reasoning", "thinking.enabled.budget_tokens"),
  pathed("effort", "output_config.effort"),
  pathed("response-format", "output_config.format.schema"),
  pathed("none", "You said"),
];

/** Envoy answers in the upstream's place; the reply passes the filter. */
function byEnvoy(id: string, status: number, body: string, message: string): ErrorRow {
  const run = (): ExchangeResult => {
    const { host, root } = filterWith();
    const stream = host.stream(root);
    const { headers } = chatRequest(HELLO);
    stream.requestHeaders(headers);
    stream.requestBody(JSON.stringify(HELLO), { end: true });
    stream.envoyReply(status, body);
    stream.finish();
    return { stream, upstream: stream.upstream, client: stream.client };
  };
  return { id: `envoy-${id}`, message, run };
}

const envoy: ErrorRow[] = [
  byEnvoy("no-route", 404, "", "Upstream returned HTTP 404."),
  byEnvoy("no-cluster", 503, "", "Upstream returned HTTP 503."),
  byEnvoy("no-healthy-upstream", 503, "no healthy upstream", "no healthy upstream"),
  byEnvoy("timeout", 504, "upstream request timeout", "upstream request timeout"),
  upstream(
    "envoy-connection-lost",
    "reset",
    "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
  ),
  {
    id: "envoy-body-too-large",
    message: "Payload Too Large",
    local: true,
    run: () =>
      Filter.load({ bufferLimit: 1000 }).chat(`${JSON.stringify(HELLO)}${" ".repeat(1000)}`),
  },
];

/** On a host that cannot hold headers the status that came stays, and a promised stream stays one. */
function unheld(id: string, response: ResponseInput, message: string): ErrorRow {
  return { id: `unheld-${id}`, message, run: () => unheldFilter().chat(HELLO, response) };
}

const unheldRows: ErrorRow[] = [
  unheld("error", failed(429, apiError("rate_limit_error", "Why")), "Why"),
  unheld("overloaded", failed(529, apiError("overloaded_error", "Why")), "Why"),
  unheld("answer-not-json", answer("oops"), NOT_A_MESSAGE),
  unheld("error-with-200", answer(apiError("rate_limit_error", "Why")), "Why"),
  {
    id: "unheld-error-first",
    message: "Why",
    inStream: true,
    run: () => streamOn(unheldFilter(), apiError("overloaded_error", "Why")),
  },
  {
    id: "unheld-stream-answered-by-json",
    message: "Why",
    inStream: true,
    run: () =>
      unheldFilter().chat({ ...HELLO, stream: true }, answer(apiError("api_error", "Why"))),
  },
  {
    id: "unheld-nothing",
    message: "The upstream stream ended before the message was complete.",
    inStream: true,
    run: () => streamOn(unheldFilter()),
  },
];

export const UPSTREAM_ROWS: ErrorRow[] = [
  ...unusable,
  ...types,
  ...statuses,
  ...words,
  ...shapes,
  ...paths,
  ...envoy,
  ...unheldRows,
];
