/**
 * Writes the tables of docs/configuration.md from the JSON Schema, so that a key cannot be in one and not in the other.
 * The text around them is written by hand.
 */

/** @typedef {import("./shapes.mjs").Schema} Schema */
/** @typedef {import("./shapes.mjs").Refused} Refused */

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
 * @param {string[]} refused words that are not served
 * @returns {string} the kind of value, in words
 */
function kindOf(node, schema, refused) {
  const target = node.$ref ? schema.$defs[node.$ref.replace("#/$defs/", "")] : node;
  if (target.enum) {
    const served = target.enum.filter((/** @type {string} */ word) => !refused.includes(word));
    return served.map((/** @type {string} */ word) => `\`${word}\``).join(", ") || "none yet";
  }
  if (target.anyOf) return "true, false or text";
  switch (target.type) {
    case "integer":
      return target.const ? `${target.const}` : `${target.minimum} to ${target.maximum}`;
    case "boolean":
      return "boolean";
    case "array":
      return `list: ${kindOf(target.items, schema, refused)}`;
    case "object":
      if (target.properties) return "object";
      return target.additionalProperties === true
        ? "map: any JSON"
        : `map: ${kindOf(target.additionalProperties, schema, [])}`;
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
 * @param {Refused} refused
 * @returns {string} the table of the members that are served
 */
function tableOf(group, schema, refused) {
  const rows = Object.entries(schema.$defs[group].properties).flatMap(([name, node]) => {
    const refusal = refused[group]?.[name] ?? [];
    if (refusal === true) return [];
    // A default that names what is not served yet would mislead.
    const shown =
      node.default === undefined ||
      (Array.isArray(refusal) && refusal.some((word) => node.default.includes(word)));
    const value = shown ? "" : code(node.default);
    const example = node.examples.some((/** @type {unknown} */ one) => usesRefused(one, refusal))
      ? ""
      : code(node.examples[0]);
    return [row([`\`${name}\``, kindOf(node, schema, refusal), value, node.description, example])];
  });
  return [
    row(["key", "value", "default", "what for", "example"]),
    row(new Array(5).fill("---")),
    ...rows,
  ].join("\n");
}

/**
 * @param {unknown} example
 * @param {string[]} refused
 */
const usesRefused = (example, refused) =>
  [example].flat().some((word) => refused.includes(/** @type {string} */ (word)));

/**
 * @param {Schema} schema
 * @param {Refused} refused
 * @returns {string} the list of what is in the schema and refused
 */
function refusedList(schema, refused) {
  const rows = Object.entries(refused).flatMap(([group, members]) =>
    Object.entries(members).map(([name, what]) => {
      const place = group === "config" ? name : group === "settings" ? name : `${group}.${name}`;
      const words = what === true ? "" : what.map((word) => `\`${word}\``).join(", ");
      return row([`\`${place}\``, words, schema.$defs[group].properties[name].description]);
    }),
  );
  return [
    row(["key", "only these words", "what for"]),
    row(new Array(3).fill("---")),
    ...rows,
  ].join("\n");
}

/**
 * @param {string} text docs/configuration.md as it is
 * @param {Schema} schema content of docs/config.schema.json
 * @param {Refused} refused content of scripts/tables/config_refused.json
 * @returns {string} the document with its tables written anew
 * @throws {Error} when a mark is missing
 */
export function renderConfigDocument(text, schema, refused) {
  const [before, rest] = text.split(MARKS.begin);
  const after = rest?.split(MARKS.end)[1];
  if (after === undefined)
    throw new Error("docs/configuration.md: needs the two marks of the keys");
  const sections = SECTIONS.map(
    ([group, title]) => `### ${title}\n\n${tableOf(group, schema, refused)}`,
  );
  const last = `### Not served by this version\n\nIn the schema already, and refused by name:\n\n${refusedList(schema, refused)}`;
  return [`${before}${MARKS.begin}`, ...sections, last, `${MARKS.end}${after}`].join("\n\n");
}
