/** Replies that Envoy makes by itself, and the headers that it gives to any local reply. */
import type { LocalReply } from "./context.ts";
import { utf8 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";

/** Texts of Envoy's own replies. Source: Envoy 1.40, measured. */
export const UPSTREAM_GONE =
  "upstream connect error or disconnect/reset before headers. reset reason: connection termination";
export const UPSTREAM_RESET =
  "upstream connect error or disconnect/reset before headers. reset reason: protocol error";

/** A reply of Envoy's own; text/plain when it has a body. */
export function envoyReply(status: number, body: string, details = ""): LocalReply {
  return { status, headers: [], body: utf8(body), details, origin: "envoy" };
}

/** What Envoy says when a held body exceeds the buffer limit, by direction. */
export const TOO_LARGE = {
  request: envoyReply(413, "Payload Too Large", "request_payload_too_large"),
  response: envoyReply(500, "Internal Server Error", "response_payload_too_large"),
} as const;

/** The headers of a local reply: status, the sender's, then length and type; without a body there is no type. */
export function directReplyHeaders(reply: LocalReply): HeaderList {
  const headers: HeaderList = [[":status", String(reply.status)]];
  const empty = reply.body.length === 0;
  for (const [name, value] of reply.headers) {
    const isType = name.toLowerCase() === "content-type";
    if (!(isType && empty)) headers.push([name, value]);
  }
  if (empty) return headers;
  headers.push(["content-length", String(reply.body.length)]);
  if (!headers.some(([name]) => name.toLowerCase() === "content-type")) {
    headers.push(["content-type", "text/plain"]);
  }
  return headers;
}
