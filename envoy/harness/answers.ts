// Messages API answers and Chat Completions expectations that several e2e files share.

import { bedrockChunk } from "../../host-test/support/event_stream.ts";
import { sseEvent } from "../upstream/demo.ts";
import { bedrockHeaders, messagesHeaders } from "../upstream/headers.ts";
import type { Script } from "../upstream/server.ts";

/** A chat request as small as it gets. */
export const CHAT = {
  model: "claude-sonnet-4-5",
  max_tokens: 64,
  messages: [{ role: "user", content: "Hello" }],
};

export const CHAT_PATH = "/v1/chat/completions";
export const SSE = "text/event-stream; charset=utf-8";

const USAGE = { input_tokens: 12, output_tokens: 1 };

/** A whole message around `content`. */
export function message(content: object[], stopReason: string): object {
  return {
    id: "msg_01Scripted",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 9 },
  };
}

/** Waits for the whole request, then sends `body` as JSON with the API's headers. */
export function answerJson(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Script {
  return async (exchange) => {
    await exchange.body();
    const all = { ...messagesHeaders(exchange.serial, "application/json"), ...headers };
    await exchange.send(status, all, JSON.stringify(body));
  };
}

/** An error as the Messages API sends it. */
export function answerError(
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): Script {
  const body = { type: "error", error: { type, message: text }, request_id: "req_scripted" };
  return answerJson(status, body, headers);
}

/** Waits for the whole request, then streams `events` one write each and ends. */
export function answerStream(events: readonly string[]): Script {
  return async (exchange) => {
    await exchange.body();
    exchange.head(200, messagesHeaders(exchange.serial, SSE));
    for (const event of events) await exchange.write(event);
    exchange.end();
  };
}

/** The events of a message: `blocks` in order, each a start object and its deltas. */
export function streamOf(
  blocks: readonly { start: object; deltas: readonly object[] }[],
  stopReason = "end_turn",
): string[] {
  const head = { ...message([], ""), stop_reason: null, usage: USAGE };
  return [
    sseEvent("message_start", { message: head }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      sseEvent("content_block_start", { index, content_block: start }),
      ...deltas.map((delta) => sseEvent("content_block_delta", { index, delta })),
      sseEvent("content_block_stop", { index }),
    ]),
    sseEvent("message_delta", {
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: 9 },
    }),
    sseEvent("message_stop", {}),
  ];
}

/** A text block in the given pieces, for streamOf(). */
export function textBlock(...pieces: string[]): { start: object; deltas: object[] } {
  return {
    start: { type: "text", text: "" },
    deltas: pieces.map((text) => ({ type: "text_delta", text })),
  };
}

/** The payloads of a Chat Completions stream, `[DONE]` as that string. Throws on any other line. */
export function payloads(stream: string): unknown[] {
  return stream
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(":"))
    .map((line) => {
      if (!line.startsWith("data: ")) throw new Error(`not a data line: ${line}`);
      const data = line.slice(6);
      return data === "[DONE]" ? data : (JSON.parse(data) as unknown);
    });
}

/** The binary messages that Bedrock sends for such events, one each. */
export function messagesOf(events: readonly string[]): Uint8Array[] {
  return events.map((event) => {
    const json = /^data: (.*)$/m.exec(event)?.[1];
    if (json === undefined) throw new Error(`no event with data: ${event}`);
    return bedrockChunk(json);
  });
}

/** Waits for the whole request, then streams `messages` as Bedrock does, one write each, and ends. */
export function answerMessages(messages: readonly Uint8Array[]): Script {
  return async (exchange) => {
    await exchange.body();
    exchange.head(200, bedrockHeaders(exchange.serial));
    for (const message of messages) await exchange.write(message);
    exchange.end();
  };
}
