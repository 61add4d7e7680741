/**
 * The debug build in the host model: it tells how much is allocated, so every stream that ends here is checked for leaks.
 * Steps of an exchange by name, to stop it anywhere.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  WasmHost,
  type HeaderList,
  type HostOptions,
  type HttpStream,
  type RootContext,
} from "../host/index.ts";
import { CHAT_HEADERS, CONFIG, HELLO, REPLY } from "../support/filter.ts";

const FILE = fileURLToPath(new URL("../../build/messages-bridge.debug.wasm", import.meta.url));

let original: Uint8Array<ArrayBuffer> | undefined;

/** Bytes of the debug build, always the same block; DEBUG_WASM names another one, for trying a mutant. */
export function debugBytes(): Uint8Array<ArrayBuffer> {
  if (original !== undefined) return original;
  const file = process.env["DEBUG_WASM"] ?? FILE;
  if (!existsSync(file)) throw new Error(`${file} is missing; run: npm run build:debug`);
  return (original = new Uint8Array(readFileSync(file)));
}

/** A filter with one configuration, and what more a test wants. */
export interface Bench {
  host: WasmHost;
  root: RootContext;
}

/** Loads the debug build; throws with the filter's own words when the configuration is refused. */
export function open(config: object = CONFIG, options: Partial<HostOptions> = {}): Bench {
  const host = WasmHost.loadSync(debugBytes(), {
    profile: "envoy-hold",
    leakCheck: true,
    ...options,
  });
  return { host, root: addRoot(host, config) };
}

/** One more configuration in the VM. */
export function addRoot(host: WasmHost, config: object): RootContext {
  const root = host.addRoot(config);
  if (!root.ok) throw new Error(root.logs.map(({ text }) => text).join("\n"));
  return root;
}

export const BODY = JSON.stringify(HELLO);
export const STREAM_BODY = JSON.stringify({ ...HELLO, stream: true });
export const ANSWER = JSON.stringify(REPLY);
export const JSON_HEADERS: HeaderList = [
  [":status", "200"],
  ["content-type", "application/json"],
];
export const EVENT_HEADERS: HeaderList = [
  [":status", "200"],
  ["content-type", "text/event-stream"],
];

function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A stream of one text, an event each. */
export const EVENTS: readonly string[] = [
  frame({ type: "message_start", message: { ...REPLY, content: [], stop_reason: null } }),
  frame({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  frame({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } }),
  frame({ type: "content_block_stop", index: 0 }),
  frame({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } }),
  frame({ type: "message_stop" }),
];

/** A stream whose request has reached the upstream. */
export function asked({ host, root }: Bench, body = BODY): HttpStream {
  const stream = host.stream(root);
  stream.requestHeaders(CHAT_HEADERS);
  stream.requestBody(body, { end: true });
  return stream;
}

/** Answers with the smallest message, and checks that it came through. */
export function answered(stream: HttpStream): HttpStream {
  stream.responseHeaders(JSON_HEADERS);
  stream.responseBody(ANSWER, { end: true });
  return stream;
}

/** The text of a client's answer: of its completion or of its chunks. */
export function textOf(stream: HttpStream): string {
  const body = stream.client.text();
  if (!body.startsWith("data: ")) {
    const { choices } = JSON.parse(body) as { choices: [{ message: { content: string } }] };
    return choices[0].message.content;
  }
  return [...body.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join("");
}

/** The `code` of an error body, and its status; fails on anything else. */
export function errorOf(stream: HttpStream): [number, string | null] {
  const { error } = stream.client.json() as { error: { code: string | null } };
  return [stream.client.status, error.code];
}
