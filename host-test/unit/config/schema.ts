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
 * model table, and JSON syntax that parsers drop.
 */
export const SEMANTIC: RegExp[] = [
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
