/** What the fuzzer has found, shrunk: each was a defect once. The names say what must hold. */
import type { FuzzCase, FuzzMessage } from "./case.ts";

const HEADERS: [string, string][] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
  ["authorization", "Bearer sk-1"],
];
const JSON_ANSWER: [string, string][] = [
  [":status", "200"],
  ["content-type", "application/json"],
];
const EVENTS: [string, string][] = [
  [":status", "200"],
  ["content-type", "text/event-stream"],
];

function sent(
  headers: [string, string][],
  body: string,
  part: Partial<FuzzMessage> = {},
): FuzzMessage {
  const bytes = Buffer.from(body);
  const plain = { cut: "whole", eos: "joined", trailers: false, reset: false } as const;
  return { headers, body: bytes, ...plain, ...part };
}

function chat(messages: object[], rest: object = {}): FuzzMessage {
  return sent(HEADERS, JSON.stringify({ model: "claude-sonnet-4-5", messages, ...rest }));
}

const HELLO = [{ role: "user", content: "hello" }];
const STREAMED = chat(HELLO, { stream: true });
const OK = sent(JSON_ANSWER, '{"type":"message","content":[],"usage":{}}');

function finding(name: string, request: FuzzMessage, response: FuzzMessage, config = 0): FuzzCase {
  return { name, config, request, response, marks: undefined };
}

/** The findings, oldest first. */
export const FINDINGS: readonly FuzzCase[] = [
  finding(
    "a line break inside a copied value does not break the frame",
    STREAMED,
    sent(JSON_ANSWER, '{"content":[],"usage":{"iterations":[{"a":2\n}]}}'),
  ),
  finding(
    "a value that came in two data lines stays in one",
    STREAMED,
    sent(
      EVENTS,
      'data:{"type":"content_block_start","index":0,"content_block":{"type":"text"}}\n\n' +
        'data:{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"a":1,\ndata:"b":2}}}\n\n',
    ),
  ),
  finding(
    "an id and a model that are no texts are not copied",
    STREAMED,
    sent(
      EVENTS,
      'data:{"type":"message_start","message":{"id":[1],"model":{"a":1}}}\n\n' +
        'data:{"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
    ),
  ),
  finding(
    "a whole answer that cannot be used is an event where events were promised",
    STREAMED,
    sent(JSON_ANSWER, ""),
    3,
  ),
  finding(
    "trailers without data behind a promised stream become an error with its length",
    STREAMED,
    sent(EVENTS, "", { trailers: true }),
  ),
  finding(
    "trailers without data behind an error status become that error",
    chat(HELLO),
    sent(
      [
        [":status", "500"],
        ["content-type", "text/html"],
      ],
      "",
      { cut: [], trailers: true },
    ),
  ),
  finding(
    "what an unknown event says of the message does not outlive its window",
    STREAMED,
    sent(
      EVENTS,
      'data:{"type":"brand_new","message":{"id":"msg_01"}}\n\n' +
        'data:{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"x"}}\n\n' +
        'data:{"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n',
      { cut: 7 },
    ),
  ),
  finding(
    "an error behind a ping stays in the stream",
    STREAMED,
    sent(
      EVENTS,
      'data:{"type":"ping"}\n\ndata:{"type":"error","error":{"type":"api_error","message":"x"}}\n\n',
    ),
  ),
  finding(
    "a question that is blank stands in when nothing but a system text is left",
    chat([
      { role: "system", content: "x" },
      { role: "assistant", content: null },
    ]),
    OK,
  ),
  finding(
    "a stop reason in message_start ends no answer",
    STREAMED,
    sent(EVENTS, 'data:{"type":"message_start","message":{"content":[],"stop_reason":""}}\n\n'),
  ),
  finding(
    "a ping says nothing of the message",
    STREAMED,
    sent(
      EVENTS,
      'event:ping\ndata:{"delta":{"stop_reason":"tool_use"}}\n\ndata:{"type":"message_stop"}\n\n',
    ),
  ),
  finding(
    "of two deltas in one event the first says nothing",
    STREAMED,
    sent(
      EVENTS,
      'data:{"type":"message_delta","delta":{"stop_reason":"tool_use"},"delta":[]}\n\n' +
        'data:{"type":"message_stop"}\n\n',
    ),
  ),
  finding(
    "a trailing text behind a call that has its place loses its white space",
    chat([
      { role: "user", content: "hello" },
      {
        role: "assistant",
        content: "k\n",
        reasoning_details: [
          { index: 1, after_tools: 1 },
          { index: 0, data: "=" },
        ],
        tool_calls: [{ function: { name: "r" } }],
      },
    ]),
    OK,
  ),
];
