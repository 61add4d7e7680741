/** Whether the limits of a configuration were kept: what is above one must not have been taken for good. Source: docs/limits.md. */
import type { ExchangeResult } from "../host/index.ts";
import type { FuzzCase } from "./case.ts";
import { parseLoosely } from "./check_upstream.ts";
import type { Told } from "./check_client.ts";
import { SETUPS } from "./hosts.ts";

/** Limits that a case can pass, under the names of the configuration. */
export interface Limits {
  max_request_bytes: number;
  max_response_bytes: number;
  max_event_bytes: number;
  max_messages: number;
  max_tools: number;
}

/** Of a request that went upstream although a limit refuses it. */
export function requestLimitProblems(
  { config, request }: FuzzCase,
  { upstream }: ExchangeResult,
): string[] {
  const limits = SETUPS[config]?.limits;
  if (limits === undefined || !upstream.ended) return [];
  const sent = parseLoosely(Buffer.from(upstream.body())) as Record<string, unknown> | undefined;
  const rules: [boolean, string][] = [
    [(request.body?.length ?? 0) > limits.max_request_bytes, "a request"],
    [lengthOf(sent?.["messages"]) > limits.max_messages, "a list of messages"],
    // A search that a parameter asks for becomes a tool besides the client's.
    [lengthOf(sent?.["tools"]) > limits.max_tools + 1, "a list of tools"],
  ];
  return rules.filter(([broken]) => broken).map(([, what]) => `${what} above its limit`);
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

/** Of an answer that the client was told as a whole one although a limit refuses it. */
export function answerLimitProblems({ config, response }: FuzzCase, told: Told): string[] {
  const limits = SETUPS[config]?.limits;
  if (limits === undefined || response === "gone" || !told.done || told.failed) return [];
  const { headers, body = new Uint8Array(0) } = response;
  if (/^text\/event-stream/i.test(headers[1]?.[1] ?? ""))
    return hasLongEvent(body, limits.max_event_bytes) ? ["an event above its limit"] : [];
  return body.length > limits.max_response_bytes ? ["an answer above its limit"] : [];
}

/** Whether a line of data in front of the end of an answer has more than `most` bytes; what stands behind it is not read. */
function hasLongEvent(body: Uint8Array, most: number): boolean {
  const text = Buffer.from(body).toString("latin1");
  const lines = text.slice(0, Math.max(text.indexOf("message_stop"), 0)).split(/\r\n|\r|\n/);
  return lines.some((line) => line.startsWith("data:") && line.length > most + "data: ".length);
}
