/**
 * Renders what is known of the `anthropic-beta` header from `scripts/tables/betas.json`: `plugin/policy/beta_rows.ts` (tokens,
 * providers, what goes without a token), `plugin/translate/shared/feature_rows.ts` (what in a body is a feature) and the
 * tables in `docs/betas.md`.
 */

/** @typedef {{ path: string, where?: Record<string, string> }} Strip */

/**
 * @typedef {object} BetaRow
 * @property {string} token
 * @property {string} prefix what the token's other versions begin with too
 * @property {string[]} features members of the enum Feature in plugin/translate/plan.ts, any of which asks for the token
 * @property {string[]} [unless] features any of which forbids it
 * @property {"interleaved" | "effort"} [models] column of the model table that it is bound to
 * @property {string[]} [refuse] features that are refused without the token
 * @property {(string | Strip)[]} [strip] what is taken out of the body without the token
 * @property {string[]} [covers] what may stay while the token is sent
 * @property {string} when what the body has, in the words of the document
 * @property {Record<string, boolean | string>} providers by column: sent, not sent, or sent under another name
 * @property {boolean} guide a row of the Bifrost guide's table
 * @property {string} source
 * @property {string} date year and month in which the source was read
 */

/**
 * @typedef {object} Condition
 * @property {string} path
 * @property {string | boolean} [equals]
 * @property {string[]} [one_of]
 * @property {string} [prefix]
 * @property {true} [exists]
 * @property {true} [non_empty]
 */

/** @typedef {{ feature: string, when: Condition[] }} FeatureRow */
/** @typedef {{ features: FeatureRow[], betas: BetaRow[] }} BetaTable */

/** Columns of `providers`, in the order of the enum BetaColumn in plugin/policy/beta_table.ts. */
export const COLUMNS = [
  "anthropic",
  "azure",
  "vertex",
  "bedrock",
  "bedrock_messages",
  "databricks",
];
const GATES = ["", "interleaved", "effort"];
const TESTS = ["", "exists", "non_empty", "equals", "prefix"];

/** @param {string | Strip} strip */
const asStrip = (strip) => (typeof strip === "string" ? { path: strip } : strip);

/** @param {BetaRow} row @param {Set<string>} features */
function rowProblems(row, features) {
  const named = [...row.features, ...(row.unless ?? []), ...(row.refuse ?? [])];
  /** @type {[boolean, string][]} */
  const rules = [
    [/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(row.token), "token is not lower case with hyphens"],
    [row.prefix.length > 1 && row.token.startsWith(row.prefix), "prefix is not its beginning"],
    [named.every((name) => features.has(name)), "feature is not in the table"],
    [GATES.includes(row.models ?? ""), "models is no gate"],
    [COLUMNS.every((column) => column in row.providers), "providers lacks a column"],
    [row.when !== "", "when is missing"],
    [row.source !== "", "source is missing"],
    [/^\d{4}-\d{2}$/.test(row.date), "date is not YYYY-MM"],
  ];
  return rules.filter(([holds]) => !holds).map(([, text]) => text);
}

/** @param {BetaTable} table */
function validate({ features, betas }) {
  const names = features.map(({ feature }) => feature);
  for (const name of names) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
      throw new Error(`betas.json: ${name}: feature is not PascalCase`);
  }
  if (new Set(names).size !== names.length || names.length > 32)
    throw new Error("betas.json: a feature is there twice, or there are more than 32");
  for (const row of betas) {
    const problems = rowProblems(row, new Set(names));
    if (problems.length > 0) throw new Error(`betas.json: ${row.token}: ${problems.join("; ")}`);
  }
  if (new Set(betas.map(({ token }) => token)).size !== betas.length)
    throw new Error("betas.json: a token is there twice");
}

/** Texts of a table in one run of bytes. */
class Texts {
  constructor() {
    this.bytes = "";
  }

  /** @param {string} text @returns {[number, number]} offset and length */
  add(text) {
    if (text === "") return [0, 0];
    const known = this.bytes.indexOf(text);
    if (known >= 0) return [known, text.length];
    this.bytes += text;
    return [this.bytes.length - text.length, text.length];
  }

  /** @returns {number[]} with room behind the end that may be read */
  data() {
    return [...Buffer.from(this.bytes), ...new Array(16).fill(0)];
  }
}

/** @param {string} doc @param {string} name @param {"u8" | "u32"} type @param {number[]} data */
const array = (doc, name, type, data) =>
  `/** ${doc} */\n// prettier-ignore\nexport const ${name}: usize = memory.data<${type}>([${data.join(", ")}]);\n`;

/** @param {FeatureRow[]} features @param {string[]} names */
const mask = (features, names) =>
  features.reduce((bits, { feature }, at) => bits + (names.includes(feature) ? 2 ** at : 0), 0);

/** @param {BetaTable} table */
function stripRows({ betas }) {
  const keys = betas
    .flatMap(({ strip = [], covers = [] }) => [...strip, ...covers])
    .map((strip) => JSON.stringify(asStrip(strip)));
  return [...new Set(keys)];
}

/**
 * @param {BetaTable} table content of betas.json
 * @returns {string} body of plugin/policy/beta_rows.ts, without its head line
 * @throws {Error} naming the row that is wrong
 */
export function renderBetaRows(table) {
  validate(table);
  const texts = new Texts();
  const strips = stripRows(table);
  if (strips.length > 64) throw new Error("betas.json: more than 64 strips");
  /** @param {(string | Strip)[]} list */
  const bits = (list) => {
    const set = new Set(list.map((strip) => strips.indexOf(JSON.stringify(asStrip(strip)))));
    /** @param {number} from */
    const word = (from) =>
      [...set].reduce((sum, at) => sum + (at >= from && at < from + 32 ? 2 ** (at - from) : 0), 0);
    return [word(0), word(32)];
  };
  const rows = table.betas.map((row) => [
    ...texts.add(row.token),
    row.prefix.length,
    mask(table.features, row.features),
    mask(table.features, row.unless ?? []),
    GATES.indexOf(row.models ?? ""),
    mask(table.features, row.refuse ?? []),
    ...bits(row.strip ?? []),
    ...bits(row.covers ?? []),
    ...COLUMNS.flatMap((column) => {
      const cell = row.providers[column];
      return typeof cell === "string" ? texts.add(cell) : [0, cell ? 1 : 0];
    }),
  ]);
  const cuts = strips.map((key) => {
    const { path, where = {} } = /** @type {Strip} */ (JSON.parse(key));
    const [member = "", glob = ""] = Object.entries(where)[0] ?? [];
    return [...texts.add(path), ...texts.add(member), ...texts.add(glob)];
  });
  return `/* eslint-disable max-lines, no-restricted-syntax */

/** Tokens of \`anthropic-beta\`. Table with sources: scripts/tables/betas.json; rows: plugin/policy/beta_table.ts. */

/** Number of rows. */
export const BETA_COUNT: u32 = ${rows.length};

/** Number of things that go out of a body. */
export const STRIP_COUNT: u32 = ${cuts.length};

${array("BetaData rows.", "BETA_ROWS", "u32", rows.flat())}
${array("StripData rows.", "STRIP_ROWS", "u32", cuts.flat())}
${array("Texts of both.", "BETA_TEXTS", "u8", texts.data())}`;
}

/**
 * @param {BetaTable} table content of betas.json
 * @returns {string} body of plugin/translate/shared/feature_rows.ts, without its head line
 */
export function renderFeatureRows(table) {
  validate(table);
  const texts = new Texts();
  /** @param {Condition} condition @returns {[string, string[]]} */
  const asTest = (condition) => {
    const [name = "", value] = Object.entries(condition).find(([key]) => key !== "path") ?? [];
    if (name === "one_of") return ["equals", /** @type {string[]} */ (value).map(quoted)];
    if (name === "equals") return ["equals", [quoted(value)]];
    return [name, [name === "prefix" ? String(value) : ""]];
  };
  /** @param {unknown} value */
  const quoted = (value) => JSON.stringify(value);
  const rows = table.features.flatMap(({ when }, at) =>
    when.flatMap((condition) => {
      const [test, values] = asTest(condition);
      return values.map((value) => [
        ...texts.add(condition.path),
        TESTS.indexOf(test),
        at,
        ...texts.add(value),
      ]);
    }),
  );
  if (rows.length > 64) throw new Error("betas.json: more than 64 conditions");
  return `/* eslint-disable no-restricted-syntax */

/** What in a Messages body is a feature. Table with sources: scripts/tables/betas.json; rows: features.ts. */

/** Number of rows. */
export const FEATURE_ROW_COUNT: u32 = ${rows.length};

${array("FeatureData rows.", "FEATURE_ROWS", "u32", rows.flat())}
${array("Their texts.", "FEATURE_TEXTS", "u8", texts.data())}`;
}

/** @param {boolean | string} cell */
const cellText = (cell) => (typeof cell === "string" ? `\`${cell}\`` : cell ? "yes" : "–");

/** @param {BetaRow} row */
function withoutText({ strip = [], refuse = [] }) {
  const gone = strip.map(asStrip).map(({ path, where }) => {
    const [member, glob] = Object.entries(where ?? {})[0] ?? [];
    return member ? `\`${path}\` with \`${member}\` ${glob}` : `\`${path}\``;
  });
  if (refuse.length > 0) gone.unshift("the request is refused");
  return gone.join(", ") || "–";
}

/**
 * @param {BetaTable} table content of betas.json
 * @returns {Record<string, string>} the tables of docs/betas.md by the name of their place
 */
function documentTables({ betas }) {
  const head = ["token", ...COLUMNS.map((column) => `\`${column}\``), "sent when the body has"];
  const providers = betas.map(({ token, providers: cells, when }) => [
    `\`${token}\``,
    ...COLUMNS.map((column) => cellText(cells[column] ?? false)),
    when,
  ]);
  const sources = betas.map((row) => [
    `\`${row.token}\``,
    withoutText(row),
    `${row.source}, read ${row.date}`,
  ]);
  /** @param {string[]} titles @param {string[][]} rows */
  const table = (titles, rows) =>
    [titles, titles.map(() => "---"), ...rows]
      .map((cells) => `| ${cells.join(" | ")} |`)
      .join("\n");
  return {
    providers: table(head, providers),
    sources: table(["token", "without it goes", "source"], sources),
  };
}

/**
 * @param {string} document text of docs/betas.md
 * @param {BetaTable} table content of betas.json
 * @returns {string} the document with its tables replaced
 * @throws {Error} when the place of a table is not marked
 */
export function renderBetaDocument(document, table) {
  validate(table);
  return Object.entries(documentTables(table)).reduce((text, [name, content]) => {
    const [begin, end] = [
      `<!-- ${name}: generated by scripts/gen.mjs -->`,
      `<!-- end of ${name} -->`,
    ];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`docs/betas.md: "${begin}" and "${end}" are missing`);
    return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
  }, document);
}
