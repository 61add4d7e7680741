/**
 * The five providers as both ends see them: their settings, where a message goes, and what they answer in each outcome. Shared by the
 * matrix in the host model and its slice in a real Envoy. Sources: docs/providers.md; docs/errors.md, "Upstream error bodies".
 */
import { bedrockChunk, bedrockException, joined } from "./event_stream.ts";

/** How an upstream's answer comes out. */
export const FAILURES = ["400", "401", "429", "529"] as const;
export type Failure = (typeof FAILURES)[number];

/** An answer as a script or the model sends it. */
export interface UpstreamAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What is known of an upstream. */
export interface ProviderCase {
  name: string;
  /** of a profile */
  provider: Record<string, unknown>;
  whole: string;
  streamed: string;
  /** header of the credential, with what stands in front of it */
  credential: readonly [header: string, prefix: string];
  /** as this provider words a failure; 529 is its word for overloaded, whatever the status */
  failures: Readonly<Record<Failure, UpstreamAnswer>>;
  /** a stream of `events`, framed its way, in one block */
  stream(events: readonly object[]): UpstreamAnswer;
  /** the message inside of it that says that the upstream is overloaded */
  broken(events: readonly object[]): UpstreamAnswer;
}

export const MODEL = "claude-sonnet-4-5";
/** What every failure says. */
export const WHY = "Why it failed";

/** The answer that all of them give. */
export const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: MODEL,
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

/** The same as events. */
export const EVENTS: readonly object[] = [
  {
    type: "message_start",
    message: { ...MESSAGE, content: [], stop_reason: null },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 1 },
  },
  { type: "message_stop" },
];
/** Events before a stream breaks: output has been sent. */
const BEFORE = 3;

const JSON_TYPE = { "content-type": "application/json" };
const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** Any JSON answer. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): UpstreamAnswer {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: utf8(JSON.stringify(body)) };
}

const ANTHROPIC_TYPES: Record<Failure, string> = {
  "400": "invalid_request_error",
  "401": "authentication_error",
  "429": "rate_limit_error",
  "529": "overloaded_error",
};

/** The Messages API's own form, which the model itself answers with behind every front end. */
function byModel(failure: Failure): UpstreamAnswer {
  return jsonAnswer(Number(failure), {
    type: "error",
    error: { type: ANTHROPIC_TYPES[failure], message: WHY },
    request_id: "req_1",
  });
}

const google = (code: number, status: string): object => ({
  error: { code, message: WHY, status },
});
const azure = (code: string): object => ({ error: { code, message: WHY } });

function byBedrock(status: number, type: string): UpstreamAnswer {
  return jsonAnswer(status, { message: WHY }, { "x-amzn-errortype": `${type}:http://internal/` });
}

const databricks = (status: number, error_code: string): UpstreamAnswer =>
  jsonAnswer(status, { error_code, message: WHY });

const OVERLOADED = { type: "error", error: { type: "overloaded_error", message: WHY } };

function serverSent(events: readonly object[]): UpstreamAnswer {
  const text = events
    .map(
      (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
    )
    .join("");
  return { status: 200, headers: { "content-type": "text/event-stream" }, body: utf8(text) };
}

const SSE: Pick<ProviderCase, "stream" | "broken"> = {
  stream: serverSent,
  broken: (events) => serverSent([...events.slice(0, BEFORE), OVERLOADED]),
};

function binary(messages: readonly Uint8Array[]): UpstreamAnswer {
  const headers = { "content-type": "application/vnd.amazon.eventstream" };
  return { status: 200, headers, body: joined(...messages) };
}

const BINARY: Pick<ProviderCase, "stream" | "broken"> = {
  stream: (events) => binary(events.map((event) => bedrockChunk(event))),
  broken: (events) =>
    binary([
      ...events.slice(0, BEFORE).map((event) => bedrockChunk(event)),
      bedrockException("serviceUnavailableException", { message: WHY }),
    ]),
};

const VERTEX = `/v1/projects/p/locations/global/publishers/anthropic/models/${MODEL}`;

export const PROVIDERS: readonly ProviderCase[] = [
  {
    name: "anthropic",
    provider: { type: "anthropic" },
    whole: "/v1/messages",
    streamed: "/v1/messages",
    credential: ["x-api-key", ""],
    failures: {
      "400": byModel("400"),
      "401": byModel("401"),
      "429": byModel("429"),
      "529": byModel("529"),
    },
    ...SSE,
  },
  {
    name: "azure",
    provider: { type: "azure", resource: "my-resource" },
    whole: "/anthropic/v1/messages",
    streamed: "/anthropic/v1/messages",
    credential: ["x-api-key", ""],
    failures: {
      "400": byModel("400"),
      "401": jsonAnswer(401, azure("401")),
      "429": jsonAnswer(429, azure("RateLimitReached")),
      "529": byModel("529"),
    },
    ...SSE,
  },
  {
    name: "vertex",
    provider: { type: "vertex", project: "p", region: "global" },
    whole: `${VERTEX}:rawPredict`,
    streamed: `${VERTEX}:streamRawPredict`,
    credential: ["authorization", "Bearer "],
    failures: {
      "400": jsonAnswer(400, [google(400, "INVALID_ARGUMENT")]),
      "401": jsonAnswer(401, google(401, "UNAUTHENTICATED")),
      "429": jsonAnswer(429, google(429, "RESOURCE_EXHAUSTED")),
      "529": byModel("529"),
    },
    ...SSE,
  },
  {
    name: "bedrock",
    provider: { type: "bedrock", region: "us-east-1" },
    whole: `/model/${MODEL}/invoke`,
    streamed: `/model/${MODEL}/invoke-with-response-stream`,
    credential: ["authorization", "Bearer "],
    failures: {
      "400": byBedrock(400, "ValidationException"),
      "401": byBedrock(401, "UnauthorizedException"),
      "429": byBedrock(429, "ThrottlingException"),
      "529": byBedrock(503, "ServiceUnavailableException"),
    },
    ...BINARY,
  },
  {
    name: "databricks",
    provider: { type: "databricks" },
    whole: "/serving-endpoints/anthropic/v1/messages",
    streamed: "/serving-endpoints/anthropic/v1/messages",
    credential: ["authorization", "Bearer "],
    failures: {
      "400": databricks(400, "BAD_REQUEST"),
      "401": databricks(401, "UNAUTHENTICATED"),
      "429": databricks(429, "REQUEST_LIMIT_EXCEEDED"),
      "529": databricks(503, "TEMPORARILY_UNAVAILABLE"),
    },
    ...SSE,
  },
];
