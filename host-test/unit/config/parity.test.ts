import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BAD, ENVIRONMENT, GOOD } from "./cases.ts";
import { ConfigProbe } from "./config_probe.ts";
import { allSemantic, partAccepts, SCHEMA, schemaAccepts } from "./schema.ts";

const reader = new ConfigProbe();
const valueOf = (document: unknown) =>
  typeof document === "string"
    ? (JSON.parse(document) as unknown)
    : JSON.parse(JSON.stringify(document));

const placeOf = (line: string) => line.slice(0, line.indexOf(": "));

describe("the reader and the schema", () => {
  it.each(GOOD)("both accept %s", (_name, document) => {
    const { accepted, errors } = reader.read(document, ENVIRONMENT);
    expect(errors).toEqual([]);
    expect(accepted).toBe(true);
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
  // Lists have no names, but for `length`, which may be no text.
  if (Array.isArray(value) && typeof key === "string") return value;
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

  it("has no key that was decided against", () => {
    const names = new Set(members.map(([, name]) => name));
    const dropped =
      "max_max_tokens unsupported_tools metric_prefix response_header trim_trailing_whitespace json_fences " +
      "strip_fields ignored_header workspace response_model route_metadata _rules_ capabilities";
    for (const name of dropped.split(" ")) expect(names).not.toContain(name);
  });
});
