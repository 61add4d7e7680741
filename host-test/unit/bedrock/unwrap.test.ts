/** What Bedrock's messages carry: Messages events in base64, exceptions that become error events, frames for native clients. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bedrockChunk,
  bedrockError,
  bedrockException,
  encodeMessage,
} from "../../support/event_stream.ts";
import { Probe } from "../../support/probe.ts";

const UNWRAPPED = ["ignored", "event", "error", "invalid", "no memory"];
const probe = new Probe();
const { exports: x } = probe;

/** What one message is, and the JSON that it holds. */
function unwrap(message: Uint8Array): [kind: string | undefined, json: string] {
  const decoder = x.openEventStream(1 << 20);
  const ptr = probe.put(message, Buffer.from('"AAAA'));
  x.eventStreamFeed(decoder, ptr, message.length);
  expect(x.eventStreamNext(decoder)).toBe(1);
  const kind = UNWRAPPED[x.bedrockUnwrap(decoder)];
  const holds = kind === "event" || kind === "error";
  const json = holds ? Buffer.from(probe.written(x.unwrappedWriter())).toString() : "";
  x.closeEventStream(decoder);
  probe.drop(ptr, message.length);
  return [kind, json];
}

/** A chunk with this payload. */
const chunk = (payload: string): Uint8Array =>
  encodeMessage(
    {
      ":event-type": { type: "string", value: "chunk" },
      ":message-type": { type: "string", value: "event" },
    },
    payload,
  );

/** The error event of one message: its type and message. */
function errorOf(message: Uint8Array): [type: string, text: string] {
  const [kind, json] = unwrap(message);
  expect(kind).toBe("error");
  const { type, error } = JSON.parse(json) as {
    type: string;
    error: { type: string; message: string };
  };
  expect(type).toBe("error");
  expect(Object.keys(error)).toEqual(["type", "message"]);
  return [error.type, error.message];
}

describe("chunks", () => {
  test("the event comes back byte for byte", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(unwrap(bedrockChunk(json))).toEqual(["event", json]);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test.each([
    [
      "white space and other members",
      ' {"p":[1,{"bytes":"QQ=="}], "x":null , "bytes" : "e30="}',
      "{}",
    ],
    ["escaped slashes", '{"bytes":"Ij8\\/Pz8i"}', '"????"'],
    ["an escaped name", '{"b\\u0079tes":"e30="}', "{}"],
    ["the last of two", '{"bytes":"QQ==","bytes":"e30="}', "{}"],
    ["no padding", '{"bytes":"e30"}', "{}"],
  ])("%s: read", (_, payload, json) => expect(unwrap(chunk(payload))).toEqual(["event", json]));

  test.each([
    ["without bytes", chunk('{"p":"abc"}')],
    ["with null", chunk('{"bytes":null}')],
    ["with empty bytes", chunk('{"bytes":""}')],
    [
      "of another type",
      encodeMessage({ ":message-type": { type: "string", value: "event" } }, "{}"),
    ],
    ["of no type", encodeMessage({ ":event-type": { type: "string", value: "chunk" } }, "{}")],
  ])("a message %s is passed over", (_, message) => expect(unwrap(message)[0]).toBe("ignored"));

  test.each([
    "",
    "[]",
    "{",
    '{"bytes":"e30="',
    '{"bytes":"e30="} x',
    '{"bytes":5}',
    '{"bytes":{}}',
    '{"bytes":"e30*"}',
    '{"bytes":"e"}',
    '{"bytes":"e30=e30="}',
  ])("the payload %j is invalid", (payload) => expect(unwrap(chunk(payload))[0]).toBe("invalid"));
});

describe("exceptions", () => {
  test.each([
    ["throttlingException", "rate_limit_error"],
    ["validationException", "invalid_request_error"],
    ["modelTimeoutException", "timeout_error"],
    ["modelStreamErrorException", "api_error"],
    ["internalServerException", "api_error"],
    ["serviceUnavailableException", "overloaded_error"],
    ["somethingNewException", "api_error"],
    ["", "api_error"],
  ])("%j is %s", (name, type) => {
    expect(errorOf(bedrockException(name, { message: 'A "b"\n\u00e9' }))).toEqual([
      type,
      'A "b"\n\u00e9',
    ]);
  });

  test.each([
    [429, "rate_limit_error"],
    [400, "invalid_request_error"],
    [403, "permission_error"],
    [503, "overloaded_error"],
    [500, "api_error"],
    [200, "api_error"],
    [-1, "api_error"],
    ["429", "api_error"],
  ])("a model's error of status %j is %s", (originalStatusCode, type) => {
    const payload = { message: "Of Bedrock", originalStatusCode, originalMessage: "Of the model" };
    const expected = typeof originalStatusCode === "number" ? "Of the model" : undefined;
    const [seen, text] = errorOf(bedrockException("modelStreamErrorException", payload));
    expect(seen).toBe(type);
    if (expected !== undefined) expect(text).toBe(expected);
  });

  test("nothing of one exception is left in the next", () => {
    const name = "modelStreamErrorException";
    const first = { originalStatusCode: 429, originalMessage: "a", message: "b" };
    expect(errorOf(bedrockException(name, first))).toEqual(["rate_limit_error", "a"]);
    expect(errorOf(bedrockException(name, "{}"))).toEqual([
      "api_error",
      `The upstream's stream ended with ${name}.`,
    ]);
  });

  test.each([
    ["the capital spelling", '{"Message":"Slow down"}', "Slow down"],
    ["an empty original", '{"message":"a","originalMessage":""}', "a"],
    ["null", '{"message":null}', "The upstream's stream ended with throttlingException."],
    ["nothing", "", "The upstream's stream ended with throttlingException."],
    ["no JSON", "<html>", "The upstream's stream ended with throttlingException."],
    ["half of JSON", '{"message":"a"', "The upstream's stream ended with throttlingException."],
  ])("%s as the payload", (_, payload, text) => {
    expect(errorOf(bedrockException("throttlingException", payload))).toEqual([
      "rate_limit_error",
      text,
    ]);
  });

  test("errors say what their headers say", () => {
    const text = 'It "failed"\n';
    expect(errorOf(bedrockError("InternalFailure", text))).toEqual(["api_error", text]);
    expect(errorOf(bedrockError("throttlingException", "", '{"message":"m"}'))).toEqual([
      "rate_limit_error",
      "m",
    ]);
    expect(errorOf(bedrockError('A"', ""))).toEqual([
      "api_error",
      `The upstream's stream ended with A".`,
    ]);
    expect(errorOf(bedrockError("", ""))[1]).toBe("The upstream's stream ended with an error.");
  });

  test("any text of any length stays JSON", () => {
    const text = fc.string({ maxLength: 2000, unit: "binary" });
    fc.assert(
      fc.property(text, text, (name, message) => {
        const [, seen] = errorOf(bedrockError(name, message));
        if (message !== "") expect(seen).toBe(message);
        expect(errorOf(bedrockException(name, { message }))[0]).toMatch(/_error$/);
      }),
      { seed: 8, numRuns: 80 },
    );
  });
});

describe("frames of native streams", () => {
  /** The frame of an event; null when it is refused. */
  function frame(json: string): string | null {
    expect(unwrap(bedrockChunk(json))[0]).toBe("event");
    const out = x.makeWriter();
    x.writerBegin(out, 0, 1 << 16);
    const good = x.bedrockPutFrame(20, out) === 1;
    const text = Buffer.from(probe.written(out)).toString();
    x.writerFinish(out, 0);
    return good ? text : null;
  }

  test.each([
    ['{"type":"ping"}', 'event: ping\ndata: {"type":"ping"}\n\n'],
    ['{ "a" : 1.50,\r\n"type":"x" }', 'event: x\ndata: { "a" : 1.50,  "type":"x" }\n\n'],
    ["{}", "data: {}\n\n"],
    ['{"type":5}', 'data: {"type":5}\n\n'],
  ])("%j", (json, expected) => expect(frame(json)).toBe(expected));

  test("Bedrock's metrics are left out, wherever they stand", () => {
    const metrics = '"amazon-bedrock-invocationMetrics":{"inputTokenCount":1,"outputTokenCount":2}';
    const clean = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    expect(frame(`{"type":"message_stop",${metrics}}`)).toBe(clean);
    expect(frame(`{${metrics} , "type" : "message_stop"}`)).toBe(clean);
    expect(frame(`{${metrics}}`)).toBe("data: {}\n\n");
    expect(frame(`{"a":[${metrics.length}],${metrics},"\\"b":1}`)).toBe(
      `data: {"a":[${metrics.length}],"\\"b":1}\n\n`,
    );
  });

  test.each(["[]", "1", '{"a"', '{"a":1} 2', "nothing"])("%j is refused", (json) =>
    expect(frame(json)).toBeNull(),
  );
});

test("what was unwrapped is given back, a small block stays", () => {
  unwrap(bedrockChunk("{}"));
  x.dropUnwrapped();
  const live = x.liveBytes();
  unwrap(bedrockChunk(JSON.stringify("x".repeat(300_000))));
  expect(x.liveBytes()).toBeGreaterThan(live + 300_000);
  x.dropUnwrapped();
  expect(x.liveBytes()).toBeLessThanOrEqual(live);
});
