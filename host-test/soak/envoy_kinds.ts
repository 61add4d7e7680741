// The traffic of the soak in a real Envoy: kinds of requests with how often each comes and what must come back. A longer list
// (say, of faults) is another table of the same rows.

import { CHAT_PATH } from "../../envoy/harness/answers.ts";
import type { Random } from "../fuzz/random.ts";
import { MARK } from "./envoy_answers.ts";

/** What the client saw of one exchange. `head` and `tail` are the first and the last bytes of the body. */
export interface Seen {
  status: number;
  head: string;
  tail: string;
  outcome: "complete" | "broken" | "left";
}

/** One kind of request. */
export interface Kind {
  name: string;
  /** How often it comes, in relation to the others. */
  weight: number;
  path: string;
  /** The answer that the upstream is asked for. */
  answer: string;
  /** The request body, built once for each size in `sizes` (bytes of text). */
  body: (size: number) => string;
  sizes: readonly number[];
  /** The client goes away when it has seen the first text. */
  leaves?: boolean;
  /** Whether the exchange went as it must. */
  right: (seen: Seen) => boolean;
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
const chat =
  (rest: object) =>
  (size: number): string =>
    JSON.stringify({ model: MODEL, max_tokens: 64, messages: messages(size), ...rest });
const responses =
  (rest: object) =>
  (size: number): string =>
    JSON.stringify({ model: MODEL, input: text(size), ...rest });

const whole =
  (part: string) =>
  (seen: Seen): boolean =>
    seen.outcome === "complete" && seen.status === 200 && seen.head.includes(part);
const ended =
  (part: string) =>
  (seen: Seen): boolean =>
    seen.outcome === "complete" && seen.status === 200 && seen.tail.includes(part);
const refused =
  (status: number) =>
  (seen: Seen): boolean =>
    seen.outcome === "complete" && seen.status === status && seen.head.includes('"error"');
const cutOff = (seen: Seen): boolean =>
  seen.status === 200 && !seen.tail.includes("[DONE]") && seen.head.includes("chat.completion");
const left = (seen: Seen): boolean => seen.outcome === "left" && seen.tail.includes(MARK);

const STREAMED = { stream: true };
const CHAT = { path: CHAT_PATH, sizes: SMALL, body: chat({}) };
const CHAT_STREAM = { path: CHAT_PATH, sizes: SMALL, body: chat(STREAMED) };
const NATIVE = { path: MESSAGES_PATH, sizes: SMALL };
const RESPONSES = { path: RESPONSES_PATH, sizes: SMALL };

/** The mixture of a gateway's day: mostly chats and streams, some errors, a few large bodies, streams that break. */
// prettier-ignore
export const KINDS: readonly Kind[] = [
  { name: "chat", weight: 30, ...CHAT, answer: "message", right: whole('"chat.completion"') },
  { name: "stream", weight: 22, ...CHAT_STREAM, answer: "stream", right: ended("[DONE]") },
  { name: "responses", weight: 8, ...RESPONSES, body: responses({}), answer: "message", right: whole('"response"') },
  { name: "responses stream", weight: 8, ...RESPONSES, body: responses(STREAMED), answer: "stream", right: ended("total_tokens") },
  { name: "native", weight: 6, ...NATIVE, body: chat({}), answer: "message", right: whole('"message"') },
  { name: "native stream", weight: 6, ...NATIVE, body: chat(STREAMED), answer: "stream", right: ended("message_stop") },
  { name: "not JSON", weight: 4, ...CHAT, body: () => "{", answer: "message", right: refused(400) },
  { name: "overloaded", weight: 4, ...CHAT, answer: "overloaded", right: refused(503) },
  { name: "refused", weight: 3, ...CHAT_STREAM, answer: "invalid", right: refused(400) },
  { name: "large request", weight: 1, ...CHAT, sizes: BIG, answer: "message", right: whole('"chat.completion"') },
  { name: "large answer", weight: 1, ...CHAT, answer: "large", right: whole('"chat.completion"') },
  { name: "cut by the upstream", weight: 4, ...CHAT_STREAM, answer: "broken", right: cutOff },
  { name: "left by the client", weight: 3, ...CHAT_STREAM, answer: "open", leaves: true, right: left },
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
