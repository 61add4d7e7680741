import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { renderBetaDocument, renderBetaRows, type BetaRow } from "../../../scripts/gen/betas.mjs";

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const rows = JSON.parse(readFileSync(path("scripts/tables/betas.json"), "utf8")) as BetaRow[];
const ROW: BetaRow = {
  token: "some-beta-2026-01-01",
  feature: "Some",
  when: "`some` member",
  source: "somewhere",
  date: "2026-08",
};

describe("betas.json", () => {
  test("has a row for every feature that translation can note", () => {
    const plan = readFileSync(path("plugin/translate/plan.ts"), "utf8");
    const body = /enum Feature \{([^}]*)\}/.exec(plan)?.[1] ?? "";
    const features = [...body.matchAll(/(\w+) = (\d+)/g)];
    expect(features.map(([, name]) => name).sort()).toEqual(
      rows.map(({ feature }) => feature).sort(),
    );
    const bits = features.map(([, , bit]) => Number(bit));
    expect(bits).toEqual(bits.map((_, index) => 2 ** index));
  });

  test.each([
    ["token", "Some Beta"],
    ["token", "some,beta"],
    ["feature", "some"],
    ["when", ""],
    ["source", ""],
    ["date", "2026"],
  ])("a row whose %s is %j is refused by its token", (member, value) => {
    const row = { ...ROW, [member]: value };
    expect(() => renderBetaRows([row])).toThrow(`betas.json: ${row.token}: ${member}`);
  });

  test("a feature has one token", () => {
    expect(() => renderBetaRows([ROW, { ...ROW, token: "other" }])).toThrow("there twice");
  });
});

describe("the table in a document", () => {
  test("replaces what stands between its marks and nothing else", () => {
    const document = readFileSync(path("docs/chat.md"), "utf8");
    const rendered = renderBetaDocument(document, [ROW]);
    expect(rendered).toContain(
      "| `some` member | `some-beta-2026-01-01` | somewhere, read 2026-08 |",
    );
    expect(rendered).not.toContain("interleaved-thinking-2025-05-14");
    expect(renderBetaDocument(rendered, [ROW])).toBe(rendered);
    expect(() => renderBetaDocument("no marks", [ROW])).toThrow("missing");
  });
});
