/**
 * Typed view of the generated tables that say what a configuration may look like (shape_table.ts, made
 * from docs/config.schema.json). Rows are read only.
 */
import { equals } from "../../bytes/compare";
import { structAt } from "../../bytes/struct_array";
import { CLASSES, Group, MEMBERS, NODES, RULES, TEXT, WORDS } from "./shape_table";

export const enum ShapeKind {
  /** Any JSON value. */
  Any = 0,
  Boolean = 1,
  Integer = 2,
  Text = 3,
  /** One of a list of words. */
  Word = 4,
  List = 5,
  /** An object with members we know. */
  Object = 6,
  /** An object whose keys are the operator's. */
  Map = 7,
  BooleanOrText = 8,
}

/** Description of one value. */
@unmanaged
@final
export class ShapeNode {
  kind: ShapeKind;
  low: u32; // least value, length or number of entries
  high: u32; // greatest; u32.MAX_VALUE: no bound
  first: u32; // Object: row in MEMBERS; Word: row in WORDS; Text: row in RULES, 0: none
  count: u32; // Object, Word: number of rows
  item: u32; // List, Map: node of the values; BooleanOrText: node of the text
  extra: u32; // List: 1 when items differ; Map: node of the keys
  group: Group; // Object: which one
}

/** One member of an object. */
@unmanaged
@final
export class ShapeMember {
  name: u32; // offset in TEXT
  nameLen: u32;
  node: u32;
  required: u32; // 1: it must be there
}

/** One word of a list of words. */
@unmanaged
@final
export class ShapeWord {
  text: u32; // offset in TEXT
  textLen: u32;
}

/** What a text may hold: byte sets for its first, its last and all other bytes, a part that must be there. */
@unmanaged
@final
export class TextRule {
  firstClass: u32; // row in CLASSES, 0: no rule of its own
  restClass: u32;
  lastClass: u32;
  needle: u32; // offset in TEXT
  needleLen: u32; // 0: none
  reservedFirst: u32; // row in WORDS
  reservedCount: u32;
  pattern: u32; // the regular expression for messages, offset in TEXT
  patternLen: u32;
}

/** Bytes of a row in CLASSES: one bit per byte value. */
const CLASS_BYTES: u32 = 32;

export function nodeAt(index: u32): ShapeNode {
  return structAt<ShapeNode>(NODES, index);
}

export function memberAt(index: u32): ShapeMember {
  return structAt<ShapeMember>(MEMBERS, index);
}

export function wordAt(index: u32): ShapeWord {
  return structAt<ShapeWord>(WORDS, index);
}

export function textRuleAt(index: u32): TextRule {
  return structAt<TextRule>(RULES, index);
}

/** Address of a text of the tables. */
export function tableText(offset: u32): usize {
  return TEXT + offset;
}

/** Address of the 256 bits of a byte set, for `bitAt`. */
export function classAt(index: u32): usize {
  return CLASSES + index * CLASS_BYTES;
}

/** Index of the member with this name among those of an object, -1 when there is none. */
export function findMember(node: ShapeNode, ptr: usize, len: u32): i32 {
  for (let i: u32 = 0; i < node.count; i++) {
    const member = memberAt(node.first + i);
    if (member.nameLen == len && equals(tableText(member.name), ptr, len)) return <i32>i;
  }
  return -1;
}

/** Index of a word among `count` from row `first`, -1 when it is none of them. */
export function findWord(first: u32, count: u32, ptr: usize, len: u32): i32 {
  for (let i: u32 = 0; i < count; i++) {
    const word = wordAt(first + i);
    if (word.textLen == len && equals(tableText(word.text), ptr, len)) return <i32>i;
  }
  return -1;
}
