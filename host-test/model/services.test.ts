/** Properties, filter state, metrics, logs, time, environment, and the counts that regress. */
import { describe, expect, it } from "vitest";
import {
  ContentLengthError,
  exchange,
  LeakError,
  PROFILES,
  WasmHost,
  type PropertyTable,
} from "../host/index.ts";
import { call, guest, log, logDigit, SLOTS, status, type Texts } from "./guest.ts";
import { GET, logged, LOG_RESULT, OK, passThrough, POST, start } from "./guests.ts";

const property = (texts: Texts, path: string): string =>
  `${logDigit(status("proxy_get_property", texts.of(path), SLOTS))} ${LOG_RESULT}`;
/** Logs the first byte of the last result as a digit: enough for small numbers. */
const firstByte = logDigit("(i32.load8_u (i32.load (i32.const 16)))");

describe("properties", () => {
  const read = async (path: string, table: PropertyTable): Promise<string[]> => {
    const { host, root } = await start(
      guest((texts) => ({ request_headers: `${property(texts, path)} (i32.const 0)` })),
    );
    host.stream(root, { properties: table }).requestHeaders(GET);
    return logged(host);
  };

  it("come from the scenario's table, by dotted or NUL-joined path, as values or functions", async () => {
    expect(await read("xds\0route_name", { "xds.route_name": "r1" })).toEqual(["0", "r1"]);
    expect(await read("m\0a.b", { "m\0a.b": () => "v" })).toEqual(["0", "v"]);
    expect(await read("xds\0cluster_name", {})).toEqual(["1", ""]);
    expect(await read("xds\0cluster_name", { "xds.cluster_name": undefined })).toEqual(["1", ""]);
  });

  it("are serialised by type", async () => {
    expect((await read("p", { p: 258 }))[1]).toBe("\x02\x01\0\0\0\0\0\0");
    expect((await read("p", { p: true }))[1]).toBe("\x01");
    expect((await read("p", { p: Buffer.from("raw") }))[1]).toBe("raw");
    expect((await read("p", { p: [["a", "b"]] }))[1]).toBe("\x01\0\0\0\x01\0\0\0\x01\0\0\0a\0b\0");
  });

  it("of a stream win over those of its root context", async () => {
    const wasm = guest((texts) => ({ request_headers: `${property(texts, "p")} (i32.const 0)` }));
    const host = await WasmHost.load(wasm, { profile: "envoy-hold" });
    const root = host.addRoot("{}", { properties: { p: "root" }, rootId: "mine" });
    host.stream(root).requestHeaders(GET);
    host.stream(root, { properties: { p: "stream" } }).requestHeaders(GET);
    expect(logged(host)).toEqual(["0", "root", "0", "stream"]);
  });

  it("of the exchange are there while the request headers are, and again in the log", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${property(texts, "request\0path")} ${property(texts, "request\0headers\0x-a")} ${property(texts, "plugin_root_id")} (i32.const 0)`,
      response_headers: `${property(texts, "request\0path").replace(LOG_RESULT, "")} ${property(texts, "response\0code").replace(LOG_RESULT, "")} ${firstByte} (i32.const 0)`,
      log: property(texts, "request\0path"),
    }));
    const host = await WasmHost.load(wasm, { profile: "envoy-hold" });
    const root = host.addRoot("{}", { rootId: "mine" });
    const request = { headers: [...GET, ["x-a", "1"] as [string, string]] };
    exchange(host, root, { request, response: { headers: [[":status", "7"]] } });
    expect(logged(host)).toEqual([
      "0",
      "/v1/x",
      "0",
      "1",
      "0",
      "mine",
      "1",
      "0",
      "7",
      "0",
      "/v1/x",
    ]);
  });

  it("count what the client has sent in request.total_size", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${call("proxy_get_property", texts.of("request\0total_size"), SLOTS)} ${firstByte} (i32.const 1)`,
      request_body: `${call("proxy_get_property", texts.of("request\0total_size"), SLOTS)} ${firstByte} (i32.const 1)`,
    }));
    const { host, root } = await start(wasm);
    const stream = host.stream(root);
    stream.requestHeaders([["a", "b"]]);
    stream.requestBody("abc");
    expect(logged(host)).toEqual(["2", "5"]);
  });
});

describe("filter state", () => {
  it("is written by set_property, read by its short and its full name, and shared by attempts", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${property(texts, "bridge_x")} ${call("proxy_set_property", texts.of("bridge_x"), texts.of("val"))}
        ${property(texts, "bridge_x")} ${property(texts, "filter_state\0wasm.bridge_x")} ${property(texts, "wasm.bridge_x")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const filterState = new Map<string, Uint8Array>();
    host.stream(root, { filterState }).requestHeaders(GET);
    host.stream(root, { filterState }).requestHeaders(GET);
    expect(logged(host)).toEqual([
      "1",
      "",
      "0",
      "val",
      "0",
      "val",
      "1",
      "val",
      "0",
      "val",
      "0",
      "val",
      "0",
      "val",
      "1",
      "val",
    ]);
    expect(Buffer.from(filterState.get("bridge_x") ?? []).toString()).toBe("val");
  });
});

describe("metrics", () => {
  const id = (slot: number): string => `(i32.load (i32.const ${slot}))`;
  const add = (what: string, by: number): string =>
    logDigit(`(call $proxy_increment_metric ${what} (i64.const ${by}))`);
  const put = (what: string, value: number): string =>
    logDigit(`(call $proxy_record_metric ${what} (i64.const ${value}))`);

  it("have ids by kind, values by name, and the statuses of the real host", async () => {
    const define = (texts: Texts, kind: number, name: string, slot: number): string =>
      `${logDigit(status("proxy_define_metric", `(i32.const ${kind})`, texts.of(name), `(i32.const ${slot})`))} ${logDigit(id(slot))}`;
    const wasm = guest((texts) => ({
      configure: `${define(texts, 0, "c", 40)} ${define(texts, 0, "c", 44)} ${define(texts, 1, "g", 48)} ${define(texts, 2, "h", 52)} ${define(texts, 3, "x", 56)}
        ${add(id(40), 0)} ${add(id(40), -1)} ${add(id(40), 2)} ${add(id(44), 1)} ${add(id(48), -3)} ${add(id(52), 1)} ${add("(i32.const 400)", 1)}
        ${put(id(40), 7)} ${put(id(52), 9)} ${put("(i32.const 400)", 7)} (i32.const 1)`,
    }));
    const host = await WasmHost.load(wasm, { profile: "envoy-hold", canary: false });
    host.addRoot("");
    expect(logged(host).join("")).toBe("04" + "08" + "05" + "06" + "20" + "2200021" + "001");
    expect([host.metrics.value("c"), host.metrics.value("g"), host.metrics.samples("h")]).toEqual([
      10,
      -3,
      [9],
    ]);
    expect(host.metrics.nonZero()).toEqual({ c: 10, g: -3 });
    expect(host.metrics.value("never defined")).toBe(0);
    host.metrics.reset();
    expect(host.metrics.nonZero()).toEqual({});
  });
});

describe("the log", () => {
  it("takes levels 0 to 5 and remembers who spoke", async () => {
    const wasm = guest((texts) => {
      const hey = texts.of("hey");
      const say = (level: number): string =>
        logDigit(status("proxy_log", `(i32.const ${level})`, hey));
      return { request_headers: `${say(0)} ${say(5)} ${say(6)} (i32.const 0)` };
    });
    const { host, root } = await start(wasm);
    host.stream(root).requestHeaders(GET);
    expect(host.logs.map(({ level, text }) => `${level} ${text}`)).toEqual([
      "trace hey",
      "info 0",
      "critical hey",
      "info 0",
      "info 2",
    ]);
    expect(host.logs[0]?.contextId).toBe(2);
  });

  it("can be searched for secrets", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${log(texts.of("key=sk-1"))} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    host.stream(root).requestHeaders(GET);
    host.assertNeverLogged(["sk-2"]);
    expect(() => host.assertNeverLogged(["sk-2", "sk-1"])).toThrow(LeakError);
    expect(() => host.assertNeverLogged(["sk-1"])).not.toThrow("sk-1");
  });
});

describe("WASI", () => {
  it("tells the time of the host's clock, which only moves when told", async () => {
    const isNow = (ns: bigint): string =>
      `(drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 40)))
       ${logDigit(`(i64.eq (i64.load (i32.const 40)) (i64.const ${ns}))`)}`;
    const wasm = guest(() => ({
      request_headers: `${isNow(1_000_000_000n)} (i32.const 0)`,
      request_body: `${isNow(1_005_000_000n)} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm, { clockMs: 1000 });
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    host.advance(5);
    stream.requestBody("b");
    expect(logged(host)).toEqual(["1", "1"]);
    expect(host.clockMs).toBe(1005);
  });

  it("gives the environment that the host was given", async () => {
    const wasm = guest(() => ({
      request_headers: `(drop (call $environ_sizes_get (i32.const 40) (i32.const 44))) ${logDigit("(i32.load (i32.const 40))")}
        (drop (call $environ_get (i32.const 48) (i32.const 100)))
        ${call("proxy_log", "(i32.const 2)", "(i32.load (i32.const 52))", "(i32.const 4)")}
        ${call("proxy_log", "(i32.const 2)", "(i32.const 100)", "(i32.load (i32.const 44))")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm, { env: { A: "1", B: "22" } });
    host.stream(root).requestHeaders(GET);
    expect(logged(host)).toEqual(["2", "B=22", "A=1\0B=22\0"]);
  });

  it("gives the same random bytes for the same seed", async () => {
    const wasm = guest(() => ({
      request_headers: `(drop (call $random_get (i32.const 40) (i32.const 8)))
        ${call("proxy_log", "(i32.const 2)", "(i32.const 40)", "(i32.const 8)")} (i32.const 0)`,
    }));
    const draw = async (randomSeed: number): Promise<string[]> => {
      const { host, root } = await start(wasm, { randomSeed });
      host.stream(root).requestHeaders(GET);
      return logged(host);
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  it("writes to the log by its two output streams, and knows no others", async () => {
    const write = (fd: number): string =>
      `(i32.store (i32.const 40) (i32.const 4096)) (i32.store (i32.const 44) (i32.const 3)) ${logDigit(`(call $fd_write (i32.const ${fd}) (i32.const 40) (i32.const 1) (i32.const 48))`)}`;
    const wasm = guest((texts) => ({
      request_headers: `${log(texts.of("out"))} ${write(1)} ${write(2)} ${write(3)} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    host.stream(root).requestHeaders(GET);
    expect(host.logs.slice(1).map(({ level, text }) => `${level} ${text}`)).toEqual([
      "info out",
      "info 0",
      "error out",
      "info 0",
      "info 8",
    ]);
  });
});

describe("a forwarded content-length", () => {
  it("that does not match the forwarded body fails the test, in both directions", async () => {
    const { host, root } = await start(passThrough);
    const length = (value: string): [string, string][] => [["content-length", value]];
    const send = (request: string, response: string): unknown =>
      exchange(host, root, {
        request: { headers: [...POST, ...length(request)], body: "abc" },
        response: { headers: [...OK, ...length(response)], body: "de" },
      });
    send("3", "2");
    expect(() => send("4", "2")).toThrow("the upstream got content-length 4 and a body of 3 bytes");
    expect(() => send("3", "9")).toThrow(ContentLengthError);
  });

  it("may announce what never comes after HEAD, 204 and 304", async () => {
    const { host, root } = await start(passThrough);
    const announced = (status: string) => ({
      headers: [
        [":status", status],
        ["content-length", "5"],
      ] as [string, string][],
    });
    const head: [string, string][] = [
      [":method", "HEAD"],
      [":path", "/"],
    ];
    exchange(host, root, { request: { headers: head }, response: announced("200") });
    exchange(host, root, { request: { headers: GET }, response: announced("304") });
    const request = { headers: GET };
    expect(() => exchange(host, root, { request, response: announced("200") })).toThrow(
      ContentLengthError,
    );
  });
});

describe("host calls", () => {
  it("are counted per stream and by name", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${log(texts.of("a"))} ${log(texts.of("b"))} ${call("proxy_get_property", texts.of("x"), SLOTS)} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const { stream } = exchange(host, root, {
      request: { headers: GET },
      response: { headers: OK },
    });
    expect(stream.hostCalls).toBe(3);
    expect(stream.hostCallsByName).toEqual({ proxy_log: 2, proxy_get_property: 1 });
  });

  it("that the model does not have link, and fail the test when made", async () => {
    const wasm = guest(() => ({ request_headers: "(drop (call $proxy_done )) (i32.const 0)" }));
    const { host, root } = await start(wasm);
    expect(() => host.stream(root).requestHeaders(GET)).toThrow("not modelled");
    expect(Object.keys(PROFILES["envoy-hold"].imports)).toContain("proxy_grpc_call");
  });
});
