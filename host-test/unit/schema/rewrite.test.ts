/** Schemas on their way into constrained output, compared with a second implementation; bounds of the pass. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COUNT_EXPORT, counting } from "../../bench/count/instrument.ts";
import { Filter, filterBytes, HELLO, withProfile } from "../../support/filter.ts";
import { rewrite, type Schema } from "./oracle.ts";

const SEED = 20260801;
const filter = Filter.load();

interface Sent {
  output_config?: { format: { schema: unknown } };
  tools?: { name: string; input_schema: unknown; strict?: boolean }[];
  tool_choice?: unknown;
}

/** The body upstream for a format, and its text. */
function send(json_schema: object, through = filter): { body: Sent; text: string } {
  const { upstream } = through.chat({
    ...HELLO,
    response_format: { type: "json_schema", json_schema },
  });
  const text = upstream.text();
  return { body: JSON.parse(text) as Sent, text };
}

const WORD = fc.constantFrom(
  "a",
  "bé",
  'c"d',
  "e\\f",
  "g h",
  "\u{1F600}",
  "type",
  "$ref",
  "properties",
);
const TEXT = fc.constantFrom("", "  ", "One", 'Two "quoted"', "Three\nlines", "é");
const VALUE = fc.jsonValue({ maxDepth: 2, noUnicodeString: false } as fc.JsonSharedConstraints);
const TYPE = fc.oneof(
  fc.constantFrom("object", "string", "array", "number", "null"),
  fc.constantFrom(["object", "null"], ["string", "integer"]),
);
const PLAIN = fc.record(
  {
    type: TYPE,
    title: TEXT,
    description: fc.oneof({ weight: 4, arbitrary: TEXT }, { weight: 1, arbitrary: fc.constant(5) }),
    enum: fc.array(VALUE, { maxLength: 3 }),
    const: VALUE,
    default: VALUE,
    required: fc.array(WORD, { maxLength: 3 }),
    format: fc.constantFrom("date", "uuid", "binary", "ipv6", 4),
    minItems: fc.constantFrom(0, 1, 2),
    maxLength: fc.nat(),
    minimum: fc.integer(),
    pattern: fc.constantFrom(
      "^a+$",
      "\\bx",
      "(?=a)",
      "(?<!b)c",
      "(?<n>c)",
      "\\\\b",
      "(a)\\1",
      "\\d\\w",
      "\\k<n>",
    ),
    patternProperties: VALUE,
    uniqueItems: fc.boolean(),
    not: VALUE,
  },
  { requiredKeys: [] },
);

/** Keywords in any order: the pass must not depend on what comes first. */
const shuffled = (schema: object): fc.Arbitrary<Schema> =>
  fc
    .shuffledSubarray(Object.entries(schema), { minLength: Object.keys(schema).length })
    .map((entries) => Object.fromEntries(entries) as Schema);

const { node } = fc.letrec<{ node: Schema }>((tie) => {
  const children = fc.dictionary(WORD, tie("node"), { maxKeys: 3, noNullPrototype: true });
  const list = fc.array(tie("node"), { maxLength: 3 });
  const nested = fc.record(
    {
      properties: children,
      items: fc.oneof(tie("node"), list),
      anyOf: list,
      allOf: list,
      additionalProperties: fc.constantFrom(false, true),
    },
    { requiredKeys: [] },
  );
  const choice = fc.record({ oneOf: list }, { requiredKeys: [] });
  return {
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: "schema" },
      fc.oneof(PLAIN.chain(shuffled), fc.boolean()),
      fc.tuple(PLAIN, nested).chain(([plain, more]) => shuffled({ ...plain, ...more })),
      fc.tuple(PLAIN, choice).chain(([plain, more]) => shuffled({ ...plain, ...more })),
    ),
  };
});

describe("schemas that can be expressed", () => {
  test("come out as a second implementation has them, byte for byte", () => {
    fc.assert(
      fc.property(
        fc.dictionary(WORD, node, { maxKeys: 4, noNullPrototype: true }),
        TEXT,
        (properties, description) => {
          const schema = { type: "object", properties, $defs: properties };
          const { body, text } = send({ name: "a", strict: true, description, schema });
          const expected = rewrite(schema, description.trim() === "" ? "" : description);
          expect(body.output_config?.format.schema).toEqual(expected);
          expect(text).toContain(JSON.stringify(expected));
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });

  test("white space between their tokens changes nothing but itself", () => {
    const schema = { type: "object", properties: { a: { not: { type: "null" }, minLength: 1 } } };
    const spaced = JSON.stringify(
      { ...HELLO, response_format: { type: "json_schema", json_schema: { schema } } },
      null,
      7,
    );
    const { upstream } = filter.chat(spaced);
    expect(JSON.parse(upstream.text())).toEqual(send({ schema }).body);
  });
});

describe("schemas that cannot be expressed go into a tool, untouched", () => {
  const node = (ref: string): object => ({ type: "object", properties: { n: { $ref: ref } } });
  test.each([
    ["a reference to the root", node("#")],
    ["a reference to itself", { ...node("#/$defs/a"), $defs: { a: node("#/$defs/a") } }],
    [
      "a circle of three",
      {
        ...node("#/$defs/a"),
        $defs: { a: node("#/$defs/b"), b: node("#/$defs/c"), c: node("#/$defs/a") },
      },
    ],
    [
      "a circle that nothing leads to",
      { type: "object", $defs: { a: node("#/$defs/b"), b: node("#/$defs/a") } },
    ],
    [
      "a reference to a place that is no definition",
      { ...node("#/properties/n"), properties: { n: {}, m: { $ref: "#/properties/n" } } },
    ],
    ["a reference to nothing", node("#/$defs/none")],
    ["a reference elsewhere", node("other.json#/$defs/a")],
    ["a reference that is no string", { type: "object", properties: { n: { $ref: 5 } } }],
    ["both choices", { type: "object", properties: { n: { oneOf: [], anyOf: [] } } }],
    ["an open object", { type: "object", additionalProperties: true }],
  ])("%s", (_name, schema) => {
    const { body, text } = send({ name: "a", schema });
    expect(body.output_config).toBeUndefined();
    expect(body.tools?.[0]?.input_schema).toEqual(schema);
    expect(text).toContain(JSON.stringify(schema));
    expect(body.tool_choice).toEqual({
      type: "tool",
      name: "json_response",
      disable_parallel_tool_use: true,
    });
  });

  test("definitions that share another one are no circle", () => {
    const leaf = { type: "string" };
    const defs = {
      a: node("#/$defs/c"),
      b: node("#/$defs/c"),
      c: { anyOf: [{ $ref: "#/$defs/d", minLength: 1, description: "gone" }] },
      d: leaf,
    };
    const schema = {
      type: "object",
      properties: { x: { $ref: "#/$defs/a" }, y: { $ref: "#/$defs/b" } },
      $defs: defs,
    };
    expect(send({ name: "a", schema }).body.output_config?.format.schema).toEqual(rewrite(schema));
  });
});

/** `levels` of nesting, each with a keyword behind the subschema that has to move in front of nothing. */
function nested(levels: number, wrap: (inner: object) => object, leaf: object): object {
  let schema = leaf;
  for (let i = 0; i < levels; i++) schema = wrap(schema);
  return { type: "object", properties: { root: schema } };
}

describe("bounds", () => {
  const config = withProfile({ limits: { max_depth: 512 } });
  const deep = Filter.load({ config });
  const inItems = (inner: object): object => ({ items: inner, minItems: 5 });
  const inChoice = (inner: object): object => ({ anyOf: [inner], maximum: 1 });

  test("a schema as deep as a request may be is rewritten", () => {
    // The body, response_format, json_schema and schema hold 4 of the levels, root and properties 2.
    const schema = nested(506, inItems, {});
    expect(send({ schema }, deep).body.output_config?.format.schema).toEqual(
      rewrite(schema as Schema),
    );
    const choices = nested(252, inChoice, {});
    expect(send({ schema: choices }, deep).body.output_config?.format.schema).toEqual(
      rewrite(choices as Schema),
    );
  });

  test("one level more is refused before anything is rewritten", () => {
    const json_schema = { schema: nested(507, inItems, {}) };
    const { client, upstream } = deep.chat({
      ...HELLO,
      response_format: { type: "json_schema", json_schema },
    });
    expect(client.status).toBe(400);
    expect(upstream.headers).toBeUndefined();
  });

  test("depth does not multiply with size", () => {
    const leaf = { enum: Array.from({ length: 60000 }, (_, i) => `value ${i}`) };
    const counted = Filter.load({ config, bytes: counting(filterBytes()) });
    const operators = (levels: number): number => {
      const before = counted.host.ask(COUNT_EXPORT) ?? Number.NaN;
      send({ schema: nested(levels, inItems, leaf) }, counted);
      return (counted.host.ask(COUNT_EXPORT) ?? Number.NaN) - before;
    };
    // Walking every level's subschema anew would take some hundred times as much.
    const flat = operators(1);
    expect(operators(500)).toBeLessThan(flat * 1.25);
  });

  test("a schema with more nodes than are kept goes into a tool", () => {
    const many = (count: number): object => ({
      type: "object",
      properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, {}])),
    });
    expect(send({ schema: many(65000) }).body.output_config).toBeDefined();
    const { body } = send({ schema: many(66000) });
    expect(body.output_config).toBeUndefined();
    expect(body.tools).toHaveLength(1);
  });
});
