/**
 * The release filter inside the host model, for tests of what it does to whole exchanges: one VM with one configuration,
 * a chat client in front and a scripted upstream behind.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  exchange,
  WasmHost,
  type ExchangeInput,
  type ExchangeResult,
  type HeaderList,
  type HostOptions,
  type MessageInput,
  type ResponseInput,
  type RootContext,
} from "../host/index.ts";

const FILE = fileURLToPath(new URL("../../build/messages-bridge.wasm", import.meta.url));
/** What every documented Envoy configuration sets. */
const DOCUMENTED_BUFFER_LIMIT = 64 * 1024 * 1024;

/** The smallest configuration: Anthropic behind, the client's own key. */
export const CONFIG = {
  version: 1,
  profile: { provider: { type: "anthropic" }, auth: { mode: "client" } },
} as const;

/** Headers of a chat client. */
export const CHAT_HEADERS: HeaderList = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.test"],
  ["content-type", "application/json"],
  ["authorization", "Bearer sk-test"],
];

/** Headers of a native client. */
export const NATIVE_HEADERS: HeaderList = [
  [":method", "POST"],
  [":path", "/v1/messages"],
  [":authority", "gateway.test"],
  ["content-type", "application/json"],
  ["x-api-key", "sk-test"],
  ["anthropic-version", "2023-06-01"],
];

/** Headers of a Responses client. */
export const RESPONSES_HEADERS: HeaderList = CHAT_HEADERS.map(([name, value]) => [
  name,
  name === ":path" ? "/v1/responses" : value,
]);

/** The smallest chat request that is served. */
export const HELLO = {
  model: "claude-sonnet-4-5",
  messages: [{ role: "user", content: "Hello" }],
};

/** The smallest complete answer of the Messages API. */
export const REPLY = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

let original: Uint8Array | undefined;

/** The module's bytes, always the same block; BRIDGE_WASM names another build of it, for trying a mutant. */
export function filterBytes(): Uint8Array {
  if (original !== undefined) return original;
  const file = process.env.BRIDGE_WASM ?? FILE;
  if (!existsSync(file)) throw new Error(`${file} is missing; run: npm run build`);
  return (original = new Uint8Array(readFileSync(file)));
}

/** Text or JSON value as bytes; bytes as they are. */
export function toBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** `config` with settings added to its one profile, each key replacing the profile's. */
export function withProfile(settings: Record<string, unknown>): object {
  return { ...CONFIG, profile: { ...CONFIG.profile, ...settings } };
}

/** A client's chat request around a body (JSON value, text or bytes). */
export function chatRequest(body: unknown, more: Partial<MessageInput> = {}): MessageInput {
  return { headers: CHAT_HEADERS, body: toBytes(body), ...more };
}

/** A native client's request around a body (JSON value, text or bytes). */
export function nativeRequest(body: unknown, more: Partial<MessageInput> = {}): MessageInput {
  return { headers: NATIVE_HEADERS, body: toBytes(body), ...more };
}

/** A Responses client's request around a body (JSON value, text or bytes). */
export function responsesRequest(body: unknown, more: Partial<MessageInput> = {}): MessageInput {
  return { headers: RESPONSES_HEADERS, body: toBytes(body), ...more };
}

/** An upstream's JSON answer. */
export function answer(body: unknown, status = 200, headers: HeaderList = []): MessageInput {
  return {
    headers: [[":status", String(status)], ["content-type", "application/json"], ...headers],
    body: toBytes(body),
  };
}

/** An upstream's event stream. */
export function answerEvents(body: Uint8Array | string, headers: HeaderList = []): MessageInput {
  return {
    headers: [[":status", "200"], ["content-type", "text/event-stream"], ...headers],
    body: toBytes(body),
  };
}

/** An upstream's binary event stream. */
export function answerMessages(body: Uint8Array, headers: HeaderList = []): MessageInput {
  const type = "application/vnd.amazon.eventstream";
  return { headers: [[":status", "200"], ["content-type", type], ...headers], body };
}

/** `bytes`: another module than the built one. */
export type FilterOptions = Partial<HostOptions> & { config?: unknown; bytes?: Uint8Array };

/** One filter with one configuration in its own VM. */
export class Filter {
  private constructor(
    readonly host: WasmHost,
    readonly root: RootContext,
  ) {}

  /** Throws with the filter's own words when it refuses the configuration. */
  static load(options: FilterOptions = {}): Filter {
    const { config = CONFIG, bytes = filterBytes(), ...rest } = options;
    const host = WasmHost.loadSync(bytes, {
      profile: "envoy-hold",
      bufferLimit: DOCUMENTED_BUFFER_LIMIT,
      ...rest,
    });
    const root = host.addRoot(JSON.stringify(config));
    if (!root.ok) {
      throw new Error(`refused: ${root.logs.map(({ text }) => text).join("; ")}`);
    }
    return new Filter(host, root);
  }

  /** Any exchange. */
  exchange(input: ExchangeInput): ExchangeResult {
    return exchange(this.host, this.root, input);
  }

  /** A native request and, when it must not be answered by the filter, the upstream's answer. */
  native(body: unknown, response: ResponseInput = answer(REPLY)): ExchangeResult {
    return this.exchange({ request: nativeRequest(body), response });
  }

  /** A chat request and, when it must not be answered by the filter, the upstream's answer. */
  chat(body: unknown, response: ResponseInput = answer(REPLY)): ExchangeResult {
    return this.exchange({ request: chatRequest(body), response });
  }
}

/** One dispatched event, or a comment line. */
export type SseItem = { event?: string; data: string } | { comment: string };

/**
 * What a strict client makes of a stream of LF lines: events and comments in order. Throws on carriage returns, on
 * fields other than `data` and `event`, and when the text does not end with a blank line.
 */
export function parseSse(text: string): SseItem[] {
  if (text === "") return [];
  if (!text.endsWith("\n\n")) throw new Error(`the stream ends inside an event: ${tail(text)}`);
  return text.slice(0, -2).split("\n\n").map(parseEvent);
}

function parseEvent(block: string): SseItem {
  if (/^:[^\n]*$/.test(block)) return { comment: block.slice(1).trim() };
  const data: string[] = [];
  let event: string | undefined;
  for (const line of block.split("\n")) {
    const field = /^(data|event): ([^\r]*)$/.exec(line);
    if (field === null) throw new Error(`not a line of ours: ${JSON.stringify(line)}`);
    if (field[1] === "data") data.push(field[2] as string);
    else event = field[2];
  }
  return { data: data.join("\n"), ...(event === undefined ? {} : { event }) };
}

function tail(text: string): string {
  return JSON.stringify(text.slice(-40));
}
