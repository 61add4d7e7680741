/** Errors of streams: in front of everything, where they get a status, and behind output, where they are an event. */
import { bedrockChunk, bedrockException, joined } from "../support/event_stream.ts";
import { answerMessages, HELLO } from "../support/filter.ts";
import { apiError, filterWith, inStream, insteadOfStream, streamOn, type ErrorRow } from "./row.ts";

const START = { type: "message_start", message: { id: "msg_1", model: "m" } };
const INVALID = "An event of the upstream's stream is not valid.";
const TRUNCATED = "The upstream stream ended before the message was complete.";
const LIMIT = 300;
const DEPTH = 20;
const OPEN_BLOCKS = 64;

function begin(index: number): object {
  return { type: "content_block_start", index, content_block: { type: "text", text: "" } };
}

/** An event whose data has exactly `bytes` bytes. */
function padded(bytes: number): string {
  const text = JSON.stringify({ type: "ping", x: "" });
  return `data: ${text.slice(0, -2)}${"x".repeat(bytes - text.length)}"}\n\n`;
}

/** An event that nests `depth` levels. */
function nested(depth: number): string {
  return `data: {"type":"ping","x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}\n\n`;
}

/** A stream of binary messages, from an upstream that sends such. */
const messages = (...list: Uint8Array[]): ErrorRow["run"] => {
  const provider = { type: "bedrock", region: "us-east-1" };
  return () =>
    filterWith({ provider }).chat({ ...HELLO, stream: true }, answerMessages(joined(...list)));
};

/** A message with a bit turned. */
function damaged(message: Uint8Array): Uint8Array {
  const bytes = message.slice();
  bytes[20] ^= 1;
  return bytes;
}

const DAMAGED = "The upstream's stream is damaged: a checksum or a length is wrong.";
const THROTTLED = bedrockException("throttlingException", { message: "Why" });
const UNAVAILABLE = bedrockException("serviceUnavailableException", { message: "Why" });

const binary: ErrorRow[] = [
  { id: "first-exception", message: "Why", run: messages(THROTTLED) },
  { id: "first-damaged", message: DAMAGED, run: messages(damaged(bedrockChunk(START))) },
  {
    id: "later-exception",
    message: "Why",
    inStream: true,
    run: messages(bedrockChunk(START), bedrockChunk(begin(0)), UNAVAILABLE),
  },
  {
    id: "later-damaged",
    message: DAMAGED,
    inStream: true,
    run: messages(bedrockChunk(START), damaged(bedrockChunk(begin(0)))),
  },
];

const END = [
  { type: "message_delta", delta: { stop_reason: "end_turn" } },
  { type: "message_stop" },
];

const blocks = (count: number) => Array.from({ length: count }, (_, index) => begin(index));

const limits: ErrorRow[] = [
  {
    id: "event-too-large",
    message: "An event of the upstream's stream is larger than this gateway allows.",
    inStream: true,
    run: () =>
      streamOn(filterWith({ limits: { max_event_bytes: LIMIT } }), START, padded(LIMIT + 1)),
    atLimit: () =>
      streamOn(filterWith({ limits: { max_event_bytes: LIMIT } }), START, padded(LIMIT), ...END),
  },
  {
    id: "event-too-deep",
    message: INVALID,
    inStream: true,
    run: () => streamOn(filterWith({ limits: { max_depth: DEPTH } }), START, nested(DEPTH + 1)),
    atLimit: () =>
      streamOn(filterWith({ limits: { max_depth: DEPTH } }), START, nested(DEPTH), ...END),
  },
  {
    ...inStream(
      "blocks-too-many",
      "The upstream's stream keeps too many content blocks open.",
      START,
      ...blocks(OPEN_BLOCKS + 1),
    ),
    atLimit: () => streamOn(filterWith(), START, ...blocks(OPEN_BLOCKS), ...END),
  },
];

export const STREAM_ROWS: ErrorRow[] = [
  insteadOfStream("first-overloaded", "Why", apiError("overloaded_error", "Why")),
  insteadOfStream("first-rate-limit", "Why", apiError("rate_limit_error", "Why")),
  insteadOfStream("first-invalid-request", "Why", apiError("invalid_request_error", "Why")),
  insteadOfStream("first-unknown-type", "Why", apiError("teapot_error", "Why")),
  insteadOfStream("first-without-message", INVALID, { type: "error", error: {} }),
  insteadOfStream("first-not-json", INVALID, "data: oops\n\n"),
  insteadOfStream("stream-empty", TRUNCATED),
  insteadOfStream("stream-without-events", TRUNCATED, "event: message_start\n\nretry: 1\n\n"),
  inStream("later-overloaded", "Why", START, begin(0), apiError("overloaded_error", "Why")),
  inStream("later-unknown-type", "Why", START, apiError("teapot_error", "Why")),
  inStream("later-after-ping", "Why", { type: "ping" }, apiError("overloaded_error", "Why")),
  inStream("later-not-json", INVALID, START, "data: [1]\n\n"),
  inStream("stream-truncated", TRUNCATED, START, begin(0)),
  inStream("stream-of-pings", TRUNCATED, { type: "ping" }, { type: "ping" }),
  ...binary,
  ...limits,
];
