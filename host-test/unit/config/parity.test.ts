import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderShapes } from "../../../scripts/gen/shapes.mjs";
import { BAD, ENVIRONMENT, GOOD } from "./cases.ts";
import { ConfigProbe } from "./config_probe.ts";
import {
  allSemantic,
  partAccepts,
  REFUSED,
  refusedPlaces,
  SCHEMA,
  schemaAccepts,
  type SchemaNode,
} from "./schema.ts";

const reader = new ConfigProbe();
const valueOf = (document: unknown) =>
  typeof document === "string"
    ? (JSON.parse(document) as unknown)
    : JSON.parse(JSON.stringify(document));

const placeOf = (line: string) => line.slice(0, line.indexOf(": "));

describe("the reader and the schema", () => {
  it.each(GOOD)("both accept %s, but for what is not served", (_name, document) => {
    const { accepted, errors } = reader.read(document, ENVIRONMENT);
    const refused = refusedPlaces(valueOf(document));
    expect(errors.map(placeOf).sort()).toEqual(refused.sort());
    expect(accepted).toBe(refused.length === 0);
    expect(schemaAccepts(valueOf(document))).toBe(true);
  });

  it.each(BAD)("both refuse %s", (_name, document, place) => {
    const { accepted, errors } = reader.read(document, ENVIRONMENT);
    expect(accepted).toBe(false);
    expect(errors.map(placeOf)).toContain(place);
    expect(schemaAccepts(valueOf(document))).toBe(false);
  });

  it("agree on good configurations with one value replaced", () => {
    fc.assert(
      fc.property(mutant, (document) => {
        const { accepted, errors } = reader.read(document, ENVIRONMENT);
        if (!schemaAccepts(document)) expect(accepted, JSON.stringify(document)).toBe(false);
        else
          expect(allSemantic(errors), `${JSON.stringify(document)}\n${errors.join("\n")}`).toBe(
            true,
          );
      }),
      { numRuns: 3000 },
    );
  });
});

/** Every path of a value. */
function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [[]];
  const keys = Array.isArray(value) ? value.map((_, at) => at) : Object.keys(value);
  return [
    [],
    ...keys.flatMap((key) => pathsOf((value as never)[key]).map((path) => [key, ...path])),
  ];
}

/** A copy with the value at `path` replaced; undefined takes it out. */
function withValue(value: unknown, path: (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = (
    Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }
  ) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, by);
  return JSON.parse(JSON.stringify(copy));
}

/** Words, numbers and names that settings are made of, so that mutants are nearly right. */
const near = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    false,
    0,
    1,
    8,
    1.5,
    -1,
    1e9,
    "",
    "a",
    "client",
    "*",
    "/a",
    "{model}",
    [],
    {},
  ),
  fc.constantFrom(
    ["a"],
    ["a", "a"],
    { a: 1 },
    { "x-a": true },
    { version: 1 },
    "x".repeat(300),
    4294967297,
  ),
  fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
);
const mutant = fc
  .tuple(
    fc.constantFrom(...GOOD.map(([, document]) => valueOf(document))),
    fc.nat(),
    near,
    fc.string(),
  )
  .map(([document, at, by, key]) => {
    const paths = pathsOf(document);
    const path = paths[at % paths.length] as (string | number)[];
    return withValue(document, at % 5 === 0 ? [...path.slice(0, -1), key] : path, by) ?? null;
  });

/** Every member of every definition, by group. */
const members = Object.entries(SCHEMA.$defs).flatMap(([group, definition]) =>
  Object.entries(definition.properties ?? {}).map(([name, node]) => [group, name, node] as const),
);

describe("the schema", () => {
  it.each(members)(
    "%s.%s has a description and an example that it accepts",
    (_group, _name, node) => {
      expect(node.description).toBeTruthy();
      expect(node.examples).toHaveLength(1);
      expect(partAccepts(node, node.examples?.[0])).toBe(true);
      if (node.default !== undefined) expect(partAccepts(node, node.default)).toBe(true);
    },
  );

  it("can be compiled whole, so that a refusal is lifted by one line less", () => {
    expect(() => renderShapes(SCHEMA, {})).not.toThrow();
  });

  it("is not compiled when a refusal names what it does not have", () => {
    expect(() => renderShapes(SCHEMA, { models: { lists: true } })).toThrow("models.lists");
    expect(() => renderShapes(SCHEMA, { models: { list: ["all"] } })).toThrow("models.list");
  });

  it("has no key that was decided against", () => {
    const names = new Set(members.map(([, name]) => name));
    const dropped =
      "max_max_tokens unsupported_tools metric_prefix response_header trim_trailing_whitespace json_fences " +
      "strip_fields ignored_header workspace response_model route_metadata _rules_ capabilities";
    for (const name of dropped.split(" ")) expect(names).not.toContain(name);
  });
});

/** Where each group stands in a configuration. */
const PLACES: Record<string, (settings: object) => object> = {
  config: (more) => ({ version: 1, profile: {}, ...more }),
  settings: (settings) => ({ version: 1, profile: settings }),
  key: (key) => ({
    version: 1,
    profile: { auth: { mode: "keys", keys: [{ name: "k", value: "v", ...key }] } },
  }),
  rule: (rule) => ({
    version: 1,
    profiles: { a: {} },
    rules: [{ match: { hosts: ["h"] }, profile: "a", ...rule }],
  }),
  match: (match) => ({ version: 1, profiles: { a: {} }, rules: [{ match, profile: "a" }] }),
  prefillRule: (rule) =>
    withPrefill({ rules: [{ match: { kinds: ["text"] }, mode: "strip", ...rule }] }),
  prefillMatch: (match) => withPrefill({ rules: [{ match, mode: "strip" }] }),
  reframe: (reframe) => withPrefill({ reframe }),
  modelInfo: (row) => ({ version: 1, profile: {}, model_info: [{ match: ["m"], ...row }] }),
};
function withPrefill(prefill: object): object {
  return { version: 1, profile: { prefill } };
}

const placed = (group: string, value: object) =>
  (PLACES[group] ?? ((inner: object) => ({ version: 1, profile: { [group]: inner } })))(value);

describe("what is not served", () => {
  const cases = Object.entries(REFUSED).flatMap(([group, entries]) =>
    Object.entries(entries).flatMap(([name, what]) => {
      const node = SCHEMA.$defs[group]?.properties?.[name] as SchemaNode;
      if (what === true)
        return [[`${group}.${name}`, placed(group, { [name]: node.examples?.[0] })] as const];
      return what.map(
        (word) =>
          [
            `${group}.${name} ${word}`,
            placed(group, { [name]: node.items ? [word] : word }),
          ] as const,
      );
    }),
  );

  it.each(cases)("%s is refused by name, though it is right", (_name, document) => {
    const { accepted, errors } = reader.read(document);
    expect(accepted).toBe(false);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/not served by this version$/);
    expect(schemaAccepts(document)).toBe(true);
  });
});
