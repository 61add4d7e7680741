/** Bodies: what a callback sees, what an edit does, what is held and how much of it. */
import { describe, expect, it } from "vitest";
import { ByteBuffer } from "../../host/byte_buffer.ts";
import { exchange, HangError, MisuseError, type MessageInput } from "../host/index.ts";
import { call, END, guest, logDigit, SIZE, SLOTS, status } from "./guest.ts";
import {
  GET,
  holdAll,
  logged,
  LOG_RESULT,
  OK,
  POST,
  readBody,
  replaceBody,
  rewriting,
  start,
} from "./guests.ts";

const HUGE = 0xffffffff;

describe("set_buffer_bytes", () => {
  const edited = (
    start: number,
    length: number,
    prefix: Parameters<ByteBuffer["edit"]>[3] = "drop-prefix",
  ): [number, string] => {
    const buffer = new ByteBuffer();
    buffer.append(Buffer.from("abc"));
    const result = buffer.edit(start, length, Buffer.from("XY"), prefix);
    return [result, Buffer.from(buffer.view()).toString()];
  };

  it.each([
    [0, 0, 0, "XYabc"],
    [0, 1, 0, "XYbc"],
    [0, 3, 0, "XY"],
    [0, HUGE, 0, "XY"],
    [3, 0, 0, "abcXY"],
    [HUGE, 5, 0, "abcXY"],
    [1, 0, 2, "abc"],
    [2, HUGE, 2, "abc"],
  ])("(%i, %i) on 3 bytes", (from, length, result, content) => {
    expect(edited(from, length)).toEqual([result, content]);
  });

  it("treats a partial prefix as older versions do, or fails the test", () => {
    expect(edited(0, 2, "bad-argument")).toEqual([2, "abc"]);
    expect(() => edited(0, 2, "refuse-test")).toThrow(MisuseError);
  });

  it("finds no body in a headers callback, and cannot write what is not a body", async () => {
    const set = (kind: number): string =>
      logDigit(
        status(
          "proxy_set_buffer_bytes",
          `(i32.const ${kind})`,
          "(i32.const 0) (i32.const 0)",
          "(i32.const 0) (i32.const 0)",
        ),
      );
    const get = (kind: number): string =>
      logDigit(
        status(
          "proxy_get_buffer_bytes",
          `(i32.const ${kind})`,
          "(i32.const 0) (i32.const 9)",
          SLOTS,
        ),
      );
    const wasm = guest(() => ({
      request_headers: `${[0, 1, 2, 4, 6, 7, 8, 9].map((kind) => get(kind) + set(kind)).join(" ")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    host.stream(root).requestHeaders(GET);
    // Pairs of get and set, as seen on Envoy 1.40.
    expect(logged(host).join("")).toBe("02" + "02" + "02" + "11" + "02" + "11" + "02" + "22");
  });
});

describe("get_buffer_bytes", () => {
  it("gives what there is from the start on, and nothing beyond the end", async () => {
    const get = (from: number, length: number): string =>
      call(
        "proxy_get_buffer_bytes",
        "(i32.const 0)",
        `(i32.const ${from})`,
        `(i32.const ${length})`,
        SLOTS,
      ) + LOG_RESULT;
    const wasm = guest(() => ({
      request_body: `${get(0, -1)} ${get(1, 2)} ${get(4, 1)} ${get(9, 9)} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    stream.requestBody("abcd");
    expect(logged(host)).toEqual(["abcd", "bc", "", ""]);
  });
});

describe("a body callback", () => {
  /** Returns the number that its first byte spells, and logs the size it was given. */
  const told = guest(() => ({
    request_body: `${logDigit(SIZE)} ${readBody(0)}
      (if (i32.eqz ${SIZE}) (then (return (i32.const 0))))
      (i32.sub (i32.load8_u (i32.sub (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 20))) (i32.const 1))) (i32.const 48))`,
  }));

  it.each([
    ["forgets what it let go", ["a0", "b0"], [2, 2], ["a0", "b0"]],
    ["sees the accumulation after a 1", ["a1", "b1", "c0", "d0"], [2, 4, 6, 2], ["a1b1c0", "d0"]],
    ["keeps what returned 2 but does not show it", ["a2", "b0"], [2, 2], ["a2b0"]],
    ["drops what returned 3", ["a3", "b0"], [2, 2], ["b0"]],
    ["takes anything above 3 for 3", ["a9", "b0"], [2, 2], ["b0"]],
    [
      "joins all of it, as on Envoy 1.40",
      ["a2", "bb3", "ccc1", "dddd0", "eeeee0"],
      [2, 3, 4, 11, 6],
      ["a2ccc1dddd0", "eeeee0"],
    ],
  ])("%s", async (_name, pieces, sizes, chunks) => {
    const { host, root } = await start(told);
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    for (const piece of pieces) stream.requestBody(piece);
    const sizeOf = (digit: string): number => digit.charCodeAt(0) - 48;
    expect(logged(host).map(sizeOf)).toEqual(sizes);
    expect(stream.upstream.chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(chunks);
  });

  it("that is missing lets the body pass, with trailers un-rewritten", async () => {
    const wasm = guest(() => ({
      request_body: `(if (i32.eqz ${END}) (then (return (i32.const 1)))) ${replaceBody(0, "(i32.const 0) (i32.const 0)")} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const request: MessageInput = { headers: POST, body: "secret", trailers: [["t", "1"]] };
    const { upstream } = exchange(host, root, { request, response: { headers: OK } });
    expect(upstream.text()).toBe("secret");
  });
});

describe("the end of a message", () => {
  const shapes = guest(() => ({
    request_body: `${logDigit(SIZE)} ${logDigit(END)} (i32.const 0)`,
    request_trailers: `${logDigit(SIZE)} (i32.const 0)`,
  }));
  const seen = async (request: Omit<MessageInput, "headers">): Promise<string> => {
    const { host, root } = await start(shapes);
    exchange(host, root, { request: { headers: POST, ...request }, response: { headers: OK } });
    return logged(host).join("");
  };

  it("comes by itself on HTTP/1, with the last piece on HTTP/2", async () => {
    expect(await seen({ body: "abc" })).toBe("30" + "01");
    expect(await seen({ body: "abc", eos: "joined" })).toBe("31");
    expect(await seen({ body: "abcde", cut: 2, eos: "joined" })).toBe("20" + "20" + "11");
  });

  it("is one empty call for a body of no bytes, and none for no body", async () => {
    expect(await seen({ body: "" })).toBe("01");
    expect(await seen({ body: "", eos: "joined" })).toBe("01");
    expect(await seen({})).toBe("");
  });

  it("is never told to a body callback when trailers follow", async () => {
    expect(
      await seen({
        body: "abc",
        trailers: [
          ["t", "1"],
          ["u", "2"],
        ],
      }),
    ).toBe("30" + "2");
    expect(await seen({ trailers: [["t", "1"]] })).toBe("1");
  });

  it("can be written at, also when the body had no bytes, but not in trailers without data", async () => {
    const wasm = guest((texts) => ({
      request_headers: `(i32.const 1)`,
      request_body: `(if (i32.eqz ${END}) (then (return (i32.const 1)))) ${replaceBody(0, texts.of("new"))} (i32.const 0)`,
      request_trailers: `${logDigit(status("proxy_set_buffer_bytes", "(i32.const 0)", "(i32.const 0) (i32.const -1)", texts.of("new")))} (i32.const 0)`,
    }));
    const { host, root } = await start(wasm);
    const send = (request: Omit<MessageInput, "headers">): string =>
      exchange(host, root, {
        request: { headers: POST, ...request },
        response: { headers: OK },
      }).upstream.text();
    expect(send({ body: "" })).toBe("new");
    expect(send({ body: "old" })).toBe("new");
    expect(send({ body: "old", trailers: [["t", "1"]] })).toBe("new");
    expect(send({ trailers: [["t", "1"]] })).toBe("");
    expect(logged(host)).toEqual(["0", "2"]);
  });
});

describe("cuts", () => {
  it("do not change what a whole-body rewriter sends, whatever the shape of the end", async () => {
    const { host, root } = await start(rewriting);
    for (const eos of ["separate", "joined"] as const) {
      for (let cut = 1; cut <= 9; cut++) {
        const request: MessageInput = { headers: POST, body: "payload", cut, eos };
        const response: MessageInput = { headers: OK, body: "answer", cut, eos };
        const { upstream, client } = exchange(host, root, { request, response });
        expect([upstream.text(), client.text()]).toEqual(["payloadpayload", "answer"]);
        expect(upstream.chunks).toHaveLength(1);
        expect(client.chunks).toHaveLength(Math.ceil(6 / cut));
      }
    }
    host.assertIdle();
  });
});

describe("the buffer limit", () => {
  const send = async (size: number, limit: number, cut: number): Promise<number> => {
    const { host, root } = await start(holdAll, { bufferLimit: limit });
    const request: MessageInput = { headers: POST, body: "x".repeat(size), cut };
    return exchange(host, root, { request, response: { headers: OK } }).client.status;
  };

  it("is not reached at the limit, and answers 413 one above, wherever the cut", async () => {
    for (const cut of [1, 7, 100]) {
      expect(await send(20, 20, cut)).toBe(200);
      expect(await send(21, 20, cut)).toBe(413);
    }
  });

  it("shows the filter the size that is too large, then sends the 413 through its response callbacks", async () => {
    const { host, root } = await start(
      guest((texts) => ({
        request_headers: "(i32.const 1)",
        request_body: `${logDigit(SIZE)} (i32.const 1)`,
        response_headers: `${call("proxy_replace_header_map_value", "(i32.const 2)", texts.of("x"), texts.of("y"))} (i32.const 0)`,
        response_body: `${logDigit(`(i32.sub ${SIZE} (i32.const 10))`)} (i32.const 0)`,
      })),
      { bufferLimit: 5 },
    );
    const stream = host.stream(root);
    stream.requestHeaders(POST);
    for (const piece of ["abc", "def", "ghi"]) stream.requestBody(piece);
    expect(logged(host)).toEqual(["3", "6", "7"]);
    expect(stream.client.status).toBe(413);
    expect(stream.client.text()).toBe("Payload Too Large");
    expect(stream.client.header("x")).toBe("y");
    expect(stream.upstream.headers).toBeUndefined();
  });

  it("also counts what the filter writes: its own body answers 413 after the callback", async () => {
    const growing = guest((texts) => ({
      request_headers: "(i32.const 1)",
      request_body: `(if (i32.eqz ${END}) (then (return (i32.const 1)))) ${replaceBody(0, texts.of("123456"))} ${replaceBody(0, texts.of("1"))} (i32.const 0)`,
    }));
    const { host, root } = await start(growing, { bufferLimit: 5 });
    expect(exchange(host, root, { request: { headers: POST, body: "b" } }).client.status).toBe(413);
  });

  it("does not count a body that was never held", async () => {
    const { host, root } = await start(rewriting, { bufferLimit: 5 });
    const response: MessageInput = { headers: OK, body: "x".repeat(50), cut: 10 };
    expect(exchange(host, root, { request: { headers: GET }, response }).client.size).toBe(50);
  });

  it("answers a held response by a bare 500, and resets one whose headers are sent", async () => {
    const holdBody = (headers: number): Uint8Array =>
      guest(() => ({ response_headers: `(i32.const ${headers})`, response_body: "(i32.const 1)" }));
    for (const cut of [3, 6]) {
      const response: MessageInput = { headers: OK, body: "abcdef", cut };
      const held = await start(holdBody(1), { bufferLimit: 5 });
      const { client } = exchange(held.host, held.root, { request: { headers: GET }, response });
      expect([client.status, client.text(), client.ended]).toEqual([
        500,
        "Internal Server Error",
        true,
      ]);
      const sent = await start(holdBody(0), { bufferLimit: 5 });
      const cutOff = exchange(sent.host, sent.root, { request: { headers: GET }, response }).client;
      expect([cutOff.status, cutOff.size, cutOff.ended, cutOff.reset]).toEqual([
        200,
        0,
        false,
        true,
      ]);
    }
  });

  it("ends a response that grows too large inside the host call that grew it", async () => {
    const wasm = guest((texts) => ({
      response_headers: "(i32.const 1)",
      response_body: `(if (i32.eqz ${END}) (then (return (i32.const 1))))
        ${replaceBody(1, texts.of("123456"))} ${logDigit("(i32.const 4)")} (i32.const 0)`,
      log: logDigit("(i32.const 1)"),
      done: `${logDigit("(i32.const 2)")} (i32.const 1)`,
      delete: logDigit("(i32.const 3)"),
    }));
    const { host, root } = await start(wasm, { bufferLimit: 5 });
    const response: MessageInput = { headers: OK, body: "abc" };
    expect(exchange(host, root, { request: { headers: GET }, response }).client.status).toBe(500);
    expect(logged(host)).toEqual(["1", "2", "3", "4"]);
  });
});

describe("a hang", () => {
  const returning = (callback: string, action: number): Uint8Array =>
    guest(() => ({ [callback]: `(i32.const ${action})` }));

  it.each([
    ["request_headers", 1, { headers: GET }, "held although the message has ended"],
    ["request_headers", 2, { headers: GET }, "without their end"],
    ["request_headers", 4, { headers: POST, body: "b" }, "stopped for good"],
    ["request_body", 1, { headers: POST, body: "b" }, "returned 1 at the end"],
    ["request_body", 3, { headers: POST, body: "b" }, "returned 3 at the end"],
    ["request_trailers", 1, { headers: POST, trailers: [["t", "1"]] }, "trailers held"],
    ["response_headers", 1, { headers: GET }, "held although the message has ended"],
  ] as [string, number, MessageInput, string][])(
    "%s returning %i is found",
    async (callback, action, request, reason) => {
      const { host, root } = await start(returning(callback, action));
      const run = (): unknown => exchange(host, root, { request, response: { headers: OK } });
      expect(run).toThrow(HangError);
      expect(run).toThrow(reason);
    },
  );

  it("is what holding headers comes to on a host without the flag", async () => {
    const { host, root } = await start(holdAll, { profile: "envoy-nohold" });
    const run = (): unknown => exchange(host, root, { request: { headers: POST, body: "b" } });
    expect(run).toThrow("stopped for good");
    expect(host.stream(root).requestHeaders(GET, { end: true })).toBeUndefined();
  });

  it("can be modelled instead of thrown", async () => {
    const { host, root } = await start(returning("request_body", 1), { hangs: "model" });
    const { stream } = exchange(host, root, { request: { headers: POST, body: "b" } });
    expect(stream.hung).toContain("held");
    stream.clientReset();
    host.assertIdle();
  });
});
