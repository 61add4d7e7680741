// Checks that an exchange did what its candidate claims, before anything is timed: a filter that lets requests through
// untouched, or answers with an error, would look very fast. Works on bytes that were seen on both sides, whatever
// carried them.

import type { Effect } from "./candidates.ts";
import { TEXT_DELTAS, upstreamEvents, upstreamMessage, type ShapeInput } from "./inputs.ts";

/** Both sides of one exchange. Bodies are UTF-8. */
export interface Exchange {
  /** What the upstream received; null when no request reached it. */
  upstreamPath: string | null;
  upstreamBody: string;
  status: number;
  contentType: string;
  clientBody: string;
}

type Json = Record<string, unknown>;

/**
 * Returns what is wrong with an exchange of `input` through a filter of the given effect; an empty list when it is right.
 */
export function problemsOf(effect: Effect, input: ShapeInput, seen: Exchange): string[] {
  if (seen.upstreamPath === null) {
    return [
      `no request reached the upstream; status ${seen.status}: ${seen.clientBody.slice(0, 300)}`,
    ];
  }
  const problems: string[] = [];
  if (seen.status !== 200) problems.push(`status ${seen.status}: ${seen.clientBody.slice(0, 300)}`);
  if (effect === "translates") problems.push(...translationProblems(input, seen));
  else problems.push(...copyProblems(input, seen));
  return problems;
}

function copyProblems(input: ShapeInput, seen: Exchange): string[] {
  const problems: string[] = [];
  const sent = Buffer.from(input.body).toString("utf8");
  if (seen.upstreamBody !== sent) problems.push("the request body was changed on its way");
  const answered = Buffer.concat(input.mode === "json" ? [upstreamMessage()] : upstreamEvents());
  if (seen.clientBody !== answered.toString("utf8"))
    problems.push("the answer was changed on its way");
  return problems;
}

function translationProblems(input: ShapeInput, seen: Exchange): string[] {
  const problems = requestProblems(input, seen);
  if (input.mode === "json") problems.push(...answerProblems(seen.clientBody));
  else problems.push(...streamProblems(seen));
  return problems;
}

function requestProblems(input: ShapeInput, seen: Exchange): string[] {
  const problems: string[] = [];
  const sent = JSON.parse(Buffer.from(input.body).toString("utf8")) as Json;
  const got = parsed(seen.upstreamBody);
  if (got === null) return ["the upstream's request body is not a JSON object"];
  if (!seen.upstreamPath?.startsWith("/v1/messages")) problems.push(`path ${seen.upstreamPath}`);
  const messages = Array.isArray(got.messages) ? (got.messages as Json[]) : [];
  if (messages.length === 0) problems.push("the upstream got no messages");
  if (messages.some((message) => message.role !== "user" && message.role !== "assistant")) {
    problems.push("the upstream got a role that Messages does not know");
  }
  if (got.system === undefined) problems.push("the system prompt is missing");
  if (got.max_tokens !== sent.max_tokens) problems.push("max_tokens is not the client's");
  if (Boolean(got.stream) !== Boolean(sent.stream)) problems.push("stream is not the client's");
  const tools = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  if (tools(got.tools) !== tools(sent.tools)) problems.push("tools were lost");
  return problems;
}

function answerProblems(body: string): string[] {
  const answer = parsed(body);
  if (answer === null) return ["the answer is not a JSON object"];
  const upstream = JSON.parse(Buffer.from(upstreamMessage()).toString("utf8")) as {
    content: { text: string }[];
  };
  const choices = (answer.choices ?? []) as { message?: Json; finish_reason?: string }[];
  const problems: string[] = [];
  if (answer.object !== "chat.completion") problems.push(`object is ${String(answer.object)}`);
  if (choices[0]?.message?.content !== upstream.content[0]?.text) problems.push("the text differs");
  if (choices[0]?.finish_reason !== "stop") problems.push("finish_reason is not stop");
  return problems;
}

function streamProblems(seen: Exchange): string[] {
  const problems: string[] = [];
  if (!seen.contentType.startsWith("text/event-stream")) problems.push(seen.contentType);
  const data = dataLines(seen.clientBody);
  if (data.at(-1) !== "[DONE]") problems.push("the stream does not end with [DONE]");
  const texts = data.filter((line) => line !== "[DONE]").map(deltaText);
  if (texts.join("") !== upstreamText()) problems.push("the streamed text differs");
  const filled = texts.filter((text) => text !== "").length;
  if (filled !== TEXT_DELTAS) problems.push(`${filled} text deltas instead of ${TEXT_DELTAS}`);
  return problems;
}

function upstreamText(): string {
  const stream = Buffer.concat(upstreamEvents()).toString("utf8");
  const events = dataLines(stream).map((line) => JSON.parse(line) as { delta?: { text?: string } });
  return events.map((event) => event.delta?.text ?? "").join("");
}

function dataLines(stream: string): string[] {
  const lines = stream.split("\n").filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice("data:".length).trim());
}

function deltaText(line: string): string {
  const chunk = parsed(line) as { choices?: { delta?: { content?: string | null } }[] } | null;
  return chunk?.choices?.[0]?.delta?.content ?? "";
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Json)
      : null;
  } catch {
    return null;
  }
}
