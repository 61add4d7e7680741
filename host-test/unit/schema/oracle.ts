/**
 * The rewriting of schemas for constrained output a second time, over parsed values: what plugin/translate/shared/schema_write.ts
 * does to bytes must be what this does to objects. Source: docs/chat.md, "Structured output".
 */
export type Schema = boolean | { [keyword: string]: unknown };

const COPIED = new Set(["type", "required", "title", "enum", "const", "default", "$ref"]);
const MAPS = new Set(["properties", "$defs", "definitions"]);
const LISTS = new Set(["anyOf", "allOf", "oneOf"]);
const FORMATS = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const allowsObject = (type: unknown): boolean =>
  type === "object" || (Array.isArray(type) && type.includes("object"));

const isKept = (key: string, value: unknown): boolean =>
  COPIED.has(key) ||
  (key === "format" && typeof value === "string" && FORMATS.has(value)) ||
  (key === "minItems" && (value === 0 || value === 1)) ||
  (key === "pattern" &&
    typeof value === "string" &&
    !/\\[bBk1-9]|\(\?<?[=!]/.test(value.replace(/\\\\/g, "")));

/** A keyword with subschemas below it, rewritten; undefined for all others. */
function below(key: string, value: unknown): [string, unknown] | undefined {
  if (MAPS.has(key) && isObject(value)) {
    return [
      key,
      Object.fromEntries(Object.entries(value).map(([name, s]) => [name, rewrite(s as Schema)])),
    ];
  }
  if (LISTS.has(key) && Array.isArray(value))
    return [key === "oneOf" ? "anyOf" : key, value.map((s) => rewrite(s as Schema))];
  if (key === "items")
    return [
      key,
      Array.isArray(value) ? value.map((s) => rewrite(s as Schema)) : rewrite(value as Schema),
    ];
  return undefined;
}

const describe = (text: string, moved: [string, unknown][]): string => {
  const list = moved.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
  if (moved.length === 0) return text;
  return `${text}${text.trim() === "" ? "" : "\n\n"}{${list}}`;
};

type Entry = [string, unknown];

/** Where a member goes: as it is or rewritten, into the description, or nowhere. */
function place(schema: Record<string, unknown>, [key, value]: Entry): Entry | "moved" | "gone" {
  if ("$ref" in schema && !["$ref", "$defs", "definitions"].includes(key)) return "gone";
  if (key === "type" && Array.isArray(value) && "enum" in schema) return "gone";
  if (key === "additionalProperties") return isOfObjects(schema) ? [key, false] : "moved";
  if (key === "description") return typeof value === "string" ? [key, value] : "moved";
  return below(key, value) ?? (isKept(key, value) ? [key, value] : "moved");
}

const isOfObjects = (schema: Record<string, unknown>): boolean =>
  "properties" in schema || allowsObject(schema.type);

/** What constrained output gets of a schema that it can express; `description` becomes the root's own when it has none. */
export function rewrite(schema: Schema, description = ""): Schema {
  if (!isObject(schema)) return schema;
  const places = Object.entries(schema).map((entry) => ({ entry, to: place(schema, entry) }));
  const kept = places.flatMap(({ to }) => (typeof to === "string" ? [] : [to]));
  const moved = places.flatMap(({ entry, to }) => (to === "moved" ? [entry] : []));
  const result = Object.fromEntries(kept);
  if ("$ref" in schema) return result;
  if (isOfObjects(schema) && !("additionalProperties" in schema))
    result.additionalProperties = false;
  const own = result.description as string | undefined;
  const text = describe(own ?? description, moved);
  if (own !== undefined || text !== "") result.description = text;
  return result;
}
