import { describe, expect, test } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";
import { verdictOf, walk } from "./walk.ts";

const probe = new Probe();

/** A document with `depth` containers open at its deepest place. */
const NESTS: [string, (depth: number) => string][] = [
  ["arrays", (depth) => "[".repeat(depth) + "]".repeat(depth)],
  ["objects", (depth) => '{"a":'.repeat(depth - 1) + "{}" + "}".repeat(depth - 1)],
  ["arrays around a value", (depth) => "[".repeat(depth) + "1" + "]".repeat(depth)],
  ["arrays never closed", (depth) => "[".repeat(depth)],
  ["arrays behind siblings", (depth) => "[[],".repeat(depth - 1) + "[0]" + "]".repeat(depth - 1)],
];

/** Verdicts at a limit: whole, and by cursors that enter a part of the levels. */
function verdicts(text: string, depth: number): string[] {
  const bytes = utf8(text);
  const ptr = probe.put(bytes);
  let turn = 0;
  const enters = [() => true, () => false, () => turn++ < 3];
  const all = [
    verdictOf(probe, ptr, bytes.length, depth),
    ...enters.map((enter) => walk(probe, ptr, bytes.length, depth, enter).status),
  ];
  probe.drop(ptr, bytes.length);
  return all;
}

describe("depth limit", () => {
  for (const [name, nest] of NESTS) {
    test.each([2, 3, 10, 511, 512])(`${name}: a limit of %i is reached and not passed`, (depth) => {
      const whole = name.endsWith("closed") ? "Truncated" : "Ok";
      expect(verdicts(nest(depth), depth)).toEqual(new Array(4).fill(whole));
      expect(verdicts(nest(depth + 1), depth)).toEqual(new Array(4).fill("TooDeep"));
    });
  }

  test("a limit of 0 takes scalars only", () => {
    expect(verdicts("1", 0)).toEqual(new Array(4).fill("Ok"));
    expect(verdicts('"[["', 0)).toEqual(new Array(4).fill("Ok"));
    expect(verdicts("[]", 0)).toEqual(new Array(4).fill("TooDeep"));
    expect(verdicts("{}", 0)).toEqual(new Array(4).fill("TooDeep"));
  });

  test("a limit above the ceiling counts as the ceiling of 512 in one skip", () => {
    for (const depth of [513, 100_000, 0xffff_ffff]) {
      const text = utf8("[".repeat(513) + "]".repeat(513));
      const ptr = probe.put(text);
      expect(verdictOf(probe, ptr, text.length, depth)).toBe("TooDeep");
      probe.drop(ptr, text.length);
    }
  });

  test("a million brackets are refused without a trap", () => {
    const text = "[".repeat(1_000_000);
    const bytes = utf8(text);
    const ptr = probe.put(bytes);
    expect(verdictOf(probe, ptr, bytes.length, 512)).toBe("TooDeep");
    expect(walk(probe, ptr, bytes.length, 512, () => true).status).toBe("TooDeep");
    probe.drop(ptr, bytes.length);
  });

  test("containers side by side do not count", () => {
    expect(verdicts(`[${"[[]],".repeat(5000)}[]]`, 3)).toEqual(new Array(4).fill("Ok"));
  });
});

describe("size", () => {
  test.each([
    ["plain", "x", 1],
    ["of escapes", "\\n", 2],
    ["of unicode escapes", "\\u00e9", 6],
    ["of characters of four bytes", "🙂", 4],
  ])("a string of one megabyte, %s, is passed whole", (_, piece, size) => {
    const content = piece.repeat(Math.floor(1_048_576 / size));
    const bytes = utf8(`{"a":"${content}","b":[1]}`);
    const ptr = probe.put(bytes, utf8('"'));
    const { status, log } = walk(probe, ptr, bytes.length, 8, () => true);
    const { length } = Buffer.from(content);
    expect(status).toBe("Ok");
    expect(log).toContain(`string off=5 len=${length + 2}`);
    expect(log).toContain(`key off=${length + 9} len=1`);
    expect(verdictOf(probe, ptr, bytes.length - 1, 8)).toBe("Truncated");
    probe.drop(ptr, bytes.length);
  });

  test("a million digits and a million spaces are passed", () => {
    const bytes = utf8(`[${"1".repeat(1_000_000)},${" ".repeat(1_000_000)}2]`);
    const ptr = probe.put(bytes);
    expect(verdictOf(probe, ptr, bytes.length, 1)).toBe("Ok");
    probe.drop(ptr, bytes.length);
  });
});
