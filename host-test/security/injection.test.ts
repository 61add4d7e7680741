/**
 * Nothing of a body becomes a header or a path as it is: hostile texts stand in every place whose value is sent in one of both, in either
 * direction, and names of ours that a client sends go nowhere. Decided by SECURITY.md and docs/headers.md.
 */
import { describe, expect, test } from "vitest";
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import {
  answer,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  nativeRequest,
  REPLY,
  responsesRequest,
  withProfile,
} from "../support/filter.ts";

const PROVIDERS: Record<string, Record<string, unknown>> = {
  anthropic: { type: "anthropic" },
  azure: { type: "azure", resource: "res" },
  vertex: { type: "vertex", project: "p", region: "global" },
  bedrock: { type: "bedrock", region: "us-east-1" },
  databricks: { type: "databricks" },
  custom: { type: "custom", paths: { messages: "/m/{model}/run" } },
};

const HOSTILE: Record<string, string> = {
  "a line break and a header": "a\r\nx-evil: 1",
  "a line feed": "a\nx-evil: 1",
  "a carriage return": "a\rx-evil: 1",
  "a request behind it": "a HTTP/1.1\r\n\r\nGET /evil HTTP/1.1",
  "a zero byte": "a\0b",
  "a control character": "a\u007f\u0001b",
  "other characters": "ä€👋\u2028",
  "half a character": "a\ud800b",
  "a query and a fragment": "a?x-evil=1#b&c=d",
  "steps up": "../../../v1/organizations",
  "steps up in another spelling": "..%2f..%2f..\\..\\%0d%0ax-evil:1",
  "only dots": "..",
  spaces: "a b\tc",
  quotes: "\"a',;=",
  "much of it": "a".repeat(20_000),
};

const SURFACES = {
  chat: (more: object) => chatRequest({ ...HELLO, ...more }),
  responses: (more: object) => responsesRequest({ model: HELLO.model, input: "Hello", ...more }),
  native: (more: object) => nativeRequest({ ...HELLO, max_tokens: 9, ...more }),
  completions: (more: object) =>
    chatRequest(
      { model: HELLO.model, prompt: "Hello", ...more },
      {
        headers: CHAT_HEADERS.map(([name, value]) => [
          name,
          name === ":path" ? "/v1/completions" : value,
        ]),
      },
    ),
};
type SurfaceName = keyof typeof SURFACES;
const NAMES = Object.keys(SURFACES) as SurfaceName[];

/** Members of requests whose value, or whose name, comes into a header or a path. */
const PLACES: Record<string, (text: string) => object> = {
  model: (text) => ({ model: text }),
  "a beta": (text) => ({ betas: [text] }),
  "the profile of a user": (text) => ({ user_profile_id: text }),
  "who asks": (text) => ({ user: text, metadata: { user_id: text }, safety_identifier: text }),
  "the key of a cache": (text) => ({ prompt_cache_key: text }),
  "the name of a member": (text) => ({ [text]: 1 }),
  "the name of a tool": (text) => ({ tools: [{ type: text, name: text }] }),
};

function load(provider: object, more: Record<string, unknown> = {}): Filter {
  return Filter.load({
    config: withProfile({ provider, observability: { response_headers: "all" }, ...more }),
  });
}

/** One line of visible ASCII, as every server takes it; tabs are never ours. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Names of headers are tokens. */
const TOKEN = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** Larger than what we write into one header at most. */
const LONGEST = 4096;

function expectPlain(headers: HeaderList | undefined, where: string): void {
  for (const [name, value] of headers ?? []) {
    expect(name, where).toMatch(TOKEN);
    expect(value, `${where}: ${name}`).toMatch(PLAIN);
    expect(name).not.toContain("evil");
    if (name !== ":path") expect(value.length, `${where}: ${name}`).toBeLessThan(LONGEST);
  }
}

/** Segments and query of a path: a text may change what stands in a segment, never how many there are. */
function shapeOf(path: string | undefined): [number, boolean] {
  const [before = "", ...query] = (path ?? "").split("?");
  return [before.split("/").length, query.length > 0];
}

function expectHarmless({ upstream, client }: ExchangeResult, usual: string | undefined): void {
  expectPlain(client.headers, "to the client");
  if (upstream.headers === undefined) {
    expect(Number(client.header(":status"))).toBeGreaterThanOrEqual(400);
    return;
  }
  expectPlain(upstream.headers, "upstream");
  const path = upstream.header(":path");
  expect(path).toMatch(/^[!-~]+$/);
  expect(path).not.toMatch(/\/\.{1,2}(?:\/|$)|#|\\/);
  expect(shapeOf(path)).toEqual(shapeOf(usual));
}

describe.each(Object.entries(PROVIDERS))("to %s", (_name, provider) => {
  const filter = load(provider);
  const usual = (surface: SurfaceName): string | undefined =>
    filter
      .exchange({ request: SURFACES[surface]({}), response: answer(REPLY) })
      .upstream.header(":path");

  test.each(Object.entries(PLACES))("no text as %s becomes more than a value", (_place, member) => {
    for (const surface of NAMES) {
      const path = usual(surface);
      for (const text of Object.values(HOSTILE)) {
        const request = SURFACES[surface](member(text));
        expectHarmless(filter.exchange({ request, response: answer(REPLY) }), path);
      }
    }
  });
});

describe("from an upstream", () => {
  const filter = load({ type: "anthropic" });

  test.each(Object.entries(HOSTILE))("%s in an answer reaches no header", (_what, text) => {
    const failure = {
      type: "error",
      error: { type: text, message: text },
      request_id: text,
    };
    const message = { ...REPLY, id: text, model: text, stop_sequence: text };
    for (const surface of NAMES) {
      for (const response of [answer(failure, 400), answer(failure, 529), answer(message)]) {
        const { client } = filter.exchange({ request: SURFACES[surface]({}), response });
        expectPlain(client.headers, surface);
      }
    }
  });
});

describe("names of ours from outside", () => {
  const FORGED: HeaderList = [
    ["x-bridge-lane", "forged"],
    ["x-bridge-model", "forged"],
    ["x-bridge-profile", "forged"],
    ["x-bridge-lane", "forged again"],
    ["X-Bridge-Adapted", "forged"],
    ["x-bridge-", "forged"],
  ];
  const filter = load({ type: "anthropic" });

  const at = (method: string, path: string, headers = CHAT_HEADERS): HeaderList => [
    [":method", method],
    [":path", path],
    ...headers.filter(([name]) => !name.startsWith(":m") && !name.startsWith(":p")),
  ];

  test.each([
    ["GET", "/v1/models", CHAT_HEADERS],
    ["GET", "/v1/models/claude-sonnet-4-5", CHAT_HEADERS],
    ["GET", "/v1/models", NATIVE_HEADERS],
    ["GET", "/v1/files", CHAT_HEADERS],
    ["GET", "/v1/files/file_1/content", CHAT_HEADERS],
    ["DELETE", "/v1/files/file_1", CHAT_HEADERS],
    ["GET", "/v1/batches", CHAT_HEADERS],
    ["GET", "/v1/messages/batches", NATIVE_HEADERS],
    ["GET", "/v1/messages/batches/b/results", NATIVE_HEADERS],
  ])("do not pass with %s %s", (method, path, headers) => {
    const request = { headers: [...at(method, path, headers), ...FORGED] };
    const { upstream } = filter.exchange({ request, response: answer({ data: [] }) });
    expect(upstream.headers).toBeDefined();
    expect(upstream.headers?.filter(([name]) => /^x-bridge/i.test(name))).toEqual([]);
  });

  test.each(NAMES)("do not pass with a %s request", (surface) => {
    const request = SURFACES[surface]({});
    const headers = [...(request.headers ?? []), ...FORGED];
    const { upstream, client } = filter.exchange({
      request: { ...request, headers },
      response: answer(REPLY),
    });
    expect(upstream.headers?.filter(([name]) => /^x-bridge/i.test(name))).toEqual([]);
    expect(JSON.stringify(client.headers)).not.toContain("forged");
  });
});
