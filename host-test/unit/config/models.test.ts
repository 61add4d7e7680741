import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";
import { ConfigProbe } from "./config_probe.ts";

const reader = new ConfigProbe();
const resolve = (models: object, ...names: string[]) =>
  reader.resolve({ version: 1, profile: { models } }, names);
const named = (name: string, changed = false) => ({ name, denied: false, changed });
const DENIED = { denied: true, changed: false };

describe("the name that goes upstream", () => {
  it("is the client's, without one prefix", () => {
    expect(
      resolve({}, "m", "anthropic/m", "claude/m", "anthropic/claude/m", "openai/m", "anthropic/"),
    ).toEqual(["m", "m", "m", "claude/m", "openai/m", "anthropic/"].map((name) => named(name)));
    expect(resolve({ strip_prefixes: ["a/", "a/b/"] }, "a/b/c")).toEqual([named("b/c")]);
    expect(resolve({ strip_prefixes: [] }, "anthropic/m")).toEqual([named("anthropic/m")]);
  });

  it("is that of the exact alias, else of the longest glob, else the template's", () => {
    const models = {
      aliases: {
        "claude-*": "short",
        "claude-opus-*": "long",
        "claude-opus-4": "exact",
        "*-x": "tail",
      },
      template: "t-{model}-u",
    };
    expect(
      resolve(
        models,
        "claude-opus-4",
        "anthropic/claude-opus-4",
        "Claude-Opus-4-7",
        "claude-y",
        "q-x",
        "gpt",
      ),
    ).toEqual([
      named("exact", true),
      named("exact", true),
      named("long", true),
      named("short", true),
      named("tail", true),
      named("t-gpt-u", true),
    ]);
  });

  it("repeats what the star matched", () => {
    const aliases = { "claude-*-latest": "x/*/y", "gpt*": "*", "*": "any-*" };
    expect(resolve({ aliases }, "claude-opus-latest", "gpt", "gpt-4o", "o1")).toEqual([
      named("x/opus/y", true),
      named("", true),
      named("-4o", true),
      named("any-o1", true),
    ]);
  });

  it("is not looked up a second time", () => {
    expect(resolve({ aliases: { a: "b", b: "c" } }, "a")).toEqual([named("b", true)]);
  });

  it("is refused by deny, then by allow, both on the name without its prefix", () => {
    const models = { allow: ["claude-*"], deny: ["*-opus-*"], aliases: { gpt: "claude-x" } };
    expect(resolve(models, "anthropic/claude-y", "claude-opus-4", "gpt")).toMatchObject([
      named("claude-y"),
      DENIED,
      DENIED,
    ]);
  });

  it("of a refused model is the default's where that is asked for, and the answer does not hide it", () => {
    const models = { deny: ["a"], on_denied: "default", default: "claude/b", aliases: { b: "c" } };
    expect(resolve(models, "a", "b")).toEqual([named("c"), named("c", true)]);
  });
});

const probe = new Probe();
const matches = (pattern: string, text: string) => {
  const [left, right] = [utf8(pattern), utf8(text)];
  const ptr = probe.put(new Uint8Array([...left, ...right]));
  const matched = probe.exports.globTest!(ptr, left.length, right.length) !== 0;
  probe.drop(ptr, left.length + right.length);
  return matched;
};

describe("a glob", () => {
  it("matches as the regular expression does", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "B", "*", "é"), maxLength: 10 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern.split("*").join("[^]*");
        // ASCII only: the case of other letters counts.
        const expression = new RegExp(`^${source}$`, "i");
        expect(matches(pattern, text)).toBe(expression.test(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("is quick with many stars", () => {
    expect(matches("a*".repeat(128), "a".repeat(4000))).toBe(true);
    expect(matches(`${"a*".repeat(127)}b`, "a".repeat(4000))).toBe(false);
  });
});

describe("the distance between words", () => {
  const reference = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
        next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
      }
      row = next;
    }
    return row[b.length]!;
  };

  it("is the number of edits, and far for long words", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 70 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const ptr = probe.put(utf8(a + b));
        const distance = probe.exports.wordDistance!(ptr, a.length, b.length);
        probe.drop(ptr, a.length + b.length);
        expect(distance).toBe(a.length > 64 || b.length > 64 ? 255 : reference(a, b));
      }),
    );
  });
});
