/** What needs no change is not written: neither a request nor an answer costs a replacement, and streams are never kept back. */
import { describe, expect, test } from "vitest";
import { NATIVE_HEADERS, answer, answerEvents, Filter, HELLO, REPLY } from "../support/filter.ts";
import { events } from "../errors/row.ts";
import { withMaximum } from "../lifecycle/maximum.ts";
import { debugBytes, EVENT_HEADERS, open, type Bench } from "../lifecycle/support.ts";
import { CONFIG, nativeRequest, withProfile } from "../support/filter.ts";
import { exchange, WasmHost, type HttpStream } from "../host/index.ts";

const BODY = JSON.stringify({ ...HELLO, max_tokens: 5 });
const STREAM_BODY = JSON.stringify({ ...HELLO, max_tokens: 5, stream: true });
const ALIAS = withProfile({ models: { aliases: { sonnet: "claude-sonnet-4-5" } } });
const ALIASED = JSON.stringify({ ...HELLO, model: "sonnet", stream: true });
const START = `event: message_start\ndata: ${JSON.stringify({ type: "message_start", message: REPLY })}\n\n`;
const DELTA = `event: content_block_delta\ndata: {"type":"content_block_delta","index":0}\n\n`;
const STOP = `event: message_stop\ndata: {"type":"message_stop"}\n\n`;
const MIB = 1 << 20;

function asked({ host, root }: Bench, body = BODY): HttpStream {
  const stream = host.stream(root);
  stream.requestHeaders(NATIVE_HEADERS);
  stream.requestBody(body, { end: true });
  return stream;
}

function writes(stream: HttpStream): number {
  return stream.hostCallsByName["proxy_set_buffer_bytes"] ?? 0;
}

describe("no write", () => {
  test.each([
    ["a message", answer(REPLY)],
    ["a stream", answerEvents(START + DELTA + STOP)],
    ["an error", answer({ type: "error", error: { type: "api_error", message: "x" } }, 500)],
  ])("%s", (_, response) => {
    const { stream, client } = Filter.load().exchange({ request: nativeRequest(BODY), response });
    expect(writes(stream)).toBe(0);
    expect(Buffer.from(client.body())).toEqual(Buffer.from(response.body ?? ""));
  });

  test("behind message_stop a stream is not even read", () => {
    const stream = asked(open(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(START + STOP);
    const before = stream.hostCallsByName["proxy_get_buffer_bytes"];
    stream.responseBody(": tail\n\n");
    stream.responseBody(DELTA, { end: true });
    expect(stream.hostCallsByName["proxy_get_buffer_bytes"]).toBe(before);
    expect(stream.client.text()).toBe(`${START}${STOP}: tail\n\n${DELTA}`);
  });
});

describe("a stream leaves as it comes", () => {
  test("byte by byte, headers first", () => {
    const stream = asked(open(), STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    expect(stream.client.status).toBe(200);
    let sent = "";
    for (const byte of START) {
      stream.responseBody(byte);
      expect(stream.client.text()).toBe((sent += byte));
    }
  });

  test("where a name is put back, from the end of message_start on", () => {
    const stream = asked(open(ALIAS), ALIASED);
    stream.responseHeaders(EVENT_HEADERS);
    expect(stream.client.status).toBe(200);
    stream.responseBody(START.slice(0, -1));
    expect(stream.client.text()).toBe("");
    stream.responseBody("\n");
    expect(stream.client.text()).toBe(START.replace(REPLY.model, "sonnet"));
    stream.responseBody("even");
    expect(stream.client.text()).toMatch(/\n\neven$/);
  });

  test("a head of 64 KiB without message_start is let go", () => {
    const stream = asked(open(ALIAS), ALIASED);
    stream.responseHeaders(EVENT_HEADERS);
    const line = `: ${"x".repeat(1021)}\n`;
    for (let i = 0; i < 63; i++) stream.responseBody(line);
    expect(stream.client.size).toBe(0);
    stream.responseBody(line);
    expect(stream.client.size).toBe(64 * 1024);
    stream.responseBody(START);
    expect(stream.client.text().endsWith(START)).toBe(true);
  });
});

describe("trailers", () => {
  const trailers = [["x-tail", "1"]] as [string, string][];

  test("what was kept back goes, with the end that it lacks", () => {
    const { client } = Filter.load({ config: ALIAS }).exchange({
      request: nativeRequest(ALIASED),
      response: { ...answerEvents(": hi\n\n"), trailers },
    });
    expect(client.text()).toMatch(/^: hi\n\nevent: error\n/);
  });

  test("an error of trailers only becomes a body", () => {
    const { client } = Filter.load().exchange({
      request: nativeRequest(BODY),
      response: {
        headers: [
          [":status", "429"],
          ["request-id", "req_1"],
          ["retry-after", "2"],
        ],
        trailers,
      },
    });
    expect(client.status).toBe(429);
    expect(client.header("request-id")).toBe("req_1");
    expect(client.header("retry-after")).toBe("2");
    expect(client.json()).toMatchObject({ error: { type: "rate_limit_error" } });
  });
});

describe("a stream that breaks off is counted", () => {
  const count = (text: string): number => {
    const bench = open();
    const stream = asked(bench, STREAM_BODY);
    stream.responseHeaders(EVENT_HEADERS);
    stream.responseBody(text, { end: true });
    bench.host.assertNothingLeaked();
    return bench.host.metrics.sum("bridge_stream_errors_total");
  };

  test.each([
    ["message_stop", START + STOP, 0],
    ["no message_stop", START, 1],
    ["an error event", `${START}event: error\ndata: {}\n\n`, 1],
  ])("%s", (_, text, expected) => {
    expect(count(text)).toBe(expected);
  });
});

describe("limits", () => {
  const limited = (limits: Record<string, number>, body: string) =>
    Filter.load({ config: withProfile({ limits }) }).exchange({
      request: nativeRequest(body),
      response: answer(REPLY),
    });

  test("an event above max_event_bytes passes unseen, and no end is made up", () => {
    const large = `event: content_block_delta\ndata: "${"x".repeat(3000)}"\n\n`;
    const filter = Filter.load({ config: withProfile({ limits: { max_event_bytes: 1024 } }) });
    const { client } = filter.exchange({
      request: nativeRequest(STREAM_BODY),
      response: answerEvents(START + large),
    });
    expect(client.text()).toBe(START + large);
  });

  test("1024 members pass, one more is refused", () => {
    const body = (count: number) => {
      const more = Array.from({ length: count - 3 }, (_, index) => `"x${index}":${index}`);
      return `{"model":"m","max_tokens":1,"messages":[],${more.join(",")}}`;
    };
    expect(limited({}, body(1024)).client.status).toBe(200);
    const { client, upstream } = limited({}, body(1025));
    expect(client.status).toBe(400);
    expect(upstream.headers).toBeUndefined();
  });
});

describe("when memory cannot grow", () => {
  function cramped(pages: number, config: object): WasmHost {
    const roomy = WasmHost.loadSync(debugBytes(), { profile: "envoy-hold", canary: false });
    roomy.addRoot(config);
    return WasmHost.loadSync(withMaximum(debugBytes(), roomy.memoryBytes / 65536 + pages), {
      profile: "envoy-hold",
      canary: false,
      leakCheck: true,
      bufferLimit: 64 * MIB,
    });
  }
  const BIG = "x".repeat(4 * MIB);

  test.each([0, 1, 2, 8, 40, 64, 70, 90, 140, 200])("%d pages", (pages) => {
    for (const config of [CONFIG, ALIAS]) {
      const host = cramped(pages, config);
      const root = host.addRoot(config);
      const message = { ...HELLO, model: "sonnet", max_tokens: 1, system: BIG };
      const asking = exchange(host, root, {
        request: nativeRequest(message),
        response: answer({ ...REPLY, content: BIG }),
      });
      expect([200, 500, 502]).toContain(asking.client.status);
      const answering = exchange(host, root, {
        request: nativeRequest({ ...HELLO, model: "sonnet", max_tokens: 1 }),
        response: answer({ ...REPLY, content: BIG }),
      });
      expect([200, 500, 502]).toContain(answering.client.status);
      const streaming = exchange(host, root, {
        request: nativeRequest(ALIASED),
        response: answerEvents(events({ type: "ping", x: BIG }) + START + STOP),
      });
      expect([200, 500, 502]).toContain(streaming.client.status);
      if (streaming.client.status === 200) expect(streaming.client.text()).toContain(STOP);
      host.assertNothingLeaked();
    }
  });
});
