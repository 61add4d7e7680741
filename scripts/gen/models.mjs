/**
 * Renders what the filter knows about models. Table: `{"prefixes": [...], "rows": [row, ...],
 * "unknown_claude": row, "opaque": row}`; a row is one cell per column of COLUMNS, the families that it stands for, a source and a date.
 * Two outputs: static data for the plugin, and the tables of docs/models.md between their marks.
 */

/** @typedef {Record<string, unknown> & { families: string[], source: string, date: string }} ModelRow */
/** @typedef {{ prefixes: string[], rows: ModelRow[], unknown_claude: ModelRow, opaque: ModelRow }} ModelTable */

/**
 * A column: its name (also the key of `model_info`), and either the words that a cell may hold with the enum member
 * of each, or the kind of its cells.
 * @typedef {object} Column
 * @property {string} name
 * @property {"count" | "bool" | "word" | "bits"} kind
 * @property {Record<string, string>} [words]
 */

/** @type {Column[]} in the order of `ModelRow` below */
export const COLUMNS = [
  { name: "max_output_tokens", kind: "count" },
  { name: "window_stops", kind: "bool" },
  {
    name: "thinking",
    kind: "word",
    words: {
      none: "ThinkingClass.None",
      enabled: "ThinkingClass.Budget",
      both: "ThinkingClass.Both",
      adaptive: "ThinkingClass.Adaptive",
    },
  },
  {
    name: "thinking_default",
    kind: "word",
    words: {
      disabled: "ThinkingDefault.Off",
      enabled: "ThinkingDefault.On",
      always: "ThinkingDefault.Always",
    },
  },
  {
    name: "sampling",
    kind: "word",
    words: { fixed: "Sampling.None", not_both: "Sampling.NotBoth", full: "Sampling.Full" },
  },
  {
    name: "effort",
    kind: "bits",
    words: {
      low: "Effort.Low",
      medium: "Effort.Medium",
      high: "Effort.High",
      xhigh: "Effort.Xhigh",
      max: "Effort.Max",
    },
  },
  { name: "prefill", kind: "bool" },
  { name: "mid_system", kind: "bool" },
  { name: "forced_tool_choice", kind: "bool" },
  { name: "native_structured_output", kind: "bool" },
  { name: "strict_tools", kind: "bool" },
  {
    name: "history_needs_thinking",
    kind: "word",
    words: {
      never: "NeedsThinking.Never",
      off_anthropic: "NeedsThinking.OffAnthropic",
      always: "NeedsThinking.Always",
    },
  },
  { name: "interleaved", kind: "bool" },
];

const FAMILY = /^claude-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PREFIX = /^[a-z][a-z.-]{0,10}[.-]$/;
const DATE = /^20\d\d-(?:0[1-9]|1[0-2])$/;
/** Bytes of one entry of the family list: row index, length, name. */
const FAMILY_BYTES = 32;
const FAMILY_HEAD = 2;
/** Bytes of one prefix: u32 length, text, padding. */
const PREFIX_BYTES = 16;

/** Columns of the first half of the documented table. */
const HALF = 7;

const DOCS_MARKS = {
  begin: "<!-- model tables: written by npm run gen from scripts/tables/models.json -->",
  end: "<!-- end of model tables -->",
};

/**
 * @param {Column} column
 * @param {unknown} cell
 * @returns {boolean} whether the cell is of the column's kind
 */
function isCell({ kind, words = {} }, cell) {
  switch (kind) {
    case "count":
      return Number.isInteger(cell) && Number(cell) > 0 && Number(cell) < 2 ** 31;
    case "bool":
      return typeof cell === "boolean";
    case "word":
      return typeof cell === "string" && Object.hasOwn(words, cell);
    case "bits":
      return Array.isArray(cell) && cell.every((word) => Object.hasOwn(words, word));
  }
}

/**
 * @param {string} name how messages call the row
 * @param {ModelRow} row
 * @returns {string[]} what is wrong with the row, apart from its families
 */
function rowProblems(name, row) {
  const known = [...COLUMNS.map((column) => column.name), "families", "source", "date"];
  return [
    ...COLUMNS.filter((column) => !isCell(column, row[column.name])).map(
      (column) => `${name}: ${column.name} is ${JSON.stringify(row[column.name])}`,
    ),
    ...Object.keys(row)
      .filter((key) => !known.includes(key))
      .map((key) => `${name}: ${key} is no column`),
    ...(typeof row.source === "string" && row.source !== "" ? [] : [`${name}: no source`]),
    ...(DATE.test(row.date) ? [] : [`${name}: date is not YYYY-MM`]),
  ];
}

/**
 * @param {string[]} families of all rows
 * @returns {string[]} what is wrong with them
 */
function familyProblems(families) {
  const twice = families.filter((family, index) => families.indexOf(family) !== index);
  const odd = families.filter(
    (family) => !FAMILY.test(family) || family.length > FAMILY_BYTES - FAMILY_HEAD,
  );
  return [
    ...twice.map((family) => `${family}: there twice`),
    ...odd.map((family) => `${family}: not a normalised model name, or too long`),
  ];
}

/**
 * Refuses a table whose output would be wrong.
 * @param {ModelTable} table
 * @throws {Error} naming every row and cell that is wrong
 */
function validate(table) {
  const families = table.rows.flatMap((row) => row.families ?? []);
  const problems = [
    ...table.rows.flatMap((row, index) => rowProblems(row.families?.[0] ?? `rows[${index}]`, row)),
    ...table.rows.flatMap((row, index) =>
      row.families?.length > 0 ? [] : [`rows[${index}]: no families`],
    ),
    ...rowProblems("unknown_claude", table.unknown_claude),
    ...rowProblems("opaque", table.opaque),
    ...familyProblems(families),
    ...table.prefixes.filter((text) => !PREFIX.test(text)).map((text) => `prefix ${text}: odd`),
  ];
  if (problems.length > 0) throw new Error(`models.json: ${problems.join("; ")}`);
}

/** @param {string} left @param {string} right */
const byText = (left, right) => (left < right ? -1 : Number(left > right));

/**
 * The rows in an order that does not depend on the order of the table, so that moving a row changes nothing.
 * @param {ModelTable} table
 * @returns {ModelRow[]} known rows, then the unknown Claude model, then the opaque name
 */
function orderedRows(table) {
  const known = [...table.rows].sort((left, right) =>
    byText([...left.families].sort()[0], [...right.families].sort()[0]),
  );
  return [...known, table.unknown_claude, table.opaque];
}

/**
 * @param {Column} column
 * @param {unknown} cell of the column's kind
 * @returns {string} a constant expression
 */
function renderCell({ kind, words = {} }, cell) {
  if (kind === "bits") {
    const set = /** @type {string[]} */ (cell);
    const bits = Object.keys(words).filter((word) => set.includes(word));
    return bits.map((word) => words[word]).join(" | ") || "0";
  }
  if (kind === "word") return words[String(cell)];
  return String(Number(cell));
}

/** @param {ModelRow} row @param {string} label */
function renderRow(row, label) {
  const cells = COLUMNS.map((column) => renderCell(column, row[column.name]));
  return `  // ${label}. Source: ${row.source}, ${row.date}\n  ${cells.join(", ")},`;
}

/** @param {string} text @param {number[]} head */
const entry = (text, head) => [...head, ...Buffer.from(text, "utf8")];

/**
 * @param {ModelRow[]} rows in their final order
 * @returns {string} the family list: longest first, so that the first match is the longest
 */
function renderFamilies(rows) {
  const families = rows
    .flatMap((row, index) => (row.families ?? []).map((name) => ({ name, index })))
    .sort((left, right) => right.name.length - left.name.length || byText(left.name, right.name));
  const lines = families.map(({ name, index }) => {
    const bytes = entry(name, [index, name.length]);
    const padded = [...bytes, ...new Array(FAMILY_BYTES - bytes.length).fill(0)];
    return `  // ${name}\n  ${padded.join(", ")},`;
  });
  return (
    `/** Number of families. */\nexport const FAMILY_COUNT: u32 = ${families.length};\n` +
    `// prettier-ignore\nconst FAMILIES: usize = memory.data<u8>([\n${lines.join("\n")}\n]);\n`
  );
}

/** @param {string[]} prefixes what providers put in front of a model's name; become literals at equal distances */
function renderPrefixes(prefixes) {
  const lines = [...prefixes].sort(byText).map((prefix) => {
    const bytes = entry(prefix, [prefix.length, 0, 0, 0]);
    const padded = [...bytes, ...new Array(PREFIX_BYTES - bytes.length).fill(0)];
    return `  // ${prefix}\n  ${padded.join(", ")},`;
  });
  return (
    `/** Number of prefixes. */\nexport const PREFIX_COUNT: u32 = ${prefixes.length};\n` +
    `// prettier-ignore\nconst PREFIXES: usize = memory.data<u8>([\n${lines.join("\n")}\n]);\n`
  );
}

const HEAD = `/* eslint-disable max-lines, no-restricted-syntax */
/** Static rows of the model table and access to them. Matching is in model_table.ts. */
import { Effort, Sampling, ThinkingClass } from "../translate/traits";

export const enum ThinkingDefault {
  Off = 0,
  On = 1,
  /** On, and cannot be switched off. */
  Always = 2,
}

/** When a history whose last turn lacks its thinking blocks is refused. */
export const enum NeedsThinking {
  Never = 0,
  /** On every provider but Anthropic's own API. */
  OffAnthropic = 1,
  Always = 2,
}

/** One row; a yes-or-no column is 1 or 0. */
@unmanaged
@final
export class ModelRow {
  maxOutput: u32; // tokens
  windowStops: u32;
  thinking: ThinkingClass;
  thinkingDefault: ThinkingDefault;
  sampling: Sampling;
  efforts: u32; // bits of Effort
  prefill: u32;
  midSystem: u32;
  forcedChoice: u32;
  schemaOutput: u32;
  strictTools: u32;
  needsThinking: NeedsThinking;
  interleaved: u32;
}
`;

const ACCESS = `/** The row at \`index\`, which is below \`ROW_COUNT\`. */
export function modelRow(index: u32): ModelRow {
  return changetype<ModelRow>(ROWS + index * offsetof<ModelRow>());
}

/** Row of the family at \`index\`; families are in the order in which they are tried. */
export function familyRow(index: u32): u32 {
  return <u32>load<u8>(FAMILIES + index * ${FAMILY_BYTES});
}

/** Length of the name of the family at \`index\`. */
export function familyLen(index: u32): u32 {
  return <u32>load<u8>(FAMILIES + index * ${FAMILY_BYTES}, 1);
}

/** First byte of the name of the family at \`index\`. */
export function familyPtr(index: u32): usize {
  return FAMILIES + index * ${FAMILY_BYTES} + ${FAMILY_HEAD};
}

/** The prefix at \`index\` as a literal (u32 length, then lower-case bytes). */
export function idPrefix(index: u32): usize {
  return PREFIXES + index * ${PREFIX_BYTES};
}
`;

/**
 * @param {ModelTable} table content of models.json
 * @returns {string} body of plugin/policy/model_rows.ts, without its head line
 * @throws {Error} naming what is wrong with the table
 */
export function renderModelRows(table) {
  validate(table);
  const rows = orderedRows(table);
  const labels = [
    ...rows.slice(0, -2).map((row) => [...row.families].sort().join(", ")),
    "any other claude-*",
    "any other name",
  ];
  const lines = rows.map((row, index) => renderRow(row, labels[index]));
  return [
    HEAD,
    `/** Number of rows, the two guessed ones included. */\nexport const ROW_COUNT: u32 = ${rows.length};\n` +
      `/** A Claude model that no family stands for. */\nexport const UNKNOWN_CLAUDE_ROW: u32 = ${rows.length - 2};\n` +
      `/** A name that says nothing about the model. */\nexport const OPAQUE_ROW: u32 = ${rows.length - 1};\n` +
      `// prettier-ignore\nconst ROWS: usize = memory.data<u32>([\n${lines.join("\n")}\n]);\n`,
    renderFamilies(rows),
    renderPrefixes(table.prefixes),
    ACCESS,
  ].join("\n");
}

/** @param {unknown} cell */
function documentCell(cell) {
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (Array.isArray(cell)) return cell.length === 0 ? "–" : cell.join(", ");
  return String(cell);
}

/** @param {string[][]} lines cells of each line, the head first */
function markdownTable(lines) {
  const [head, ...rest] = lines;
  const rule = head.map(() => "---");
  return [head, rule, ...rest].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * @param {ModelTable} table content of models.json
 * @returns {string} the three tables of the document: two halves of the columns, then sources
 */
function documentTables(table) {
  const named = [
    ...table.rows.map((row) => ({ name: row.families.map((f) => `\`${f}\``).join(", "), row })),
    { name: "any other `claude-*`", row: table.unknown_claude },
    { name: "any other name", row: table.opaque },
  ];
  const tableOf = (/** @type {string[]} */ names) =>
    markdownTable([
      ["model family", ...names.map((name) => `\`${name}\``)],
      ...named.map(({ name, row }) => [name, ...names.map((key) => documentCell(row[key]))]),
    ]);
  const names = COLUMNS.map((column) => column.name);
  const sources = named.map(({ name, row }) => [name, row.source, row.date]);
  return [
    tableOf(names.slice(0, HALF)),
    tableOf(names.slice(HALF)),
    markdownTable([["model family", "source", "read"], ...sources]),
  ].join("\n\n");
}

/**
 * Puts the tables into the document, between its marks.
 * @param {string} text of docs/models.md
 * @param {ModelTable} table content of models.json
 * @returns {string} the whole document
 * @throws {Error} when the marks are not there once and in order, or the table is wrong
 */
export function renderModelDocument(text, table) {
  validate(table);
  const [before, rest, ...more] = text.split(DOCS_MARKS.begin);
  const [old, after, ...others] = (rest ?? "").split(DOCS_MARKS.end);
  if (old === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error("docs/models.md: needs each mark of the model tables once, in order");
  }
  return `${before}${DOCS_MARKS.begin}\n\n${documentTables(table)}\n\n${DOCS_MARKS.end}${after}`;
}
