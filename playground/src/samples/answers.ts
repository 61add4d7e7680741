/** What an upstream may say: whole answers, streams, and streams that go wrong. */

const USAGE = {
  input_tokens: 412,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 61,
};

type Block = Record<string, unknown>;

function message(content: Block[], stop: string): object {
  return {
    id: "msg_01Xk",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { ...USAGE, service_tier: "standard" },
  };
}

/** JSON with short values on one line, as a person would write it. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function sse(events: Block[]): string {
  return events
    .map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

const START = {
  type: "message_start",
  message: { ...message([], "end_turn"), stop_reason: null, usage: { ...USAGE, output_tokens: 1 } },
};
const end = (reason: string): Block[] => [
  {
    type: "message_delta",
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 61 },
  },
  { type: "message_stop" },
];

function block(index: number, start: Block, deltas: Block[]): Block[] {
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

const words = (text: string): Block[] =>
  (text.match(/\S+\s*/g) ?? []).map((word) => ({ type: "text_delta", text: word }));
const SENTENCE =
  "It is 4 °C and raining in Oslo; take the ferry to Bygdøy only if you like wet decks. 🌧️";
const TEXT = block(0, { type: "text", text: "" }, words(SENTENCE));
const THINKING = block(0, { type: "thinking", thinking: "", signature: "" }, [
  { type: "thinking_delta", thinking: "Rain and four degrees: " },
  { type: "thinking_delta", thinking: "indoors is better." },
  { type: "signature_delta", signature: "EqQBCkYIBBgCKkDh4Yw=" },
]);
const TOOL = block(1, { type: "tool_use", id: "toolu_01", name: "get_weather", input: {} }, [
  { type: "input_json_delta", partial_json: "" },
  { type: "input_json_delta", partial_json: '{"city": "Os' },
  { type: "input_json_delta", partial_json: 'lo"}' },
]);
const PING = { type: "ping" };
const OVERLOADED = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

export interface Answer {
  title: string;
  status: string;
  text: string;
}

/** By the value of the choice. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  stream: {
    title: "stream: text",
    status: "200",
    text: sse([START, PING, ...TEXT, ...end("end_turn")]),
  },
  tools: {
    title: "stream: text and a tool call",
    status: "200",
    text: sse([
      START,
      ...block(0, { type: "text", text: "" }, words("Let me look. ")),
      ...TOOL,
      ...end("tool_use"),
    ]),
  },
  thinking: {
    title: "stream: thinking, then text",
    status: "200",
    text: sse([
      START,
      ...THINKING,
      ...block(1, { type: "text", text: "" }, words(SENTENCE)),
      ...end("end_turn"),
    ]),
  },
  echo: {
    title: "stream: repeats the prefill",
    status: "200",
    text: sse([
      START,
      ...block(0, { type: "text", text: "" }, words('{"mood": "rainy", "degrees": 4}')),
      ...end("end_turn"),
    ]),
  },
  broken: {
    title: "stream: ends half-way",
    status: "200",
    text: sse([START, ...TEXT.slice(0, 7)]),
  },
  failing: {
    title: "stream: fails half-way",
    status: "200",
    text: sse([START, ...TEXT.slice(0, 7), OVERLOADED]),
  },
  whole: {
    title: "whole: text",
    status: "200",
    text: pretty(message([{ type: "text", text: SENTENCE }], "end_turn")),
  },
  wholeTools: {
    title: "whole: a tool call",
    status: "200",
    text: pretty(
      message(
        [{ type: "tool_use", id: "toolu_01", name: "get_weather", input: { city: "Oslo" } }],
        "tool_use",
      ),
    ),
  },
  overloaded: { title: "error: 529", status: "529", text: pretty(OVERLOADED) },
  invalid: {
    title: "error: 400",
    status: "400",
    text: pretty({
      type: "error",
      error: { type: "invalid_request_error", message: "messages.0.content: Field required" },
      request_id: "req_011C",
    }),
  },
};
