/**
 * Compiles the JSON Schema of the configuration into static tables for the reader in the plugin, so that the two cannot
 * differ in keys, types, ranges, words or patterns. What one schema object cannot say (references, conditions across
 * objects) the reader checks by hand; `oneOf` and `required` inside `anyOf` are left to it.
 */

/** @typedef {Record<string, any>} Schema */
/** @typedef {Record<(typeof NODE_COLUMNS)[number], number>} NodeRow */

const KNOWN = new Set(
  (
    "$ref $schema $id $defs title type description examples default properties required additionalProperties " +
    "propertyNames minProperties maxProperties items minItems maxItems uniqueItems enum const minLength maxLength " +
    "pattern minimum maximum anyOf oneOf not"
  ).split(" "),
);
const KINDS = {
  Any: 0,
  Boolean: 1,
  Integer: 2,
  Text: 3,
  Word: 4,
  List: 5,
  Object: 6,
  Map: 7,
  BooleanOrText: 8,
};
/** Columns of a node row, in order; see ShapeNode in plugin/policy/config/shape.ts. */
const NODE_COLUMNS = /** @type {const} */ ([
  "kind",
  "low",
  "high",
  "first",
  "count",
  "item",
  "extra",
  "group",
]);
const NO_LIMIT = 0xffffffff;
const MAX_MEMBERS = 64;

/** @param {string} name `max_depth` becomes `MaxDepth`, `modelInfo` becomes `ModelInfo` */
const pascal = (name) =>
  name.replace(/(^|_)([a-z])/g, (_all, _line, letter) => letter.toUpperCase());

/**
 * The bits of a character class such as `[a-z_]`, over bytes. A negated class has all bytes of characters beyond ASCII.
 * @param {string} source the class with its brackets
 * @returns {number[]} eight words of 32 bits
 */
function classWords(source) {
  const set = new RegExp(source);
  const words = new Array(8).fill(0);
  for (let byte = 0; byte < 256; byte++) {
    if (set.test(String.fromCharCode(byte < 0x80 ? byte : 0xff)))
      words[byte >> 5] |= 1 << (byte & 31);
  }
  return words.map((word) => word >>> 0);
}

const CLASS = "\\[(?:[^\\]\\\\]|\\\\.)+\\]";
const FORMS = [
  new RegExp(`^\\^(?<first>${CLASS})?(?:(?<rest>${CLASS})\\*)(?<last>${CLASS})?\\$$`),
  new RegExp(`^\\^(?<rest>${CLASS})\\*(?<needle>(?:\\\\[{}]|\\w)+)\\k<rest>\\*\\$$`),
];

class Compiler {
  /** @param {Schema} schema */
  constructor(schema) {
    this.schema = schema;
    /** @type {Partial<NodeRow>[]} */ this.nodes = [{ kind: KINDS.Any }];
    /** @type {number[][]} */ this.members = [];
    /** @type {number[][]} */ this.words = [];
    /** @type {number[][]} */ this.rules = [new Array(9).fill(0)];
    /** @type {number[][]} */ this.classes = [new Array(8).fill(0)];
    /** @type {Map<string, number>} */ this.texts = new Map();
    this.bytes = Buffer.alloc(0);
    /** @type {Map<string, number>} */ this.groups = new Map();
  }

  /** @param {string} text @returns {[number, number]} offset and length in the text table */
  text(text) {
    const bytes = Buffer.from(text, "utf8");
    const offset = this.texts.get(text) ?? this.bytes.length;
    if (!this.texts.has(text)) this.bytes = Buffer.concat([this.bytes, bytes]);
    this.texts.set(text, offset);
    return [offset, bytes.length];
  }

  /** @param {Schema} schema follows `$ref`; members beside it are notes */
  resolve(schema) {
    const name = schema.$ref?.replace("#/$defs/", "");
    const target = name === undefined ? schema : this.schema.$defs[name];
    for (const key of Object.keys(target)) {
      if (!KNOWN.has(key)) throw new Error(`config.schema.json: keyword ${key} is not compiled`);
    }
    return { name: name ?? "", target };
  }

  /** @param {Partial<NodeRow> & { kind: number }} row @returns {number} its index */
  node(row) {
    this.nodes.push(row);
    return this.nodes.length - 1;
  }

  /**
   * @param {string[]} values
   * @returns {[number, number]} first row and count
   */
  wordRows(values) {
    const first = this.words.length;
    for (const value of values) this.words.push(this.text(value));
    return [first, values.length];
  }

  /** @param {string} source of a class, with brackets; "" for none @returns {number} its row */
  class(source) {
    if (source === "") return 0;
    const words = classWords(source);
    const known = this.classes.findIndex((row, at) => at > 0 && row.join() === words.join());
    if (known > 0) return known;
    this.classes.push(words);
    return this.classes.length - 1;
  }

  /** @param {Schema} schema of a text @returns {number} row of its rule, 0 for none */
  textRule({ pattern, not }) {
    if (pattern === undefined && not === undefined) return 0;
    const form = FORMS.map((candidate) => candidate.exec(pattern ?? "^[\\x00-\\xff]*$")).find(
      Boolean,
    );
    if (!form?.groups) throw new Error(`config.schema.json: pattern ${pattern} is not compiled`);
    const { first = "", rest = "", last = "", needle = "" } = form.groups;
    this.rules.push([
      ...[first, rest, last].map((source) => this.class(source)),
      ...this.text(needle.replaceAll("\\", "")),
      ...this.wordRows(not?.enum ?? []),
      ...this.text(pattern ?? ""),
    ]);
    return this.rules.length - 1;
  }

  /** @param {Schema} schema @returns {number} index of its node */
  compile(schema) {
    const { name, target } = this.resolve(schema);
    if (target.enum) {
      const [first, count] = this.wordRows(target.enum);
      return this.node({ kind: KINDS.Word, first, count });
    }
    if (target.anyOf) {
      return this.node({ kind: KINDS.BooleanOrText, item: this.compile(target.anyOf[1]) });
    }
    if (target.type === "array") return this.list(target);
    if (target.type === "object") {
      return target.properties ? this.object(name, target) : this.map(target);
    }
    return this.scalar(target);
  }

  /** @param {Schema} target */
  scalar(target) {
    const { const: only, minimum = only, maximum = only } = target;
    if (target.type === "boolean") return this.node({ kind: KINDS.Boolean });
    if (target.type === "integer") {
      return this.node({ kind: KINDS.Integer, low: minimum, high: maximum });
    }
    if (target.type !== "string") return 0;
    const { minLength: low = 0, maxLength: high = NO_LIMIT } = target;
    return this.node({ kind: KINDS.Text, low, high, first: this.textRule(target) });
  }

  /** @param {Schema} target */
  list(target) {
    const { minItems: low = 0, maxItems: high = NO_LIMIT } = target;
    const item = this.compile(target.items);
    return this.node({ kind: KINDS.List, low, high, item, extra: target.uniqueItems ? 1 : 0 });
  }

  /** @param {Schema} target */
  map(target) {
    const { minProperties: low = 0, maxProperties: high = NO_LIMIT, additionalProperties } = target;
    const item = additionalProperties === true ? 0 : this.compile(additionalProperties);
    return this.node({
      kind: KINDS.Map,
      low,
      high,
      item,
      extra: this.compile(target.propertyNames),
    });
  }

  /** @param {string} name of the definition @param {Schema} target */
  object(name, target) {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const keys = Object.keys(target.properties);
    if (name === "" || keys.length > MAX_MEMBERS) {
      throw new Error(
        `config.schema.json: ${keys}: not a definition, or above ${MAX_MEMBERS} members`,
      );
    }
    const row = { kind: KINDS.Object, low: target.minProperties ?? 0, first: this.members.length };
    const index = this.node({ ...row, count: keys.length, group: this.groups.size + 1 });
    this.groups.set(name, index);
    this.members.push(...keys.map(() => []));
    keys.forEach((key, at) => {
      const node = this.compile(target.properties[key]);
      const isRequired = target.required?.includes(key) ? 1 : 0;
      this.members[row.first + at] = [...this.text(key), node, isRequired];
    });
    return index;
  }

  /** @returns {[string, number[][]][]} every table: what it is, and its rows */
  tables() {
    const nodes = this.nodes.map((row) => NODE_COLUMNS.map((column) => row[column] ?? 0));
    return [
      ["NODES: ShapeNode rows.", nodes],
      ["MEMBERS: ShapeMember rows.", this.members],
      ["WORDS: ShapeWord rows.", this.words],
      ["RULES: TextRule rows.", this.rules],
      ["CLASSES: sets of bytes, 8 words each.", this.classes],
      [
        "TEXT: names, words and patterns; 16 bytes can be read from any of them.",
        [[...this.bytes, ...new Array(32).fill(0)]],
      ],
    ];
  }
}

/** @param {string} doc name of the table, a colon, what it is @param {number[][]} rows */
function table(doc, rows) {
  const name = doc.slice(0, doc.indexOf(":"));
  const type = name === "TEXT" ? "u8" : "u32";
  const data = `memory.data<${type}>([${rows.flat().join(", ")}])`;
  return `/** ${doc} */\n// prettier-ignore\nexport const ${name}: usize = ${data};\n`;
}

/** @param {string} name @param {string} doc @param {[string, number][]} members */
function constEnum(name, doc, members) {
  const lines = members.map(([member, value]) => `${pascal(member)} = ${value},`).join("\n");
  return `/** ${doc} */\nexport const enum ${name} {\n${lines}\n}\n`;
}

/**
 * @param {string} name of a definition
 * @param {string[]} keys its members
 */
function memberEnum(name, keys) {
  const members = keys.map((key, at) => /** @type {[string, number]} */ ([key, at]));
  return constEnum(`${pascal(name)}Key`, `Members of \`${name}\`, in order.`, members);
}

/**
 * @param {Schema} schema content of docs/config.schema.json
 * @returns {string} body of the generated file, without its head line
 * @throws {Error} naming what cannot be compiled
 */
export function renderShapes(schema) {
  const compiler = new Compiler(schema);
  compiler.compile({ $ref: schema.$ref });
  const nodes = [...compiler.groups];
  const groups = nodes.map(([name], at) => /** @type {[string, number]} */ ([name, at + 1]));
  return [
    "/* eslint-disable no-restricted-syntax */",
    "// Compiled from docs/config.schema.json. Rows: shape.ts.\n",
    constEnum("Group", "Which object a node describes.", groups),
    constEnum("GroupNode", "Node of each object.", nodes),
    ...groups.map(([name]) => memberEnum(name, Object.keys(schema.$defs[name].properties))),
    ...compiler.tables().map(([doc, rows]) => table(doc, rows)),
  ].join("\n");
}
