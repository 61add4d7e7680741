/** Header maps: what an edit does, and when a map can be reached at all. */
import { describe, expect, it } from "vitest";
import { HeaderMap } from "../../host/headers.ts";
import { decodePairs, encodePairs, MisuseError, type HeaderList } from "../host/index.ts";
import { call, END, guest, SLOTS } from "./guest.ts";
import { GET, logged, LOG_RESULT, logRead, logWrite, OK, POST, reply, start } from "./guests.ts";

describe("a header map", () => {
  it("lower-cases names, keeps the order and puts pseudo headers first", () => {
    const map = new HeaderMap(
      [
        ["X-B", "1"],
        [":path", "/"],
        ["x-a", "2"],
      ],
      true,
    );
    map.add(":method", "GET");
    expect(map.pairs).toEqual([
      [":path", "/"],
      [":method", "GET"],
      ["x-b", "1"],
      ["x-a", "2"],
    ]);
  });

  it("reads the first value, replaces all, removes all", () => {
    const map = new HeaderMap(
      [
        ["anthropic-beta", "a"],
        ["x", "1"],
        ["anthropic-beta", "b"],
      ],
      true,
    );
    expect(map.get("Anthropic-Beta")).toBe("a");
    map.replace("anthropic-beta", "c");
    expect(map.pairs).toEqual([
      ["x", "1"],
      ["anthropic-beta", "c"],
    ]);
    expect(map.remove("anthropic-beta")).toBe(true);
    expect(map.remove("anthropic-beta")).toBe(false);
    expect(map.get("anthropic-beta")).toBeUndefined();
  });

  it("joins a second value of a single-slot header by a comma", () => {
    const map = new HeaderMap(
      [
        ["authorization", "s"],
        ["authorization", "t"],
      ],
      true,
    );
    expect(map.pairs).toEqual([["authorization", "s,t"]]);
  });

  it("knows host as :authority in requests only", () => {
    expect(new HeaderMap([["Host", "h"]], true).get(":authority")).toBe("h");
    expect(new HeaderMap([["Host", "h"]], false).get(":authority")).toBeUndefined();
  });

  it("changes no byte of a value", () => {
    const value = Buffer.from("café ÀÉ", "utf8").toString("latin1");
    expect(new HeaderMap([["X-Ä", value]], true).pairs[0]?.[1]).toBe(value);
  });

  it.each(["a\nb", "a\rb", "a\0b"])("refuses a value that would split the message: %j", (value) => {
    expect(() => new HeaderMap([["x", value]], true)).toThrow(MisuseError);
  });
});

describe("serialised pairs", () => {
  const pairs: HeaderList = [
    ["content-type", "application/json"],
    ["empty", ""],
  ];

  it("have the layout of the ABI", () => {
    const bytes = encodePairs([["ab", "c"]]);
    expect([...bytes]).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 97, 98, 0, 99, 0]);
    expect(encodePairs([["content-type", "application/json"]])).toHaveLength(42);
  });

  it("are read back", () => {
    expect(decodePairs(encodePairs(pairs))).toEqual(pairs);
    expect(decodePairs(encodePairs([]))).toEqual([]);
  });

  it("read as an empty list, silently, after any violation", () => {
    const good = encodePairs(pairs);
    for (let length = 0; length < good.length; length++) {
      expect(decodePairs(good.subarray(0, length))).toEqual([]);
    }
    expect(decodePairs(Buffer.concat([good, Buffer.alloc(1)]))).toEqual([]);
    const noTerminator = Buffer.from(good);
    noTerminator[4 + 16 + 12] = 1;
    expect(decodePairs(noTerminator)).toEqual([]);
  });

  it("are bounded in count and size", () => {
    const many = (count: number): HeaderList => Array.from({ length: count }, () => ["a", "b"]);
    expect(decodePairs(encodePairs(many(1024)))).toHaveLength(1024);
    expect(decodePairs(encodePairs(many(1025)))).toEqual([]);
    expect(decodePairs(encodePairs([["a", "b".repeat(1024 * 1024)]]))).toEqual([]);
  });
});

describe("the request map", () => {
  const probe = (request: number): Uint8Array =>
    guest((texts) => ({
      request_headers: `${logRead(texts, 0, ":path")} ${logWrite(texts, 0, "x")} (i32.const ${request})`,
      request_body: `${logRead(texts, 0, ":path")} ${logWrite(texts, 0, "y")} (i32.eqz ${END})`,
      response_headers: `${logRead(texts, 0, ":path")} ${logRead(texts, 0, "absent")} (i32.const 0)`,
      log: `${logRead(texts, 0, ":path")} ${logRead(texts, 2, ":status")} ${logWrite(texts, 0, "z")} ${logWrite(texts, 2, "z")}`,
    }));

  it("is gone after the headers callback returned 0, and back, read only, for the log", async () => {
    const { host, root } = await start(probe(0));
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestBody("b", { end: true });
    stream.responseHeaders(OK, { end: true });
    expect(logged(host)).toEqual(["0", "0", "2", "2", "2", "2", "0", "0", "2", "2"]);
    expect(stream.upstream.header("x")).toBe("v");
  });

  it("stays until the body callback that lets held headers go", async () => {
    const { host, root } = await start(probe(1));
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    expect(stream.upstream.headers).toBeUndefined();
    stream.requestBody("b");
    stream.requestBody("c", { end: true });
    stream.responseHeaders(OK, { end: true });
    expect(logged(host).slice(2)).toEqual(["0", "0", "0", "0", "2", "2", "0", "0", "2", "2"]);
    expect(stream.upstream.header("y")).toBe("v");
    expect(stream.context.routeCacheClears).toBe(3);
  });

  it("may not be changed in a response callback, where Envoy reports a bug of its own", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("no"))} (i32.const 0)`,
      response_headers: `${logWrite(texts, 0, "x")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    expect(() => host.stream(root).requestHeaders(GET, { end: true })).toThrow(MisuseError);
  });
});

describe("other maps", () => {
  it("are there only for their own message, and number 8 is none", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${[1, 2, 3, 4, 7, 8].map((map) => logRead(texts, map, "a")).join(" ")} (i32.const 0)`,
      request_trailers: `${logRead(texts, 1, "t")} ${logRead(texts, 3, "t")} (i32.const 0)`,
      response_trailers: `${logRead(texts, 1, "t")} ${logRead(texts, 3, "t")} ${logWrite(texts, 3, "u")} (i32.const 0)`,
      log: `${logRead(texts, 1, "t")} ${logRead(texts, 3, "t")}`,
    }));
    const { host, root } = await start(wasm);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestTrailers([["T", "1"]]);
    stream.responseHeaders(OK);
    stream.responseTrailers([["t", "2"]]);
    expect(logged(host)).toEqual(["2", "2", "2", "2", "2", "2", "0", "2", "2", "0", "0", "1", "0"]);
    expect(stream.upstream.trailers).toEqual([["t", "1"]]);
    expect(stream.client.trailers).toEqual([
      ["t", "2"],
      ["u", "v"],
    ]);
  });

  it("that are gone read as an empty list of pairs", async () => {
    const pairs = (map: number): string =>
      `${call("proxy_get_header_map_pairs", `(i32.const ${map})`, SLOTS)} ${LOG_RESULT}`;
    const wasm = guest(() => ({ request_headers: `${pairs(0)} ${pairs(2)} (i32.const 0)` }));
    const { host, root } = await start(wasm);
    host.stream(root).requestHeaders(GET);
    expect(host.logs[0]?.text).toBe(Buffer.from(encodePairs(GET)).toString("utf8"));
    expect(host.logs[1]?.text).toBe("");
  });
});
