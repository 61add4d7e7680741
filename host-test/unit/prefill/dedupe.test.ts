// The echo of a prefill goes, however the text is cut.
import { describe, expect, test } from "vitest";
import { Random } from "../../fuzz/random.ts";
import { Probe, utf8 } from "../../support/probe.ts";

const probe = new Probe();
const x = probe.exports;

/** What is left of an answer that comes in pieces of these many characters; the rest is the last piece. */
function dedupe(prefill: string, pieces: readonly string[], prepends = false): string {
  const bytes = utf8(prefill);
  expect(x.dedupeOpen(probe.put(bytes), bytes.length, prepends ? 1 : 0)).toBe(1);
  for (const piece of pieces) {
    const inside = utf8(JSON.stringify(piece).slice(1, -1));
    expect(x.dedupeFeed(probe.put(inside), inside.length)).toBe(1);
  }
  const start = x.dedupeEnd();
  const text = Buffer.from(probe.memory.slice(start, start + x.dedupeLength())).toString();
  return JSON.parse(`"${text}"`) as string;
}

const CASES: [prefill: string, answer: string, left: string][] = [
  ["The capital of France is ", "Paris.", "Paris."],
  ["The capital of France is ", "The capital of France is Paris.", "Paris."],
  ["The capital of France is ", "The capital of France is\nParis.", "Paris."],
  ["The capital of France is ", "\n\nThe capital of France is Paris.", "Paris."],
  ["The capital of France is ", "The capital of Spain is Madrid", "The capital of Spain is Madrid"],
  ["The capital of Fr", "The capital of France is Paris", "ance is Paris"],
  ["{", '"a":1}', '"a":1}'],
  ["{", '{"a":1}', '"a":1}'],
  ["{", '```json\n{"a":1}\n```', '"a":1}'],
  ["{", '```json\n"a":1}\n```\n', '"a":1}'],
  ["{", '```json\n{"c":"`` ` "}\n```', '"c":"`` ` "}'],
  ["{", "``` json of more than twenty\n{}", "``` json of more than twenty\n{}"],
  ["{", "`x` is", "`x` is"],
  ["{", "", ""],
  ["[", "[1]", "1]"],
  ['{"name":', '{"name": "x"}', ' "x"}'],
  ["The", "Then we go", "Then we go"],
  ["The", "The end", " end"],
  ["```json\n", "```json\n{}\n```", "{}\n```"],
  ["I", "I", ""],
  ["", "x", "x"],
  ["   ", "x", "x"],
  ["Zürich — ", "Zürich — schön \u{1f600}", "schön \u{1f600}"],
  ['a\u0000"\\', 'a\u0000"\\b', "b"],
];

describe.each(CASES)("prefill %j, answer %j", (prefill, answer, left) => {
  test("whole", () => {
    expect(dedupe(prefill, [answer])).toBe(left);
  });

  test("cut at every place, and at every two", () => {
    const points = [...answer];
    for (let i = 0; i <= points.length; i++) {
      for (let j = i; j <= points.length; j++) {
        const pieces = [points.slice(0, i), points.slice(i, j), points.slice(j)];
        expect(
          dedupe(
            prefill,
            pieces.map((piece) => piece.join("")),
          ),
        ).toBe(left);
      }
    }
  });

  test("with the prefill in front it is what a client shows", () => {
    const front = prefill.trim() === "" && answer === "" ? "" : prefill;
    expect(dedupe(prefill, [answer], true)).toBe(front + left);
  });
});

test("escapes of an answer that is no echo stay as they are", () => {
  const bytes = utf8("Hi");
  x.dedupeOpen(probe.put(bytes), bytes.length, 0);
  for (const raw of ["no\\u00e9", "\\u0041\\/"]) {
    const inside = utf8(raw);
    x.dedupeFeed(probe.put(inside), inside.length);
  }
  const start = x.dedupeEnd();
  expect(Buffer.from(probe.memory.slice(start, start + x.dedupeLength())).toString()).toBe(
    "noé\\u0041\\/",
  );
});

test("what is withheld is bounded: white space in a fence comes out", () => {
  const answer = "```\n1" + " ".repeat(1000) + "2\n```";
  expect(dedupe("[", [answer])).toBe("1" + " ".repeat(1000) + "2");
});

test("random texts of the pieces that matter, cut in two places at random", () => {
  const random = new Random(1, 0);
  const pieces = ["{", "[", '"a"', "```", "json", "\n", " ", "`", "The", "the ", "}", "é", "1"];
  const make = (most: number) =>
    Array.from({ length: random.int(most) }, () => random.pick(pieces)).join("");
  let changed = 0;
  for (let index = 0; index < 3000; index++) {
    const prefill = make(5);
    const echo = random.oneIn(3) ? "" : prefill;
    const answer = `${random.oneIn(2) ? "```json\n" : make(3)}${echo}${make(8)}`;
    const whole = dedupe(prefill, [answer]);
    if (whole !== answer) changed++;
    const [from = 0, to = 0] = [0, 1]
      .map(() => random.int(answer.length + 1))
      .sort((one, other) => one - other);
    const cut = [answer.slice(0, from), answer.slice(from, to), answer.slice(to)];
    expect(dedupe(prefill, cut), JSON.stringify({ prefill, cut })).toBe(whole);
  }
  expect(changed).toBeGreaterThan(300);
});
