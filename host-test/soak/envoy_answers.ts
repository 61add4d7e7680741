// What the upstream of the soak can answer, by name. The client says in a header which one it wants, so that the upstream
// need not look at requests and costs little.

import { sseEvent } from "../../envoy/upstream/demo.ts";
import { messagesHeaders } from "../../envoy/upstream/headers.ts";

/** The request header with the answer's name; the filter passes on what it does not know. */
export const ANSWER_HEADER = "x-soak-answer";
/** A text that every stream has in its first delta. */
export const MARK = "soaked";

/** How an answer ends: complete, its connection closed or reset by the upstream, or only when the client leaves. */
export type Ending = "complete" | "broken" | "reset" | "open";

/** One answer: its status (null: no head at all), its pieces (one write each) and its end. */
export interface SoakAnswer {
  status: number | null;
  headers: Record<string, string | string[] | number | undefined>;
  pieces: Buffer[];
  ending: Ending;
  /** Between two pieces. */
  pauseMs?: number;
}

/** The text of one delta. */
export const WORDS = `${MARK} and read on, to the end of "the line".\n`;
/** Deltas of a stream. */
export const DELTAS = 40;
const BIG_BYTES = 1 << 20;

/** Returns every answer by its name. */
export function soakAnswers(): Map<string, SoakAnswer> {
  const events = streamEvents(DELTAS);
  const half = events.slice(0, DELTAS / 2);
  return new Map([
    ["message", json(200, JSON.stringify(message(WORDS.repeat(20))))],
    ["large", json(200, JSON.stringify(message(WORDS.repeat(BIG_BYTES / WORDS.length))))],
    ["overloaded", json(529, JSON.stringify(failure("overloaded_error", "Overloaded")))],
    ["invalid", json(400, JSON.stringify(failure("invalid_request_error", "messages: too many")))],
    ["stream", stream(events, "complete")],
    ["broken", stream(half, "broken")],
    ["open", stream(half.slice(0, 3), "open")],
  ]);
}

/** An answer in JSON, or in what claims to be. */
export function json(status: number, body: string): SoakAnswer {
  const bytes = Buffer.from(body);
  const headers = { ...messagesHeaders(1, "application/json"), "content-length": bytes.length };
  return { status, headers, pieces: [bytes], ending: "complete" };
}

/** An answer in events. */
export function stream(events: string[], ending: Ending): SoakAnswer {
  const headers = messagesHeaders(1, "text/event-stream; charset=utf-8");
  return { status: 200, headers, pieces: events.map((event) => Buffer.from(event)), ending };
}

/** The body of an error. */
export function failure(type: string, text: string): object {
  return {
    type: "error",
    error: { type, message: text },
    request_id: "req_011Soak0000000000000001",
  };
}

/** A whole message with this text. */
export function message(text: string): object {
  return { ...emptyMessage(), content: [{ type: "text", text }], stop_reason: "end_turn" };
}

function emptyMessage(): object {
  return {
    id: "msg_01Soak",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 25, output_tokens: 1 },
  };
}

/** The events of a message with so many deltas. */
export function streamEvents(deltas: number): string[] {
  const texts = Array.from({ length: deltas }, () => ({ type: "text_delta", text: WORDS }));
  return [
    sseEvent("message_start", { message: emptyMessage() }),
    sseEvent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...texts.map((delta) => sseEvent("content_block_delta", { index: 0, delta })),
    sseEvent("content_block_stop", { index: 0 }),
    sseEvent("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: deltas },
    }),
    sseEvent("message_stop", {}),
  ];
}
