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
import type { ExchangeInput, HeaderList, StreamOptions } from "../host/index.ts";

/** A model that refuses such turns, and one that takes them. */
export const REFUSING = "claude-opus-4-7";
export const TAKING = "claude-sonnet-4-5";

export const PREFILL = "The capital of France is ";
export const QUESTION = { role: "user", content: "Complete the sentence:" };

export interface Ask {
  /** The whole configuration; `prefill` and `settings` are not looked at then. */
  config?: object;
  /** What the client sends besides the headers of its surface. */
  headers?: HeaderList;
  /** What the host knows of the stream. */
  properties?: StreamOptions["properties"];
  prefill?: object;
  settings?: Record<string, unknown>;
  surface?: keyof typeof HEADERS;
  model?: string;
  messages?: unknown[];
  body?: object;
  /** The whole body, byte for byte. */
  raw?: string;
  /** The model that the answer names; the request's when it is not given. */
  answers?: string;
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
  /** A header that went upstream, one that came back. */
  upstreamHeader: (name: string) => string | undefined;
  header: (name: string) => string | undefined;
  /** Counters of such turns: `action/kind/provider`. */
  counted: Record<string, number>;
}

/** The same headers for another operation. */
const at = (path: string, headers: HeaderList): HeaderList =>
  headers.map(([name, value]) => [name, name === ":path" ? path : value]);

const HEADERS = {
  chat: CHAT_HEADERS,
  native: NATIVE_HEADERS,
  responses: RESPONSES_HEADERS,
  completions: at("/v1/completions", CHAT_HEADERS),
  count: at("/v1/messages/count_tokens", NATIVE_HEADERS),
  responsesCount: at("/v1/responses/input_tokens", RESPONSES_HEADERS),
};

/** The member that holds a conversation, in each surface's form. */
function conversation(surface: keyof typeof HEADERS, list: unknown[]): object {
  if (surface === "responses" || surface === "responsesCount") return { input: list };
  if (surface === "count") return { messages: list };
  if (surface !== "completions") return { max_tokens: 256, messages: list };
  const turns = list as { role: string; content: string }[];
  const word = (role: string): string => (role === "user" ? "Human" : "Assistant");
  return { prompt: turns.map(({ role, content }) => `\n\n${word(role)}: ${content}`).join("") };
}

/** Messages with the turn of the seed at their end. */
export function ending(content: unknown = PREFILL): unknown[] {
  return [QUESTION, { role: "assistant", content }];
}

const filters = new Map<string, Filter>();

/** One filter for each configuration. */
export function loaded(config: object): Filter {
  const key = JSON.stringify(config);
  const known = filters.get(key) ?? Filter.load({ config });
  filters.set(key, known);
  return known;
}

/** The exchange that a test asks for. */
export function inputOf(request: Ask): ExchangeInput {
  const { surface = "chat", model = REFUSING, messages = ending(), headers = [] } = request;
  const body = { model, ...conversation(surface, messages), ...request.body };
  return {
    ...(request.properties === undefined ? {} : { properties: request.properties }),
    request: {
      headers: [...HEADERS[surface], ...headers],
      body: toBytes(request.raw ?? body),
    },
    response: answer({
      ...REPLY,
      model: request.answers ?? model,
      content: [{ type: "text", text: request.reply ?? "Paris." }],
    }),
  };
}

/** Counters of such turns that have grown. */
function countedSince(filter: Filter, before: Record<string, number>): Record<string, number> {
  const name = /^bridge_prefill_total\.action\.=([^;]*);\.kind\.=([^;]*);\.provider\.=([^;]*);/;
  const now = Object.entries(filter.host.metrics.nonZero());
  return Object.fromEntries(
    now.flatMap(([key, value]) => {
      const match = name.exec(key);
      const more = value - (before[key] ?? 0);
      return match === null || more === 0 ? [] : [[match.slice(1).join("/"), more]];
    }),
  );
}

export function ask(request: Ask): Seen {
  const { prefill = {}, settings = {} } = request;
  const filter = loaded(request.config ?? withProfile({ prefill, ...settings }));
  const before = filter.host.metrics.nonZero();
  const { upstream, client } = filter.exchange(inputOf(request));
  const reply = client.json() as Record<string, unknown>;
  const bytes = upstream.headers === undefined ? "" : upstream.text();
  return {
    status: client.status,
    reply,
    text: textOf(reply),
    sent: bytes === "" ? undefined : (JSON.parse(bytes) as Seen["sent"]),
    bytes,
    word: client.header("x-bridge-prefill"),
    upstreamHeader: (name) => upstream.header(name),
    header: (name) => client.header(name),
    counted: countedSince(filter, before),
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
