import { describe, expect, test } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";
import { verdictOf, walk } from "./walk.ts";

const DEPTH = 64;
const probe = new Probe();

/** Documents whose every beginning is incomplete: none ends in a number, none is a number. */
const DOCUMENTS = [
  "{}",
  "[[[]]]",
  '"a string of more than sixteen bytes, with \\"quotes\\", \\u00e9, \\ud83d\\ude00 and é€🙂 at the end"',
  "[true,false,null]",
  "[-0,1.5,-2.25e-10,1E+9,0e0,12345678901234567890]",
  '{"a":{"b":[1,2,{"c":null}]},"d":"x"}',
  '{ "model" : "claude" , "messages" : [ { "role" : "user" , "content" : "hi\\n" } ] , "n" : 1 }',
  '{"key\\u0020with \\"escapes\\"":"\\\\","":[]}',
  "true",
  "false",
  "null",
].map(utf8);

const BEHIND = [
  "\0",
  '"',
  '"}]}]}',
  "]]]]",
  "}}}}",
  "0",
  " ",
  '\\"',
  "rue,",
  "alse",
  "ull",
  'u0041"',
].map(utf8);

/** Verdicts of all readers over `bytes`, with `behind` following in memory. */
function verdicts(bytes: Uint8Array, behind: Uint8Array): string[] {
  const ptr = probe.put(bytes, behind);
  const all = [
    verdictOf(probe, ptr, bytes.length, DEPTH),
    walk(probe, ptr, bytes.length, DEPTH, () => true).status,
    walk(probe, ptr, bytes.length, DEPTH, () => false).status,
  ];
  probe.drop(ptr, bytes.length);
  return all;
}

describe("truncation", () => {
  test.each(DOCUMENTS.map((bytes) => [Buffer.from(bytes).toString(), bytes] as const))(
    "every beginning of %s is truncated, whatever stands behind it",
    (_, bytes) => {
      for (let cut = 0; cut < bytes.length; cut++) {
        // Its own continuation is what a reader past the end would like best.
        const own = bytes.subarray(cut, cut + 16);
        for (const behind of [...BEHIND, own]) {
          const got = verdicts(bytes.subarray(0, cut), behind);
          expect(got, `cut at ${cut}`).toEqual(["Truncated", "Truncated", "Truncated"]);
        }
      }
      expect(verdicts(bytes, utf8("]"))).toEqual(["Ok", "Ok", "Ok"]);
    },
  );

  test("a number alone is whole wherever its digits end, and digits behind the end do not count", () => {
    const rows = { "-12.50e+07": "TTOOTOOTTOO" };
    for (const [text, wanted] of Object.entries(rows)) {
      for (let cut = 0; cut <= text.length; cut++) {
        const verdict = wanted[cut] === "T" ? "Truncated" : "Ok";
        for (const behind of ["7", "e", ".", "-", "\0"]) {
          const got = verdicts(utf8(text.slice(0, cut)), utf8(behind));
          expect(got, text.slice(0, cut)).toEqual([verdict, verdict, verdict]);
        }
      }
    }
  });

  test("a document at the very end of memory is read without a trap", () => {
    const text = utf8('{"a":"0123456789abcdef"}');
    const { memory } = probe;
    const ptr = memory.length - text.length - 16;
    memory.set(text, ptr);
    for (let len = 0; len < text.length; len++) {
      expect(verdictOf(probe, ptr, len, DEPTH)).toBe("Truncated");
    }
    expect(verdictOf(probe, ptr, text.length, DEPTH)).toBe("Ok");
  });
});
