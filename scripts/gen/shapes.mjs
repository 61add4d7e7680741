/**
 * Compiles the JSON Schema of the configuration into static tables for the reader in the plugin, so that the two cannot
 * differ in keys, types, ranges, words or patterns. What one schema object cannot say (references, conditions across
 * objects) the reader checks by hand; `oneOf` and `required` inside `anyOf` are left to it.
 * `refused` names what this version does not serve: group to member to true, or to the words that are not served.
 * What only a refused member reaches is not compiled.
 */

/** @typedef {Record<string, any>} Schema */
/** @typedef {Record<string, Record<string, true | string[]>>} Refused */

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
const NO_LIMIT = 0xffffffff;
const MAX_MEMBERS = 64;

/** @param {string} name `max_depth` becomes `MaxDepth` */
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
    if (set.test(String.fromCharCode(byte < 0x80 ? byte : 0xff))) words[byte >> 5] |= 1 << (byte & 31);
  }
  return words.map((word) => word >>> 0);
}

const CLASS = "\\[(?:[^\\]\\\\]|\\\\.)+\\]";
const FORMS = [
  new RegExp(`^\\^(?<first>${CLASS})?(?:(?<rest>${CLASS})\\*)(?<last>${CLASS})?\\$$`),
  new RegExp(`^\\^(?<rest>${CLASS})\\*(?<needle>(?:\\\\[{}]|\\w)+)\\k<rest>\\*\\$$`),
];

class Compiler {
  /** @param {Schema} schema @param {Refused} refused */
  constructor(schema, refused) {
    this.schema = schema;
    this.refused = structuredClone(refused);
    /** @type {number[][]} */ this.nodes = [[KINDS.Any, 0, 0, 0, 0, 0, 0, 0]];
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

  /** @param {number[]} row of a node without its group @returns {number} its index */
  node(row) {
    this.nodes.push(row);
    return this.nodes.length - 1;
  }

  /**
   * @param {string[]} values
   * @param {string[]} unserved
   * @returns {[number, number]} first row and count
   */
  wordRows(values, unserved) {
    const first = this.words.length;
    for (const value of values) {
      this.words.push([...this.text(value), unserved.includes(value) ? 0 : 1]);
    }
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
    const form = FORMS.map((candidate) => candidate.exec(pattern ?? "^[\\x00-\\xff]*$")).find(Boolean);
    if (!form?.groups) throw new Error(`config.schema.json: pattern ${pattern} is not compiled`);
    const { first = "", rest = "", last = "", needle = "" } = form.groups;
    this.rules.push([
      ...[first, rest, last].map((source) => this.class(source)),
      ...this.text(needle.replaceAll("\\", "")),
      ...this.wordRows(not?.enum ?? [], []),
      ...this.text(pattern ?? ""),
    ]);
    return this.rules.length - 1;
  }

  /** @param {Schema} schema @param {string[]} unserved words that are refused @returns {number} index of its node */
  compile(schema, unserved = []) {
    const { name, target } = this.resolve(schema);
    if (target.enum) {
      const [first, count] = this.wordRows(target.enum, unserved);
      return this.node([KINDS.Word, 0, 0, first, count, 0, 0, 0]);
    }
    if (target.anyOf) return this.node([KINDS.BooleanOrText, 0, 0, 0, 0, this.compile(target.anyOf[1]), 0, 0]);
    switch (target.type) {
      case "boolean":
        return this.node([KINDS.Boolean, 0, 0, 0, 0, 0, 0, 0]);
      case "integer":
        return this.node([KINDS.Integer, target.minimum ?? target.const, target.maximum ?? target.const, 0, 0, 0, 0, 0]);
      case "string":
        return this.node([KINDS.Text, target.minLength ?? 0, target.maxLength ?? NO_LIMIT, this.textRule(target), 0, 0, 0, 0]);
      case "array": {
        const item = this.compile(target.items, unserved);
        const unique = target.uniqueItems ? 1 : 0;
        return this.node([KINDS.List, target.minItems ?? 0, target.maxItems ?? NO_LIMIT, 0, 0, item, unique, 0]);
      }
      case "object":
        return target.properties ? this.object(name, target) : this.map(target);
      default:
        return 0;
    }
  }

  /** @param {Schema} target */
  map(target) {
    const value = target.additionalProperties === true ? 0 : this.compile(target.additionalProperties);
    const key = this.compile(target.propertyNames);
    const [low, high] = [target.minProperties ?? 0, target.maxProperties ?? NO_LIMIT];
    return this.node([KINDS.Map, low, high, 0, 0, value, key, 0]);
  }

  /** @param {string} name of the definition @param {Schema} target */
  object(name, target) {
    const keys = Object.keys(target.properties);
    if (name === "" || keys.length > MAX_MEMBERS) throw new Error(`config.schema.json: ${name} ${keys}: an object is a definition with at most ${MAX_MEMBERS} members`);
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const index = this.node([]);
    this.groups.set(name, index);
    const group = [...this.groups.keys()].indexOf(name) + 1;
    const first = this.members.length;
    this.members.push(...keys.map(() => []));
    keys.forEach((key, at) => {
      const refusal = this.refused[name]?.[key] ?? [];
      delete this.refused[name]?.[key];
      const node = refusal === true ? 0 : this.compile(target.properties[key], refusal);
      const flags = (target.required?.includes(key) ? 1 : 0) | (refusal === true ? 2 : 0);
      this.members[first + at] = [...this.text(key), node, flags];
    });
    this.nodes[index] = [KINDS.Object, target.minProperties ?? 0, 0, first, keys.length, 0, 0, group];
    return index;
  }

  /** @throws {Error} naming what the refusals have and the schema has not */
  checkRefused() {
    const left = Object.entries(this.refused).flatMap(([group, members]) =>
      Object.keys(members).map((member) => `${group}.${member}`),
    );
    if (left.length > 0) throw new Error(`config_refused.json: not in the schema: ${left.join(", ")}`);
  }
}

/** @param {string} name @param {string} doc @param {number[][]} rows */
function table(name, doc, rows) {
  const type = name === "TEXT" ? "u8" : "u32";
  return `/** ${doc} */\n// prettier-ignore\nexport const ${name}: usize = memory.data<${type}>([${rows.flat().join(", ")}]);\n`;
}

/** @param {string} name @param {string} doc @param {[string, number][]} members */
function constEnum(name, doc, members) {
  const lines = members.map(([member, value]) => `${member} = ${value},`).join("\n");
  return `/** ${doc} */\nexport const enum ${name} {\n${lines}\n}\n`;
}

/**
 * @param {Schema} schema content of docs/config.schema.json
 * @param {Refused} refused content of scripts/tables/config_refused.json
 * @returns {string} body of the generated file, without its head line
 * @throws {Error} naming what cannot be compiled
 */
export function renderShapes(schema, refused) {
  const compiler = new Compiler(schema, refused);
  const root = compiler.compile({ $ref: schema.$ref });
  compiler.checkRefused();
  const groups = [...compiler.groups.keys()];
  const memberEnums = groups.map((name) => {
    const keys = Object.keys(schema.$defs[name].properties);
    return constEnum(`${pascal(name[0].toUpperCase() + name.slice(1))}Key`, `Members of \`${name}\`, in order.`, keys.map((key, at) => [pascal(key), at]));
  });
  const nodes = [...compiler.groups].map(([name, index]) => /** @type {[string, number]} */ ([pascal(name[0].toUpperCase() + name.slice(1)), index]));
  return [
    "// Compiled from docs/config.schema.json and scripts/tables/config_refused.json. Rows: shape.ts.\n",
    constEnum("Group", "Which object a node describes.", groups.map((name, at) => [pascal(name[0].toUpperCase() + name.slice(1)), at + 1])),
    constEnum("GroupNode", "Node of each object.", [["Root", root], .../** @type {[string, number][]} */ (nodes)]),
    ...memberEnums,
    table("NODES", "ShapeNode rows.", compiler.nodes),
    table("MEMBERS", "ShapeMember rows.", compiler.members),
    table("WORDS", "ShapeWord rows.", compiler.words),
    table("RULES", "TextRule rows.", compiler.rules),
    table("CLASSES", "Sets of bytes, 8 words each.", compiler.classes),
    table("TEXT", "All names, words and patterns; padded so that 16 bytes can be read from any of them.", [[...compiler.bytes, ...new Array(32).fill(0)]]),
  ].join("\n");
}
