/** Exchanges whose request ends with an assistant turn, seen from all sides. */
import {
  answer,
  CHAT_HEADERS,
  Filter,
  NATIVE_HEADERS,
  REPLY,
  RESPONSES_HEADERS,
  toBytes,
  withProfile,
} from "../support/filter.ts";
import type { HeaderList } from "../host/index.ts";

/** A model that refuses such turns, and one that takes them. */
export const REFUSING = "claude-opus-4-7";
export const TAKING = "claude-sonnet-4-5";

export const PREFILL = "The capital of France is ";
export const QUESTION = { role: "user", content: "Complete the sentence:" };

export interface Ask {
  prefill?: object;
  settings?: Record<string, unknown>;
  surface?: keyof typeof HEADERS;
  model?: string;
  messages?: unknown[];
  body?: object;
  /** The whole body, byte for byte. */
  raw?: string;
  /** Text of the answer. */
  reply?: string;
}

export interface Seen {
  status: number;
  reply: Record<string, unknown>;
  /** Text that the client got. */
  text: string | undefined;
  /** What went upstream; undefined: nothing did. */
  sent: { messages: { role: string; content: unknown }[] } | undefined;
  /** The bytes of that. */
  bytes: string;
  word: string | undefined;
  /** Counters of such turns: `action/kind/provider`. */
  counted: Record<string, number>;
}

const COMPLETION_HEADERS: HeaderList = CHAT_HEADERS.map(([name, value]) => [
  name,
  name === ":path" ? "/v1/completions" : value,
]);
const HEADERS = {
  chat: CHAT_HEADERS,
  native: NATIVE_HEADERS,
  responses: RESPONSES_HEADERS,
  completions: COMPLETION_HEADERS,
};

/** The member that holds a conversation, in each surface's form. */
function conversation(surface: keyof typeof HEADERS, list: unknown[]): object {
  if (surface === "responses") return { input: list };
  if (surface !== "completions") return { max_tokens: 256, messages: list };
  const turns = list as { role: string; content: string }[];
  const word = (role: string): string => (role === "user" ? "Human" : "Assistant");
  return { prompt: turns.map(({ role, content }) => `\n\n${word(role)}: ${content}`).join("") };
}

/** Messages with the turn of the seed at their end. */
export function ending(content: unknown = PREFILL): unknown[] {
  return [QUESTION, { role: "assistant", content }];
}

export function ask(request: Ask): Seen {
  const { surface = "chat", prefill = {}, settings = {}, model = REFUSING } = request;
  const filter = Filter.load({ config: withProfile({ prefill, ...settings }) });
  const list = request.messages ?? ending();
  const { upstream, client } = filter.exchange({
    request: {
      headers: HEADERS[surface],
      body: toBytes(
        request.raw ?? {
          model,
          ...conversation(surface, list),
          ...request.body,
        },
      ),
    },
    response: answer({
      ...REPLY,
      model,
      content: [{ type: "text", text: request.reply ?? "Paris." }],
    }),
  });
  const reply = client.json() as Record<string, unknown>;
  const name = /^bridge_prefill_total\.action\.=(.*);\.kind\.=(.*);\.provider\.=(.*);$/;
  const bytes = upstream.headers === undefined ? "" : upstream.text();
  return {
    status: client.status,
    reply,
    text: textOf(reply),
    sent: bytes === "" ? undefined : (JSON.parse(bytes) as Seen["sent"]),
    bytes,
    word: client.header("x-bridge-prefill"),
    counted: Object.fromEntries(
      Object.entries(filter.host.metrics.nonZero()).flatMap(([key, value]) => {
        const match = name.exec(key);
        return match === null ? [] : [[match.slice(1).join("/"), value]];
      }),
    ),
  };
}

function textOf(reply: Record<string, unknown>): string | undefined {
  const { choices, content, output } = reply as {
    choices?: { text?: string; message?: { content: string } }[];
    content?: { text: string }[];
    output?: { content?: { text: string }[] }[];
  };
  const [choice] = choices ?? [];
  const [block] = content ?? output?.[0]?.content ?? [];
  return choice?.text ?? choice?.message?.content ?? block?.text;
}
