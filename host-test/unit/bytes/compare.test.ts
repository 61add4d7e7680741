import { describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom, utf8 } from "../../support/probe.ts";

const probe = new Probe();
const { exports: x } = probe;

/** Runs `fn` over a text in the module; the bytes behind it would continue a match. */
function over<T>(text: string, fn: (ptr: number, len: number) => T, behind = "aaaa"): T {
  const bytes = latin1(text);
  const ptr = probe.put(bytes, utf8(behind));
  try {
    return fn(ptr, bytes.length);
  } finally {
    probe.drop(ptr, bytes.length);
  }
}

describe("compare", () => {
  test("runs of every length are equal, and a difference at any byte is seen", () => {
    for (let len = 0; len <= 40; len++) {
      const text = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH".slice(0, len);
      const a = probe.put(latin1(text), utf8("1"));
      const b = probe.put(latin1(text), utf8("2"));
      expect(x.equals(a, b, len)).toBe(1);
      for (let at = 0; at < len; at++) {
        probe.memory[b + at] ^= 0x80;
        expect(x.equals(a, b, len)).toBe(0);
        probe.memory[b + at] ^= 0x80;
      }
      probe.drop(a, len);
      probe.drop(b, len);
    }
  });

  const literal = probe.literal("content-type");
  test.each([
    ["content-type", 1, 1, 1, 1],
    ["Content-Type", 0, 0, 1, 1],
    ["CONTENT-TYPE", 0, 0, 1, 1],
    ["content-types", 0, 1, 0, 1],
    ["Content-Type; x", 0, 0, 0, 1],
    ["content-typ", 0, 0, 0, 0],
    ["content_type", 0, 0, 0, 0],
    ["content\rtype", 0, 0, 0, 0], // CR | 0x20 is a minus: only letters may be folded
    ["", 0, 0, 0, 0],
  ])("%j: equal %i, begins %i, equal without case %i, begins without case %i", (text, ...want) => {
    // Behind the text stands what would complete it.
    const got = over(
      text,
      (ptr, len) => [
        x.equalsLiteral(ptr, len, literal),
        x.startsWithLiteral(ptr, len, literal),
        x.equalsLiteralIgnoreCase(ptr, len, literal),
        x.startsWithLiteralIgnoreCase(ptr, len, literal),
      ],
      "e",
    );
    expect(got).toEqual(want);
  });

  test("a byte is found at its first place, never behind the end", () => {
    over("xaxa", (ptr, len) => {
      expect(x.findByte(ptr, ptr + len, 0x61)).toBe(ptr + 1);
      expect(x.findByte(ptr, ptr + 1, 0x61)).toBe(ptr + 1);
      expect(x.findByte(ptr, ptr + len, 0x7a)).toBe(ptr + len);
      expect(x.findByte(ptr, ptr, 0x78)).toBe(ptr);
    });
  });

  test("a literal is found where indexOf finds it, never over the end", () => {
    const random = randomFrom(2);
    const needles = ["a", "ab", "aab", "abab"].map((text) => ({ text, at: probe.literal(text) }));
    for (let i = 0; i < 3000; i++) {
      const hay = Array.from({ length: random(20) }, () => "ab"[random(2)]).join("");
      for (const { text, at } of needles) {
        const found = over(
          hay,
          (ptr, len) => {
            const place = x.findLiteral(ptr, len, at) >>> 0;
            return place === 0 ? -1 : place - ptr;
          },
          "ab",
        );
        if (found !== hay.indexOf(text)) throw new Error(`${text} in ${hay}: ${found}`);
      }
    }
  });

  test("the hash is FNV-1a", () => {
    // Values: the published test vectors of the hash.
    const rows: [string, number][] = [
      ["", 0x811c9dc5],
      ["a", 0xe40c292c],
      ["foobar", 0xbf9cf968],
    ];
    for (const [text, hash] of rows) expect(over(text, x.fnv1a) >>> 0).toBe(hash);
  });
});

describe("ascii", () => {
  const table = (fn: (c: number) => number): number[] =>
    Array.from({ length: 256 }, (_, c) => fn(c) >>> 0);
  const wanted = (fn: (c: string, code: number) => number): number[] =>
    Array.from({ length: 256 }, (_, c) => fn(String.fromCharCode(c), c));

  test("all 256 bytes are classified as the names say", () => {
    expect(table(x.isDigit)).toEqual(wanted((c) => Number(/[0-9]/.test(c))));
    expect(table(x.isLetter)).toEqual(wanted((c) => Number(/[A-Za-z]/.test(c))));
    expect(table(x.isJsonSpace)).toEqual(wanted((c) => Number(/[ \t\r\n]/.test(c))));
    expect(table(x.hexValue)).toEqual(
      wanted((c) => (/[0-9A-Fa-f]/.test(c) ? Number.parseInt(c, 16) : 0xff)),
    );
    expect(table(x.toLower)).toEqual(wanted((c, code) => (/[A-Z]/.test(c) ? code + 32 : code)));
  });
});

describe("copy", () => {
  test("every length around the change of method is copied exactly, within SLACK", () => {
    const source = probe.put(Uint8Array.from({ length: 300 }, (_, i) => (i % 250) + 1));
    const target = probe.block(300);
    for (let len = 0; len <= 300; len++) {
      probe.memory.fill(0, target, target + 300 + 16);
      x.copyTrusted(target, source, len);
      expect(probe.take(target, len)).toEqual(probe.take(source, len));
      const behind = probe.take(target + len + 15, 300 - len + 1);
      expect(behind.every((byte) => byte === 0)).toBe(true);
    }
  });

  test("every length is cleared, and nothing behind it", () => {
    const target = probe.block(300);
    for (let len = 0; len <= 300; len++) {
      probe.memory.fill(7, target, target + 300);
      x.clear(target, len);
      const want = Uint8Array.from({ length: 300 }, (_, i) => (i < len ? 0 : 7));
      expect(probe.take(target, 300)).toEqual(want);
    }
  });
});
