// What the upstream of the soak answers when something is wrong with it, by name. Answers whose name begins with `bedrock`
// are in Bedrock's framing; those whose name begins with `endless` never end, and the route to them has a timeout.

import { gzipSync } from "node:zlib";
import { messagesOf } from "../../envoy/harness/answers.ts";
import { sseEvent } from "../../envoy/upstream/demo.ts";
import { bedrockHeaders, messagesHeaders } from "../../envoy/upstream/headers.ts";
import { bedrockException } from "../support/event_stream.ts";
import {
  DELTAS,
  failure,
  json,
  message,
  stream,
  streamEvents,
  WORDS,
  type Ending,
  type SoakAnswer,
} from "./envoy_answers.ts";
import { LIMITS } from "./envoy_fault_config.ts";

const EVENTS = streamEvents(DELTAS);
const HALF = EVENTS.slice(0, DELTAS / 2);
const OVERLOADED = failure("overloaded_error", "Overloaded");
const ERROR_EVENT = sseEvent("error", OVERLOADED);
const BROKEN_EVENT = 'event: content_block_delta\ndata: {"type":"content_block_delta",]\n\n';
const HTML = "<html><body>502 Bad Gateway</body></html>";
const BYTES = 7;
const PAUSE_MS = 4;

/** Returns every answer of the table of faults by its name. */
export function faultAnswers(): Map<string, SoakAnswer> {
  const whole = JSON.stringify(message(WORDS.repeat(20)));
  return new Map<string, SoakAnswer>([
    ["reset-first", bare("", "reset")],
    ["no-http", bare("\u0000\u0001 this is no HTTP\r\n\r\n", "broken")],
    ["reset-in-body", { ...json(200, whole), pieces: [half(whole)], ending: "reset" }],
    ["end-in-body", { ...json(200, whole), pieces: [half(whole)], ending: "broken" }],
    ["reset-in-event", stream([...HALF, cut()], "reset")],
    ["end-in-stream", stream(HALF, "complete")],
    ["end-in-event", stream([...HALF, cut()], "complete")],
    ["garbage", json(200, '\u0003{"]garbage')],
    ["garbage-in-stream", stream([...HALF, BROKEN_EVENT], "complete")],
    ["garbage-first", stream([BROKEN_EVENT], "complete")],
    ["html", typed(200, "text/html")],
    ["html-failed", typed(502, "text/html")],
    ["compressed", compressed(json(200, whole))],
    ["compressed-stream", compressed(stream(EVENTS, "complete"))],
    ["too-large", json(200, JSON.stringify(message("x".repeat(LIMITS.max_response_bytes))))],
    ["too-large-event", stream([...HALF, largeEvent()], "complete")],
    ["error-with-200", json(200, JSON.stringify(failure("rate_limit_error", "Slow down")))],
    ["error-first", stream([ERROR_EVENT], "complete")],
    ["error-later", stream([...HALF, ERROR_EVENT], "complete")],
    ["limited", { ...json(429, ""), pieces: [] }],
    ["bytewise", slow(stream(bytewise(streamEvents(5).join("")), "complete"))],
    ["endless-silence", bare("", "open")],
    ["endless-body", { ...json(200, whole), pieces: [half(whole)], ending: "open" }],
    ["endless-stream", stream(HALF, "open")],
    ...bedrockAnswers(),
  ]);
}

function bedrockAnswers(): [string, SoakAnswer][] {
  const all = messagesOf(EVENTS);
  const some = messagesOf(HALF);
  const throttled = bedrockException("throttlingException", { message: "Too many tokens" });
  const next = Buffer.from(messagesOf(EVENTS.slice(DELTAS / 2, DELTAS / 2 + 1))[0] ?? "");
  const damaged = Buffer.from(next);
  damaged[20] = ~(damaged[20] ?? 0) & 0xff;
  return [
    ["bedrock", framed(all, "complete")],
    [
      "bedrock-bytewise",
      slow(framed(pieces(Buffer.concat(messagesOf(streamEvents(3)))), "complete")),
    ],
    ["bedrock-exception-first", framed([throttled], "complete")],
    ["bedrock-exception-later", framed([...some, throttled], "complete")],
    ["bedrock-damaged", framed([...some, damaged], "complete")],
    ["bedrock-end-in-message", framed([...some, next.subarray(0, 40)], "complete")],
    ["bedrock-reset", framed([...some, next.subarray(0, 40)], "reset")],
    ["bedrock-open", framed(some, "open")],
  ];
}

/** Bytes without any head: the upstream's connection carries them as they are. */
function bare(bytes: string, ending: Ending): SoakAnswer {
  return { status: null, headers: {}, pieces: bytes === "" ? [] : [Buffer.from(bytes)], ending };
}

function framed(messages: readonly Uint8Array[], ending: Ending): SoakAnswer {
  const all = messages.map((one) => Buffer.from(one));
  return { status: 200, headers: bedrockHeaders(1), pieces: all, ending };
}

function typed(status: number, type: string): SoakAnswer {
  const headers = messagesHeaders(1, type);
  return { status, headers, pieces: [Buffer.from(HTML)], ending: "complete" };
}

function compressed(answer: SoakAnswer): SoakAnswer {
  const zipped = gzipSync(Buffer.concat(answer.pieces));
  const headers = {
    ...answer.headers,
    "content-encoding": "gzip",
    "content-length": zipped.length,
  };
  return { ...answer, headers, pieces: [zipped] };
}

const slow = (answer: SoakAnswer): SoakAnswer => ({ ...answer, pauseMs: PAUSE_MS });
const half = (text: string): Buffer => Buffer.from(text.slice(0, text.length / 2));
const cut = (): string => (EVENTS[DELTAS / 2] ?? "").slice(0, 60);

function largeEvent(): string {
  const text = "x".repeat(LIMITS.max_event_bytes);
  return sseEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
}

function pieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / BYTES);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * BYTES, (i + 1) * BYTES));
}

const bytewise = (text: string): string[] => pieces(Buffer.from(text)).map((one) => one.toString());
