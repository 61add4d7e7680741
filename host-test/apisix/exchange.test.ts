/** What the filter does on nginx beyond the golden cases: which calls it makes, what it never touches, and that nothing is left behind. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NginxContext } from "../../host/nginx_context.ts";
import type { HeaderList } from "../host/index.ts";
import {
  ANSWER,
  answered,
  asked,
  BODY,
  EVENT_HEADERS,
  EVENTS,
  JSON_HEADERS,
  STREAM_BODY,
} from "../lifecycle/support.ts";
import {
  answer,
  answerEvents,
  CHAT_HEADERS,
  chatRequest,
  Filter,
  HELLO,
  NATIVE_HEADERS,
  REPLY,
  withProfile,
} from "../support/filter.ts";
import { openNginx } from "./support.ts";

interface Keywords {
  enum: string;
  words: Record<string, string>;
}

describe("names of headers", () => {
  const keywords = read("keywords.json") as Keywords[];
  const literals = (read("literals.json") as Record<string, Record<string, string>>)["nginx host"];

  // A host that lists no headers is asked for each name: a name that is missing here is a header that is not seen there.
  test.each([
    ["RequestHeader", "NGINX_REQUEST_HEADERS"],
    ["ResponseHeader", "NGINX_RESPONSE_HEADERS"],
  ])("every word of %s is asked for", (table, literal) => {
    const words = Object.values(keywords.find((entry) => entry.enum === table)?.words ?? {});
    const asks = literals?.[literal]?.split("\n") ?? [];
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => !asks.includes(word))).toEqual([]);
  });
});

describe("the request", () => {
  test("goes to the path and the host that nginx reads from variables; its own headers stay", () => {
    const filter = Filter.load({
      profile: "apisix",
      config: withProfile({
        provider: { type: "azure", resource: "my-foundry", set_authority: true },
      }),
    });
    const length: HeaderList = [["content-length", String(JSON.stringify(HELLO).length)]];
    const { upstream } = filter.exchange({
      request: { headers: [...CHAT_HEADERS, ...length], body: JSON.stringify(HELLO) },
      response: answer(REPLY),
    });
    expect(upstream.header(":path")).toBe("/anthropic/v1/messages");
    expect(upstream.header(":authority")).toBe("my-foundry.services.ai.azure.com");
    expect(upstream.header("content-length")).toBe(String(upstream.size));
  });

  test("without Host is served: nobody asks for its authority", () => {
    const filter = Filter.load({ profile: "apisix" });
    const headers = CHAT_HEADERS.filter(([name]) => name !== ":authority");
    const { client } = filter.exchange({
      request: { headers, body: JSON.stringify(HELLO) },
      response: answer(REPLY),
    });
    expect(client.status).toBe(200);
  });

  test("without a body is refused, whatever its headers say", () => {
    const filter = Filter.load({ profile: "apisix" });
    for (const length of [[], [["content-length", "0"]]] as HeaderList[]) {
      const { client } = filter.exchange({ request: { headers: [...CHAT_HEADERS, ...length] } });
      expect(client.status).toBe(400);
    }
  });

  test("several beta headers count as one list", () => {
    const filter = Filter.load({ profile: "apisix" });
    const betas: HeaderList = [
      ["anthropic-beta", "a"],
      ["anthropic-beta", "b"],
    ];
    const { upstream } = filter.exchange({
      request: {
        headers: [...NATIVE_HEADERS, ...betas],
        body: JSON.stringify({ ...HELLO, max_tokens: 1 }),
      },
      response: answer(REPLY),
    });
    expect(upstream.header("anthropic-beta")).toBe("a,b");
  });

  test("a rule's header is asked for by name, whatever it is", () => {
    const anthropic = { provider: { type: "anthropic" }, auth: { mode: "client" } };
    const config = {
      version: 1,
      profiles: { a: anthropic, b: { ...anthropic, provider: { type: "azure", resource: "res" } } },
      rules: [{ match: { headers: { "x-tenant": "b*" } }, profile: "b" }],
      default_profile: "a",
    };
    const filter = Filter.load({ profile: "apisix", config });
    for (const [tenant, path] of [
      ["blue", "/anthropic/v1/messages"],
      ["red", "/v1/messages"],
    ] as const) {
      const { upstream } = filter.exchange({
        request: { headers: [...CHAT_HEADERS, ["x-tenant", tenant]], body: JSON.stringify(HELLO) },
        response: answer(REPLY),
      });
      expect(upstream.header(":path")).toBe(path);
    }
  });
});

describe("the answer", () => {
  test("nginx's own page becomes an error of the client's dialect", () => {
    const stream = asked(openNginx());
    stream.upstreamReset();
    expect(stream.client.status).toBe(502);
    expect(stream.client.json()).toMatchObject({ error: { type: "server_error" } });
  });

  test("a compressed one is refused with its status, as the headers are still open", () => {
    const stream = asked(openNginx());
    stream.responseHeaders([
      ...JSON_HEADERS,
      ["content-encoding", "gzip"],
      ["content-length", "4"],
    ]);
    stream.responseBody("zzzz", { end: true });
    expect(stream.client.status).toBe(502);
    expect(stream.client.header("content-encoding")).toBeUndefined();
    expect(stream.client.header("content-length")).toBeUndefined();
    expect(stream.client.text()).toMatch(/compressed/);
  });

  test("one without a body gets one", () => {
    const stream = asked(openNginx());
    stream.responseHeaders(
      [
        [":status", "529"],
        ["content-length", "0"],
        ["request-id", "r"],
      ],
      { end: true },
    );
    expect(stream.client.status).toBe(503);
    expect(stream.client.header("x-request-id")).toBe("r");
    expect(stream.client.json()).toMatchObject({ error: { code: "overloaded" } });
  });

  test("each event leaves in its own callback; an empty piece is nothing", () => {
    const stream = asked(openNginx(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    for (const [index, event] of EVENTS.entries()) {
      const before = stream.client.size;
      stream.responseBody(event);
      if (index === 2) expect(stream.client.size).toBeGreaterThan(before);
      stream.responseBody("");
    }
    stream.responseBody("", { end: true });
    expect(stream.client.text()).toMatch(/"Hi".*\[DONE\]\n\n$/s);
  });
});

describe("what access logs read", () => {
  const observability = { export: ["op", "model", "total_tokens", "finish", "error"] };
  const exported = ["bridge_op", "bridge_model", "bridge_total_tokens", "bridge_finish"];
  const properties = Object.fromEntries(exported.map((name) => [name, ""]));
  const filter = Filter.load({ profile: "apisix", config: withProfile({ observability }) });

  test.each([
    ["a whole answer", HELLO, answer(REPLY)],
    ["a stream", { ...HELLO, stream: true }, answerEvents(EVENTS.join(""))],
  ])("of %s stands in the variables that the location declares", (_what, body, response) => {
    const { stream } = filter.exchange({ request: chatRequest(body), response, properties });
    const context = stream.context as NginxContext;
    expect(exported.map((name) => context.text(name))).toEqual([
      "chat_completions",
      "claude-sonnet-4-5",
      "4",
      "end_turn",
    ]);
  });

  test("of a request that the filter refused stands there, too", () => {
    const { stream } = filter.exchange({
      request: chatRequest({ messages: [] }),
      properties: { bridge_error: "" },
    });
    expect((stream.context as NginxContext).text("bridge_error")).not.toBe("");
  });
});

describe("nothing is left behind", () => {
  // Each stream that ends is checked, and every way to end one is taken.
  const steps: ((stream: ReturnType<typeof asked>) => void)[] = [
    (stream) => stream.responseHeaders(JSON_HEADERS),
    (stream) => stream.responseBody(ANSWER.slice(0, 20)),
    (stream) => stream.responseBody(ANSWER.slice(20, 40)),
    (stream) => stream.responseBody(ANSWER.slice(40), { end: true }),
  ];

  test.each([0, 1, 2, 3, 4])("the client leaves after %d steps", (count) => {
    const bench = openNginx();
    const stream = asked(bench);
    for (const step of steps.slice(0, count)) step(stream);
    stream.clientReset();
    expect(stream.over).toBe(true);
    expect(answered(asked(bench)).client.status).toBe(200);
  });

  test("ids come again, of streams and of roots, without what they had", () => {
    const bench = openNginx();
    const first = asked(bench);
    const id = first.context.id;
    first.clientReset();
    const second = asked(bench, STREAM_BODY);
    expect(second.context.id).toBe(id);
    second.responseHeaders(EVENT_HEADERS);
    for (const event of EVENTS) second.responseBody(event);
    second.responseBody("", { end: true });
    expect(second.client.text()).toMatch(/\[DONE\]/);
  });
});

test("an exchange that breaks off has its line in the log", () => {
  const bench = openNginx({}, withProfile({ observability: { log: "requests" } }));
  const stream = asked(bench, STREAM_BODY);
  stream.responseHeaders(EVENT_HEADERS);
  stream.responseBody(EVENTS[0] as string);
  const told = (): string[] =>
    bench.host.logs.map(({ text }) => text).filter((text) => text.includes('"ev":"req"'));
  expect(told()).toHaveLength(0);
  stream.clientReset();
  expect(told()).toHaveLength(1);
});

test("it asks the host these things about an ordinary exchange", () => {
  const stream = answered(asked(openNginx()));
  expect(BODY.length).toBeGreaterThan(0);
  expect(stream.hostCallsByName).toMatchInlineSnapshot(`
    {
      "clock_time_get": 1,
      "proxy_get_buffer_bytes": 2,
      "proxy_get_header_map_value": 69,
      "proxy_get_property": 1,
      "proxy_remove_header_map_value": 2,
      "proxy_replace_header_map_value": 3,
      "proxy_set_property": 8,
    }
  `);
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../scripts/tables/${name}`, import.meta.url), "utf8"));
}
