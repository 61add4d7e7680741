/**
 * The host's `allow_on_headers_stop_iteration`: without it a held request would hang. The tick finds out, and only what has
 * been proven is relied on. Source: docs/hosts.md, "The missing flag".
 */
import { describe, expect, it } from "vitest";
import { WasmHost, type HttpStream, type RootContext } from "../host/index.ts";
import { CHAT_HEADERS, CONFIG } from "../support/filter.ts";
import {
  addRoot,
  answered,
  asked,
  BODY,
  errorOf,
  EVENT_HEADERS,
  JSON_HEADERS,
  open,
  STREAM_BODY,
  textOf,
  type Bench,
} from "./support.ts";

const EARLY = { ...CONFIG, request_headers: "early" };
const CRITICAL = "critical";
/** The period of the watch. */
const TICK_MS = 500;

function waiting({ host, root }: Bench): HttpStream {
  const stream = host.stream(root);
  stream.requestHeaders(CHAT_HEADERS);
  return stream;
}

function noHold(): Bench {
  return open(CONFIG, { profile: "envoy-nohold" });
}

describe("without the flag", () => {
  it("a request whose body arrives past us is answered by the next tick", () => {
    const bench = noHold();
    const stream = waiting(bench);
    stream.requestBody(BODY, { end: true });
    expect(stream.client.headers).toBeUndefined();
    bench.host.advance(TICK_MS);
    expect(errorOf(stream)).toEqual([500, "gateway_misconfigured"]);
    expect(stream.client.text()).toContain("allow_on_headers_stop_iteration");
    bench.host.assertNothingLeaked();
  });

  it("it is logged once, at critical", () => {
    const bench = noHold();
    for (let round = 0; round < 3; round++) {
      waiting(bench).requestBody(BODY, { end: true });
      bench.host.advance(TICK_MS);
    }
    const lines = bench.host.logs.filter(({ level }) => level === CRITICAL);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.text).toContain("allow_on_headers_stop_iteration");
  });

  it("a client that has sent nothing yet is left alone", () => {
    const bench = noHold();
    const stream = waiting(bench);
    bench.host.advance(20 * TICK_MS);
    expect(stream.client.headers).toBeUndefined();
    stream.requestBody(BODY.slice(0, 5));
    bench.host.advance(TICK_MS);
    expect(errorOf(stream)[0]).toBe(500);
  });

  it("every waiting request is looked at, and the watch stops with the last of them", () => {
    const bench = noHold();
    const [fast, slow] = [waiting(bench), waiting(bench)];
    fast.requestBody(BODY);
    bench.host.advance(TICK_MS);
    expect([fast.client.status, slow.client.status]).toEqual([500, 0]);
    expect(bench.root.tickMs).toBe(TICK_MS);
    slow.clientReset();
    bench.host.advance(TICK_MS);
    expect(bench.root.tickMs).toBe(0);
  });

  it("a request without a body is answered at once, and starts no watch", () => {
    const { host, root } = noHold();
    const stream = host.stream(root);
    stream.requestHeaders(CHAT_HEADERS, { end: true });
    expect(stream.client.status).toBe(400);
    expect(root.tickMs).toBe(0);
  });

  it("a GET that comes first does not hang", () => {
    const { host, root } = noHold();
    const stream = host.stream(root);
    stream.requestHeaders(
      [
        [":method", "GET"],
        [":path", "/v1/nothing"],
        [":authority", "x"],
      ],
      {
        end: true,
      },
    );
    expect([stream.client.status, stream.client.ended]).toEqual([404, true]);
  });
});

describe("with the flag", () => {
  it("a slow client is served, however long it takes", () => {
    const bench = open();
    const stream = waiting(bench);
    bench.host.advance(60 * TICK_MS);
    stream.requestBody(BODY, { end: true });
    expect(textOf(answered(stream))).toBe("Hi");
  });

  it("the first held body callback ends the watch for good", () => {
    const bench = open();
    const stream = waiting(bench);
    expect(bench.root.tickMs).toBe(TICK_MS);
    stream.requestBody(BODY, { end: true });
    expect(bench.root.tickMs).toBe(0);
    answered(stream);
    const later = waiting(bench);
    expect(bench.root.tickMs).toBe(0);
    later.clientReset();
  });

  it("a request in whose first piece everything comes needs no tick at all", () => {
    const bench = open();
    answered(asked(bench));
    bench.host.tick();
    bench.host.assertNothingLeaked();
  });
});

describe("two configurations in one VM, one with the flag and one without", () => {
  /** Both roots live in one VM of a host with the flag; `early` proves nothing. */
  function both(): { host: WasmHost; held: RootContext; early: RootContext } {
    const { host, root } = open();
    return { host, held: root, early: addRoot(host, EARLY) };
  }

  it("what one has proven says nothing of the other", () => {
    const { host, held, early } = both();
    answered(asked({ host, root: held }));
    const proven = asked({ host, root: held });
    proven.responseHeaders(JSON_HEADERS);
    const unproven = asked({ host, root: early });
    unproven.responseHeaders(JSON_HEADERS);
    expect(proven.client.headers).toBeUndefined();
    expect(unproven.client.status).toBe(200);
    proven.clientReset();
    unproven.clientReset();
  });

  it("each has its own watch", () => {
    const { host, root } = open();
    const other = addRoot(host, CONFIG);
    const first = waiting({ host, root });
    const second = waiting({ host, root: other });
    first.requestBody(BODY, { end: true });
    expect([root.tickMs, other.tickMs]).toEqual([0, TICK_MS]);
    host.advance(3 * TICK_MS);
    second.requestBody(BODY, { end: true });
    expect([root.tickMs, other.tickMs]).toEqual([0, 0]);
    expect([answered(first), answered(second)].map(textOf)).toEqual(["Hi", "Hi"]);
  });
});

for (const profile of ["envoy-hold", "envoy-nohold"] as const) {
  describe(`request_headers: early on ${profile}`, () => {
    const early = (): Bench => open(EARLY, { profile });

    it("sends the headers at once, without a length, and the translated body behind them", () => {
      const bench = early();
      const stream = waiting(bench);
      expect(stream.upstream.header(":path")).toBe("/v1/messages");
      expect(stream.upstream.header("x-api-key")).toBe("sk-test");
      expect(stream.upstream.header("content-length")).toBeUndefined();
      expect(bench.root.tickMs).toBe(0);
      stream.requestBody(BODY, { end: true });
      expect(stream.upstream.json()).toMatchObject({ max_tokens: 64000 });
      expect(textOf(answered(stream))).toBe("Hi");
    });

    it("refuses a bad body in the client's dialect", () => {
      const stream = asked(early(), "{");
      expect(errorOf(stream)).toEqual([400, null]);
    });

    it("tells errors in the stream, as the answer's headers are out", () => {
      const stream = asked(early(), STREAM_BODY);
      stream.responseHeaders(EVENT_HEADERS);
      expect(stream.client.status).toBe(200);
      stream.responseBody("", { end: true });
      expect(stream.client.text()).toMatch(/^data: \{"error":\{.*"stream_truncated"\}\}\n\n$/);
    });

    it("keeps the upstream's status for its errors", () => {
      const stream = asked(early());
      stream.responseHeaders([
        [":status", "404"],
        ["content-type", "application/json"],
      ]);
      stream.responseBody('{"type":"error","error":{"type":"not_found_error","message":"m"}}', {
        end: true,
      });
      expect(errorOf(stream)).toEqual([404, null]);
    });
  });
}
