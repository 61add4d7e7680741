/** Requests through the release filter, seen at the places where beta tokens come and go. */
import { expect } from "vitest";
import {
  answer,
  CHAT_HEADERS,
  CONFIG,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  toBytes,
} from "../../support/filter.ts";

/** Settings of an upstream, by column of the table. */
export const PROVIDERS: Record<string, object> = {
  anthropic: { type: "anthropic" },
  azure: { type: "azure", resource: "acme" },
  vertex: { type: "vertex", project: "p", region: "us-east5" },
  bedrock: { type: "bedrock", region: "us-east-1" },
  bedrock_messages: { type: "bedrock", region: "us-east-1", surface: "messages" },
  databricks: { type: "databricks", host: "dbc.example.com" },
  custom: { type: "custom", host: "llm.example.com" },
};

export interface Ask {
  /** Column of the table. */
  provider?: string;
  beta?: object;
  table?: object;
  /** Settings of the profile. */
  settings?: object;
  /** Values of the client's headers `anthropic-beta`. */
  headers?: string[];
  /** Members added to the smallest chat request. */
  body?: object;
  early?: boolean;
  /** The request is a native one; `body` then adds to the smallest of those. */
  native?: boolean;
  /** A native request for a count. */
  counts?: boolean;
}

export interface Seen {
  status: number;
  /** What the client got, parsed. */
  reply: unknown;
  /** Tokens that went upstream, wherever they stood. */
  tokens: string[];
  /** All headers `anthropic-beta` that went upstream. */
  lists: string[];
  /** The body that went upstream, without its tokens. */
  sent: Record<string, unknown>;
  told: string | undefined;
  counters: Record<string, number>;
}

const filters = new Map<string, Filter>();

function filterFor({
  provider = "anthropic",
  beta = {},
  table,
  settings = {},
  early,
}: Ask): Filter {
  const config = {
    ...CONFIG,
    ...(early === true && { request_headers: "early" }),
    profile: { ...CONFIG.profile, provider: PROVIDERS[provider], beta, ...settings },
    ...(table !== undefined && { beta_table: table }),
  };
  const key = JSON.stringify(config);
  const known = filters.get(key) ?? Filter.load({ config });
  filters.set(key, known);
  return known;
}

/** One exchange, with its own counts. */
export function ask(request: Ask): Seen {
  const filter = filterFor(request);
  filter.host.metrics.reset();
  const { upstream, client } = filter.exchange({
    request: {
      headers: [
        ...(request.native === true ? NATIVE_HEADERS : CHAT_HEADERS).map(
          ([name, value]): [string, string] =>
            request.counts === true && name === ":path"
              ? [name, `${value}/count_tokens`]
              : [name, value],
        ),
        ...(request.headers ?? []).map((value): [string, string] => ["anthropic-beta", value]),
      ],
      body: toBytes({
        ...HELLO,
        ...(request.counts !== true && { max_tokens: 100 }),
        ...request.body,
      }),
    },
    response: answer(request.counts === true ? { input_tokens: 3 } : REPLY),
  });
  const lists = upstream.headerValues("anthropic-beta");
  const sent = JSON.parse(upstream.headers === undefined ? "{}" : upstream.text()) as Seen["sent"];
  const inBody = (sent.anthropic_beta ?? []) as string[];
  delete sent.anthropic_beta;
  const counters = Object.entries(filter.host.metrics.nonZero()).filter(([name]) =>
    name.startsWith("bridge_beta_total"),
  );
  expect(lists.length > 0 && inBody.length > 0, "tokens in one place only").toBe(false);
  return {
    status: client.status,
    reply: client.json(),
    tokens: [...lists.flatMap((list) => list.split(",")), ...inBody],
    lists,
    sent,
    told: client.header("x-bridge-betas"),
    counters: Object.fromEntries(counters),
  };
}
