import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COLUMNS, renderModelDocument, renderModelRows } from "../../../scripts/gen/models.mjs";
import { readTable, type Row, type Table } from "./table.ts";

type Rendered = Parameters<typeof renderModelRows>[0];
const render = (table: Table) => renderModelRows(table as unknown as Rendered);

const SCHEMA = fileURLToPath(new URL("../../../docs/config.schema.json", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../../../docs/models.md", import.meta.url));

/** Lines of the document's tables as cells, the rules under the heads left out. */
function documentRows(): string[][] {
  return readFileSync(DOCUMENT, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[ -]*-{3}/.test(line))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The cell as the document writes it. */
function written(cell: unknown): string {
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return Array.isArray(cell) ? cell.join(", ") || "–" : String(cell);
}

/** Cells of the document by column name, for the row that is called `name`. */
function documented(name: string): Record<string, string> {
  const cells: Record<string, string> = {};
  let head: string[] = [];
  for (const row of documentRows()) {
    if (row[0] === "model family") head = row.map((cell) => cell.replaceAll("`", ""));
    else if (row[0] === name) head.forEach((column, at) => (cells[column] ??= row[at]));
  }
  return cells;
}

describe("docs/models.md", () => {
  const table = readTable();
  const named: [string, Row][] = [
    ...table.rows.map((row): [string, Row] => [
      (row.families ?? []).map((family) => `\`${family}\``).join(", "),
      row,
    ]),
    ["any other `claude-*`", table.unknown_claude],
    ["any other name", table.opaque],
  ];

  it.each(named)("says of %s what the table says", (name, row) => {
    const cells = documented(name);
    for (const { name: column } of COLUMNS) {
      expect(cells[column], column).toBe(written(row[column as keyof Row]));
    }
    expect([cells.source, cells.read]).toEqual([row.source, row.date]);
  });

  it("explains every column", () => {
    const explained = documentRows().map(([first]) => first.replaceAll("`", ""));
    for (const { name } of COLUMNS) expect(explained).toContain(name);
  });

  it("has the keys and words of `model_info` as its columns", () => {
    const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
    const { properties } = schema.$defs.modelInfo;
    const names = COLUMNS.map(({ name }) => name);
    expect(Object.keys(properties).sort()).toEqual(["match", "like", ...names].sort());
    for (const { name, words } of COLUMNS) {
      const { enum: own, items } = properties[name];
      const accepted: string[] | undefined = own ?? items?.enum;
      expect(accepted?.toSorted(), name).toEqual(words && Object.keys(words).sort());
    }
  });

  it("is refused without its marks", () => {
    const rendered = table as unknown as Rendered;
    expect(() => renderModelDocument("# Models\n", rendered)).toThrow(/needs each mark/);
  });
});

describe("the generated rows", () => {
  it("do not depend on the order of rows, families, effort words and prefixes", () => {
    const table = readTable();
    const turned = readTable();
    turned.rows.reverse();
    turned.prefixes.reverse();
    for (const row of turned.rows) {
      row.families?.reverse();
      row.effort.reverse();
    }
    expect(render(turned)).toBe(render(table));
  });

  const broken: [string, RegExp, (table: Table) => void][] = [
    ["a family twice", /claude-3-5: there twice/, (t) => t.rows[0].families?.push("claude-3-5")],
    ["a family of nobody's", /gpt-4: not a normalised/, (t) => (t.rows[0].families = ["gpt-4"])],
    ["no families", /rows\[1\]: no families/, (t) => (t.rows[1].families = [])],
    [
      "an unknown word",
      /sampling is "some"/,
      (t) => Object.assign(t.rows[0], { sampling: "some" }),
    ],
    ["an unknown effort", /effort is \["huge"\]/, (t) => (t.opaque.effort = ["huge"])],
    ["a missing cell", /prefill is undefined/, (t) => Reflect.deleteProperty(t.rows[0], "prefill")],
    ["a column too many", /color is no column/, (t) => Object.assign(t.opaque, { color: 1 })],
    ["no source", /unknown_claude: no source/, (t) => (t.unknown_claude.source = "")],
    ["a date in another form", /date is not YYYY-MM/, (t) => (t.rows[0].date = "2026")],
    ["a limit of zero", /max_output_tokens is 0/, (t) => (t.rows[0].max_output_tokens = 0)],
    ["a prefix without an end", /prefix us: odd/, (t) => t.prefixes.push("us")],
  ];

  it.each(broken)("are refused for a table with %s", (_what, message, breakTable) => {
    const table = readTable();
    breakTable(table);
    expect(() => render(table)).toThrow(message);
  });
});
