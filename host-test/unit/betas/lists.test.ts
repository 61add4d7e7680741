// What clients send as tokens, in whatever form, and what becomes of hostile lists.
import { describe, expect, test } from "vitest";
import { ask } from "./policy.ts";

describe("the client's lists", () => {
  test.each<[string, string[], string[]]>([
    ["one token", ["a-1"], ["a-1"]],
    ["several headers count in their order", ["b-1,c-1", "a-1"], ["b-1", "c-1", "a-1"]],
    ["blanks around tokens", [" a-1 ,\tb-1\t "], ["a-1", "b-1"]],
    ["empty entries", [",,a-1,,b-1,"], ["a-1", "b-1"]],
    ["repetitions, also over headers", ["a-1,b-1", "b-1,a-1"], ["a-1", "b-1"]],
    ["case counts", ["A-1,a-1"], ["A-1", "a-1"]],
    ["a JSON array", ['["a-1", "b-1"]'], ["a-1", "b-1"]],
    ["a JSON array beside a list", ['["a-1"]', "b-1"], ["a-1", "b-1"]],
    ["blanks alone", [" \t "], []],
    ["an empty array", ["[]"], []],
  ])("%s", (_name, headers, tokens) => {
    const seen = ask({ headers });
    expect(seen.tokens).toEqual(tokens);
    expect(seen.lists).toEqual(tokens.length > 0 ? [tokens.join(",")] : []);
    expect(seen.told).toBeUndefined();
  });

  test.each<[string, string, string[]]>([
    ["a blank inside", "a b,c-1", ["c-1"]],
    ["no letter or digit in front", "-a,.b,_c,d", ["d"]],
    ["a quote", 'a",b', ["b"]],
    ["a broken array", '["a-1"', []],
    ["an array of other things", '[1,"a-1",null]', ["a-1"]],
    ["an array in an array", '[["a-1"]]', []],
    ["an escape in an array", '["\\u0061-1","b-1"]', ["b-1"]],
    ["bytes above ASCII", "ä,b-1", ["b-1"]],
    ["a control byte", "a\u0001b,c", ["c"]],
    ["129 bytes", `${"a".repeat(129)},b`, ["b"]],
  ])("no token: %s", (_name, header, tokens) => {
    const seen = ask({ headers: [header] });
    expect(seen.tokens).toEqual(tokens);
    expect(seen.told).toBe("-invalid");
    const [name] = Object.keys(seen.counters).filter((key) => key.includes("invalid"));
    expect(name).toBe(
      "bridge_beta_total.token.=_unknown;.source.=client;.outcome.=invalid;.provider.=anthropic;",
    );
  });

  test("128 bytes are a token", () => {
    expect(ask({ headers: ["a".repeat(128)] }).tokens).toEqual(["a".repeat(128)]);
  });

  test("tokens of the body stand behind those of the headers and leave the body", () => {
    const seen = ask({ headers: ["b-1"], body: { betas: ["a-1", "b-1"] } });
    expect(seen.tokens).toEqual(["b-1", "a-1"]);
    expect(seen.sent).not.toHaveProperty("betas");
  });
});

describe("hostile lists", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => `t${index}`).join(",");
  const refused = {
    error: { type: "invalid_request_error", code: "invalid_value", param: "anthropic-beta" },
  };

  test("64 tokens are served, 65 refused", () => {
    expect(ask({ headers: [many(64)] }).tokens).toHaveLength(64);
    const seen = ask({ headers: [many(65)] });
    expect([seen.status, seen.reply]).toMatchObject([400, refused]);
  });

  test("4096 bytes are served, one more refused", () => {
    const list = (last: number) =>
      [
        ...Array.from({ length: 31 }, (_, i) => `${i + 10}`.padEnd(127, "x")),
        "y".repeat(last),
      ].join(",");
    expect(ask({ headers: [list(127)] }).tokens).toHaveLength(32);
    expect([ask({ headers: [list(128)] }).status]).toEqual([400]);
  });

  test("thousands of tokens and of repetitions, of commas and blanks, of what is no token", () => {
    expect(ask({ headers: [many(5000)] }).status).toBe(400);
    expect(ask({ headers: ["a,".repeat(20000)] }).tokens).toEqual(["a"]);
    expect(ask({ headers: [", \t".repeat(15000)] }).tokens).toEqual([]);
    const seen = ask({ headers: ["?,".repeat(20000)] });
    expect([seen.tokens, seen.told]).toEqual([[], "-invalid"]);
    expect(Object.values(seen.counters)).toEqual([20000]);
  });

  test("what is told stays within 1 KiB and says how much is missing", () => {
    const tokens = Array.from({ length: 40 }, (_, index) => `${index + 10}`.padEnd(60, "x"));
    const { told = "" } = ask({ provider: "azure", headers: [tokens.join(",")] });
    expect(told.length).toBeLessThanOrEqual(1024);
    const named = told.split(", ");
    const left = Number(/^\+(\d+)$/.exec(named.pop() ?? "")?.[1]);
    expect(left).toBeGreaterThan(0);
    expect(named).toEqual(tokens.slice(0, 40 - left).map((token) => `-${token}`));
  });
});
