/** docs/config.schema.json as a validator, and what only the reader can check. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

export interface SchemaNode {
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  enum?: string[];
  description?: string;
  examples?: unknown[];
  default?: unknown;
  type?: string | string[];
}

const ROOT = new URL("../../../", import.meta.url);

/** Content of the schema file. */
export const SCHEMA = JSON.parse(
  readFileSync(new URL("docs/config.schema.json", ROOT), "utf8"),
) as SchemaNode & { $defs: Record<string, SchemaNode> };

/** Group to member to true, or to the words, that this version does not serve. */
export const REFUSED = JSON.parse(
  readFileSync(new URL("scripts/tables/config_refused.json", ROOT), "utf8"),
) as Record<string, Record<string, true | string[]>>;

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
});
const validate = ajv.compile(SCHEMA as object);

/** Whether the schema accepts a value. */
export const schemaAccepts = (value: unknown): boolean => validate(value) as boolean;

/** Whether a value is one that a part of the schema accepts. */
export function partAccepts(part: SchemaNode, value: unknown): boolean {
  return ajv.compile({ ...part, $defs: SCHEMA.$defs } as object)(value) as boolean;
}

/**
 * Messages about what a schema of single values cannot say: references between settings, the VM's environment, the
 * model table, JSON syntax that parsers drop, and what this version does not serve.
 */
export const SEMANTIC: RegExp[] = [
  /: not served by this version$/,
  / is not served by this version$/,
  /: no profile "/,
  /: mode keys needs "keys"$/,
  /: has no effect in this mode/,
  /: environment variable /,
  /: holds a byte that no header can carry$/,
  /: "\*" in the target needs exactly one "\*" in the name$/,
  /: "on_denied": "default" needs "default"$/,
  /: never reached: /,
  /: needs the request body before headers are sent/,
  /: no built-in row for this model$/,
  /: the key is there twice$/,
  /: only with "type": "/,
  /: type vertex needs "/,
  /: "set_authority" needs "/,
  /: a path may hold \{model\}, once, and no other braces$/,
  /: "path" needs /,
  /: "%" is not allowed in a Bedrock model id/,
  /nested too deep$/,
];

/** Whether all errors of a reading are of that sort. */
export function allSemantic(errors: string[]): boolean {
  return errors.every((line) => SEMANTIC.some((pattern) => pattern.test(line)));
}

/** Whether this version refuses a member, or with `word` a word where members take words. */
export function isRefused(group: string, member: string, word?: unknown): boolean {
  const what = REFUSED[group]?.[member] ?? [];
  return what === true || what.includes(word as string);
}

/** The members of a value for `group` that are served. */
export function servedOnly<T extends object>(group: string, members: T): Partial<T> {
  const kept = Object.entries(members).filter(([name]) => !isRefused(group, name));
  return Object.fromEntries(kept) as Partial<T>;
}

/** Places of a right value that this version refuses, as the reader writes them. */
export function refusedPlaces(value: unknown, node: SchemaNode = SCHEMA, path = "$"): string[] {
  const group = node.$ref?.replace("#/$defs/", "") ?? "";
  const target = node.$ref ? SCHEMA.$defs[group]! : node;
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => refusedPlaces(item, target.items, `${path}[${at}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = /^[A-Za-z_]\w*$/.test(name)
      ? `${path}.${name}`
      : `${path}[${JSON.stringify(name)}]`;
    const open = typeof target.additionalProperties === "object" ? target.additionalProperties : {};
    const below = target.properties?.[name] ?? open;
    const refusal = REFUSED[group]?.[name] ?? [];
    if (refusal === true) return [place];
    if (Array.isArray(member)) {
      const words = member.flatMap((word, at) =>
        refusal.includes(word as string) ? [`${place}[${at}]`] : [],
      );
      return [...words, ...refusedPlaces(member, below, place)];
    }
    return refusal.includes(member as string) ? [place] : refusedPlaces(member, below, place);
  });
}
