// The traffic of the soak in a real Envoy: kinds of requests with how often each comes and what must come back. The
// table of faults, envoy_faults.ts, has the same rows.

import { CHAT_PATH } from "../../envoy/harness/answers.ts";
import type { Random } from "../fuzz/random.ts";
import {
  broken,
  ended,
  failed,
  leftReading,
  refused,
  whole,
  type Verdict,
} from "./envoy_verdicts.ts";

/** When a client goes away: with half of its request sent, with nothing received, or when it has seen the first text. */
export type Leaves = "sending" | "waiting" | "reading";

/** One kind of request. */
export interface Kind extends Verdict {
  name: string;
  /** How often it comes, in relation to the others. */
  weight: number;
  /** Default: POST. */
  method?: string;
  path: string;
  /** Beside those that every request has. */
  headers?: Record<string, string>;
  /** The answer that the upstream is asked for. */
  answer: string;
  /** The request body, built once for each size in `sizes` (bytes of text). */
  body: (size: number) => string;
  sizes: readonly number[];
  leaves?: Leaves;
}

const MODEL = "claude-sonnet-4-5";
const SMALL = [10, 100, 1000, 1000, 10_000];
const BIG = [300_000, 1_000_000, 4_000_000];
const MESSAGES_PATH = "/v1/messages";
const RESPONSES_PATH = "/v1/responses";

const text = (size: number): string => 'A line, and "another".\n'.repeat(Math.ceil(size / 24));
const messages = (size: number): object[] => [
  { role: "user", content: text(size) },
  { role: "assistant", content: "Yes." },
  { role: "user", content: "Go on." },
];
/** Bodies of chat requests, which native ones are as well. */
export const chat =
  (rest: object) =>
  (size: number): string =>
    JSON.stringify({ model: MODEL, max_tokens: 64, messages: messages(size), ...rest });
const responses =
  (rest: object) =>
  (size: number): string =>
    JSON.stringify({ model: MODEL, input: text(size), ...rest });

/** What a kind asks. */
type Asks = Pick<Kind, "path" | "sizes" | "body">;
const STREAMED = { stream: true };
export const CHAT: Asks = { path: CHAT_PATH, sizes: SMALL, body: chat({}) };
export const CHAT_STREAM: Asks = { path: CHAT_PATH, sizes: SMALL, body: chat(STREAMED) };
export const NATIVE: Asks = { path: MESSAGES_PATH, sizes: SMALL, body: chat({}) };
export const NATIVE_STREAM: Asks = { path: MESSAGES_PATH, sizes: SMALL, body: chat(STREAMED) };
export const RESPONSES: Asks = { path: RESPONSES_PATH, sizes: SMALL, body: responses({}) };
export const RESPONSES_STREAM: Asks = {
  path: RESPONSES_PATH,
  sizes: SMALL,
  body: responses(STREAMED),
};

/** The mixture of a gateway's day: mostly chats and streams, some errors, a few large bodies, streams that break. */
// prettier-ignore
export const KINDS: readonly Kind[] = [
  { name: "chat", weight: 30, ...CHAT, answer: "message", ...whole('"chat.completion"') },
  { name: "stream", weight: 22, ...CHAT_STREAM, answer: "stream", ...ended("[DONE]") },
  { name: "responses", weight: 8, ...RESPONSES, answer: "message", ...whole('"response"') },
  { name: "responses stream", weight: 8, ...RESPONSES_STREAM, answer: "stream", ...ended("total_tokens") },
  { name: "native", weight: 6, ...NATIVE, answer: "message", ...whole('"message"') },
  { name: "native stream", weight: 6, ...NATIVE_STREAM, answer: "stream", ...ended("message_stop") },
  { name: "not JSON", weight: 4, ...CHAT, body: () => "{", answer: "message", ...refused(400) },
  { name: "overloaded", weight: 4, ...CHAT, answer: "overloaded", ...failed(503) },
  { name: "refused", weight: 3, ...CHAT_STREAM, answer: "invalid", ...refused(400) },
  { name: "large request", weight: 1, ...CHAT, sizes: BIG, answer: "message", ...whole('"chat.completion"') },
  { name: "large answer", weight: 1, ...CHAT, answer: "large", ...whole('"chat.completion"') },
  { name: "cut by the upstream", weight: 4, ...CHAT_STREAM, answer: "broken", ...broken },
  { name: "left by the client", weight: 3, ...CHAT_STREAM, answer: "open", leaves: "reading", ...leftReading },
];

/** Draws kinds by their weights. */
export function drawKind(kinds: readonly Kind[], random: Random): Kind {
  let at = random.int(kinds.reduce((sum, { weight }) => sum + weight, 0));
  for (const kind of kinds) {
    if (at < kind.weight) return kind;
    at -= kind.weight;
  }
  throw new Error("there are no kinds");
}
