import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  COLUMNS,
  renderBetaDocument,
  renderBetaRows,
  renderFeatureRows,
  type BetaRow,
  type BetaTable,
} from "../../../scripts/gen/betas.mjs";

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
const table = JSON.parse(readFileSync(path("scripts/tables/betas.json"), "utf8")) as BetaTable;
const ROW: BetaRow = {
  token: "some-beta-2026-01-01",
  prefix: "some-beta-",
  features: ["Some"],
  when: "`some` member",
  providers: Object.fromEntries(COLUMNS.map((column) => [column, true])),
  guide: false,
  source: "somewhere",
  date: "2026-08",
};
const FEATURE = { feature: "Some", when: [{ path: "some", exists: true as const }] };

describe("betas.json", () => {
  test("has the features that translation can note, in the order of their bits, each with a row", () => {
    const plan = readFileSync(path("plugin/translate/plan.ts"), "utf8");
    const body = /enum Feature \{([^}]*)\}/.exec(plan)?.[1] ?? "";
    const features = [...body.matchAll(/(\w+) = (\d+)/g)];
    const names = table.features.map(({ feature }) => feature);
    expect(features.map(([, name]) => name)).toEqual(names);
    expect(features.map(([, , bit]) => Number(bit))).toEqual(names.map((_, index) => 2 ** index));
    const used = new Set(table.betas.flatMap((row) => row.features));
    expect([...used].sort()).toEqual([...names].sort());
  });

  test.each([
    ["token", "Some Beta"],
    ["token", "some,beta"],
    ["prefix", "other-"],
    ["features", ["Other"]],
    ["unless", ["Other"]],
    ["models", "all"],
    ["providers", { anthropic: true }],
    ["when", ""],
    ["source", ""],
    ["date", "2026"],
  ])("a row whose %s is %j is refused by its token", (member, value) => {
    const row = { ...ROW, [member]: value };
    const words = member === "unless" || member === "features" ? "feature" : member;
    const message = new RegExp(`^betas\\.json: ${row.token}: .*\\b${words}`);
    expect(() => renderBetaRows({ features: [FEATURE], betas: [row] })).toThrow(message);
  });

  test("tokens and features are there once", () => {
    expect(() => renderBetaRows({ features: [FEATURE], betas: [ROW, ROW] })).toThrow("there twice");
    expect(() => renderFeatureRows({ features: [FEATURE, FEATURE], betas: [] })).toThrow("twice");
  });
});

describe("the tables in a document", () => {
  test("replace what stands between their marks and nothing else", () => {
    const document = readFileSync(path("docs/betas.md"), "utf8");
    const small = { features: [FEATURE], betas: [ROW] };
    const rendered = renderBetaDocument(document, small);
    expect(rendered).toContain("| `some-beta-2026-01-01` | – | somewhere, read 2026-08 |");
    const cells = COLUMNS.map(() => "yes").join(" | ");
    expect(rendered).toContain(`| \`some-beta-2026-01-01\` | ${cells} | \`some\` member |`);
    expect(rendered).not.toContain("fast-mode-2026-02-01` |");
    expect(renderBetaDocument(rendered, small)).toBe(rendered);
    expect(() => renderBetaDocument("no marks", small)).toThrow("missing");
  });
});
