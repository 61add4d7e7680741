/** A small success for every kind of request, so that the filter can say in the answer's headers what it changed. */
import { bedrockFrames, EVENT_STREAM_TYPE, joinBytes } from "./event_stream.ts";
import type { Message } from "./session.ts";

const encoder = new TextEncoder();

const REPLY = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

const EVENTS = [
  { type: "message_start", message: { ...REPLY, content: [], stop_reason: null } },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } },
  { type: "message_stop" },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("");

const COMPLETION = {
  id: "compl_1",
  type: "completion",
  completion: " Hi",
  stop_reason: "stop_sequence",
  model: "claude-2.1",
};

function answer(type: string, body: Uint8Array): Message {
  return {
    headers: [
      [":status", "200"],
      ["content-type", type],
    ],
    body,
  };
}

/** Whether a body asks for a stream. What is no JSON asks for nothing. */
export function asksForStream(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return (
      typeof value === "object" && value !== null && (value as { stream?: unknown }).stream === true
    );
  } catch {
    return false;
  }
}

/** Whether an upstream's path answers in Bedrock's binary frames. */
export function isFramed(path: string): boolean {
  return path.endsWith("/invoke-with-response-stream");
}

/** The answer to what reached the upstream at `path` with `body`. */
export function cannedAnswer(path: string, body: string): Message {
  if (isFramed(path)) return answer(EVENT_STREAM_TYPE, joinBytes(bedrockFrames(EVENTS)));
  const plain = path.split("?")[0] as string;
  if (/:streamRawPredict$/.test(plain) || asksForStream(body))
    return answer("text/event-stream", encoder.encode(EVENTS));
  return answer("application/json", encoder.encode(JSON.stringify(whole(plain))));
}

function whole(path: string): object {
  if (/count[_-]tokens/.test(path)) return { input_tokens: 3, inputTokens: 3 };
  return path.endsWith("/complete") ? COMPLETION : REPLY;
}
