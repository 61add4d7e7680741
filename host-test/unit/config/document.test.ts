import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigProbe } from "./config_probe.ts";
import { schemaAccepts } from "./schema.ts";

const reader = new ConfigProbe();
const text = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
const blocks = (language: string) =>
  [...text.matchAll(new RegExp("```" + language + "\\n([^]*?)```", "g"))].map(
    ([, block]) => block!,
  );

describe("docs/configuration.md", () => {
  it.each(blocks("json"))("has a configuration that works: %s", (block) => {
    expect(reader.read(block)).toMatchObject({ accepted: true, errors: [] });
    expect(schemaAccepts(JSON.parse(block))).toBe(true);
  });

  it("shows messages as the reader writes them", () => {
    const bad = [
      {
        version: 1,
        profile: {
          prefil: {},
          auth: { mode: false, keys: [{ name: "k", env: "KEY_1" }] },
          limits: { max_depth: 7 },
          provider: { type: "vertex" },
        },
      },
      {
        version: 1,
        profiles: { team_a: {}, team_b: {} },
        rules: Array.from({ length: 4 }, (_, at) => ({
          match: { hosts: [`h${at}`] },
          profile: at === 3 ? "team_c" : "team_a",
        })),
      },
    ];
    const written = new Set(bad.flatMap((document) => reader.read(document).errors));
    const shown = blocks("text").flatMap((block) => block.trim().split("\n"));
    expect(shown.length).toBeGreaterThan(4);
    for (const line of shown) expect(written).toContain(line);
  });
});
