/**
 * A JSON document as a tree of places: every value with its path and its bytes as they were written, because the
 * filter keeps the spelling of numbers and strings and the page must not print another one.
 */

export type JsonKind = "object" | "array" | "string" | "number" | "word";

export interface JsonNode {
  kind: JsonKind;
  /** Name in the parent object, or index in the parent array; undefined at the root. */
  key: string | number | undefined;
  /** As the filter names it in errors: `messages[0].content`; the root has none. */
  path: string;
  /** The bytes of the value as text. */
  raw: string;
  children: JsonNode[];
  parent: JsonNode | undefined;
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  next(): { token: string; start: number; end: number } {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (match === null) throw new Error("the text is no JSON");
    const token = match[1] as string;
    this.at = TOKEN.lastIndex;
    return { token, start: this.at - token.length, end: this.at };
  }

  peek(): string {
    const before = this.at;
    const { token } = this.next();
    this.at = before;
    return token;
  }
}

/** Parses a document; undefined when it is no JSON. Of a member that stands twice the last one is kept, as the filter does. */
export function readJson(text: string): JsonNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return readValue(new Reader(text), text, undefined, undefined);
}

function readValue(
  reader: Reader,
  text: string,
  parent: JsonNode | undefined,
  key: string | number | undefined,
): JsonNode {
  const { token, start, end } = reader.next();
  const node: JsonNode = {
    kind: kindOf(token),
    key,
    path: pathOf(parent, key),
    raw: token,
    children: [],
    parent,
  };
  if (node.kind !== "object" && node.kind !== "array") return node;
  const last =
    node.kind === "object" ? readMembers(reader, text, node) : readItems(reader, text, node);
  node.raw = text.slice(start, Math.max(last, end));
  return node;
}

function readMembers(reader: Reader, text: string, node: JsonNode): number {
  const members = new Map<string, JsonNode>();
  for (;;) {
    const { token, end } = reader.next();
    if (token === "}") {
      node.children = [...members.values()];
      return end;
    }
    if (token === ",") continue;
    const key = JSON.parse(token) as string;
    reader.next();
    members.delete(key);
    members.set(key, readValue(reader, text, node, key));
  }
}

function readItems(reader: Reader, text: string, node: JsonNode): number {
  for (;;) {
    const token = reader.peek();
    if (token === "]") return reader.next().end;
    if (token === ",") reader.next();
    else node.children.push(readValue(reader, text, node, node.children.length));
  }
}

function kindOf(token: string): JsonKind {
  if (token === "{") return "object";
  if (token === "[") return "array";
  if (token.startsWith('"')) return "string";
  return /^[-0-9]/.test(token) ? "number" : "word";
}

function pathOf(parent: JsonNode | undefined, key: string | number | undefined): string {
  if (parent === undefined || key === undefined) return "";
  if (typeof key === "number") return `${parent.path}[${key}]`;
  return parent.path === "" ? key : `${parent.path}.${key}`;
}

/** Every node below and with `node`, parents first. */
export function* walk(node: JsonNode): Generator<JsonNode> {
  yield node;
  for (const child of node.children) yield* walk(child);
}

/** Equal for values that a parser cannot tell apart. */
export function canonical(raw: string): string {
  return JSON.stringify(JSON.parse(raw));
}

/** `messages[3].content` as `messages[].content`: what many places have in common. */
export function withoutIndexes(path: string): string {
  return path.replace(/\[\d+\]/g, "[]");
}
