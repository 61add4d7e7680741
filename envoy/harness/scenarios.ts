// Scenarios that are played in the host model and in real Envoys. Those that depend on the end's shape run on both protocols.

import type { Scenario, ScenarioStep } from "../../host-test/host/index.ts";
import { CHAT, CHAT_PATH, message, streamOf, textBlock } from "./answers.ts";
import { PROFILE } from "./profile.ts";

/** The fifth piece of this size exceeds the limit; each fits one read of Envoy (16 KiB) and one HTTP/2 frame. */
const PIECE = { repeat: "a", times: 16_000 };
const LIMIT = 65_536;
const CONFIG = { version: 1, profile: PROFILE };
const REQUEST = JSON.stringify(CHAT);
const STREAM_REQUEST = JSON.stringify({ ...CHAT, stream: true });
const ANSWER = JSON.stringify(message([{ type: "text", text: "Grüße" }], "end_turn"));
const EVENTS = streamOf([textBlock("Hel", "lo")]);

type Pair = [string, string];

function requestHeaders(method: string, path: string, ...more: Pair[]): Pair[] {
  return [
    [":method", method],
    [":path", path],
    [":authority", "client.test"],
    ["authorization", "Bearer sk-test"],
    ...more,
  ];
}

const JSON_TYPE: Pair = ["content-type", "application/json"];
const SSE_TYPE: Pair = ["content-type", "text/event-stream; charset=utf-8"];
const EMPTY: Pair = ["content-length", "0"];

const chatHeaders: ScenarioStep = {
  client: "headers",
  headers: requestHeaders("POST", CHAT_PATH, JSON_TYPE),
};
const chat: ScenarioStep[] = [chatHeaders, { client: "data", body: REQUEST, end: true }];
const streamed: ScenarioStep[] = [
  chatHeaders,
  { client: "data", body: STREAM_REQUEST, end: true },
  { upstream: "headers", headers: [[":status", "200"], SSE_TYPE] },
];

function answerHeaders(status: string, ...more: Pair[]): ScenarioStep {
  return { upstream: "headers", headers: [[":status", status], JSON_TYPE, ...more] };
}

function scenario(name: string, steps: ScenarioStep[], more: Partial<Scenario> = {}): Scenario {
  return { name, profile: "envoy-hold", configs: [CONFIG], steps, ...more };
}

/** The same over HTTP/1.1 and HTTP/2, which tell the end of a message differently. */
function onBoth(name: string, steps: ScenarioStep[], more: Partial<Scenario> = {}): Scenario[] {
  return ([1, 2] as const).map((http) =>
    scenario(`${name} (HTTP/${http})`, steps, { ...more, http }),
  );
}

const whole: ScenarioStep[] = [
  ...chat,
  answerHeaders("200", ["request-id", "req_1"]),
  { upstream: "data", body: ANSWER, end: true },
];

const requests: Scenario[] = [
  ...onBoth("a whole request and a whole answer", whole),
  ...onBoth("a request in three pieces", [
    chatHeaders,
    { client: "data", body: REQUEST.slice(0, 10) },
    { client: "data", body: REQUEST.slice(10, 60) },
    { client: "data", body: REQUEST.slice(60), end: true },
    answerHeaders("200"),
    { upstream: "data", body: ANSWER.slice(0, 40) },
    { upstream: "data", body: ANSWER.slice(40), end: true },
  ]),
  ...onBoth("an empty request body", [chatHeaders, { client: "data", body: "", end: true }]),
  ...onBoth("a body that is not JSON", [chatHeaders, { client: "data", body: "{", end: true }]),
  ...onBoth("request trailers", [
    chatHeaders,
    { client: "data", body: REQUEST },
    { client: "trailers", trailers: [["x-tail", "1"]] },
    answerHeaders("200"),
    { upstream: "data", body: ANSWER, end: true },
  ]),
  ...onBoth("an unknown path", [
    { client: "headers", headers: requestHeaders("GET", "/v2/nope"), end: true },
  ]),
  ...onBoth(
    "a request above the host's limit",
    [
      chatHeaders,
      ...Array.from({ length: 5 }, (): ScenarioStep => ({ client: "data", body: PIECE })),
    ],
    { bufferLimit: LIMIT },
  ),
  ...onBoth("a client that goes away before its body ends", [
    chatHeaders,
    { client: "data", body: REQUEST.slice(0, 10) },
    { client: "reset" },
  ]),
];

const answers: Scenario[] = [
  ...onBoth("an error of the upstream", [
    ...chat,
    answerHeaders("429", ["retry-after", "7"]),
    {
      upstream: "data",
      body: '{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}',
      end: true,
    },
  ]),
  ...onBoth("an error without a body", [
    ...chat,
    { upstream: "headers", headers: [[":status", "500"], EMPTY], end: true },
  ]),
  ...onBoth("answer trailers", [
    ...chat,
    answerHeaders("200"),
    { upstream: "data", body: ANSWER },
    { upstream: "trailers", trailers: [["x-tail", "1"]] },
  ]),
  ...onBoth(
    "an answer above the host's limit",
    [
      ...chat,
      answerHeaders("200"),
      ...Array.from({ length: 5 }, (): ScenarioStep => ({ upstream: "data", body: PIECE })),
    ],
    { bufferLimit: LIMIT },
  ),
  scenario("an answer that is reset while it is held", [
    ...chat,
    answerHeaders("200"),
    { upstream: "data", body: ANSWER.slice(0, 40) },
    { upstream: "reset" },
  ]),
  scenario("an upstream that resets instead of answering", [...chat, { upstream: "reset" }]),
  scenario("no route", [
    { client: "headers", headers: requestHeaders("GET", "/v1/models"), end: true },
    { envoy: "reply", status: 404 },
  ]),
  scenario("no upstream", [...chat, { envoy: "reply", status: 503, body: "no healthy upstream" }]),
  scenario("no answer in time", [
    ...chat,
    { envoy: "reply", status: 504, body: "upstream request timeout" },
  ]),
];

const streams: Scenario[] = [
  ...onBoth("a stream, an event at a time", [
    ...streamed,
    ...EVENTS.map((body): ScenarioStep => ({ upstream: "data", body })),
    { upstream: "data", body: "", end: true },
  ]),
  ...onBoth("a stream cut inside an event", [
    ...streamed,
    { upstream: "data", body: EVENTS.join("").slice(0, 100) },
    { upstream: "data", body: EVENTS.join("").slice(100, 777) },
    { upstream: "data", body: EVENTS.join("").slice(777), end: true },
  ]),
  ...onBoth("a stream that ends too early", [
    ...streamed,
    { upstream: "data", body: EVENTS.slice(0, 3).join("") },
    { upstream: "data", body: "", end: true },
  ]),
  ...onBoth("a stream that is reset", [
    ...streamed,
    { upstream: "data", body: EVENTS.slice(0, 3).join("") },
    { upstream: "reset" },
  ]),
  ...onBoth("a client that goes away mid-stream", [
    ...streamed,
    { upstream: "data", body: EVENTS.slice(0, 3).join("") },
    { client: "reset" },
  ]),
  ...onBoth("a stream with trailers", [
    ...streamed,
    { upstream: "data", body: EVENTS.join("") },
    { upstream: "trailers", trailers: [["x-tail", "1"]] },
  ]),
];

const interleaved: Scenario[] = onBoth(
  "two configurations, two streams in turns",
  [
    { ...chatHeaders, stream: 0 },
    { ...chatHeaders, stream: 1, config: 1 },
    { client: "data", body: REQUEST, end: true, stream: 1 },
    { client: "data", body: REQUEST, end: true, stream: 0 },
    { ...answerHeaders("200"), stream: 0 },
    { ...answerHeaders("200"), stream: 1 },
    { upstream: "data", body: ANSWER, end: true, stream: 1 },
    { upstream: "data", body: ANSWER, end: true, stream: 0 },
  ],
  { configs: [CONFIG, { version: 1, profile: { ...PROFILE, compat: "bifrost" } }] },
);

const early = [{ ...CONFIG, request_headers: "early" }];
const withoutFlag: Scenario[] = [
  ...onBoth("early headers, a whole exchange", whole, { profile: "envoy-nohold", configs: early }),
  ...onBoth(
    "early headers, answer trailers",
    [
      ...chat,
      answerHeaders("200"),
      { upstream: "data", body: ANSWER },
      { upstream: "trailers", trailers: [["x-tail", "1"]] },
    ],
    { profile: "envoy-nohold", configs: early },
  ),
  ...onBoth("a missing flag", [...chat, { pauseMs: 1_200 }], { profile: "envoy-nohold" }),
];

export const SCENARIOS: Scenario[] = [
  ...requests,
  ...answers,
  ...streams,
  ...interleaved,
  ...withoutFlag,
];
