/**
 * Renders what the filter knows about upstreams. Table: `{"date", "rows": [row, ...], "columns": [column, ...]}`; a column has
 * a cell per row, says what it is and where that is written, in general (`source`) and for single rows (`sources`).
 * Two outputs: static data for the plugin, and the tables of docs/providers.md between their marks.
 */

/** @typedef {string | boolean | number | string[]} Cell */
/** @typedef {{ name: string, doc: string, source: string, sources?: Record<string, string>, cells: Record<string, Cell> }} Column */
/** @typedef {{ date: string, rows: string[], columns: Column[] }} ProviderTable */
/** @typedef {"text" | "path" | "bool" | "count" | "words"} Kind */

/**
 * Every column with its kind and its field in `ProviderRow`, in the order of the fields. A text takes two fields: offset and length.
 * @type {[string, Kind, string][]}
 */
const COLUMNS = [
  ["messages", "path", "messages"],
  ["messages_stream", "path", "messagesStream"],
  ["count_tokens", "path", "countTokens"],
  ["complete", "path", "complete"],
  ["batches", "path", "batches"],
  ["files", "path", "files"],
  ["models", "path", "models"],
  ["host", "text", "host"],
  ["version", "text", "version"],
  ["drops", "words", "drops"],
  ["refuses", "words", "refuses"],
  ["no_tools", "words", "noTools"],
  ["count_base", "text", "countBase"],
  ["count_endings", "words", "countEndings"],
  ["strict_escape", "bool", "strictEscape"],
  ["stream_in_body", "bool", "streamInBody"],
  ["version_in_body", "bool", "versionInBody"],
  ["betas_in_body", "bool", "betasInBody"],
  ["bearer", "bool", "bearer"],
  ["event_stream", "bool", "eventStream"],
  ["max_tokens_cap", "count", "maxTokensCap"],
  ["schema_output", "bool", "schemaOutput"],
  ["strict_tools", "bool", "strictTools"],
  ["url_sources", "bool", "urlSources"],
  ["file_sources", "bool", "fileSources"],
  ["web_search", "bool", "webSearch"],
  ["mid_system", "bool", "midSystem"],
  ["leading_assistant", "bool", "leadingAssistant"],
  ["count_invokes", "bool", "countInvokes"],
];

/** Places that a path or a host may have. */
const PLACES = ["{model}", "{region}", "{project}", "{resource}"];
/** Readable behind every text. */
const PAD = 16;

const MARKS = {
  begin: "<!-- provider tables: written by npm run gen from scripts/tables/providers.json -->",
  end: "<!-- end of provider tables -->",
};

/** @param {string} text of a path or a host */
const placesAreKnown = (text) =>
  (text.match(/\{[^}]*\}/g) ?? []).every((place) => PLACES.includes(place));

/** @type {Record<Kind, (cell: unknown) => boolean>} */
const IS_CELL = {
  text: (cell) => typeof cell === "string" && placesAreKnown(cell),
  path: (cell) => typeof cell === "string" && /^(?:\/[!-~]+)?$/.test(cell) && placesAreKnown(cell),
  bool: (cell) => typeof cell === "boolean",
  count: (cell) => Number.isInteger(cell) && Number(cell) >= 0 && Number(cell) < 2 ** 31,
  words: (cell) => Array.isArray(cell) && cell.every((word) => /^@?[a-z_]+$/.test(word)),
};

/**
 * @param {Column} column
 * @param {Kind} kind
 * @param {string[]} rows
 * @returns {string[]} what is wrong with the column
 */
function columnProblems({ name, doc, source, sources = {}, cells }, kind, rows) {
  const unknown = [...Object.keys(cells), ...Object.keys(sources)].filter(
    (row) => !rows.includes(row),
  );
  return [
    ...(doc && source ? [] : [`${name}: no doc or no source`]),
    ...unknown.map((row) => `${name}: ${row} is no row`),
    ...rows
      .filter((row) => !IS_CELL[kind](cells[row]))
      .map((row) => `${name}: ${row} is ${JSON.stringify(cells[row])}`),
  ];
}

/**
 * The columns in the order of the fields.
 * @param {ProviderTable} table
 * @returns {{ kind: Kind, field: string, column: Column }[]}
 * @throws {Error} naming every cell that is wrong
 */
function orderedColumns({ rows, columns }) {
  const names = columns.map(({ name }) => name);
  const missing = COLUMNS.filter(([name]) => !names.includes(name)).map(([name]) => name);
  const known = COLUMNS.map(([name]) => name);
  const odd = names.filter((name, at) => !known.includes(name) || names.indexOf(name) !== at);
  if (missing.length + odd.length > 0) {
    throw new Error(`providers.json: missing: ${missing}; unknown or there twice: ${odd}`);
  }
  const ordered = COLUMNS.map(([name, kind, field]) => {
    return { kind, field, column: columns[names.indexOf(name)] };
  });
  const problems = ordered.flatMap(({ kind, column }) => columnProblems(column, kind, rows));
  if (problems.length > 0) throw new Error(`providers.json: ${problems.join("; ")}`);
  return ordered;
}

/** @param {Kind} kind */
const isText = (kind) => kind === "text" || kind === "path" || kind === "words";

/** Texts side by side, each once; remembers where they stand. */
class Texts {
  constructor() {
    /** @type {number[]} */
    this.bytes = [];
    /** @type {Map<string, number>} */
    this.places = new Map();
  }

  /** @param {string} text @returns {[number, number]} offset and length */
  add(text) {
    const bytes = Buffer.from(text, "utf8");
    const known = this.places.get(text);
    if (known !== undefined) return [known, bytes.length];
    const at = this.bytes.length;
    this.places.set(text, at);
    this.bytes.push(...bytes);
    return [at, bytes.length];
  }
}

/** @param {string} name `bedrock_messages` becomes `BedrockMessages` */
const pascal = (name) =>
  name
    .split("_")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");

/** @param {string[]} names of path columns @param {string[]} rows */
function renderEnums(names, rows) {
  const member = (/** @type {string} */ name, /** @type {number} */ at) =>
    `  ${pascal(name)} = ${at},`;
  return (
    `/** Rows of the table: a kind of upstream, or one of its APIs. */\nexport const enum UpstreamKind {\n${rows.map(member).join("\n")}\n}\n\n` +
    `/** What has a path upstream. */\nexport const enum UpstreamPath {\n${names.map(member).join("\n")}\n}\n\n` +
    `/** Number of paths. */\nexport const PATH_COUNT: u32 = ${names.length};\n`
  );
}

/**
 * @param {ProviderTable} table content of providers.json
 * @returns {string} body of plugin/policy/provider_rows.ts, without its head line
 * @throws {Error} naming what is wrong with the table
 */
export function renderProviderRows(table) {
  const columns = orderedColumns(table);
  const texts = new Texts();
  const lines = table.rows.map((row) => {
    const cells = columns.flatMap(({ kind, column }) => {
      const cell = column.cells[row];
      if (!isText(kind)) return [Number(cell)];
      return texts.add(Array.isArray(cell) ? cell.join(",") : String(cell));
    });
    return `  // ${row}\n  ${cells.join(", ")},`;
  });
  const fields = columns.map(({ kind, field, column }) => {
    const comment = `// ${column.doc.replaceAll("\n", " ")}`;
    return isText(kind)
      ? `  ${field}At: u32; ${comment}\n  ${field}Len: u32;`
      : `  ${field}: u32; ${comment}`;
  });
  const paths = columns.filter(({ kind }) => kind === "path").map(({ column }) => column.name);
  return [
    "/* eslint-disable max-lines, no-restricted-syntax */",
    '/** Static rows of the provider table. Table with sources: scripts/tables/providers.json; what it means: upstream.ts. */\nimport { structAt } from "../bytes/struct_array";\n',
    renderEnums(paths, table.rows),
    `/** One row; a yes-or-no column is 1 or 0, a text an offset for \`providerText\` with a length, words are joined by commas. */\n@unmanaged\n@final\nexport class ProviderRow {\n${fields.join("\n")}\n}\n`,
    `// prettier-ignore\nconst ROWS: usize = memory.data<u32>([\n${lines.join("\n")}\n]);\n`,
    `/** Texts side by side; ${PAD} bytes can be read from any of them. */\n// prettier-ignore\nconst TEXT: usize = memory.data<u8>([${[...texts.bytes, ...new Array(PAD).fill(0)].join(", ")}]);\n`,
    "/** The row of a kind of upstream. */\nexport function providerRow(kind: UpstreamKind): ProviderRow {\n  return structAt<ProviderRow>(ROWS, kind);\n}\n",
    "/** Address of a text of a row. */\nexport function providerText(offset: u32): usize {\n  return TEXT + offset;\n}\n",
    "/** Offset of a path of a row; the length follows it. */\nexport function pathAt(row: ProviderRow, path: UpstreamPath): u32 {\n  return load<u32>(changetype<usize>(row) + path * 8);\n}\n",
    "/** Length of a path of a row; 0: the upstream has none. */\nexport function pathLen(row: ProviderRow, path: UpstreamPath): u32 {\n  return load<u32>(changetype<usize>(row) + path * 8, 4);\n}\n",
  ].join("\n");
}

/** @param {Cell} cell */
function documentCell(cell) {
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (Array.isArray(cell)) return cell.map((word) => `\`${word}\``).join(", ") || "–";
  if (cell === "" || cell === 0) return "–";
  return typeof cell === "string" ? `\`${cell}\`` : String(cell);
}

/** @param {string[][]} lines cells of each line, the head first */
function markdownTable(lines) {
  const [head, ...rest] = lines;
  const rule = head.map(() => "---");
  return [head, rule, ...rest].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * @param {ProviderTable} table content of providers.json
 * @returns {string} the tables: texts by upstream, the rest by what it is, sources
 */
function documentTables(table) {
  const columns = orderedColumns(table);
  const byKind = (/** @type {boolean} */ text) =>
    columns.filter(({ kind }) => (kind === "path" || kind === "text") === text);
  const texts = byKind(true).flatMap(({ column }) =>
    table.rows
      .filter((row) => column.cells[row] !== "")
      .map((row) => [column.doc, row, documentCell(column.cells[row])]),
  );
  const cells = byKind(false).map(({ column }) => [
    column.doc,
    ...table.rows.map((row) => documentCell(column.cells[row])),
  ]);
  const sources = columns.flatMap(({ column }) => [
    [column.doc, "", column.source],
    ...Object.entries(column.sources ?? {}).map(([row, source]) => ["", row, source]),
  ]);
  return [
    markdownTable([["what", "upstream", "text"], ...texts]),
    markdownTable([["what", ...table.rows], ...cells]),
    `Sources, read ${table.date}; one with the name of an upstream holds for its cell.`,
    markdownTable([["what", "upstream", "source"], ...sources]),
  ].join("\n\n");
}

/**
 * Puts the tables into the document, between its marks.
 * @param {string} text of docs/providers.md
 * @param {ProviderTable} table content of providers.json
 * @returns {string} the whole document
 * @throws {Error} when the marks are not there once and in order, or the table is wrong
 */
export function renderProviderDocument(text, table) {
  const [before, rest, ...more] = text.split(MARKS.begin);
  const [old, after, ...others] = (rest ?? "").split(MARKS.end);
  if (old === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error("docs/providers.md: needs each mark of the provider tables once, in order");
  }
  return `${before}${MARKS.begin}\n\n${documentTables(table)}\n\n${MARKS.end}${after}`;
}
