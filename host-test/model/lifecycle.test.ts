/** Contexts, several at a time; ticks; traps; the end of streams and of configurations. */
import { describe, expect, it } from "vitest";
import {
  exchange,
  LeakError,
  TrapError,
  UsageError,
  WasmHost,
  type HostOptions,
} from "../host/index.ts";
import { call, guest, ID, logDigit, SIZE, SLOTS } from "./guest.ts";
import { GET, holdAll, logged, OK, passThrough, POST, reply, start } from "./guests.ts";

/** Logs `<letter><context id>` in every lifecycle callback. */
const step = (letter: string): string =>
  `(i32.store8 (i32.const 32) (i32.const ${letter.charCodeAt(0)}))
   (i32.store8 (i32.const 33) (i32.add (i32.const 48) ${ID}))
   ${call("proxy_log", "(i32.const 2)", "(i32.const 32)", "(i32.const 2)")}`;

const lifecycle = guest(() => ({
  context_create: step("C"),
  vm_start: `${step("V")} (i32.const 1)`,
  configure: `${step("G")} (i32.const 1)`,
  request_headers: `${step("h")} (i32.const 0)`,
  request_body: `${step("b")} (i32.const 0)`,
  response_headers: `${step("r")} (i32.const 0)`,
  log: step("L"),
  done: `${step("D")} (i32.const 1)`,
  delete: step("X"),
}));

describe("the order of callbacks", () => {
  it("is create, vm_start, configure; create, headers ...; log, done, delete", async () => {
    const { host, root } = await start(lifecycle);
    exchange(host, root, { request: { headers: GET }, response: { headers: OK } });
    expect(logged(host)).toEqual(["C1", "V1", "G1", "C2", "h2", "r2", "L2", "D2", "X2"]);
  });

  it("has nothing but the goodbyes when the client goes away", async () => {
    const { host, root } = await start(lifecycle);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.clientReset();
    stream.clientReset();
    expect(logged(host).slice(3)).toEqual(["C2", "h2", "L2", "D2", "X2"]);
    expect([stream.upstream.reset, stream.client.reset]).toEqual([true, true]);
  });

  it("may begin with the log", async () => {
    const { host, root } = await start(lifecycle);
    host.logOnly(root);
    expect(logged(host).slice(3)).toEqual(["C2", "L2", "D2", "X2"]);
  });

  it("interleaves streams of two configurations in one VM", async () => {
    const { host, root } = await start(lifecycle);
    const other = host.addRoot("{}");
    const [a, b] = [host.stream(root), host.stream(other)];
    a.requestHeaders(POST);
    b.requestHeaders(POST);
    a.requestBody("x", { end: true });
    b.requestBody("x", { end: true });
    b.responseHeaders(OK, { end: true });
    a.responseHeaders(OK, { end: true });
    expect(logged(host).slice(3).join(" ")).toBe(
      "C2 V2 G2 C3 h3 C4 h4 b3 b4 r4 L4 D4 X4 r3 L3 D3 X3",
    );
  });

  it("ends a replaced configuration with its last stream", async () => {
    const { host, root } = await start(lifecycle);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    root.close();
    host.addRoot("{}");
    expect(logged(host).slice(5).join(" ")).toBe("C3 V3 G3");
    stream.clientReset();
    expect(logged(host).slice(8).join(" ")).toBe("L2 D2 X2 D1 X1");
    expect(() => host.stream(root)).toThrow(UsageError);
  });

  it("refuses a filter that wants its deletion delayed", async () => {
    const { host, root } = await start(guest(() => ({ done: "(i32.const 0)" })));
    expect(() => host.logOnly(root)).toThrow("proxy_on_done returned 0");
  });
});

describe("a trap", () => {
  const trapping = (name: string): Uint8Array => guest(() => ({ [name]: "(unreachable)" }));
  const modelled = (
    wasm: Uint8Array,
    options: Partial<HostOptions> = {},
  ): Promise<{ host: WasmHost; root: ReturnType<WasmHost["addRoot"]> }> =>
    start(wasm, { traps: "model", ...options });

  it("is thrown, with the callback's name", async () => {
    const { host, root } = await start(trapping("request_headers"));
    expect(() => exchange(host, root, { request: { headers: GET } })).toThrow(TrapError);
    expect(host.failed?.callback).toBe("proxy_on_request_headers");
  });

  it("answers this stream and all later ones by a bare 503, calling nothing any more", async () => {
    const { host, root } = await modelled(
      guest(() => ({ request_headers: "(unreachable)", log: logDigit("(i32.const 1)") })),
    );
    for (let round = 0; round < 2; round++) {
      const { client } = exchange(host, root, { request: { headers: GET } });
      expect([client.status, client.size, client.ended]).toEqual([503, 0, true]);
    }
    expect(logged(host)).toEqual([]);
  });

  it("resets a stream whose answer has begun", async () => {
    const { host, root } = await modelled(trapping("response_body"));
    const { client } = exchange(host, root, {
      request: { headers: GET },
      response: { headers: OK, body: "b" },
    });
    expect([client.status, client.reset]).toEqual([200, true]);
  });

  it("takes the other live streams of the VM with it", async () => {
    const { host, root } = await modelled(trapping("request_body"));
    const [a, b] = [host.stream(root), host.stream(root)];
    a.requestHeaders(POST);
    b.requestHeaders(POST);
    a.requestBody("x");
    b.requestBody("x");
    expect([a.client.status, b.client.status]).toEqual([503, 503]);
    host.assertIdle();
  });

  it("leaves a fresh VM to the next stream under the reload policy", async () => {
    const once = guest(() => ({
      request_headers: `(if (i32.eq ${ID} (i32.const 3)) (then (unreachable))) (i32.const 0)`,
    }));
    const { host, root } = await modelled(once, { failurePolicy: "reload" });
    const send = (): number =>
      exchange(host, root, { request: { headers: GET }, response: { headers: OK } }).client.status;
    expect([send(), send(), send()]).toEqual([200, 503, 200]);
  });

  it("by endless recursion is a trap like any other", async () => {
    const wasm = guest(() => ({ request_headers: "(call $deep) (i32.const 0)" }), {
      extra: "(func $deep (call $deep) (call $deep))",
    });
    const { host, root } = await start(wasm);
    expect(() => exchange(host, root, { request: { headers: GET } })).toThrow(TrapError);
  });
});

describe("a tick", () => {
  const size = `(drop (call $proxy_get_property (i32.const 4096) (i32.const 18) ${SLOTS}))`;
  /** Answers context 2 from the tick as soon as more than its headers has arrived. */
  const watchdog = guest(
    (texts) => {
      const path = texts.of("request\0total_size");
      return {
        configure: `${call("proxy_set_tick_period_milliseconds", "(i32.const 500)")} (i32.const 1)`,
        request_headers: `${size} (global.set $size (i32.load (i32.load (i32.const 16)))) (i32.const 1)`,
        request_body: "(i32.const 1)",
        tick: `${logDigit("(i32.const 7)")}
        (if (call $proxy_set_effective_context (i32.const 2)) (then (return)))
        (drop (call $proxy_get_property ${path} ${SLOTS}))
        (if (i32.gt_u (i32.load (i32.load (i32.const 16))) (global.get $size))
          (then ${reply(500, texts.of("flag missing"))}))`,
        response_headers: `${logDigit("(i32.const 8)")} (i32.const 0)`,
      };
    },
    { extra: "(global $size (mut i32) (i32.const 0))" },
  );

  it("falls due by the clock, once per period", async () => {
    const { host } = await start(watchdog);
    host.advance(499);
    expect(logged(host)).toEqual([]);
    host.advance(1001);
    expect(logged(host)).toEqual(["7", "7", "7"]);
    host.tick();
    expect(logged(host)).toHaveLength(4);
  });

  it("can answer a stream that is stopped for good, once its body has begun to arrive", async () => {
    const { host, root } = await start(watchdog, { profile: "envoy-nohold" });
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    host.advance(3000);
    expect(stream.over).toBe(false);
    stream.requestBody("x");
    host.advance(500);
    expect([stream.client.status, stream.client.text()]).toEqual([500, "flag missing"]);
    expect(logged(host).at(-1)).toBe("8");
    stream.finish();
  });

  it("is told when a context is unknown, and may not answer without one", async () => {
    const unknown = guest(() => ({
      configure: `${call("proxy_set_tick_period_milliseconds", "(i32.const 1)")} (i32.const 1)`,
      tick: logDigit("(call $proxy_set_effective_context (i32.const 9))"),
    }));
    const { host } = await start(unknown);
    host.tick();
    expect(logged(host)).toEqual(["2"]);
    const lost = guest((texts) => ({
      configure: `${call("proxy_set_tick_period_milliseconds", "(i32.const 1)")} (i32.const 1)`,
      tick: reply(500, texts.of("?")),
    }));
    const other = await start(lost);
    expect(() => other.host.tick()).toThrow("without a stream");
  });

  it("ends with a period of 0", async () => {
    const wasm = guest(() => ({
      configure: `${call("proxy_set_tick_period_milliseconds", "(i32.const 10)")} (i32.const 1)`,
      tick: `${logDigit("(i32.const 7)")} ${call("proxy_set_tick_period_milliseconds", "(i32.const 0)")}`,
    }));
    const { host } = await start(wasm);
    host.advance(100);
    expect(logged(host)).toEqual(["7"]);
  });
});

describe("memory that is left behind", () => {
  /** Pretends to keep 8 bytes per stream, and to free them only when told so. */
  const keeping = (frees: boolean): Uint8Array =>
    guest(
      () => ({
        context_create: `(if ${SIZE} (then (global.set $live (i32.add (global.get $live) (i32.const 8)))))`,
        delete: frees ? "(global.set $live (i32.sub (global.get $live) (i32.const 8)))" : "",
      }),
      {
        extra: `(global $live (mut i32) (i32.const 100)) (func (export "debug_live_bytes") (result i32) (global.get $live))`,
      },
    );

  it("is found after the last stream", async () => {
    const tidy = await start(keeping(true), { leakCheck: true });
    tidy.host.logOnly(tidy.root);
    tidy.host.assertNothingLeaked();
    const untidy = await start(keeping(false), { leakCheck: true });
    expect(() => untidy.host.logOnly(untidy.root)).toThrow(LeakError);
    expect(() => untidy.host.assertNothingLeaked()).toThrow("8 bytes");
  });

  it("cannot be told without the export of debug builds", async () => {
    const { host } = await start(passThrough);
    expect(() => host.assertNothingLeaked()).toThrow("debug_live_bytes");
  });
});

describe("a test that drives the model wrongly is told so", () => {
  it("when it sends what cannot come", async () => {
    const { host, root } = await start(holdAll);
    const stream = host.stream(root);
    expect(() => stream.requestBody("b")).toThrow("no request headers");
    stream.requestHeaders(POST);
    expect(() => stream.requestHeaders(POST)).toThrow("already");
    expect(() => stream.responseHeaders(OK)).toThrow("never saw");
    stream.requestBody("b", { end: true });
    expect(() => stream.requestBody("c")).toThrow("ended already");
    expect(() => host.assertIdle()).toThrow("1 streams");
    expect(() => stream.finish()).toThrow("the response never came");
  });

  it("when it has no answer for a request that went through", async () => {
    const { host, root } = await start(passThrough);
    expect(() => exchange(host, root, { request: { headers: GET } })).toThrow(
      "a response is needed",
    );
  });
});
