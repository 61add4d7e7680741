/**
 * Writes the tables of docs/configuration.md from the JSON Schema, so that a key cannot be in one and not in the other.
 * The text around them is written by hand.
 */

/** @typedef {import("./shapes.mjs").Schema} Schema */

const MARKS = {
  begin: "<!-- keys: written by npm run gen from docs/config.schema.json -->",
  end: "<!-- end of keys -->",
};

/** Headings: definition, and where it stands in a configuration. */
const SECTIONS = [
  ["config", "Top level"],
  ["settings", "Settings of a profile: `profile`, `defaults`, `profiles.<name>`"],
  ["provider", "`provider`"],
  ["auth", "`auth`"],
  ["key", "`auth.keys[]`"],
  ["models", "`models`"],
  ["prefill", "`prefill`"],
  ["params", "`params`"],
  ["reasoning", "`reasoning`"],
  ["stream", "`stream`"],
  ["headers", "`headers`"],
  ["limits", "`limits`"],
  ["observability", "`observability`"],
  ["rule", "`rules[]`"],
  ["match", "`rules[].match`"],
  ["modelInfo", "`model_info[]`"],
];

/** @param {unknown} value */
const code = (value) => `\`${JSON.stringify(value).replaceAll("|", "\\|")}\``;

/**
 * @param {Schema} node
 * @param {Schema} schema
 * @returns {string} the kind of value, in words
 */
function kindOf(node, schema) {
  const target = node.$ref ? schema.$defs[node.$ref.replace("#/$defs/", "")] : node;
  if (target.enum) return target.enum.map((/** @type {string} */ word) => `\`${word}\``).join(", ");
  if (target.anyOf) return "true, false or text";
  switch (target.type) {
    case "integer":
      return target.const ? `${target.const}` : `${target.minimum} to ${target.maximum}`;
    case "boolean":
      return "boolean";
    case "array":
      return `list: ${kindOf(target.items, schema)}`;
    case "object":
      if (target.properties) return "object";
      return target.additionalProperties === true
        ? "map: any JSON"
        : `map: ${kindOf(target.additionalProperties, schema)}`;
    default:
      return target === schema.$defs.glob ? "glob" : "text";
  }
}

/**
 * @param {string[]} cells
 * @returns {string} a row of a table
 */
const row = (cells) => `| ${cells.join(" | ")} |`;

/**
 * @param {string} group
 * @param {Schema} schema
 * @returns {string} the table of its members
 */
function tableOf(group, schema) {
  const rows = Object.entries(schema.$defs[group].properties).map(([name, node]) => {
    const value = node.default === undefined ? "" : code(node.default);
    return row([
      `\`${name}\``,
      kindOf(node, schema),
      value,
      node.description,
      code(node.examples[0]),
    ]);
  });
  return [
    row(["key", "value", "default", "what for", "example"]),
    row(new Array(5).fill("---")),
    ...rows,
  ].join("\n");
}

/**
 * @param {string} text docs/configuration.md as it is
 * @param {Schema} schema content of docs/config.schema.json
 * @returns {string} the document with its tables written anew
 * @throws {Error} when a mark is missing
 */
export function renderConfigDocument(text, schema) {
  const [before, rest] = text.split(MARKS.begin);
  const after = rest?.split(MARKS.end)[1];
  if (after === undefined)
    throw new Error("docs/configuration.md: needs the two marks of the keys");
  const sections = SECTIONS.map(
    ([group, title]) => `### ${title}

${tableOf(group, schema)}`,
  );
  return [`${before}${MARKS.begin}`, ...sections, `${MARKS.end}${after}`].join("\n\n");
}
