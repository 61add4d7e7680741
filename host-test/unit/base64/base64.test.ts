import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom } from "../../support/probe.ts";

const probe = new Probe();
const {
  decodeBase64,
  encodeBase64,
  decodePercent,
  makeWriter,
  writerBegin,
  writerFinish,
  writerPut,
} = probe.exports;
const writer = makeWriter();

/** Runs `fn` over a writer that holds `text`; null when it answers 0. */
function over(text: string, fn: (writer: number) => number | void): Uint8Array | null {
  const bytes = latin1(text);
  const ptr = probe.put(bytes, latin1("QUJD"));
  writerBegin(writer, bytes.length, bytes.length);
  writerPut(writer, ptr, bytes.length);
  probe.drop(ptr, bytes.length);
  const answer = fn(writer);
  const content = probe.written(writer);
  writerFinish(writer, 0);
  return answer === 0 ? null : content;
}

const decode = (text: string): Uint8Array | null => over(text, decodeBase64);
const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString("latin1");

describe("base64", () => {
  test("what was encoded comes back, with and without padding, with white space anywhere", () => {
    const random = randomFrom(5);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, padded) => {
        const whole = Buffer.from(bytes).toString("base64");
        const encoded = padded ? whole : whole.replace(/=+$/, "");
        const spaced = [...encoded].map((c) => (random(9) === 0 ? c + " \r\n\t"[random(4)] : c));
        expect(decode(spaced.join(""))).toEqual(bytes);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test("bytes of every length are encoded as others do it", () => {
    const random = randomFrom(7);
    for (let len = 0; len < 200; len++) {
      const bytes = Uint8Array.from({ length: len }, () => random(256));
      const ptr = probe.put(bytes);
      writerBegin(writer, 16, 1024);
      encodeBase64(writer, ptr, len);
      probe.drop(ptr, len);
      expect(text(probe.written(writer))).toBe(Buffer.from(bytes).toString("base64"));
      writerFinish(writer, 0);
    }
  });

  test("every byte that is not of the alphabet, padding or white space is refused", () => {
    const alphabet = /[A-Za-z0-9+/= \t\n\r]/;
    for (let c = 0; c < 256; c++) {
      const one = String.fromCharCode(c);
      if (alphabet.test(one)) continue;
      expect(decode(`QU${one}JD`), JSON.stringify(one)).toBeNull();
      expect(decode(`QUJD${one}`), JSON.stringify(one)).toBeNull();
    }
  });

  test.each([
    ["", ""],
    ["QQ", "A"],
    ["QQ==", "A"],
    ["QR==", "A"],
    ["QUI", "AB"],
    ["QUI=", "AB"],
    ["QUI = \n", "AB"],
    ["+/+/", "\xfb\xff\xbf"],
  ])("%j is %j", (encoded, expected) => expect(text(decode(encoded))).toBe(expected));

  test.each([
    "Q",
    "QUJDR",
    "QQ=",
    "QUI==",
    "QUJD=",
    "QUJD==",
    "QUJD====",
    "QQ==QQ==",
    "=",
    "QQ===",
    "-_",
  ])("%j is refused", (encoded) => expect(decode(encoded)).toBeNull());

  test("a megabyte needs no more room than it has", () => {
    const bytes = Buffer.alloc(1 << 20, "ab\0\xffz", "latin1");
    const decoded = decode(bytes.toString("base64"));
    expect(Buffer.from(decoded ?? []).equals(bytes)).toBe(true);
  });
});

describe("percent-encoding", () => {
  test.each([
    ["", ""],
    ["a%20b", "a b"],
    ["%e2%82%AC", "\xe2\x82\xac"],
    ["100%", "100%"],
    ["%4", "%4"],
    ["%4g%%41", "%4g%A"],
    ["a+b", "a+b"],
  ])("%j is %j", (encoded, expected) => expect(text(over(encoded, decodePercent))).toBe(expected));
});
