/** How exchanges end: trailers, resets and replies at every phase, answers that outgrow the host. */
import { describe, expect, it } from "vitest";
import type { HeaderList, HttpStream } from "../host/index.ts";
import { CHAT_HEADERS } from "../support/filter.ts";
import {
  ANSWER,
  answered,
  asked,
  BODY,
  errorOf,
  EVENT_HEADERS,
  EVENTS,
  JSON_HEADERS,
  open,
  STREAM_BODY,
  textOf,
  type Bench,
} from "./support.ts";

const TRAILERS: HeaderList = [["x-end", "1"]];

function ask(bench: Bench, headers: HeaderList): HttpStream {
  const stream = bench.host.stream(bench.root);
  stream.requestHeaders(headers, { end: true });
  return stream;
}

describe("trailers are the end", () => {
  it("of a request", () => {
    const { host, root } = open();
    const stream = host.stream(root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestBody(BODY);
    stream.requestTrailers(TRAILERS);
    expect(stream.upstream.json()).toMatchObject({ max_tokens: 64000 });
    expect(textOf(answered(stream))).toBe("Hi");
  });

  it("of a request without a body, which is then refused", () => {
    const { host, root } = open();
    const stream = host.stream(root);
    stream.requestHeaders(CHAT_HEADERS);
    stream.requestTrailers(TRAILERS);
    expect(stream.client.status).toBe(400);
    expect(stream.upstream.headers).toBeUndefined();
  });

  it("of a whole answer", () => {
    const stream = asked(open());
    stream.responseHeaders(JSON_HEADERS);
    stream.responseBody(ANSWER);
    stream.responseTrailers(TRAILERS);
    expect(textOf(stream)).toBe("Hi");
    expect(stream.client.trailers).toEqual(TRAILERS);
  });

  it("of a stream", () => {
    const stream = asked(open(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    for (const event of EVENTS) stream.responseBody(event);
    stream.responseTrailers(TRAILERS);
    expect(textOf(stream)).toBe("Hi");
    expect(stream.client.text()).toContain("data: [DONE]");
  });

  it("of a stream that said nothing, which is then an error", () => {
    const stream = asked(open(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseTrailers(TRAILERS);
    expect(errorOf(stream)).toEqual([502, "stream_truncated"]);
  });

  it("of a stream whose first event is not complete", () => {
    const stream = asked(open(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody((EVENTS[0] as string).slice(0, 9));
    stream.responseTrailers(TRAILERS);
    expect(errorOf(stream)).toEqual([502, "stream_truncated"]);
  });

  it("of an answer without a body, which is then an error", () => {
    const stream = asked(open());
    stream.responseHeaders(JSON_HEADERS);
    stream.responseTrailers(TRAILERS);
    expect(errorOf(stream)).toEqual([502, "invalid_upstream_response"]);
  });
});

/** Everything that can have happened when somebody breaks off. */
const PHASES: readonly [string, (bench: Bench) => HttpStream][] = [
  ["request headers", ({ host, root }) => begun(host.stream(root))],
  [
    "a piece of the request",
    ({ host, root }) => {
      const stream = begun(host.stream(root));
      stream.requestBody(BODY.slice(0, 9));
      return stream;
    },
  ],
  ["the request", (bench) => asked(bench)],
  ["response headers", (bench) => withHeaders(asked(bench), JSON_HEADERS)],
  ["a piece of the answer", (bench) => withBody(asked(bench), JSON_HEADERS, ANSWER.slice(0, 9))],
  ["the headers of a stream", (bench) => withHeaders(asked(bench, STREAM_BODY), EVENT_HEADERS)],
  ["half an event", (bench) => withBody(asked(bench, STREAM_BODY), EVENT_HEADERS, "data: {")],
  [
    "some events",
    (bench) => withBody(asked(bench, STREAM_BODY), EVENT_HEADERS, EVENTS.slice(0, 4).join("")),
  ],
  [
    "the last event",
    (bench) => withBody(asked(bench, STREAM_BODY), EVENT_HEADERS, EVENTS.join("")),
  ],
];

function begun(stream: HttpStream): HttpStream {
  stream.requestHeaders(CHAT_HEADERS);
  return stream;
}

function withHeaders(stream: HttpStream, headers: HeaderList): HttpStream {
  stream.responseHeaders(headers);
  return stream;
}

function withBody(stream: HttpStream, headers: HeaderList, body: string): HttpStream {
  stream.responseHeaders(headers);
  stream.responseBody(body);
  return stream;
}

describe("the client goes away behind", () => {
  for (const [phase, reach] of PHASES) {
    it(`${phase}: nothing is left, and the next stream is served`, () => {
      const bench = open();
      reach(bench).clientReset();
      bench.host.assertNothingLeaked();
      expect(textOf(answered(asked(bench)))).toBe("Hi");
    });
  }
});

describe("the upstream breaks off behind", () => {
  for (const [phase, reach] of PHASES.slice(2)) {
    it(`${phase}: nothing looks complete that is not`, () => {
      const bench = open();
      const stream = reach(bench);
      stream.upstreamReset();
      bench.host.assertNothingLeaked();
      const body = stream.client.text();
      expect(body.includes("[DONE]")).toBe(phase === "the last event");
      expect(body.includes('finish_reason":"stop')).toBe(phase === "the last event");
      expect(stream.client.reset || stream.client.status >= 500).toBe(true);
      expect(textOf(answered(asked(bench)))).toBe("Hi");
    });
  }

  it("the request, before any answer: the host's 503 in the client's dialect", () => {
    const stream = asked(open());
    stream.upstreamReset();
    expect(errorOf(stream)[0]).toBe(503);
    expect(stream.client.header("content-type")).toBe("application/json");
  });
});

describe("a reply of ours", () => {
  it("from request headers", () => {
    const bench = open();
    const stream = ask(bench, [
      [":method", "POST"],
      [":path", "/nowhere"],
      [":authority", "x"],
    ]);
    expect(errorOf(stream)).toEqual([404, "unknown_url"]);
  });

  it("from a piece of the request", () => {
    const bench = open({
      version: 1,
      profile: { auth: { mode: "client" }, limits: { max_request_bytes: 10 } },
    });
    const stream = begun(bench.host.stream(bench.root));
    stream.requestBody(BODY);
    expect(errorOf(stream)).toEqual([413, "request_too_large"]);
  });

  it("from the end of the request", () => {
    const stream = asked(open(), "[]");
    expect(errorOf(stream)).toEqual([400, null]);
  });

  it("from request trailers", () => {
    const { host, root } = open();
    const stream = begun(host.stream(root));
    stream.requestBody("[]");
    stream.requestTrailers(TRAILERS);
    expect(errorOf(stream)).toEqual([400, null]);
  });

  it("from response headers", () => {
    const stream = asked(open());
    stream.responseHeaders([...JSON_HEADERS, ["content-encoding", "gzip"]]);
    expect(errorOf(stream)).toEqual([502, "invalid_upstream_response"]);
  });

  it("from response headers without a body keeps the upstream's status", () => {
    const stream = asked(open());
    stream.responseHeaders([[":status", "401"]], { end: true });
    expect(errorOf(stream)).toEqual([401, "invalid_api_key"]);
  });
});

describe("an answer that outgrows the host's limit", () => {
  /** Many small chunks in one held window: the output is far larger than the input. */
  const MANY = `${EVENTS.slice(0, 2).join("")}${(EVENTS[2] as string).repeat(60)}`;
  /** A call whose arguments are escaped once more on the way. */
  const QUOTES = JSON.stringify({
    ...(JSON.parse(ANSWER) as object),
    content: [{ type: "tool_use", id: "toolu_1", name: "f", input: { a: '"'.repeat(2000) } }],
  });

  it("ends the stream inside our write, and nothing is touched behind it", () => {
    const bench = open(undefined, { bufferLimit: MANY.length + 100 });
    const stream = asked(bench, STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(MANY.slice(0, 9));
    stream.responseBody(MANY.slice(9));
    expect(stream.over).toBe(true);
    expect(stream.client.status).toBe(500);
    bench.host.assertNothingLeaked();
    expect(textOf(answered(asked(bench)))).toBe("Hi");
  });

  it("as a whole, held: the host's own 500", () => {
    const bench = open(undefined, { bufferLimit: QUOTES.length + 100 });
    const stream = asked(bench);
    stream.responseHeaders(JSON_HEADERS);
    stream.responseBody(QUOTES.slice(0, 9));
    stream.responseBody(QUOTES.slice(9), { end: true });
    expect([stream.over, stream.client.status]).toEqual([true, 500]);
    bench.host.assertNothingLeaked();
    expect(textOf(answered(asked(bench)))).toBe("Hi");
  });

  it("with trailers as its end", () => {
    const bench = open(undefined, { bufferLimit: QUOTES.length + 100 });
    const stream = asked(bench);
    stream.responseHeaders(JSON_HEADERS);
    stream.responseBody(QUOTES);
    stream.responseTrailers(TRAILERS);
    expect([stream.over, stream.client.status]).toEqual([true, 500]);
    bench.host.assertNothingLeaked();
  });

  it("a request that grows above it gets the host's 413, in our dialect", () => {
    const { host, root } = open(undefined, { bufferLimit: BODY.length + 5 });
    const stream = begun(host.stream(root));
    stream.requestBody(BODY);
    stream.requestBody("", { end: true });
    expect(errorOf(stream)).toEqual([413, "request_too_large"]);
  });
});

describe("requests that are none of ours", () => {
  it("an upgrade passes both ways, whatever flows", () => {
    const { host, root } = open();
    const stream = host.stream(root);
    stream.requestHeaders([...CHAT_HEADERS, ["upgrade", "websocket"]]);
    stream.requestBody("ping");
    expect(stream.upstream.text()).toBe("ping");
    stream.responseHeaders([[":status", "101"]]);
    stream.responseBody("pong");
    expect(stream.client.text()).toBe("pong");
    stream.clientReset();
  });

  it("CONNECT passes both ways", () => {
    const { host, root } = open();
    const stream = host.stream(root);
    stream.requestHeaders([
      [":method", "CONNECT"],
      [":authority", "gateway.test:443"],
    ]);
    stream.requestBody("ping");
    stream.responseHeaders([[":status", "200"]]);
    stream.responseBody("pong");
    expect([stream.upstream.text(), stream.client.text()]).toEqual(["ping", "pong"]);
    stream.clientReset();
  });

  for (const [method, path, status] of [
    ["GET", "/nowhere", 404],
    ["HEAD", "/nowhere", 404],
    ["DELETE", "/v1/chat/completions", 405],
    ["GET", "/v1/chat/completions", 400],
  ] as const) {
    it(`${method} ${path} is answered at once`, () => {
      const stream = ask(open(), [
        [":method", method],
        [":path", path],
        [":authority", "x"],
      ]);
      expect([stream.client.status, stream.client.ended]).toEqual([status, true]);
    });
  }

  it("OPTIONS goes on to whoever answers it", () => {
    const stream = ask(open(), [
      [":method", "OPTIONS"],
      [":path", "/v1/chat/completions"],
      [":authority", "x"],
    ]);
    expect(stream.upstream.header(":path")).toBe("/v1/chat/completions");
    stream.responseHeaders([[":status", "204"]], { end: true });
    expect(stream.client.status).toBe(204);
  });
});
