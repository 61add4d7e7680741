/**
 * One golden case: a folder with what client and upstream send, and what each must receive, byte for byte.
 *
 *   request.json             the client's body, sent as it stands
 *   upstream.json | .sse     the upstream's answer, sent as it stands; absent when the filter answers by itself
 *   exchange.json            optional: `path` and `headers` of the client beside the usual ones, `status` and `answer`
 *                            (headers) of the upstream, `framing: "bedrock"` for events sent as Bedrock does
 *   config.json              optional: settings of the profile, laid over the smallest configuration
 *   anthropic.upstream.json  expected body upstream, one line; absent: nothing may go upstream
 *   anthropic.head.json      expected headers upstream beyond the usual ones; absent: there are none
 *   client.json | client.sse expected body for the client: one line, or the stream
 *   client.head.json         expected status and headers for the client
 *   client.apisix.*          what differs in nginx (siblings.ts)
 *   note.md                  the risk, and the section of docs/ that decides
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  ExchangeResult,
  HeaderList,
  HostProfileName,
  MessageInput,
  SeenMessage,
} from "../host/index.ts";
import { bedrockMessages } from "../support/event_stream.ts";
import {
  CHAT_HEADERS,
  Filter,
  NATIVE_HEADERS,
  RESPONSES_HEADERS,
  withProfile,
} from "../support/filter.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));
/** What a surface's client sends beside a case's own headers. */
export const CLIENTS: Readonly<Record<string, HeaderList>> = {
  chat: CHAT_HEADERS,
  native: NATIVE_HEADERS,
  responses: RESPONSES_HEADERS,
};
/** Names of the surfaces that have cases. */
export const SURFACES = Object.keys(CLIENTS);
/** Headers that every request upstream has, with the values that say so; others are named by a case. */
const USUAL: Readonly<Record<string, string>> = {
  ":method": "POST",
  ":path": "/v1/messages",
  ":authority": "gateway.test",
  "content-type": "application/json",
  "accept-encoding": "identity",
  "anthropic-version": "2023-06-01",
  "x-api-key": "sk-test",
};
/** Files that a run produces; every other file of a case is input. */
export const EXPECTED = [
  "anthropic.upstream.json",
  "anthropic.head.json",
  "client.json",
  "client.sse",
  "client.head.json",
] as const;

/** Expected files by name; undefined: the file must not be there. */
export type Outputs = Record<(typeof EXPECTED)[number], Buffer | undefined>;

/** `exchange.json` of a case. */
interface ExchangeFile {
  path?: string;
  headers?: HeaderList;
  status?: number;
  answer?: HeaderList;
  framing?: "bedrock";
}

export interface GoldenCase {
  name: string;
  surface: string;
  folder: string;
}

/** The surfaces' cases, by name. */
export function goldenCases(surface: string): GoldenCase[] {
  const parent = join(FIXTURES, surface);
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, surface, folder: join(parent, name) }));
}

/** A file of a case, or undefined when it is not there. */
export function readCaseFile({ folder }: GoldenCase, file: string): Buffer | undefined {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path) : undefined;
}

const filters = new Map<string, Filter>();

/** Cases with one configuration share a filter, so that nothing may leak from one exchange into the next. */
function filterFor(config: Buffer | undefined, profile: HostProfileName): Filter {
  const settings = config?.toString() ?? "{}";
  const key = `${profile} ${settings}`;
  let filter = filters.get(key);
  if (filter === undefined) {
    const whole = withProfile(JSON.parse(settings) as Record<string, unknown>);
    filter = Filter.load({ profile, config: whole });
    filters.set(key, filter);
  }
  return filter;
}

/** Runs a case whole, without cuts. */
export function runCase(
  golden: GoldenCase,
  profile: HostProfileName = "envoy-hold",
): ExchangeResult {
  const { request, response } = exchangeOf(golden);
  return filterFor(readCaseFile(golden, "config.json"), profile).exchange({
    request,
    ...(response === undefined ? {} : { response }),
  });
}

/** What client and upstream of a case send; no response: the filter answers by itself. */
export function exchangeOf(golden: GoldenCase): {
  request: MessageInput;
  response: MessageInput | undefined;
} {
  const body = readCaseFile(golden, "request.json");
  if (body === undefined) throw new Error(`${golden.name}: no request.json`);
  const details = readDetails(golden);
  return {
    request: { headers: [...clientHead(golden, details.path), ...(details.headers ?? [])], body },
    response: responseOf(golden, details),
  };
}

function responseOf(golden: GoldenCase, details: ExchangeFile): MessageInput | undefined {
  const { framing, status = 200, answer = [] } = details;
  const head: HeaderList = [[":status", String(status)]];
  const events = readCaseFile(golden, "upstream.sse");
  const typed = (type: string, body: Uint8Array): MessageInput => {
    const isNamed = answer.some(([name]) => name === "content-type");
    const named: HeaderList = isNamed ? [] : [["content-type", type]];
    return { headers: [...head, ...named, ...answer], body };
  };
  if (events !== undefined && framing === "bedrock")
    return typed("application/vnd.amazon.eventstream", bedrockMessages(events.toString()));
  if (events !== undefined) return typed("text/event-stream", events);
  const body = readCaseFile(golden, "upstream.json");
  return body === undefined ? undefined : typed("application/json", body);
}

/** The usual headers of the surface's client, on a path of the case's own. */
export function clientHead({ surface }: Pick<GoldenCase, "surface">, path?: string): HeaderList {
  const usual = CLIENTS[surface];
  if (usual === undefined) throw new Error(`no client for ${surface}`);
  if (path === undefined) return usual;
  return usual.map(([name, value]) => [name, name === ":path" ? path : value]);
}

/** What differs from the usual exchange. */
function readDetails(golden: GoldenCase): ExchangeFile {
  const text = readCaseFile(golden, "exchange.json");
  return text === undefined ? {} : (JSON.parse(text.toString()) as ExchangeFile);
}

/** What a run says the expected files must hold. */
export function outputsOf({ upstream, client }: ExchangeResult): Outputs {
  const isStream = client.header("content-type")?.startsWith("text/event-stream") === true;
  const sent = upstream.headers !== undefined;
  return {
    "anthropic.upstream.json": sent ? asLine(upstream) : undefined,
    "anthropic.head.json": sent ? unusualHead(upstream) : undefined,
    "client.json": isStream ? undefined : asLine(client),
    "client.sse": isStream ? Buffer.from(client.body()) : undefined,
    "client.head.json": answerHead(client),
  };
}

/** A JSON body as a text file: its one line and a line end. */
function asLine(message: SeenMessage): Buffer {
  return Buffer.concat([message.body(), Buffer.from("\n")]);
}

function unusualHead(upstream: SeenMessage): Buffer | undefined {
  const headers = upstream.headers ?? [];
  const missing = Object.keys(USUAL).filter((name) => upstream.header(name) === undefined);
  const unusual = headers.filter(
    ([name, value]) => USUAL[name] !== value && name !== "content-length",
  );
  if (unusual.length === 0 && missing.length === 0) return undefined;
  return asJsonFile({ headers: unusual, ...(missing.length === 0 ? {} : { missing }) });
}

/** Lengths are left out: the host model compares them with the bodies. */
function answerHead(client: SeenMessage): Buffer {
  const headers = (client.headers ?? []).filter(
    ([name]) => name !== ":status" && name !== "content-length",
  );
  return asJsonFile({ status: client.status, headers });
}

function asJsonFile(value: { status?: number; headers: HeaderList; missing?: string[] }): Buffer {
  const { headers, ...rest } = value;
  const lines = headers.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n");
  const list = lines === "" ? "[]" : `[\n${lines}\n  ]`;
  const members = Object.entries(rest).map(
    ([key, member]) => `  "${key}": ${JSON.stringify(member)}`,
  );
  return Buffer.from(`{\n${[...members, `  "headers": ${list}`].join(",\n")}\n}\n`);
}
