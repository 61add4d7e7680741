// What the bench sends and what its upstream answers: request bodies of clients, answers and streams of a Messages
// upstream, and the headers such a provider really sends. Everything is built from fixed numbers, so two runs, on any
// machine, exchange the same bytes. Knows nothing of hosts, processes or timing.

/** A traffic shape: one request body together with one way in which the upstream answers. */
export type Shape = "small" | "stream" | "paced" | "big";

/**
 * How the upstream answers: one JSON document, four events per write, one event per write with pauses, or the same with the
 * time of the writing in each text (`stamp` in open_load.ts).
 */
export type AnswerMode = "json" | "batched" | "paced" | "stamped";

/** Text deltas in a streamed answer. */
export const TEXT_DELTAS = 200;
/** Events that one write of the `batched` mode carries. */
export const EVENTS_PER_WRITE = 4;

/** What a shape is made of; the order is the order of the tables. */
export interface ShapeInput {
  readonly shape: Shape;
  readonly title: string;
  /** The client's request body, UTF-8 JSON. */
  readonly body: Uint8Array;
  readonly mode: AnswerMode;
}

/** The model that every input names. */
export const MODEL = "claude-sonnet-4-5";
const HISTORY_ROUNDS = 60;
const TOOLS = 30;

const encoder = new TextEncoder();

/** The payload of one upstream event: its type and whatever belongs to it. */
interface MessagesEvent {
  type: string;
  [member: string]: unknown;
}

interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  tool_call_id?: string;
  tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
}

/** Returns the four shapes, bodies built anew from constants. */
export function shapeInputs(): ShapeInput[] {
  const small = smallRequest();
  const streamed = encoder.encode(JSON.stringify({ ...small, stream: true }));
  return [
    { shape: "small", title: "small: 0.8 KB chat", body: toBytes(small), mode: "json" },
    { shape: "stream", title: "stream: 4 events per write", body: streamed, mode: "batched" },
    { shape: "paced", title: "stream: 1 event per write", body: streamed, mode: "paced" },
    { shape: "big", title: "big: 221 KB agent history", body: toBytes(bigRequest()), mode: "json" },
  ];
}

function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** The chat of the `small` shape. */
export function smallRequest(): { model: string; max_tokens: number; messages: ChatMessage[] } {
  const question = "Which rivers flow through the old town, and where do they meet? ";
  return {
    model: MODEL,
    max_tokens: 512,
    messages: [
      { role: "system", content: "You are a patient geography teacher." },
      { role: "user", content: question.repeat(10) },
    ],
  };
}

function bigRequest(): object {
  return agentHistory(HISTORY_ROUNDS, TOOLS);
}

/** A chat request of an agent: a long system text, three messages a round, the next question, and its tools. */
export function agentHistory(rounds: number, tools: number): object {
  const rules = "You are an agent in a source tree. Read before you write, and say what you saw. ";
  const messages: ChatMessage[] = [{ role: "system", content: rules.repeat(82) }];
  for (let round = 0; round < rounds; round++) messages.push(...historyRound(round));
  messages.push({ role: "user", content: "Go on with the next file." });
  return { model: MODEL, max_tokens: 512, messages, tools: Array.from({ length: tools }, tool) };
}

/** One round of an agent: a user turn with code, a tool call, its result. */
function historyRound(round: number): ChatMessage[] {
  const id = `call_${String(round).padStart(4, "0")}`;
  const path = `src/模块_${round}/handler.ts`;
  const input = {
    path,
    pattern: 'case "open":\n\treturn',
    limit: 100 + round,
    note: "ひとつずつ".repeat(8),
  };
  return [
    {
      role: "user",
      content: `Step ${round}: look at "${path}".\n${codeLines(round, 24)}`,
    },
    {
      role: "assistant",
      // Not null: Envoy's own transcoder, one of the candidates, refuses null beside tool calls.
      content: "Reading it.",
      tool_calls: [
        {
          id,
          type: "function",
          function: { name: `tool_${round % TOOLS}`, arguments: JSON.stringify(input) },
        },
      ],
    },
    { role: "tool", tool_call_id: id, content: resultLines(round, 24) },
  ];
}

function codeLines(seed: number, count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) {
    text += `  const value${i} = read("key_${(seed * 31 + i) % 97}"); // 漢字 é ü ${i}\n`;
  }
  return text;
}

function resultLines(seed: number, count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) {
    text += `${i + 1}\tline ${(seed * 17 + i * 7) % 1000} of the result, C:\\tmp\\${i}, ok\n`;
  }
  return text;
}

/** A tool of the Chat API with ten fields; takes the arguments of `Array.from`. */
export function tool(_: unknown, index: number): object {
  const properties: Record<string, object> = {};
  for (let i = 0; i < 10; i++) {
    properties[`field_${i}`] = {
      type: i % 3 === 0 ? "integer" : "string",
      description: `Field ${i}: the "quoted" name, as in café`,
    };
  }
  return {
    type: "function",
    function: {
      name: `tool_${index}`,
      description: `Tool ${index} reads one file and returns its lines. `.repeat(8),
      parameters: { type: "object", properties, required: ["field_0"] },
    },
  };
}

/** Returns the upstream's whole answer of a Messages request: UTF-8 JSON of about 1 KB. */
export function upstreamMessage(): Uint8Array {
  const text = "The two rivers meet below the castle, at the old bridge. ".repeat(11);
  return toBytes({
    id: "msg_01BenchAnswer00000000001",
    type: "message",
    role: "assistant",
    model: MODEL,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: usage(120),
  });
}

/** Returns the events of the upstream's stream, each a complete SSE event in UTF-8. */
export function upstreamEvents(): Uint8Array[] {
  const message = {
    id: "msg_01BenchStream00000000001",
    type: "message",
    role: "assistant",
    model: MODEL,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usage(1),
  };
  const events: MessagesEvent[] = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
  ];
  for (let i = 0; i < TEXT_DELTAS; i++) {
    const delta = { type: "text_delta", text: deltaText(i) };
    events.push({ type: "content_block_delta", index: 0, delta });
  }
  events.push({ type: "content_block_stop", index: 0 });
  const delta = { stop_reason: "end_turn", stop_sequence: null };
  events.push({ type: "message_delta", delta, usage: { output_tokens: TEXT_DELTAS } });
  events.push({ type: "message_stop" });
  return events.map((event) =>
    encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
  );
}

/** Text of one delta: mostly plain words, now and then an escape, a letter of two bytes, of three, of four. */
function deltaText(index: number): string {
  if (index % 25 === 7) return "\n\n";
  if (index % 25 === 13) return ' "old"';
  if (index % 25 === 19) return " 漢字";
  if (index % 50 === 31) return " 🌉";
  return ` word${index}`;
}

/** Token counts as the Messages API writes them. */
export function usage(outputTokens: number): object {
  return {
    input_tokens: 25,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

/**
 * Returns the response headers of the upstream, without those that frame the body. The set is the one that the Messages
 * API sends: four rate limits of three headers each, the request's id, the organisation, and those of the edge before it.
 * Source: Anthropic API, "Rate limits" and "Response headers".
 */
export function upstreamHeaders(mode: AnswerMode): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": mode === "json" ? "application/json" : "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": "req_011BenchRequest0000000001",
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000001",
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "x-robots-tag": "none",
    via: "1.1 google",
    server: "cloudflare",
    "cf-cache-status": "DYNAMIC",
    "cf-ray": "8f00000000000001-FRA",
  };
  for (const kind of ["requests", "tokens", "input-tokens", "output-tokens"]) {
    headers[`anthropic-ratelimit-${kind}-limit`] = kind === "requests" ? "4000" : "400000";
    headers[`anthropic-ratelimit-${kind}-remaining`] = kind === "requests" ? "3999" : "399000";
    headers[`anthropic-ratelimit-${kind}-reset`] = "2026-01-01T00:00:00Z";
  }
  return headers;
}

/** Returns the request headers of a client, as the official OpenAI client for Node sends them. */
export function clientHeaders(): Record<string, string> {
  return {
    accept: "application/json",
    "content-type": "application/json",
    authorization: "Bearer sk-ant-bench-0000000000000000000000000000",
    "user-agent": "OpenAI/JS 7.5.0",
    "x-stainless-lang": "js",
    "x-stainless-package-version": "7.5.0",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v20.20.0",
    "x-stainless-retry-count": "0",
  };
}

/** The path that every candidate is asked for. */
export const CLIENT_PATH = "/v1/chat/completions";
