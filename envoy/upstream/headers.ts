// Response headers as the Messages API sends them; names and forms are its own, values are made up.

import type { OutgoingHttpHeaders } from "node:http";

const RESET = "2026-11-20T12:00:00Z";

/** Headers of an answer with the given content type; `serial` makes the request id unique. */
export function messagesHeaders(serial: number, contentType: string): OutgoingHttpHeaders {
  const id = requestId(serial);
  return {
    "content-type": contentType,
    "cache-control": "no-cache",
    ...rateLimit("requests", 4000, 3999),
    ...rateLimit("input-tokens", 400000, 399000),
    ...rateLimit("output-tokens", 80000, 79000),
    ...rateLimit("tokens", 480000, 478000),
    "request-id": id,
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000001",
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    server: "cloudflare",
    via: "1.1 google",
    "cf-cache-status": "DYNAMIC",
    "x-robots-tag": "none",
    "cf-ray": `${(0x8f00000000000000n + BigInt(serial)).toString(16)}-FRA`,
  };
}

/** Headers of a stream of Bedrock. */
export function bedrockHeaders(serial: number): OutgoingHttpHeaders {
  return {
    "content-type": "application/vnd.amazon.eventstream",
    "x-amzn-requestid": `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`,
    "x-amzn-bedrock-content-type": "application/json",
  };
}

/** The request id that goes with `serial`, as in the header and in error bodies. */
export function requestId(serial: number): string {
  return `req_011Bridge${String(serial).padStart(14, "0")}`;
}

function rateLimit(kind: string, limit: number, remaining: number): OutgoingHttpHeaders {
  const name = `anthropic-ratelimit-${kind}`;
  return {
    [`${name}-limit`]: String(limit),
    [`${name}-remaining`]: String(remaining),
    [`${name}-reset`]: RESET,
  };
}
