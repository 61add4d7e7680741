// The faults that the soak adds to its mixture: what upstreams and clients do wrong, and how each must end (docs/errors.md).
// Half an answer must never look whole: `told` and `broken` look for that.

import { LIMITS } from "./envoy_fault_config.ts";
import {
  chat,
  CHAT,
  CHAT_STREAM,
  NATIVE,
  NATIVE_STREAM,
  RESPONSES,
  RESPONSES_STREAM,
  type Kind,
} from "./envoy_kinds.ts";
import {
  broken,
  byReset,
  ended,
  failed,
  leftEarly,
  leftReading,
  refused,
  reset,
  told,
} from "./envoy_verdicts.ts";

const BAD_ANSWER = '"code":"invalid_upstream_response"';
const TRUNCATED = '"code":"stream_truncated"';
const OVERLOADED = '"code":"overloaded"';
const TIMEOUT = '"code":"timeout"';
const LIMITED = '"code":"rate_limit_exceeded"';
const DEPTH = 200;

/** What the client sends wrong; the answer is never asked for. */
const ASKED = { answer: "message", sizes: [10] };
const deep = (size: number): string =>
  chat({ extra: 0 })(size).replace('"extra":0', `"extra":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`);
const HALF_SENT = {
  sizes: [10_000, 1_000_000],
  answer: "message",
  leaves: "sending",
  ...leftEarly,
} as const;
const LEFT_WAITING = { answer: "endless-silence", leaves: "waiting", ...leftEarly } as const;
const LEFT_READING = { leaves: "reading", ...leftReading } as const;

// prettier-ignore
const UPSTREAM: readonly Kind[] = [
  { name: "reset before the headers", weight: 2, ...CHAT, answer: "reset-first", ...failed(503, OVERLOADED) },
  { name: "reset before the headers of a stream", weight: 2, ...CHAT_STREAM, answer: "reset-first", ...failed(503, OVERLOADED) },
  { name: "no HTTP", weight: 1, ...CHAT, answer: "no-http", ...failed(502) },
  { name: "reset in a body", weight: 2, ...CHAT, answer: "reset-in-body", ...byReset },
  { name: "connection closed in a body", weight: 1, ...CHAT, answer: "end-in-body", ...failed(502) },
  { name: "reset in an event", weight: 2, ...CHAT_STREAM, answer: "reset-in-event", ...reset },
  { name: "a stream ends early", weight: 2, ...CHAT_STREAM, answer: "end-in-stream", ...told(TRUNCATED) },
  { name: "a stream ends in an event", weight: 1, ...CHAT_STREAM, answer: "end-in-event", ...told(TRUNCATED) },
  { name: "garbage", weight: 1, ...CHAT, answer: "garbage", ...failed(502, BAD_ANSWER) },
  { name: "garbage in a stream", weight: 1, ...CHAT_STREAM, answer: "garbage-in-stream", ...told(BAD_ANSWER) },
  { name: "garbage first in a stream", weight: 1, ...CHAT_STREAM, answer: "garbage-first", ...failed(502, BAD_ANSWER) },
  { name: "a page for an answer", weight: 1, ...CHAT, answer: "html", ...failed(502, BAD_ANSWER) },
  { name: "a page for a stream", weight: 1, ...CHAT_STREAM, answer: "html", ...failed(502, BAD_ANSWER) },
  { name: "a page for an error", weight: 1, ...CHAT, answer: "html-failed", ...failed(502, "HTTP 502") },
  { name: "an unasked stream", weight: 1, ...CHAT, answer: "stream", ...failed(502, BAD_ANSWER) },
  { name: "compressed", weight: 1, ...CHAT, answer: "compressed", ...failed(502, BAD_ANSWER) },
  { name: "a compressed stream", weight: 1, ...CHAT_STREAM, answer: "compressed-stream", ...failed(502, BAD_ANSWER) },
  { name: "too large", weight: 1, ...CHAT, answer: "too-large", ...failed(502, '"code":"response_too_large"') },
  { name: "an event too large", weight: 1, ...CHAT_STREAM, answer: "too-large-event", ...told(BAD_ANSWER) },
  { name: "an error with status 200", weight: 1, ...CHAT, answer: "error-with-200", ...failed(429, LIMITED) },
  { name: "an error first in a stream", weight: 1, ...CHAT_STREAM, answer: "error-first", ...failed(503, OVERLOADED) },
  { name: "an error later in a stream", weight: 1, ...CHAT_STREAM, answer: "error-later", ...told(OVERLOADED) },
  { name: "a status without a body", weight: 1, ...CHAT, answer: "limited", ...failed(429, LIMITED) },
  { name: "seven bytes at a time", weight: 1, ...CHAT_STREAM, answer: "bytewise", ...ended("[DONE]") },
  { name: "silence", weight: 1, ...CHAT, answer: "endless-silence", ...failed(504, TIMEOUT) },
  { name: "a body never ends", weight: 1, ...CHAT, answer: "endless-body", ...failed(504, TIMEOUT) },
  { name: "a stream never ends", weight: 1, ...CHAT_STREAM, answer: "endless-stream", ...broken },
];

// prettier-ignore
const OTHER_SURFACES: readonly Kind[] = [
  { name: "Responses: reset", weight: 2, ...RESPONSES_STREAM, answer: "reset-in-event", ...reset },
  { name: "Responses: a stream ends early", weight: 2, ...RESPONSES_STREAM, answer: "end-in-event", ...told("response.failed") },
  { name: "Responses: garbage", weight: 1, ...RESPONSES, answer: "garbage", ...failed(502, BAD_ANSWER) },
  { name: "Responses: overloaded", weight: 1, ...RESPONSES, answer: "overloaded", ...failed(503) },
  { name: "native: reset", weight: 2, ...NATIVE_STREAM, answer: "reset-in-event", ...reset },
  { name: "native: a stream ends early", weight: 2, ...NATIVE_STREAM, answer: "end-in-event", ...told('"api_error"') },
  { name: "native: overloaded", weight: 1, ...NATIVE, answer: "overloaded", ...failed(529) },
  { name: "native: reset before the headers", weight: 1, ...NATIVE, answer: "reset-first", ...failed(503, '"type":"error"') },
  { name: "Bedrock", weight: 2, ...CHAT_STREAM, answer: "bedrock", ...ended("[DONE]") },
  { name: "Bedrock: seven bytes at a time", weight: 1, ...CHAT_STREAM, answer: "bedrock-bytewise", ...ended("[DONE]") },
  { name: "Bedrock for Responses", weight: 1, ...RESPONSES_STREAM, answer: "bedrock", ...ended("total_tokens") },
  { name: "Bedrock for native clients", weight: 1, ...NATIVE_STREAM, answer: "bedrock", ...ended("message_stop") },
  { name: "Bedrock: an exception first", weight: 1, ...CHAT_STREAM, answer: "bedrock-exception-first", ...failed(429, LIMITED) },
  { name: "Bedrock: an exception later", weight: 1, ...CHAT_STREAM, answer: "bedrock-exception-later", ...told("Too many tokens") },
  { name: "Bedrock: a damaged message", weight: 1, ...CHAT_STREAM, answer: "bedrock-damaged", ...told(BAD_ANSWER) },
  { name: "Bedrock: ends in a message", weight: 1, ...CHAT_STREAM, answer: "bedrock-end-in-message", ...told(TRUNCATED) },
  { name: "Bedrock: reset", weight: 1, ...CHAT_STREAM, answer: "bedrock-reset", ...reset },
];

// prettier-ignore
const CLIENTS: readonly Kind[] = [
  { name: "left while sending", weight: 2, ...CHAT, ...HALF_SENT },
  { name: "Responses: left while sending", weight: 1, ...RESPONSES, ...HALF_SENT },
  { name: "native: left while sending", weight: 1, ...NATIVE, ...HALF_SENT },
  { name: "left while waiting", weight: 2, ...CHAT, ...LEFT_WAITING },
  { name: "left while waiting for a stream", weight: 1, ...CHAT_STREAM, ...LEFT_WAITING },
  { name: "left while reading", weight: 1, ...CHAT, answer: "large", ...LEFT_READING },
  { name: "Responses: left while reading", weight: 1, ...RESPONSES_STREAM, answer: "open", ...LEFT_READING },
  { name: "native: left while reading", weight: 1, ...NATIVE_STREAM, answer: "open", ...LEFT_READING },
  { name: "Bedrock: left while reading", weight: 1, ...CHAT_STREAM, answer: "bedrock-open", ...LEFT_READING },
  { name: "an empty body", weight: 1, ...CHAT, ...ASKED, body: () => "", ...refused(400) },
  { name: "something behind the body", weight: 1, ...CHAT, ...ASKED, body: (size) => `${chat({})(size)}{}`, ...refused(400) },
  { name: "too deep", weight: 1, ...CHAT, ...ASKED, body: deep, ...refused(400, '"code":"invalid_value"') },
  { name: "no model", weight: 1, ...CHAT, ...ASKED, body: chat({ model: undefined }), ...refused(400, '"param":"model"') },
  { name: "two choices", weight: 1, ...CHAT, ...ASKED, body: chat({ n: 2 }), ...refused(400, '"param":"n"') },
  { name: "a wrong type", weight: 1, ...CHAT, ...ASKED, body: chat({ tools: 1 }), ...refused(400, '"code":"invalid_type"') },
  { name: "Responses: not JSON", weight: 1, ...RESPONSES, ...ASKED, body: () => "[", ...refused(400) },
  { name: "native: no name for a model", weight: 1, ...NATIVE, ...ASKED, body: chat({ model: 1 }), ...refused(400) },
  { name: "an unknown path", weight: 1, ...CHAT, ...ASKED, path: "/v1/nothing", ...refused(404, '"code":"unknown_url"') },
  { name: "another method", weight: 1, ...CHAT, ...ASKED, method: "PUT", ...refused(405) },
  { name: "a compressed request", weight: 1, ...CHAT, ...ASKED, headers: { "content-encoding": "gzip" }, ...refused(415) },
  { name: "a request too large", weight: 1, ...CHAT, ...ASKED, sizes: [LIMITS.max_request_bytes], ...refused(413) },
];

/** Faults of upstreams on every surface, and of clients: about a third of the traffic together with the ordinary kinds. */
export const FAULTS: readonly Kind[] = [...UPSTREAM, ...OTHER_SURFACES, ...CLIENTS];
