/** Configurations that are refused: at start, with every reason in the log, the old one serving on. */
import { describe, expect, it } from "vitest";
import { CONFIG } from "../support/filter.ts";
import { answered, asked, open, textOf } from "./support.ts";

const WRONG = {
  version: 1,
  request_headers: "sometimes",
  profile: {
    provider: { type: "anthropic" },
    auth: { mode: "client", colour: "red" },
    limits: { max_depth: 4 },
  },
};

const CRITICAL = "critical";

describe("a wrong configuration", () => {
  it("is refused with all its errors, one line each, at critical", () => {
    const { host } = open();
    const root = host.addRoot(WRONG);
    expect(root.ok).toBe(false);
    const lines = root.logs.filter(({ level }) => level === CRITICAL).map(({ text }) => text);
    for (const path of ["$.request_headers", "$.profile.auth.colour", "$.profile.limits.max_depth"])
      expect(lines.filter((line) => line.includes(path))).toHaveLength(1);
    expect(lines).toHaveLength(3);
  });

  it("leaves the streams and the memory of the one that serves alone", () => {
    const bench = open(CONFIG, { leakCheck: false });
    const stream = asked(bench);
    // The first refusal makes the writers of its report; they are kept for the next one.
    const live = (): number => bench.host.liveBytes() as number;
    expect(bench.host.addRoot(WRONG).ok).toBe(false);
    const before = live();
    expect(bench.host.addRoot(WRONG).ok).toBe(false);
    // A refused root context stays until the host deletes it; its configuration does not.
    expect(live() - before).toBeLessThan(64);
    expect(textOf(answered(stream))).toBe("Hi");
  });

  for (const [name, text] of [
    ["nothing", ""],
    ["no JSON", "{"],
    ["JSON that is no object", "[]"],
    ["deep nesting", `${"[".repeat(5000)}${"]".repeat(5000)}`],
    ["invalid UTF-8 in a name", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ] as const) {
    it(`${name}: refused with a reason`, () => {
      const { host } = open();
      const root = host.addRoot(text);
      expect(root.ok).toBe(false);
      expect(root.logs.length).toBeGreaterThan(0);
    });
  }

  it("an accepted one logs nothing at critical", () => {
    expect(open(CONFIG).root.logs.filter(({ level }) => level === CRITICAL)).toEqual([]);
  });
});
