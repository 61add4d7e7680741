/** The model of nginx with APISIX's Wasm module: what it calls and answers, and what it takes for the end of a worker. */
import { describe, expect, it } from "vitest";
import {
  exchange,
  LoadError,
  MisuseError,
  WasmHost,
  type HeaderList,
  type HttpStream,
} from "../host/index.ts";
import {
  call,
  END,
  guest,
  log,
  logDigit,
  SIZE,
  SLOTS,
  status,
  type Bodies,
  type Texts,
} from "./guest.ts";
import { logged, LOG_RESULT, OK, POST, reply, start } from "./guests.ts";

const APISIX = { profile: "apisix" } as const;
const ZERO = "(i32.const 0)";
const ONE = "(i32.const 1)";

/** Sets a variable to a text. */
const set = (texts: Texts, name: string, value: string): string =>
  call("proxy_set_property", texts.of(name), texts.of(value));

/** Tells each callback with the digit of its size and of its end flag. */
const telling = (texts: Texts, bodies: Bodies = {}): Bodies => ({
  vm_start: `${log(texts.of("start"))} ${ONE}`,
  log: log(texts.of("log")),
  request_headers: `${log(texts.of("Q"))} ${logDigit(SIZE)} ${logDigit(END)} ${set(texts, "wasm_process_req_body", "1")} ${ZERO}`,
  request_body: `${log(texts.of("q"))} ${logDigit(SIZE)} ${logDigit(END)} ${ZERO}`,
  response_headers: `${log(texts.of("R"))} ${logDigit(SIZE)} ${logDigit(END)} ${set(texts, "wasm_process_resp_body", "1")} ${ZERO}`,
  response_body: `${log(texts.of("r"))} ${logDigit(SIZE)} ${logDigit(END)} ${ZERO}`,
  done: `${log(texts.of("done"))} ${ONE}`,
  delete: log(texts.of("delete")),
  ...bodies,
});

function full(stream: HttpStream, headers: HeaderList = POST): void {
  stream.requestHeaders(headers);
  stream.requestBody("ab");
  stream.requestBody("c", { end: true });
  stream.responseHeaders(OK);
  stream.responseBody("xy", { end: true });
}

describe("callbacks", () => {
  it("come with no counts, the request's body whole, the answer's piece by piece and its end alone", async () => {
    const { host, root } = await start(guest(telling), APISIX);
    full(host.stream(root));
    const told = ["Q", "0", "1", "q", "3", "1", "R", "0", "1", "r", "2", "0", "r", "0", "1"];
    expect(logged(host)).toEqual([...told, "done", "delete"]);
  });

  it("for bodies come only when they were asked for", async () => {
    const quiet = guest((texts) =>
      telling(texts, { request_headers: ZERO, response_headers: ZERO }),
    );
    const { host, root } = await start(quiet, APISIX);
    full(host.stream(root));
    expect(logged(host)).toEqual(["done", "delete"]);
  });

  it("say nothing of an upstream that breaks off, nor of a client that leaves", async () => {
    for (const leave of ["upstreamReset", "clientReset"] as const) {
      const { host, root } = await start(guest(telling), APISIX);
      const stream = host.stream(root);
      stream.requestHeaders(POST);
      stream.requestBody("a", { end: true });
      stream.responseHeaders(OK);
      host.logs.length = 0;
      stream[leave]();
      expect(logged(host)).toEqual(["done", "delete"]);
      expect(stream.client.reset).toBe(true);
    }
  });

  it("show nginx's own page in one piece", async () => {
    const { host, root } = await start(guest(telling), APISIX);
    const stream = host.stream(root);
    stream.requestHeaders(POST, { end: true });
    host.logs.length = 0;
    stream.envoyReply(502, "page");
    expect(logged(host).slice(3)).toEqual(["r", "4", "1", "done", "delete"]);
  });

  it("show the filter its own reply", async () => {
    const wasm = guest((texts) =>
      telling(texts, { request_headers: `${reply(418, texts.of("no"))} ${ZERO}` }),
    );
    const { host, root } = await start(wasm, APISIX);
    const { client } = exchange(host, root, { request: { headers: POST } });
    expect([client.status, client.text()]).toEqual([418, "no"]);
    expect(logged(host)).toEqual(["R", "0", "1", "r", "2", "0", "r", "0", "1", "done", "delete"]);
  });
});

describe("the worker would not bear", () => {
  const request: [string, (texts: Texts) => string][] = [
    ["1 from request headers", () => ONE],
    ["2 from request headers", () => "(i32.const 2)"],
    ["a status from request headers", () => "(i32.const 403)"],
    [
      "the request's headers listed",
      () => `${call("proxy_get_header_map_pairs", ZERO, SLOTS)} ${ZERO}`,
    ],
    [
      ":authority read",
      (texts) =>
        `${call("proxy_get_header_map_value", ZERO, texts.of(":authority"), SLOTS)} ${ZERO}`,
    ],
    [":authority written", (texts) => edit("replace", texts, ":authority")],
    [":path written", (texts) => edit("replace", texts, ":path")],
    ["content-length written", (texts) => edit("replace", texts, "Content-Length")],
    ["content-length added", (texts) => edit("add", texts, "content-length")],
    ["transfer-encoding written", (texts) => edit("replace", texts, "transfer-encoding")],
    [
      "content-length removed",
      (texts) =>
        `${call("proxy_remove_header_map_value", ZERO, texts.of("content-length"))} ${ZERO}`,
    ],
    [
      "a reply without a body",
      () =>
        `${call("proxy_send_local_response", "(i32.const 400)", ...Array<string>(6).fill(ZERO), "(i32.const -1)")} ${ZERO}`,
    ],
  ];

  it.each(request)("%s", async (_what, body) => {
    const { host, root } = await start(
      guest((texts) => ({ request_headers: body(texts) })),
      APISIX,
    );
    expect(() => host.stream(root).requestHeaders(POST)).toThrow(MisuseError);
  });

  it("a header of an answer that is written when the headers are out", async () => {
    const wasm = guest((texts) => ({
      response_headers: `${set(texts, "wasm_process_resp_body", "1")} ${ZERO}`,
      response_body: `${call("proxy_replace_header_map_value", "(i32.const 2)", texts.of("a"), texts.of("b"))} ${ZERO}`,
    }));
    const { host, root } = await start(wasm, APISIX);
    expect(() => full(host.stream(root))).toThrow(/an error line/);
  });
});

function edit(how: "add" | "replace", texts: Texts, name: string): string {
  return `${call(`proxy_${how}_header_map_value`, ZERO, texts.of(name), texts.of("7"))} ${ZERO}`;
}

describe("the module answers", () => {
  it("12 to a body that is to be replaced, and reads bodies with exact sizes only", async () => {
    const read = (size: string): string =>
      logDigit(status("proxy_get_buffer_bytes", ZERO, ZERO, size, SLOTS));
    const wasm = guest((texts) => ({
      request_headers: `${set(texts, "wasm_process_req_body", "1")} ${read(ONE)} ${ZERO}`,
      request_body: `${read(SIZE)} ${read(ZERO)} ${read("(i32.const -1)")} ${read("(i32.const 0x7fffffff)")}
        ${logDigit(`(i32.sub ${status("proxy_set_buffer_bytes", ZERO, ZERO, SIZE, texts.of("x"))} (i32.const 10))`)} ${ZERO}`,
    }));
    const { host, root } = await start(wasm, APISIX);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestBody("abc", { end: true });
    expect(logged(host)).toEqual(["1", "0", "2", "2", "0", "2"]);
    expect(stream.upstream.text()).toBe("abc");
  });

  it("1 for a variable that is not declared, and leaves the address of an empty value as it was", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${logDigit(status("proxy_set_property", texts.of("bridge_ready"), texts.of("1")))}
        ${logDigit(status("proxy_get_property", texts.of("nothing"), SLOTS))}
        (i32.store (i32.const 16) (i32.const 5))
        ${logDigit(status("proxy_get_property", texts.of("upstream_uri"), SLOTS))}
        ${logDigit("(i32.load (i32.const 16))")} ${ZERO}`,
    }));
    const { host, root } = await start(wasm, { profile: "apisix-bare" });
    host.stream(root).requestHeaders(POST, { end: true });
    expect(logged(host)).toEqual(["1", "1", "0", "5"]);
  });

  it("a right list of 20 headers of an answer, and lengths of nowhere behind", async () => {
    const wasm = guest(() => ({
      response_headers: `${call("proxy_get_header_map_pairs", "(i32.const 2)", SLOTS)} ${LOG_RESULT} ${ZERO}`,
    }));
    for (const [count, good] of [
      [20, true],
      [21, false],
    ] as const) {
      const { host, root } = await start(wasm, APISIX);
      const stream = host.stream(root);
      stream.requestHeaders(POST, { end: true });
      const headers = Array.from({ length: count - 1 }, (_, i): [string, string] => [`h${i}`, "v"]);
      stream.responseHeaders([...OK, ...headers]);
      const list = Buffer.from(logged(host)[0] ?? "", "utf8");
      expect(list.readUInt32LE(0)).toBe(count);
      expect(list.readUInt32LE(4 + (count - 1) * 8) < 100).toBe(good);
    }
  });

  it("nothing more when a request is over", async () => {
    const wasm = guest((texts) => ({
      done: `${logDigit(status("proxy_get_property", texts.of("upstream_uri"), SLOTS))} ${ONE}`,
    }));
    const { host, root } = await start(wasm, APISIX);
    full(host.stream(root));
    expect(logged(host)).toEqual(["2"]);
  });
});

describe("a module is refused", () => {
  it.each(["proxy_get_log_level", "proxy_get_buffer_status", "proxy_get_header_map_size"])(
    "when it imports %s, which Envoy has",
    (name) => {
      const imports = `(import "env" "${name}" (func (param i32) (result i32)))`;
      const wasm = guest(() => ({}), { imports });
      expect(() => WasmHost.loadSync(wasm, APISIX)).toThrow(LoadError);
    },
  );

  it("when it imports proxy_get_metric with the type of the specification", () => {
    const imports = `(import "env" "proxy_get_metric" (func (param i32 i32) (result i32)))`;
    const wasm = guest(() => ({}), { imports });
    expect(() => WasmHost.loadSync(wasm, APISIX)).toThrow(/type mismatch/);
  });
});

describe("ids", () => {
  it("are one count for roots and streams; those of a root's streams come again", async () => {
    const { host, root } = await start(guest(telling), APISIX);
    const other = host.addRoot("{}");
    const ids = [root, root, other].map((of) => {
      const stream = host.stream(of);
      full(stream);
      return stream.context.id;
    });
    expect([root.id, other.id, ...ids]).toEqual([1, 2, 3, 3, 4]);
  });
});

describe("a trap", () => {
  const trapping = (name: string): Uint8Array =>
    guest((texts) => telling(texts, { [name]: "(unreachable)" }));

  it("does not end the VM; without a companion an answer passes as it came", async () => {
    const options = { ...APISIX, companion: false, traps: "model" } as const;
    for (const name of ["response_headers", "response_body"]) {
      const { host, root } = await start(trapping(name), options);
      for (const stream of [host.stream(root), host.stream(root)]) {
        full(stream);
        expect([stream.client.status, stream.client.text()]).toEqual([200, "xy"]);
      }
      expect(host.failed).toBeUndefined();
    }
  });

  it("in a request is a 503 of nginx", async () => {
    const { host, root } = await start(trapping("request_body"), { ...APISIX, traps: "model" });
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestBody("a", { end: true });
    expect(stream.client.status).toBe(503);
    expect(stream.upstream.headers).toBeUndefined();
  });
});
