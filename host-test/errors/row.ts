/**
 * Rows of docs/errors.md as tests: the document says what a client gets, a row here says how to bring it about. Status, type,
 * code and param are read from the document, so that the two cannot differ.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ExchangeResult, ResponseInput } from "../host/index.ts";
import {
  answer,
  answerEvents,
  chatRequest,
  Filter,
  HELLO,
  withProfile,
} from "../support/filter.ts";
import { filterOn } from "../split/cutting.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/errors.md", import.meta.url));
/** `| `id` | status | type | code | param | when |` */
const ROW = /^\| `([a-z0-9-]+)` +\| (\d{3}) +\| (\S+) +\| (\S+) +\| (\S+) +\|/gm;

/** What the document says about a row; null where the client gets null. */
export interface Documented {
  status: number;
  type: string | null;
  code: string | null;
  param: string | null;
}

export interface ErrorRow {
  id: string;
  /** The error's message, whole. */
  message: string;
  run: () => ExchangeResult;
  /** The error is the last event of a stream. */
  inStream?: true;
  /** The filter answers the request itself: nothing may go upstream. */
  local?: true;
  /** The same with one less of what is too much: must be served. */
  atLimit?: () => ExchangeResult;
}

/** Rows of the document by id. Throws when an id stands twice. */
export function documentedRows(): Map<string, Documented> {
  const rows = new Map<string, Documented>();
  for (const [, id = "", status, type, code, param] of readFileSync(DOCUMENT, "utf8").matchAll(
    ROW,
  )) {
    if (rows.has(id)) throw new Error(`docs/errors.md: ${id} stands twice`);
    const row = { status: Number(status), type: cell(type), code: cell(code), param: cell(param) };
    rows.set(id, row);
  }
  return rows;
}

function cell(text = ""): string | null {
  return text === "–" ? null : text.replaceAll("`", "");
}

const filters = new Map<string, Filter>();

/** A filter with these settings in its profile, shared by all rows that want the same. */
export function filterWith(settings: Record<string, unknown> = {}): Filter {
  const key = JSON.stringify(settings);
  let filter = filters.get(key);
  if (filter === undefined)
    filters.set(key, (filter = Filter.load({ config: withProfile(settings) })));
  return filter;
}

let unheld: Filter | undefined;

/** A filter on a host that cannot hold headers. */
export function unheldFilter(): Filter {
  return (unheld ??= filterOn("envoy-nohold"));
}

/** A chat body that the filter refuses. */
export function refused(
  id: string,
  body: unknown,
  message: string,
  settings?: Record<string, unknown>,
): ErrorRow {
  return { id, message, local: true, run: () => filterWith(settings).chat(body) };
}

/** HELLO with other members. */
export function hello(members: Record<string, unknown>): object {
  return { ...HELLO, ...members };
}

/** HELLO with one message instead of its own. */
export function said(message: unknown): object {
  return { ...HELLO, messages: [message] };
}

/** HELLO with an assistant's message in front of its own. */
export function answered(message: Record<string, unknown>): object {
  return { ...HELLO, messages: [{ role: "assistant", ...message }, ...HELLO.messages] };
}

/** An answer of the upstream that is an error to the client. */
export function upstream(
  id: string,
  response: ResponseInput,
  message: string,
  body: unknown = HELLO,
): ErrorRow {
  return { id, message, run: () => filterWith().chat(body, response) };
}

/** An error in the Messages API's own form. */
export function apiError(type: string, message: string): object {
  return { type: "error", error: { type, message } };
}

/** A stream's events, from objects or raw text. */
export function events(...list: (object | string)[]): string {
  return list
    .map((event) => (typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`))
    .join("");
}

/** A chat stream on `filter` that answers with these events. */
export function streamOn(filter: Filter, ...list: (object | string)[]): ExchangeResult {
  return filter.exchange({
    request: chatRequest({ ...HELLO, stream: true }),
    response: answerEvents(events(...list)),
  });
}

/** A stream whose error is its last event. */
export function inStream(id: string, message: string, ...list: (object | string)[]): ErrorRow {
  return { id, message, inStream: true, run: () => streamOn(filterWith(), ...list) };
}

/** A stream whose error comes before anything else, and so becomes an ordinary answer. */
export function insteadOfStream(
  id: string,
  message: string,
  ...list: (object | string)[]
): ErrorRow {
  return { id, message, run: () => streamOn(filterWith(), ...list) };
}

/** An upstream's error answer in JSON. */
export function failed(status: number, body: unknown): ResponseInput {
  return answer(body, status);
}

/** An upstream's error answer in plain text or HTML. */
export function failedText(status: number, text: string, type = "text/plain"): ResponseInput {
  return {
    headers: [
      [":status", String(status)],
      ["content-type", type],
    ],
    body: text,
  };
}
