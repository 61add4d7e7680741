/** A body as lines for reading: two spaces an indent, bytes of values as they are, each line with its mark. */
import type { Comparison, Mark } from "./compare.ts";
import type { JsonNode } from "./json.ts";

export interface Token {
  text: string;
  type: "key" | "string" | "number" | "word" | "mark";
}

export interface Line {
  indent: number;
  tokens: Token[];
  mark: Mark;
  path: string;
}

const SAME: Mark = { kind: "same" };

/** The lines of a document; `comparison` undefined: nothing is marked. */
export function bodyLines(root: JsonNode, comparison: Comparison | undefined): Line[] {
  const lines: Line[] = [];
  const markOf = (node: JsonNode): Mark => comparison?.marks.get(node) ?? SAME;
  const visit = (node: JsonNode, indent: number, isLast: boolean): void => {
    const comma = isLast ? "" : ",";
    const add = (tokens: Token[], at = indent): void => {
      lines.push({ indent: at, tokens, mark: markOf(node), path: node.path });
    };
    const start = keyTokens(node);
    if (node.children.length === 0) return add([...start, valueToken(node), punctuation(comma)]);
    const [open, close] = node.kind === "object" ? "{}" : "[]";
    add([...start, punctuation(open as string)]);
    node.children.forEach((child, index) => {
      visit(child, indent + 1, index === node.children.length - 1);
    });
    add([punctuation(`${close}${comma}`)]);
  };
  visit(root, 0, true);
  return lines;
}

function keyTokens(node: JsonNode): Token[] {
  if (typeof node.key !== "string") return [];
  return [{ text: JSON.stringify(node.key), type: "key" }, punctuation(": ")];
}

function valueToken({ kind, raw }: JsonNode): Token {
  if (kind === "object" || kind === "array") return punctuation(raw.replace(/\s+/g, ""));
  return { text: raw, type: kind };
}

function punctuation(text: string): Token {
  return { text, type: "mark" };
}
