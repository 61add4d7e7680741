/** Finds the part of docs/config.schema.json that a place of a configuration is described by. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $defs?: Record<string, Schema>;
}

/** All descriptions that hold at a place: alternatives are not told apart, since they are being written. */
export function schemasAt(root: Schema, path: readonly (string | number)[]): Schema[] {
  return path.reduce<Schema[]>(
    (schemas, step) => schemas.flatMap((schema) => expand(root, childOf(schema, step))),
    expand(root, root),
  );
}

/** The keys that objects at a place may have, with what is said about each. */
export function keysAt(root: Schema, path: readonly (string | number)[]): Map<string, Schema> {
  const keys = new Map<string, Schema>();
  for (const { properties = {} } of schemasAt(root, path)) {
    for (const [key, schema] of Object.entries(properties))
      if (!keys.has(key)) keys.set(key, schema);
  }
  return keys;
}

/** The values that a place may have, as far as they can be listed. */
export function valuesAt(root: Schema, path: readonly (string | number)[]): string[] {
  const values = schemasAt(root, path).flatMap((schema) => {
    if (schema.enum !== undefined) return schema.enum;
    if (schema.const !== undefined) return [schema.const];
    if (schema.type === "boolean") return [true, false];
    return (schema.examples ?? []).filter((example) => typeof example !== "object");
  });
  return [
    ...new Set(values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)))),
  ];
}

function childOf(schema: Schema, step: string | number): Schema | undefined {
  if (typeof step === "number") return schema.items;
  const named = schema.properties?.[step];
  if (named !== undefined) return named;
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** A schema with everything that it refers to or that is laid over it. */
function expand(root: Schema, schema: Schema | undefined): Schema[] {
  if (schema === undefined) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const target =
    schema.$ref === undefined ? undefined : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  return [schema, ...expand(root, target), ...parts.flatMap((part) => expand(root, part))];
}
