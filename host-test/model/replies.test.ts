/** Local replies, the filter's and Envoy's own: which way they take, and who sees them. */
import { describe, expect, it } from "vitest";
import { encodePairs, exchange, type HeaderList, type HttpStream } from "../host/index.ts";
import { call, END, guest, log, logDigit, SIZE, type Bodies, type Texts } from "./guest.ts";
import { GET, logged, LOG_RESULT, logRead, OK, passThrough, POST, reply, start } from "./guests.ts";

const HEAD: HeaderList = [[":method", "HEAD"], ...GET.slice(1)];

/** Response callbacks that tell that they ran. */
const telling = (texts: Texts): Bodies => ({
  response_headers: `${log(texts.of("headers"))} ${logDigit(END)} (i32.const 0)`,
  response_body: `${log(texts.of("body"))} ${logDigit(END)} (i32.const 0)`,
});

/** Drives one exchange with everything in it, until somebody has answered. */
function fullExchange(stream: HttpStream): void {
  stream.requestHeaders(POST);
  stream.requestBody("b");
  stream.requestTrailers([["t", "1"]]);
  stream.responseHeaders(OK);
  if (!stream.over) stream.responseBody("r");
  if (!stream.over) stream.responseTrailers([["t", "1"]]);
}

describe("the filter's reply from a request callback", () => {
  it.each(["request_headers", "request_body", "request_trailers"])(
    "%s passes its own response callbacks, whatever was returned",
    async (name) => {
      for (const action of [0, 1]) {
        const wasm = guest((texts) => ({
          ...telling(texts),
          [name]: `${reply(418, texts.of("short and stout"))} (i32.const ${action})`,
        }));
        const { host, root } = await start(wasm);
        const stream = host.stream(root);
        fullExchange(stream);
        expect([stream.client.status, stream.client.text()]).toEqual([418, "short and stout"]);
        expect(logged(host)).toEqual(["headers", "0", "body", "1"]);
        expect(stream.upstream.ended).toBe(false);
        host.assertIdle();
      }
    },
  );

  it("carries its headers, and gets length and type when it has none of its own", async () => {
    const pairs = Buffer.from(
      encodePairs([
        ["content-type", "application/json"],
        ["X-A", "1"],
        ["x-a", "2"],
      ]),
    ).toString("latin1");
    const wasm = guest((texts) => ({
      request_headers: `${call("proxy_send_local_response", "(i32.const 400)", texts.of("why"), texts.of("{}"), texts.of(pairs), "(i32.const -1)")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const { client, stream } = exchange(host, root, { request: { headers: GET } });
    expect(client.headers).toEqual([
      [":status", "400"],
      ["content-type", "application/json"],
      ["x-a", "1"],
      ["x-a", "2"],
      ["content-length", "2"],
    ]);
    expect(stream.reply?.details).toBe("why");
  });

  it("loses its headers when the pairs are malformed", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${call("proxy_send_local_response", "(i32.const 400)", "(i32.const 0) (i32.const 0)", texts.of("{}"), texts.of("\x01\0\0\0"), "(i32.const -1)")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const { client } = exchange(host, root, { request: { headers: GET } });
    expect(client.header("content-type")).toBe("text/plain");
  });

  it("has no type without a body, and no body to HEAD", async () => {
    const pairs = Buffer.from(encodePairs([["content-type", "a/b"]])).toString("latin1");
    const send = (body: string) => (texts: Texts) => ({
      ...telling(texts),
      request_headers: `${call("proxy_send_local_response", "(i32.const 400)", "(i32.const 0) (i32.const 0)", texts.of(body), texts.of(pairs), "(i32.const -1)")} (i32.const 0)`,
    });
    const empty = await start(guest(send("")));
    expect(exchange(empty.host, empty.root, { request: { headers: GET } }).client.headers).toEqual([
      [":status", "400"],
    ]);
    const head = await start(guest(send("body")));
    const { client } = exchange(head.host, head.root, { request: { headers: HEAD } });
    expect([client.header("content-length"), client.size, client.ended]).toEqual(["4", 0, true]);
    expect(logged(head.host)).toEqual(["headers", "1"]);
  });

  it("counts only once when sent twice in a callback", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("first"))} ${reply(401, texts.of("second"))} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    expect(exchange(host, root, { request: { headers: GET } }).client.text()).toBe("first");
  });

  it("must not carry a gRPC status", async () => {
    const wasm = guest(() => ({
      request_headers: `${call("proxy_send_local_response", "(i32.const 400)", "(i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    expect(() => host.stream(root).requestHeaders(GET, { end: true })).toThrow("must be -1");
  });
});

describe("the filter's reply from a response callback", () => {
  const bodies = (name: string, hold: number) => (texts: Texts) => ({
    ...telling(texts),
    response_headers: `(i32.const ${hold})`,
    response_body: `(i32.const ${hold})`,
    [name]: `${reply(502, texts.of("bad"))} (i32.const 0)`,
  });

  it.each([
    ["response_headers", 0],
    ["response_body", 1],
    ["response_trailers", 1],
  ])("%s goes straight to the client while headers are not sent", async (name, hold) => {
    const { host, root } = await start(guest(bodies(name, hold)));
    const stream = host.stream(root);
    fullExchange(stream);
    expect([stream.client.status, stream.client.text(), stream.client.ended]).toEqual([
      502,
      "bad",
      true,
    ]);
    expect(logged(host).filter((line) => line === "headers")).toEqual([]);
  });

  it.each(["response_body", "response_trailers"])(
    "%s cuts the client off when headers are sent",
    async (name) => {
      const { host, root } = await start(guest(bodies(name, 0)));
      const stream = host.stream(root);
      fullExchange(stream);
      expect([stream.client.status, stream.client.ended, stream.client.reset]).toEqual([
        200,
        false,
        true,
      ]);
      expect(stream.client.text()).not.toContain("bad");
    },
  );

  it("replaces its own earlier reply, which is passing by", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("first"))} (i32.const 0)`,
      response_headers: `${reply(401, texts.of("second"))} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    expect(exchange(host, root, { request: { headers: GET } }).client.text()).toBe("second");
  });
});

describe("Envoy's own reply", () => {
  it("without a route is a 404 that has headers only, and can be given a body by a reply", async () => {
    const wasm = guest((texts) => ({
      response_headers: `${logDigit(END)} ${reply(404, texts.of("mine"))} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const stream = host.stream(root);
    stream.requestHeaders(GET, { end: true });
    stream.envoyReply(404);
    expect([stream.client.status, stream.client.text()]).toEqual([404, "mine"]);
    expect(logged(host)).toEqual(["1"]);
  });

  it("for an upstream that breaks before its headers passes the filter as a 503", async () => {
    const { host, root } = await start(guest(telling));
    const { client } = exchange(host, root, { request: { headers: GET }, response: "reset" });
    expect([client.status, client.header("content-type")]).toEqual([503, "text/plain"]);
    expect(client.text()).toMatch(/^upstream connect error.*connection termination$/);
    expect(logged(host)).toEqual(["headers", "0", "body", "1"]);
  });

  it("for an upstream that breaks while headers are held passes nobody", async () => {
    const wasm = guest((texts) => ({
      ...telling(texts),
      response_headers: "(i32.const 1)",
      response_body: "(i32.const 1)",
    }));
    const { host, root } = await start(wasm);
    const response = { headers: OK, body: "half", thenReset: true };
    const { client } = exchange(host, root, { request: { headers: GET }, response });
    expect([client.status, client.header("content-type"), client.ended]).toEqual([
      502,
      "text/plain",
      true,
    ]);
  });

  it("does not exist once the answer has begun: the client is reset", async () => {
    const { host, root } = await start(passThrough);
    const response = { headers: OK, body: "half", thenReset: true };
    const { client } = exchange(host, root, { request: { headers: GET }, response });
    expect([client.text(), client.ended, client.reset]).toEqual(["half", false, true]);
  });

  it("loses against the filter's for the first piece, and wins once the limit is known to be passed", async () => {
    const wasm = guest((texts) => ({
      request_headers: "(i32.const 1)",
      request_body: `(if (i32.gt_u ${SIZE} (i32.const 5)) (then ${reply(499, texts.of("own"))})) (i32.const 1)`,
    }));
    const { host, root } = await start(wasm, { bufferLimit: 5 });
    const send = (cut: number): number =>
      exchange(host, root, { request: { headers: POST, body: "123456", cut } }).client.status;
    expect(send(6)).toBe(499);
    expect(send(3)).toBe(413);
  });
});

describe("after a reply", () => {
  it("the request map can be read in response callbacks if the filter never let it go", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("no"))} (i32.const 0)`,
      response_headers: `${logRead(texts, 0, ":path")} ${LOG_RESULT} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    exchange(host, root, { request: { headers: GET } });
    expect(logged(host)).toEqual(["0", "/v1/x"]);
  });

  it("what the client still sends is not shown to the filter", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("no"))} (i32.const 0)`,
      request_body: "(unreachable)",
    }));
    const { host, root } = await start(wasm);
    const stream = host.stream(root);
    fullExchange(stream);
    expect(stream.client.status).toBe(400);
  });

  it("neither while the reply itself is stuck in a response callback", async () => {
    const wasm = guest((texts) => ({
      request_headers: `${reply(400, texts.of("no"))} (i32.const 0)`,
      request_body: "(unreachable)",
      response_body: "(i32.const 1)",
    }));
    const { host, root } = await start(wasm, { hangs: "model" });
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestBody("b");
    expect([stream.hung, stream.over]).toEqual([expect.stringContaining("response"), false]);
  });
});
