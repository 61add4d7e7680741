/** A client's request for `translate`, from a body and what was said beside it. */
import type { HeaderList } from "../host/index.ts";

/** Stands for the client's own key, so that it can be seen where it goes. */
const CLIENT_KEY = "$CLIENT_KEY";
const VERSION = "2023-06-01";

export interface RequestOptions {
  method?: string;
  path?: string;
  host?: string;
  /** As `name: value`. */
  header?: string[];
}

/** Which API a body is for, by the members that only one of them has. */
export function pathOf(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "/v1/chat/completions";
  }
  const members = new Set(Object.keys(value ?? {}));
  if (members.has("input")) return "/v1/responses";
  if (members.has("prompt")) return "/v1/completions";
  const isNative = members.has("messages") && members.has("max_tokens") && hasNativeSigns(members);
  return isNative ? "/v1/messages" : "/v1/chat/completions";
}

function hasNativeSigns(members: Set<string>): boolean {
  return ["system", "stop_sequences", "top_k", "thinking", "anthropic_version"].some((name) =>
    members.has(name),
  );
}

/** The headers of a client, with those of the options over the usual ones. Throws RangeError on a header without a colon. */
export function requestHeaders(options: RequestOptions, body: string): HeaderList {
  const path = options.path ?? pathOf(body);
  const own = (options.header ?? []).map(parseHeader);
  const usual: HeaderList = [
    [":method", options.method ?? (body === "" ? "GET" : "POST")],
    [":path", path],
    [":authority", options.host ?? "gateway.example.com"],
    ...(body === "" ? [] : ([["content-type", "application/json"]] as HeaderList)),
    ...credentials(path),
  ];
  const named = new Set(own.map(([name]) => name));
  return [...usual.filter(([name]) => !named.has(name)), ...own];
}

function credentials(path: string): HeaderList {
  if (!/\/v1\/messages\b/.test(path)) return [["authorization", `Bearer ${CLIENT_KEY}`]];
  return [
    ["x-api-key", CLIENT_KEY],
    ["anthropic-version", VERSION],
  ];
}

/** A header written as `name: value`. */
export function parseHeader(line: string): [string, string] {
  const colon = line.indexOf(":", 1);
  if (colon < 0) throw new RangeError(`${line}: a header is written as name: value`);
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

/** The headers of an upstream's answer; its type is told by its first bytes when no header says it. */
export function responseHeaders(status: string, header: string[], body: Uint8Array): HeaderList {
  const own = header.map(parseHeader);
  const isTyped = own.some(([name]) => name === "content-type");
  const typed: HeaderList = isTyped ? [] : [["content-type", typeOf(body)]];
  return [[":status", status], ...typed, ...own];
}

function typeOf(body: Uint8Array): string {
  const head = new TextDecoder().decode(body.subarray(0, 256)).trimStart();
  if (/^(event|data|id|retry)?:/.test(head)) return "text/event-stream";
  // A message of Bedrock's framing begins with its length, whose first byte is 0.
  return body[0] === 0 ? "application/vnd.amazon.eventstream" : "application/json";
}
