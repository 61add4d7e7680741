// What the upstream answers by itself: it checks what the Messages API would check first, then repeats the last user text.
// The same request always gets the same answer.

import { setTimeout as delay } from "node:timers/promises";
import { answerResource } from "./demo_resources.ts";
import { headerOf, type Exchange } from "./exchange.ts";
import { messagesHeaders, requestId } from "./headers.ts";

interface Block {
  type?: string;
  text?: string;
}

interface MessagesRequest {
  model?: string;
  max_tokens?: number;
  stream?: boolean;
  messages?: { role?: string; content?: string | Block[] }[];
}

/** Answers one request as a small Messages API. `delayMs` passes between two text deltas of a stream. */
export async function answerDemo(exchange: Exchange, delayMs: number): Promise<void> {
  const bytes = await exchange.body();
  const { method, path } = exchange.received;
  const resource = answerResource(method, path, bytes.length);
  if (resource !== undefined) return sendJson(exchange, resource.status, resource.body);
  const body = parse(bytes);
  const problem = problemOf(exchange, body);
  if (problem !== undefined) return sendError(exchange, problem);
  const request = body ?? {};
  const words = `You said: ${lastUserText(request)}`.match(/\S+\s*/g) ?? [];
  const usage = usageOf(bytes.length, words.length);
  if (request.stream === true) await sendStream(exchange, request, words, usage, delayMs);
  else await sendWhole(exchange, request, words.join(""), usage);
}

interface Problem {
  status: number;
  type: string;
  message: string;
}

function problemOf(exchange: Exchange, body: MessagesRequest | undefined): Problem | undefined {
  const { method, path, headers } = exchange.received;
  const invalid = (message: string): Problem => ({
    status: 400,
    type: "invalid_request_error",
    message,
  });
  if (path.split("?")[0] !== "/v1/messages")
    return { status: 404, type: "not_found_error", message: "Not found" };
  if (method !== "POST")
    return { status: 405, type: "invalid_request_error", message: "Method Not Allowed" };
  if (headerOf(headers, "x-api-key") === undefined) {
    return { status: 401, type: "authentication_error", message: "x-api-key header is required" };
  }
  if (headerOf(headers, "anthropic-version") === undefined)
    return invalid("anthropic-version: header is required");
  if (body === undefined) return invalid("The request body is not valid JSON");
  if (typeof body.model !== "string") return invalid("model: Field required");
  if (typeof body.max_tokens !== "number") return invalid("max_tokens: Field required");
  if (!Array.isArray(body.messages)) return invalid("messages: Field required");
  return undefined;
}

async function sendError(exchange: Exchange, { status, type, message }: Problem): Promise<void> {
  const body = { type: "error", error: { type, message }, request_id: requestId(exchange.serial) };
  await sendJson(exchange, status, body);
}

async function sendJson(exchange: Exchange, status: number, body: object): Promise<void> {
  const headers = messagesHeaders(exchange.serial, "application/json");
  await exchange.send(status, headers, JSON.stringify(body));
}

async function sendWhole(
  exchange: Exchange,
  request: MessagesRequest,
  text: string,
  usage: Usage,
): Promise<void> {
  const message = {
    ...messageOf(exchange, request),
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage,
  };
  await sendJson(exchange, 200, message);
}

async function sendStream(
  exchange: Exchange,
  request: MessagesRequest,
  words: string[],
  usage: Usage,
  delayMs: number,
): Promise<void> {
  const event = (type: string, fields: object): Promise<void> =>
    exchange.write(sseEvent(type, fields));
  exchange.head(200, messagesHeaders(exchange.serial, "text/event-stream; charset=utf-8"));
  await event("message_start", {
    message: { ...messageOf(exchange, request), usage: { ...usage, output_tokens: 1 } },
  });
  await event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  await event("ping", {});
  for (const text of words) {
    if (exchange.received.closed) return;
    await event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
    if (delayMs > 0) await delay(delayMs);
  }
  await event("content_block_stop", { index: 0 });
  const delta = { stop_reason: "end_turn", stop_sequence: null };
  await event("message_delta", { delta, usage: { output_tokens: usage.output_tokens } });
  await event("message_stop", {});
  exchange.end();
}

/** One event of a Messages stream, framed as the API frames it. */
export function sseEvent(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

interface Usage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
  service_tier: string;
}

/** Made-up counts: a token per four bytes in, a token per word out. */
function usageOf(bytesIn: number, wordsOut: number): Usage {
  return {
    input_tokens: Math.ceil(bytesIn / 4),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: wordsOut,
    service_tier: "standard",
  };
}

function messageOf(exchange: Exchange, request: MessagesRequest): object {
  return {
    id: `msg_01Bridge${String(exchange.serial).padStart(14, "0")}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function lastUserText(request: MessagesRequest): string {
  const turn = request.messages?.findLast((message) => message.role === "user");
  if (typeof turn?.content === "string") return turn.content;
  return turn?.content?.findLast((block) => block.type === "text")?.text ?? "nothing";
}

function parse(bytes: Buffer): MessagesRequest | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
