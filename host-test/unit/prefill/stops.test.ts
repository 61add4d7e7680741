// Stop sequences that the upstream was not told of end the text where they would have ended it there, however it is cut.
import { describe, expect, test } from "vitest";
import { Random } from "../../fuzz/random.ts";
import { Probe, utf8 } from "../../support/probe.ts";

const probe = new Probe();
const x = probe.exports;

interface Scanned {
  text: string;
  hit: number;
}

/** What is left of a text that comes in pieces. */
function scan(stops: readonly string[], pieces: readonly string[], skip = 0): Scanned {
  expect(x.scanOpen(stops.length, skip)).toBe(1);
  for (const stop of stops) {
    const bytes = utf8(stop);
    expect(x.scanAdd(probe.put(bytes), bytes.length)).toBe(1);
  }
  for (const piece of pieces) {
    const inside = utf8(JSON.stringify(piece).slice(1, -1));
    x.scanFeed(probe.put(inside), inside.length);
  }
  const start = x.scanEnd();
  const text = Buffer.from(probe.memory.slice(start, start + x.dedupeLength())).toString();
  return { text: JSON.parse(`"${text}"`) as string, hit: x.scanHit() };
}

/** The same by the words of the API: the sequence that is complete first ends the text; of two at once, the longer. */
function plain(stops: readonly string[], text: string): Scanned {
  const hits = stops.flatMap((stop, hit) => {
    const at = text.indexOf(stop);
    return at < 0 ? [] : [{ at, end: at + stop.length, hit }];
  });
  const [first] = hits.sort((one, other) => one.end - other.end || one.at - other.at);
  return first === undefined
    ? { text, hit: -1 }
    : { text: text.slice(0, first.at), hit: first.hit };
}

describe.each([
  [["```"], "x\n``` y", "x\n", 0],
  [["\n\nHuman:", "END"], "a\n\nHumanEND", "a\n\nHuman", 1],
  [["abc", "bc"], "xabc", "x", 0],
  [["aab"], "aaab", "a", 0],
  [["abab"], "aababab", "a", 0],
  [["é"], "caè é", "caè ", 0],
  [["never"], "nev", "nev", -1],
  [["a"], "", "", -1],
])("%j in %j", (stops, text, left, hit) => {
  test("cut at every place, and at every two", () => {
    const points = [...text];
    for (let i = 0; i <= points.length; i++)
      for (let j = i; j <= points.length; j++) {
        const cut = [points.slice(0, i), points.slice(i, j), points.slice(j)];
        const pieces = cut.map((piece) => piece.join(""));
        expect(scan(stops, pieces)).toEqual({ text: left, hit });
      }
  });
});

test("what stands in front of the answer is not looked at", () => {
  expect(scan(["b"], ["ab", "ab"], 2)).toEqual({ text: "aba", hit: 0 });
});

test("a sequence does not reach from one text into the next", () => {
  expect(x.scanOpen(1, 0)).toBe(1);
  const stop = utf8("END");
  expect(x.scanAdd(probe.put(stop), stop.length)).toBe(1);
  x.scanFeed(probe.put(utf8("a EN")), 4);
  x.scanEnd();
  expect(x.dedupeLength()).toBe(4);
  x.scanFeed(probe.put(utf8("D of it")), 7);
  x.scanEnd();
  expect([x.dedupeLength(), x.scanHit()]).toEqual([11, -1]);
});

test("no more is withheld than may become a sequence", () => {
  x.scanOpen(1, 0);
  const stop = utf8("-".repeat(9) + "x");
  x.scanAdd(probe.put(stop), stop.length);
  const feed = (text: string) => x.scanFeed(probe.put(utf8(text)), text.length);
  expect([feed("abc"), feed("d-----"), feed("y"), feed("-".repeat(20))]).toEqual([3, 4, 10, 21]);
});

test("random texts against a plain search", () => {
  const random = new Random(1, 0);
  const make = (most: number) =>
    Array.from({ length: 1 + random.int(most) }, () => random.pick(["a", "b", "é", "\n"])).join("");
  let hits = 0;
  for (let index = 0; index < 5000; index++) {
    const stops = [...new Set(Array.from({ length: 1 + random.int(3) }, () => make(4)))];
    const text = make(12);
    const from = random.int(text.length + 1);
    const expected = plain(stops, text);
    if (expected.hit >= 0) hits++;
    const got = scan(stops, [text.slice(0, from), text.slice(from)]);
    expect(got, JSON.stringify({ stops, text, from })).toEqual(expected);
  }
  expect(hits).toBeGreaterThan(1000);
});
