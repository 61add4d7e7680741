/** What an upstream could answer: messages, errors of every provider's shape, and bodies that are neither. */
import { tree, type Node, type Plain } from "./json_tree.ts";
import type { Random } from "./random.ts";
import { anyText, anyValue } from "./words.ts";

const STOP_REASONS = [
  "end_turn",
  "max_tokens",
  "stop_sequence",
  "tool_use",
  "refusal",
  "pause_turn",
  "model_context_window_exceeded",
  "brand_new",
];

/** A content block as it stands in a whole message. */
export function contentBlock(random: Random, index: number): { [key: string]: Plain } {
  switch (random.int(8)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { type: "text", text: anyText(random) };
    case 4:
      return {
        type: "tool_use",
        id: `toolu_${index}`,
        name: random.pick(["get_weather", "get_time"]),
        input: random.oneIn(2) ? {} : { city: anyText(random), n: 1.5, list: [null, true] },
      };
    case 5:
      return { type: "thinking", thinking: anyText(random), signature: random.pick(["", "c2ln"]) };
    case 6:
      return { type: "redacted_thinking", data: "ZGF0YQ==" };
    default:
      return {
        type: "server_tool_use",
        id: "srvtoolu_1",
        name: "web_search",
        input: { query: "x" },
      };
  }
}

/** Counts with and without the optional members. */
export function usage(random: Random): { [key: string]: Plain } {
  const count = (): number => random.pick([0, 1, 12, 4096, 1_000_000]);
  const base = { input_tokens: count(), output_tokens: count() };
  if (random.oneIn(3)) return base;
  return {
    ...base,
    cache_creation_input_tokens: random.oneIn(3) ? null : count(),
    cache_read_input_tokens: count(),
    service_tier: random.pick(["standard", "priority", "batch"]),
    ...(random.oneIn(4) ? { server_tool_use: { web_search_requests: 1 } } : {}),
    ...(random.oneIn(4) ? { output_tokens_details: { thinking_tokens: count() } } : {}),
    ...(random.oneIn(6)
      ? { iterations: [{ type: "message", input_tokens: 1, output_tokens: 2 }] }
      : {}),
  };
}

/** The reason and what belongs to it. */
export function stop(random: Random): { [key: string]: Plain } {
  const reason = random.oneIn(3) ? random.pick(STOP_REASONS) : "end_turn";
  const details = reason === "refusal" ? { type: "refusal", explanation: anyText(random) } : null;
  return {
    stop_reason: reason,
    stop_sequence: reason === "stop_sequence" ? "END" : null,
    ...(details === null ? {} : { stop_details: details }),
  };
}

/** A whole message. */
export function message(random: Random): Node {
  const blocks = random.list(5, () => contentBlock(random, random.int(50)));
  return tree({
    id: random.pick(["msg_01", "msg_é", ""]),
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: blocks,
    ...stop(random),
    usage: usage(random),
  });
}

const ERROR_TYPES = [
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "request_too_large",
  "rate_limit_error",
  "api_error",
  "timeout_error",
  "overloaded_error",
  "something_new",
];

const MESSAGES = [
  "prompt is too long: 210000 tokens > 200000 maximum",
  "messages.3.content.0.text: text content blocks must be non-empty",
  "model: claude-9",
  "Overloaded",
  "stop_sequences: x",
  ": ",
  "a.b.c",
];

/** An error in one of the shapes that providers and relays use. */
export function errorTree(random: Random): Node {
  const text = random.oneIn(3) ? anyText(random) : random.pick(MESSAGES);
  const error = { type: random.pick(ERROR_TYPES), message: text };
  return tree(
    random.pick<Plain>([
      { type: "error", error, request_id: "req_1" },
      { type: "error", error },
      [{ type: "error", error }],
      { error: { code: 429, message: text, status: "RESOURCE_EXHAUSTED" } },
      { error: { code: "DeploymentNotFound", message: text } },
      { statusCode: 401, message: text },
      { message: text },
      { Message: text },
      { error_code: "BAD_REQUEST", message: text },
      { error: text },
      { detail: text },
      { errors: [{ message: text }] },
      { error: { code: 400, message: JSON.stringify({ type: "error", error }) } },
      {},
      [],
    ]),
  );
}

const PLAIN_BODIES = [
  "",
  "upstream connect error or disconnect/reset before headers",
  "<html><body>502 Bad Gateway</body></html>",
  "  <!DOCTYPE html>",
  "null",
  "[[[[",
  '"text"',
  "é".repeat(400),
  "x".repeat(501),
  `${"x".repeat(499)}漢`,
];

/** A body that is no JSON message and no JSON error. */
export function otherBody(random: Random): Node | string {
  return random.oneIn(2) ? random.pick(PLAIN_BODIES) : anyValue(random);
}
