import { describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom, utf8 } from "../../support/probe.ts";
import { STATUS } from "./walk.ts";

const probe = new Probe();
const { exports: x } = probe;

/** Result of a string scan: offset of the closing quote or a status, and whether an escape was seen. */
function scan(fn: (ptr: number, end: number) => number, ptr: number, len: number): string {
  const quote = fn(ptr, ptr + len) >>> 0;
  const escaped = x.lastScanEscaped() === 1 ? " escaped" : "";
  return quote === 0 ? STATUS[x.lastScanStatus()] : `${quote - ptr}${escaped}`;
}

/** The same by regular expressions over the text up to its end. */
function expected(text: string): string {
  // eslint-disable-next-line no-control-regex
  const inside = /^(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/.exec(text)![0];
  const escaped = inside.includes("\\") ? " escaped" : "";
  const rest = text.slice(inside.length);
  if (rest[0] === '"') return `${inside.length}${escaped}`;
  const cut = rest === "" || rest === "\\" || (/^\\u/.test(rest) && rest.length < 6);
  return cut ? "Truncated" : "BadString";
}

const BIASED = [
  '"',
  "\\",
  "\\n",
  "\\u0041",
  "\\u00",
  "\\x",
  "\n",
  "\x1f",
  "\x80",
  "\xff",
  " ",
  "a",
  "\x7f",
];

const VALID = ["\\\\", '\\"', "\\n", "\\t", "\\/", "\\u00e9", "\\\\\\\\", "\xc3\xa9"];

describe("string scan", () => {
  test("vector, scalar and reference agree on random bytes at every alignment and length up to 240", () => {
    const random = randomFrom(77);
    const base = (probe.block(512) + 15) & ~15;
    const seen = new Set<string>();
    for (let turn = 0; turn < 16 * 241 * 5; turn++) {
      const [align, len] = [turn % 16, Math.floor(turn / 16) % 241];
      const sparse = 2 + random(60);
      const piece = (): string =>
        random(sparse) === 0 ? BIASED[random(BIASED.length)] : "abcdefgh"[random(8)];
      const text = Array.from({ length: len }, piece).join("").slice(0, len);
      probe.write(base + align, latin1(text), latin1(['"', "\\", 'z"', "zz\\"][random(4)]));
      const vector = scan(x.findStringEndSimd, base + align, len);
      const scalar = scan(x.findStringEndScalar, base + align, len);
      const want = expected(text);
      seen.add(want.replace(/\d+/, "n"));
      if (vector !== want || scalar !== want) {
        throw new Error(`${JSON.stringify(text)} at ${align}: ${vector}, ${scalar}, want ${want}`);
      }
    }
    expect([...seen].sort()).toEqual(["BadString", "Truncated", "n", "n escaped"]);
  });

  test("every single byte at every place of two lanes is judged alike", () => {
    const base = (probe.block(256) + 15) & ~15;
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 0; at < 33; at++) {
        const text = `${"a".repeat(at)}${String.fromCharCode(byte)}${"a".repeat(33 - at)}"`;
        probe.write(base, latin1(text));
        const want = expected(text);
        if (scan(x.findStringEndSimd, base, text.length) !== want)
          throw new Error(`${byte} at ${at}`);
        if (scan(x.findStringEndScalar, base, text.length) !== want)
          throw new Error(`${byte} at ${at}`);
      }
    }
  });

  test("long strings full of escapes are judged alike, whichever block an escape or a fault lies in", () => {
    const random = randomFrom(78);
    const base = (probe.block(1024) + 15) & ~15;
    const ends = ['"', '"', "\\x", "\\u12g4", "\n", "\\", ""];
    const seen = new Set<string>();
    for (let turn = 0; turn < 16_000; turn++) {
      const plain = random(12);
      const piece = (): string =>
        random(plain + 1) === 0 ? VALID[random(VALID.length)] : "abcdefgh"[random(8)];
      const body = Array.from({ length: random(200) }, piece).join("");
      const text = body + ends[random(ends.length)];
      const align = turn % 16;
      probe.write(base + align, latin1(text), latin1('"\\"\\"\\"\\"\\'));
      const want = expected(text);
      seen.add(want.replace(/\d+/, "n"));
      for (const fn of [x.findStringEndSimd, x.findStringEndScalar]) {
        const got = scan(fn, base + align, text.length);
        if (got !== want)
          throw new Error(`${JSON.stringify(text)} at ${align}: ${got}, want ${want}`);
      }
    }
    expect([...seen].sort()).toEqual(["BadString", "Truncated", "n", "n escaped"]);
  });

  test("the product uses the vector form", () => {
    const ptr = probe.put(latin1('ab"'));
    expect(scan(x.findStringEnd, ptr, 3)).toBe("2");
    expect(x.findStringEnd(ptr, ptr + 2)).toBe(0);
    expect(STATUS[x.lastScanStatus()]).toBe("Truncated");
  });
});

describe("tokens", () => {
  test("space ends at the first other byte or at the end, at every length", () => {
    const random = randomFrom(6);
    for (let len = 0; len < 60; len++) {
      for (let round = 0; round < 20; round++) {
        const text = Array.from({ length: len }, () => "      \n\r\t\0a\x0b\xa0"[random(13)]).join(
          "",
        );
        const ptr = probe.put(latin1(text), utf8(" "));
        const wanted = /^[ \n\r\t]*/.exec(text)![0].length;
        expect(x.skipSpace(ptr, ptr + len) - ptr).toBe(wanted);
        probe.drop(ptr, len);
      }
    }
  });

  test("four hexadecimal digits of both cases have their value, anything else is above 0xFFFF", () => {
    const rows: [string, number][] = [
      ["0000", 0],
      ["ffff", 0xffff],
      ["FFFF", 0xffff],
      ["aB19", 0xab19],
      ["g000", 0x10000],
      ["0g00", 0x10000],
      ["00g0", 0x10000],
      ["000g", 0x10000],
      ["000/", 0x10000],
      ["000:", 0x10000],
      ["000@", 0x10000],
      ["000`", 0x10000],
      ["00\x800", 0x10000],
    ];
    for (const [text, value] of rows) {
      const ptr = probe.put(latin1(text));
      if (value === 0x10000) expect(x.readHex4(ptr)).toBeGreaterThan(0xffff);
      else expect(x.readHex4(ptr)).toBe(value);
    }
  });

  test("an escape is answered with its code point and the bytes it occupies", () => {
    const rows: [string, number, number][] = [
      ["\\n", 10, 2],
      ["\\/", 0x2f, 2],
      ["\\b", 8, 2],
      ["\\u00e9", 0xe9, 6],
      ["\\ud83d\\ude00", 0x1f600, 12],
      ["\\udbff\\udfff", 0x10ffff, 12],
      ["\\ud800\\udc00", 0x10000, 12],
      ["\\ud83d", 0xd83d, 6],
      ["\\ud83d\\n", 0xd83d, 6],
      ["\\ud83d\\ud83d", 0xd83d, 6],
      ["\\ud83dxude00", 0xd83d, 6],
      ["\\ude00\\ud83d", 0xde00, 6],
    ];
    for (const [text, point, bytes] of rows) {
      const ptr = probe.put(latin1(text), latin1("\\ude00"));
      expect(x.readEscape(ptr, ptr + text.length), text).toBe(point);
      expect(x.lastEscapeBytes(), text).toBe(bytes);
    }
  });

  test("every code point at a border of UTF-8 is stored as TextEncoder stores it", () => {
    const borders = [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff];
    const ptr = probe.block(16);
    for (const point of borders) {
      const behind = x.putCodePoint(ptr, point);
      expect(probe.take(ptr, behind - ptr)).toEqual(utf8(String.fromCodePoint(point)));
    }
  });
});
