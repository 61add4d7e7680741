import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latin1, Probe, utf8 } from "../../support/probe.ts";
import { CONTENT } from "./arbitrary.ts";

const probe = new Probe();
const { exports: x } = probe;
const out = x.makeWriter();
const SEED = { seed: 41, numRuns: 3000 };
const CAP = 1 << 20;

/** Runs an engine function over bytes, with `behind` following in memory. */
function over<T>(bytes: Uint8Array, fn: (ptr: number, len: number) => T, behind = 'z\\u0041"'): T {
  const ptr = probe.put(bytes, latin1(behind));
  try {
    return fn(ptr, bytes.length);
  } finally {
    probe.drop(ptr, bytes.length);
  }
}

/** What a function writes; null when the output failed. */
function written(
  bytes: Uint8Array,
  fn: (out: number, ptr: number, len: number) => void,
  cap = CAP,
): Uint8Array<ArrayBuffer> | null {
  return over(bytes, (ptr, len) => {
    x.writerBegin(out, 0, cap);
    fn(out, ptr, len);
    return x.writerFailed(out) === 1 ? null : probe.written(out);
  });
}

const unescaped = (content: string): string =>
  Buffer.from(written(utf8(content), x.unescapeInto)!).toString("utf8");
const escaped = (text: string): string =>
  Buffer.from(written(utf8(text), x.escapeInto)!).toString("utf8");

/** Escapes one by one: a pair, another escape, or a half of a pair, which stays as it stands. */
const ESCAPE = /\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\u....|\\./g;

function unescapeOracle(content: string): string {
  return content.replace(ESCAPE, (escape) => {
    const isHalf = escape.length === 6 && /^\\u[dD][89a-fA-F]/.test(escape);
    return isHalf ? escape : (JSON.parse(`"${escape}"`) as string);
  });
}

describe("unescape", () => {
  test.each([
    ["", ""],
    ["plain é€😀", "plain é€😀"],
    ['\\"\\\\\\/\\b\\f\\n\\r\\t', '"\\/\b\f\n\r\t'],
    ["\\u0041\\u00e9\\u20ac", "Aé€"],
    ["\\u0000", "\0"],
    ["\\ud83d\\ude00", "😀"],
    ["\\uD83D\\uDE00!", "😀!"],
    // A half has no UTF-8 form: its escape stays.
    ["a\\ud83db", "a\\ud83db"],
    ["\\uDE00", "\\uDE00"],
    ["\\ude00\\ud83d", "\\ude00\\ud83d"],
    ["\\ud83d\\ud83d\\ude00", "\\ud83d😀"],
    ["\\ud83d\\n", "\\ud83d\n"],
    ["\\ud83d\\u0041", "\\ud83dA"],
    ["\\\\u0041", "\\u0041"],
    ['{\\"a\\":\\"\\\\ud83d\\"}', '{"a":"\\ud83d"}'],
  ])("%j becomes %j", (content, text) => {
    expect(unescaped(content)).toBe(text);
  });

  test("a half pair at the end does not pair with an escape behind the end", () => {
    const content = latin1("x\\ud83d");
    const text = over(
      content,
      (ptr, len) => {
        x.writerBegin(out, 0, CAP);
        x.unescapeInto(out, ptr, len);
        return Buffer.from(probe.written(out)).toString();
      },
      "\\ude00",
    );
    expect(text).toBe("x\\ud83d");
  });

  test("random contents become what JSON.parse makes of them", () => {
    fc.assert(
      fc.property(CONTENT, (content) => {
        expect(unescaped(content)).toBe(unescapeOracle(content));
      }),
      SEED,
    );
  });

  test("invalid bytes are copied as they are", () => {
    const bytes = Uint8Array.of(0xff, 0xc3, 0x5c, 0x6e, 0xed, 0xa0, 0x80, 0xf5);
    const want = Uint8Array.of(0xff, 0xc3, 0x0a, 0xed, 0xa0, 0x80, 0xf5);
    expect(written(bytes, x.unescapeInto)).toEqual(want);
  });

  test("room for the escaped length is enough, one byte less fails and writes nothing", () => {
    const content = utf8("abc\\n\\u0041\\ud83d\\ude00xyz");
    expect(written(content, x.unescapeInto, content.length)).toEqual(utf8("abc\nA😀xyz"));
    expect(written(content, x.unescapeInto, content.length - 1)).toBeNull();
    expect(x.writerLength(out)).toBe(0);
  });
});

describe("escape", () => {
  test("every byte below 0x80 is written as JSON.stringify writes it", () => {
    for (let c = 0; c < 0x80; c++) {
      const text = String.fromCharCode(c);
      for (const around of [text, `abc${text}def`, `0123456789abcde${text}f`, text.repeat(40)]) {
        expect(escaped(around)).toBe(JSON.stringify(around).slice(1, -1));
      }
    }
  });

  test("random texts are written as JSON.stringify writes them", () => {
    const unit = fc.oneof(
      fc.constantFrom('"', "\\", "\n", "\0", "\x1f", "é", "😀", "\u2028"),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 10 }), (units) => {
        const text = units.join("");
        expect(escaped(text)).toBe(JSON.stringify(text).slice(1, -1));
      }),
      SEED,
    );
  });

  test("random bytes, valid or not, come back when what was escaped is unescaped", () => {
    const byte = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x22, 0x5c, 0, 10, 0x75),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.array(byte, { maxLength: 40 }), (a, b) => {
        const bytes = new Uint8Array([...a, ...b]);
        const content = written(bytes, x.escapeInto)!;
        expect(written(content, x.unescapeInto)).toEqual(bytes);
      }),
      SEED,
    );
  });

  test("an output with exactly the room needed succeeds, one byte less fails", () => {
    for (const text of ['"', "\n", "\0", 'ab"', "x\u0001", '""', "0123456789abcdef\\"]) {
      const want = utf8(JSON.stringify(text).slice(1, -1));
      expect(written(utf8(text), x.escapeInto, want.length), text).toEqual(want);
      expect(written(utf8(text), x.escapeInto, want.length - 1), text).toBeNull();
    }
  });

  test("what fits before a failure is whole: no half escape is left", () => {
    written(latin1("abc\x01"), x.escapeInto, 8);
    expect(Buffer.from(probe.written(out)).toString()).toBe("abc");
  });
});

describe("questions about content", () => {
  /** Length without trailing white space, by tokens. */
  function trimOracle(content: string): number {
    const raw = Buffer.from(content).toString("latin1");
    const tail = /(?:[\t\n\v\f\r ]|\\[tnfr]|\\u00(?:20|0[9a-dA-D]))*$/;
    const tokens = raw.match(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs) ?? [];
    let kept = tokens.length;
    while (kept > 0 && tail.exec(tokens[kept - 1])![0].length === tokens[kept - 1].length)
      kept -= 1;
    return tokens.slice(0, kept).join("").length;
  }

  test.each([
    ["", 0],
    ["a", 1],
    ["a ", 1],
    [" a", 2],
    ["a\\n", 1],
    ["a\\n \\t", 1],
    ["a\\\\n", 4],
    ["a\\u0020", 1],
    ["a\\u0009", 1],
    ["a\\u000b", 1],
    ["a\\u000C", 1],
    ["a\\u000D", 1],
    ["a\\u0009\\u000A\\u000d", 1],
    ["a\\u0021", 7],
    ["a\\u00a0", 7],
    ["a\\u000e", 7],
    ["   ", 0],
    ["\\n\\r\\t\\f", 0],
    ["\\b", 2],
    ["n", 1],
    ["a0", 2],
    ['\\"', 2],
    ["a\\ud83d\\ude20", 13],
  ])("%j without trailing white space has %i bytes", (content, len) => {
    expect(over(utf8(content), x.trimmedLen, " ")).toBe(len);
    expect(over(utf8(content), x.isBlank, " ")).toBe(len === 0 ? 1 : 0);
    expect(trimOracle(content)).toBe(len);
  });

  test("random contents with white space at the end have the length of the token oracle", () => {
    const tails = fc.array(
      fc.constantFrom(
        " ",
        "\\n",
        "\\r",
        "\\t",
        "\\f",
        "\\u0020",
        "\\u000B",
        "\\\\",
        "\\u0030",
        "d",
        "9",
        "0",
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(CONTENT, tails, (head, tail) => {
        const content = head + tail.join("");
        expect(over(utf8(content), x.trimmedLen, " ")).toBe(trimOracle(content));
      }),
      SEED,
    );
  });

  test("code points are counted as JavaScript counts them, a half alone as one", () => {
    fc.assert(
      fc.property(CONTENT, (content) => {
        const want = [...(JSON.parse(`"${content}"`) as string)].length;
        expect(over(utf8(content), x.countCodePoints)).toBe(want);
      }),
      SEED,
    );
  });

  test("a backslash is found at every place, never behind the end", () => {
    for (let len = 0; len <= 40; len++) {
      for (let at = 0; at <= len; at++) {
        const bytes = utf8(`${"a".repeat(at)}\\${"a".repeat(40)}`.slice(0, len));
        over(bytes, (ptr) => expect(x.findEscape(ptr, ptr + len) - ptr).toBe(at), "z\\");
      }
    }
  });
});
