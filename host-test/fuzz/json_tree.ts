/**
 * JSON with its spelling: members in order and as often as wanted, literal bytes for what no value can say, and a
 * printer that varies white space, escapes and numbers without changing the meaning.
 */
import type { Random } from "./random.ts";

/** Members in order; a name may come twice. */
export class Members {
  constructor(readonly entries: [string, Node][]) {}
}

/** Text that is printed as it stands, JSON or not. */
export class Raw {
  constructor(readonly text: string) {}
}

export type Node = null | boolean | number | string | Node[] | Members | Raw;

/** Values as plain objects give them; undefined members are left out. */
export type Plain =
  null | boolean | number | string | Raw | Members | Plain[] | { [key: string]: Plain | undefined };

/** Makes a tree of a plain value. */
export function tree(value: Plain): Node {
  if (Array.isArray(value)) return value.map(tree);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Raw || value instanceof Members) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, Node][] =>
    member === undefined ? [] : [[key, tree(member)]],
  );
  return new Members(entries);
}

/** How freely a tree is printed: 0 is what JSON.stringify writes. */
export interface Spelling {
  random: Random;
  /** Chance of white space at a place where it may stand, and of an escape for a character: one in this many. */
  rarity: number;
  /** Names and words in lower case stay as they are: upstreams write them without escapes. */
  plainWords?: boolean;
}

const SPACES = [" ", "\n", "\t", "\r\n", "  ", "\n    "];

/** Prints a tree. Without a spelling as JSON.stringify does. */
export function print(node: Node, spelling?: Spelling): string {
  const parts: string[] = [];
  printInto(parts, node, spelling);
  return parts.join("");
}

function printInto(parts: string[], node: Node, spelling: Spelling | undefined): void {
  if (node instanceof Raw) parts.push(node.text);
  else if (typeof node === "string") parts.push(text(node, spelling));
  else if (Array.isArray(node)) printItems(parts, node, spelling);
  else if (node instanceof Members) printMembers(parts, node, spelling);
  else parts.push(typeof node === "number" ? number(node, spelling) : String(node));
}

function printItems(parts: string[], items: Node[], spelling: Spelling | undefined): void {
  parts.push("[", gap(spelling));
  items.forEach((item, index) => {
    if (index > 0) parts.push(",", gap(spelling));
    printInto(parts, item, spelling);
    parts.push(gap(spelling));
  });
  parts.push("]");
}

function printMembers(parts: string[], members: Members, spelling: Spelling | undefined): void {
  parts.push("{", gap(spelling));
  members.entries.forEach(([key, value], index) => {
    if (index > 0) parts.push(",", gap(spelling));
    parts.push(text(key, spelling), gap(spelling), ":", gap(spelling));
    printInto(parts, value, spelling);
    parts.push(gap(spelling));
  });
  parts.push("}");
}

function gap(spelling: Spelling | undefined): string {
  if (spelling === undefined || !spelling.random.oneIn(spelling.rarity)) return "";
  return spelling.random.pick(SPACES);
}

function number(value: number, spelling: Spelling | undefined): string {
  const plain = JSON.stringify(value);
  if (spelling === undefined || !spelling.random.oneIn(spelling.rarity)) return plain;
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? `${value}.0` : plain;
}

function text(value: string, spelling: Spelling | undefined): string {
  const plain = JSON.stringify(value);
  if (spelling === undefined || !spelling.random.oneIn(spelling.rarity)) return plain;
  const { random, plainWords = false } = spelling;
  if (plainWords && /^"[a-z_]+"$/.test(plain)) return plain;
  return plain.replace(/\\u.{4}|\\.|[^\\"]/gs, (part) => {
    if (part === "/" && random.oneIn(2)) return "\\/";
    if (part.length > 1 || !random.oneIn(3)) return part;
    const unit = part.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${random.oneIn(2) ? unit.toUpperCase() : unit}`;
  });
}
