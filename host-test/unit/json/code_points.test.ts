import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";

/** How one character may be spelled inside of a string token. */
const spelled = fc.oneof(
  fc.constantFrom("a", "é", "€", "😀", "\\n", '\\"', "\\\\", "\\u00e9", "\\ud83d\\ude00"),
  fc.constantFrom("\\ud83d", "\\ude00"),
);

const probe = new Probe();

/** Bytes in front of the place, and code points that were missing. */
function pass(text: string, count: number): { bytes: number; left: number } {
  const bytes = utf8(text);
  const ptr = probe.put(bytes, utf8("\\u00ff"));
  const at = probe.exports.passCodePoints(ptr, ptr + bytes.length, count);
  probe.drop(ptr, bytes.length);
  return { bytes: at - ptr, left: probe.exports.lastCodePointsLeft() };
}

function count(text: string): number {
  const bytes = utf8(text);
  const ptr = probe.put(bytes);
  const points = probe.exports.countCodePoints(ptr, bytes.length);
  probe.drop(ptr, bytes.length);
  return points;
}

describe("passing code points", () => {
  test("stops where as many were passed as counting finds, and never inside of one", () => {
    fc.assert(
      fc.property(fc.array(spelled, { maxLength: 12 }), fc.nat(14), (pieces, wanted) => {
        const text = pieces.join("");
        const { bytes, left } = pass(text, wanted);
        const head = Buffer.from(text).subarray(0, bytes).toString();
        expect(Buffer.from(text).toString().startsWith(head)).toBe(true);
        expect(left).toBe(Math.max(0, wanted - count(text)));
        expect(count(head)).toBe(wanted - left);
        // A pair of escapes is one character: cut in two it would be two.
        expect(count(head) + count(text.slice(head.length))).toBe(count(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("a whole text is passed to its end", () => {
    expect(pass("aé😀", 3)).toEqual({ bytes: 7, left: 0 });
    expect(pass("", 0)).toEqual({ bytes: 0, left: 0 });
    expect(pass("\\ud83d\\ude00z", 1)).toEqual({ bytes: 12, left: 0 });
  });
});
