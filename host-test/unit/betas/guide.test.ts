// Every cell of the guide's table, through the filter: what a client asks for, and what a body asks for.
import { describe, expect, test } from "vitest";
import { GUIDE, GUIDE_COLUMNS, valuesAt, type GuideRow } from "./matrix.ts";
import { ask } from "./policy.ts";

describe.each(GUIDE)("$token", (row: GuideRow) => {
  describe.each(GUIDE_COLUMNS)("%s", (provider) => {
    const has = row.yes.includes(provider);

    test(`${provider}: a client's ${row.token} is ${has ? "forwarded" : "dropped"}`, () => {
      const seen = ask({ provider, headers: [row.token] });
      expect(seen.status).toBe(200);
      expect(seen.tokens).toEqual(has ? [row.token] : []);
      expect(seen.told).toBe(has ? undefined : `-${row.token}`);
    });

    const bodies = [
      ...Object.entries(row.triggers).map(([name, body]) => ["chat", name, body] as const),
      ...Object.entries(row.native).map(([name, body]) => ["native", name, body] as const),
    ];
    test.each(bodies)(
      `${provider}: ${row.token} ${has ? "is injected" : "is not sent"}, %s: %s`,
      (surface, name, body) => {
        const refused = row.refusedFor?.includes(name) === false ? undefined : row.refused;
        const seen = ask({ provider, body, native: surface === "native" });
        if (!has && refused !== undefined) {
          expect(seen.status).toBe(400);
          if (surface === "chat") expect(seen.reply).toMatchObject({ error: { code: refused } });
          else expect(seen.reply).toMatchObject({ error: { type: "invalid_request_error" } });
          return;
        }
        expect(seen.status).toBe(200);
        expect(seen.tokens.includes(row.token)).toBe(has);
        for (const path of row.gone ?? [])
          if (!has) expect(valuesAt(seen.sent, path), path).toEqual([]);
      },
    );
  });

  test(`${row.token} is ${Object.keys(row.triggers).length > 0 ? "injected" : "passed through only"}`, () => {
    const bare = ask({});
    expect(bare.tokens).toEqual([]);
    expect(bare.told).toBeUndefined();
  });
});

describe("unknown tokens", () => {
  test.each(["anthropic", "custom"])("%s gets them", (provider) => {
    const seen = ask({ provider, headers: ["some-future-beta-2031-01-01"] });
    expect(seen.tokens).toEqual(["some-future-beta-2031-01-01"]);
  });

  test.each(["azure", "vertex", "bedrock", "bedrock_messages", "databricks"])(
    "%s does not",
    (provider) => {
      const seen = ask({ provider, headers: ["some-future-beta-2031-01-01"] });
      expect(seen.tokens).toEqual([]);
      expect(seen.lists).toEqual([]);
      expect(seen.told).toBe("-some-future-beta-2031-01-01");
      expect(seen.counters).toEqual({
        [`bridge_beta_total.token.=_unknown;.source.=client;.outcome.=dropped;.provider.=${provider};`]: 1,
      });
    },
  );
});

describe("columns beside the guide's", () => {
  const known = GUIDE.map(({ token }) => token);

  test("databricks has all rows but redact-thinking", () => {
    const seen = ask({ provider: "databricks", headers: known });
    expect(seen.tokens).toEqual(known.filter((token) => !token.startsWith("redact-")));
  });

  test("custom has all rows", () => {
    expect(ask({ provider: "custom", headers: known }).tokens).toEqual(known);
  });

  test("Bedrock's Messages API has what its invoke API has, in the header", () => {
    const [messages, invoke] = [
      ask({ provider: "bedrock_messages", headers: known }),
      ask({ provider: "bedrock", headers: known }),
    ];
    expect(messages.tokens).toEqual(invoke.tokens);
    expect([messages.lists.length, invoke.lists.length]).toEqual([1, 0]);
  });
});
