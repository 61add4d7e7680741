import { describe, expect, test } from "vitest";
import {
  bedrockChunk,
  bedrockError,
  bedrockException,
  encodeMessage,
  type HeaderValue,
  joined,
  rawMessage,
} from "../../support/event_stream.ts";
import { Probe, utf8 } from "../../support/probe.ts";
import { drive, withoutPlaces } from "./drive.ts";

/** Two messages that the service itself could have sent, checked with botocore's parser. */
const CHUNK =
  "000000910000004b684a49d10b3a6576656e742d747970650700056368756e6b0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e" +
  "0d3a6d6573736167652d747970650700056576656e747b226279746573223a2265794a306558426c496a6f696257567a6332466e5a56397a64473977496e303d22" +
  "2c2270223a22616263227da1aebc9a";
const EXCEPTION =
  "0000008e00000061514180540f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d7479706507" +
  "00106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a22546f6f206d616e7920" +
  "746f6b656e73227dc81b1ec1";

const STREAM = joined(
  bedrockChunk({ type: "message_start" }),
  encodeMessage({}, ""),
  bedrockChunk({ type: "ping" }),
  bedrockError("InternalFailure", "It failed."),
  bedrockException("throttlingException", { message: "Too many tokens" }),
);
const probe = new Probe();
const PLAIN = withoutPlaces(drive(probe, STREAM));
const WHOLE = bedrockChunk({ type: "message_stop" });

describe("messages", () => {
  test("the fixtures are read with types, names and payloads", () => {
    const bytes = new Uint8Array(Buffer.from(CHUNK + EXCEPTION, "hex"));
    expect(drive(probe, bytes)).toEqual([
      `event off=87 event-type="chunk" ${JSON.stringify('{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0=","p":"abc"}')}`,
      `exception off=254 exception-type="throttlingException" ${JSON.stringify('{"message":"Too many tokens"}')}`,
      "end ok",
    ]);
  });

  test("a stream in one window is answered in place", () => {
    const log = drive(probe, STREAM);
    expect(log).toHaveLength(6);
    expect(log.every((line) => !line.includes("off=-"))).toBe(true);
    expect(log[1]).toMatch(/^\? off=\d+ ""$/);
    expect(log[3]).toMatch(
      /^error off=\d+ error-code="InternalFailure" error-message="It failed\." ""$/,
    );
  });

  test("cut at every byte, the stream gives the same messages", () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      expect(withoutPlaces(drive(probe, STREAM, { cuts: [cut] })), `cut at ${cut}`).toEqual(PLAIN);
    }
  });

  test("in windows of every size, empty ones between them, the stream gives the same messages", () => {
    for (let size = 1; size <= 200; size++) {
      const count = Math.ceil(STREAM.length / size) - 1;
      const cuts = Array.from({ length: count }, (_, i) => (i + 1) * size);
      const doubled = cuts.flatMap((cut) => [cut, cut]);
      expect(withoutPlaces(drive(probe, STREAM, { cuts: doubled })), `size ${size}`).toEqual(PLAIN);
    }
  });

  test("two cuts anywhere in two messages change nothing", () => {
    const bytes = joined(bedrockChunk("{}"), encodeMessage({}, "x"));
    const plain = withoutPlaces(drive(probe, bytes));
    for (let a = 0; a <= bytes.length; a++) {
      for (let b = a; b <= bytes.length; b++) {
        expect(withoutPlaces(drive(probe, bytes, { cuts: [a, b] })), `${a}, ${b}`).toEqual(plain);
      }
    }
  });

  test("a stream that ends inside a message is truncated, wherever; between messages it is not", () => {
    for (let len = 0; len <= WHOLE.length; len++) {
      const status = len === 0 || len === WHOLE.length ? "ok" : "truncated";
      const log = drive(probe, WHOLE.subarray(0, len), { cuts: [len >> 1] });
      expect(log.at(-1), `${len} bytes`).toBe(`end ${status}`);
    }
  });
});

describe("corruption", () => {
  test("every flipped bit is noticed, whole and in small windows", () => {
    for (let at = 0; at < WHOLE.length; at++) {
      for (const mask of [1, 0x80]) {
        const bytes = joined(WHOLE, WHOLE);
        bytes[WHOLE.length + at] ^= mask;
        const tiny = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1);
        for (const cuts of [[], tiny]) {
          const log = drive(probe, bytes, { cuts });
          expect(log, `byte ${at}`).toHaveLength(2);
          expect(log[1], `byte ${at}`).toBe("end corrupt");
        }
      }
    }
  });

  const headers = utf8("\x01a\x00");
  test.each([
    ["a total of nothing", { total: 0 }],
    ["a total below its frame", { total: 15 }],
    ["headers that fill the frame's end", { headers: 7 }],
    ["headers above the total", { headers: 0xffff_ffff }],
  ])("%s is refused although the checksums are right", (_, lengths) => {
    const bytes = rawMessage(headers, "abc", lengths);
    for (const cuts of [[], [5], [13]]) {
      expect(drive(probe, bytes, { cuts })).toEqual(["end corrupt"]);
    }
  });

  test("headers never reach into the checksum, even when they would make sense", () => {
    const reaching = Uint8Array.from([1, 0x61, 6, 0, 4]);
    expect(drive(probe, rawMessage(reaching, "", { headers: 9 }))).toEqual(["end corrupt"]);
  });

  test("headers of 128 KiB pass, of one byte more they do not", () => {
    const filler = (len: number): Buffer => {
      const bytes = Buffer.alloc(len, 0);
      // A name of 255 bytes and no value makes 257 bytes; the last one fills up.
      for (let at = 0; at < len;) {
        const size = Math.min(257, len - at);
        const name = len - at - size === 1 ? size - 3 : size - 2;
        bytes[at] = name;
        at += name + 2;
      }
      return bytes;
    };
    const exact = rawMessage(filler(131_072), "x");
    expect(withoutPlaces(drive(probe, exact))).toEqual(['? "x"', "end ok"]);
    expect(drive(probe, rawMessage(filler(131_073), "x"))).toEqual(["end corrupt"]);
  });

  test("what follows a refused message is not looked at", () => {
    const bad = rawMessage(headers, "abc", { total: 0 });
    expect(drive(probe, joined(bad, WHOLE), { cuts: [bad.length] })).toEqual(["end corrupt"]);
  });
});

describe("headers", () => {
  const text = (value: string): HeaderValue => ({ type: "string", value });
  const message = (...parts: Uint8Array[]): Uint8Array => rawMessage(Buffer.concat(parts), "p");
  const header = (name: string, kind: number, ...value: number[]): Uint8Array =>
    Uint8Array.from([name.length, ...Buffer.from(name), kind, ...value]);
  const asText = (name: string, value: string): Uint8Array =>
    header(name, 7, 0, value.length, ...Buffer.from(value));

  test("values of every kind are passed over", () => {
    const uuid = "01234567-89ab-cdef-0123-456789abcdef";
    const bytes = encodeMessage(
      {
        t: { type: "boolean", value: true },
        f: { type: "boolean", value: false },
        b: { type: "byte", value: -1 },
        s: { type: "short", value: 258 },
        i: { type: "integer", value: 7 },
        bin: { type: "binary", value: new Uint8Array([7, 0, 1, 7]) },
        none: { type: "binary", value: new Uint8Array(0) },
        at: { type: "timestamp", value: new Date(1_700_000_000_000) },
        u: { type: "uuid", value: uuid },
        ":event-type": text(""),
        ":message-type": text("event"),
      },
      "p",
    );
    expect(withoutPlaces(drive(probe, bytes))).toEqual(['event event-type="" "p"', "end ok"]);
    const long = message(header("l", 5, 1, 2, 3, 4, 5, 6, 7, 8), asText(":message-type", "error"));
    expect(withoutPlaces(drive(probe, long))).toEqual(['error "p"', "end ok"]);
  });

  test.each([
    ["a kind that does not exist", [header("a", 10)]],
    ["a name that reaches over the end", [Uint8Array.from([9, 0x61, 0])]],
    ["a name without a kind", [Uint8Array.from([1, 0x61])]],
    ["a number without its last byte", [header("a", 5, 1, 2, 3, 4, 5, 6, 7)]],
    ["an identifier without its last byte", [header("a", 9, ...Array<number>(15).fill(1))]],
    ["half a length", [header("a", 7, 0)]],
    ["no length", [header("a", 6)]],
    ["a text one byte longer than the headers", [header("a", 7, 0, 3, 1, 2)]],
    ["a known name twice", [asText(":event-type", "a"), asText(":event-type", "a")]],
    [
      "a known name twice, once as a number",
      [header(":error-code", 2, 1), asText(":error-code", "a")],
    ],
  ])("%s is corrupt", (_, parts) => {
    expect(drive(probe, message(...parts))).toEqual(["end corrupt"]);
    expect(drive(probe, message(asText(":message-type", "event"), ...parts))).toEqual([
      "end corrupt",
    ]);
  });

  test.each([
    ["an unknown name twice", [asText("a", "b"), asText("a", "c")], '? "p"'],
    ["a known name that is no text", [header(":message-type", 6, 0, 1, 0x61)], '? "p"'],
    ["an unknown type", [asText(":message-type", "initial-response")], '? "p"'],
    ["names in another case", [asText(":Message-Type", "event")], '? "p"'],
  ])("%s passes", (_, parts, line) => {
    expect(withoutPlaces(drive(probe, message(...parts)))).toEqual([line, "end ok"]);
  });
});
