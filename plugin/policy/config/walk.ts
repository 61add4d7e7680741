/**
 * Walks a value along its description: checks it whole, reports everything that is wrong, and hands what
 * is right to the setting it belongs to (store.ts). The document is valid JSON, so the cursor never fails.
 * Recursion follows the description, never the document.
 */
import { equals } from "../../bytes/compare";
import { TextList, TextMap } from "../../bytes/text_list";
import { NOT_AN_INTEGER, FIXED_ONE, readFixed, readInteger } from "../../json/number";
import { JsonKind } from "../../json/status";
import { FLAG_FALSE, FLAG_TRUE } from "../config";
import { addMismatch, addOutOfRange, addUnknownKey, addUnknownWord } from "./mismatch";
import { DEPTH, Reader } from "./reader";
import * as R from "./report";
import * as S from "./shape";
import { beginGroup, endGroup, openItems, storeMember } from "./store";
import { checkText } from "./text_check";
import * as T from "./texts";

/** Walks the value that comes next; true when it is valid, then the reader has it. */
export function walk(reader: Reader, index: u32): bool {
  const node = S.nodeAt(index);
  const got = reader.cursor.kind();
  switch (node.kind) {
    case S.ShapeKind.Object:
      return got == JsonKind.Object ? walkObject(reader, node) : refuse(reader, node, got);
    case S.ShapeKind.Map:
      return got == JsonKind.Object ? walkMap(reader, node, index) : refuse(reader, node, got);
    case S.ShapeKind.List:
      return got == JsonKind.Array ? walkList(reader, node) : refuse(reader, node, got);
    case S.ShapeKind.Boolean:
      return isBoolean(got) ? walkBoolean(reader, got) : refuse(reader, node, got);
    case S.ShapeKind.Integer:
      return got == JsonKind.Number ? walkInteger(reader, node) : refuse(reader, node, got);
    case S.ShapeKind.Text:
      return got == JsonKind.String ? walkText(reader, node) : refuse(reader, node, got);
    case S.ShapeKind.Word:
      return got == JsonKind.String ? walkWord(reader, node) : refuse(reader, node, got);
    case S.ShapeKind.BooleanOrText:
      return walkBooleanOrText(reader, node, got);
    default:
      return walkAny(reader);
  }
}

function isBoolean(kind: JsonKind): bool {
  return kind == JsonKind.True || kind == JsonKind.False;
}

function refuse(reader: Reader, node: S.ShapeNode, got: JsonKind): bool {
  addMismatch(reader, node, got);
  reader.cursor.skip();
  return false;
}

function walkAny(reader: Reader): bool {
  const cursor = reader.cursor;
  cursor.skip();
  reader.text.ptr = cursor.valuePtr;
  reader.text.len = cursor.valueLen;
  return true;
}

function walkBoolean(reader: Reader, got: JsonKind): bool {
  reader.cursor.skip();
  reader.number = <u32>(got == JsonKind.True);
  return true;
}

function walkInteger(reader: Reader, node: S.ShapeNode): bool {
  const cursor = reader.cursor;
  cursor.skip();
  let value = readInteger(cursor.valuePtr, cursor.valueLen);
  if (value == NOT_AN_INTEGER) {
    const fixed = readFixed(cursor.valuePtr, cursor.valueLen);
    if (fixed % FIXED_ONE == 0) value = fixed / FIXED_ONE;
  }
  if (value >= <i64>node.low && value <= <i64>node.high) {
    reader.number = <u32>value;
    return true;
  }
  if (node.low == node.high) R.addError(reader.report, T.BAD_VERSION);
  else addOutOfRange(reader, node);
  return false;
}

function walkText(reader: Reader, node: S.ShapeNode): bool {
  const cursor = reader.cursor;
  cursor.skip();
  reader.takeString(cursor.valuePtr, cursor.valueLen);
  return checkText(reader, node, reader.text.ptr, reader.text.len);
}

function walkWord(reader: Reader, node: S.ShapeNode): bool {
  const cursor = reader.cursor;
  cursor.skip();
  reader.takeString(cursor.valuePtr, cursor.valueLen);
  const text = reader.text;
  const word = S.findWord(node.first, node.count, text.ptr, text.len);
  if (word < 0) {
    addUnknownWord(reader, node, text.ptr, text.len);
    return false;
  }
  reader.number = <u32>word;
  return true;
}

/** A boolean becomes one of two addresses that no text has. */
function walkBooleanOrText(reader: Reader, node: S.ShapeNode, got: JsonKind): bool {
  if (got == JsonKind.String) return walkText(reader, S.nodeAt(node.item));
  if (!isBoolean(got)) return refuse(reader, node, got);
  reader.cursor.skip();
  reader.text.ptr = got == JsonKind.True ? FLAG_TRUE : FLAG_FALSE;
  reader.text.len = 0;
  return true;
}

function walkObject(reader: Reader, node: S.ShapeNode): bool {
  const cursor = reader.cursor;
  const before = reader.report.count;
  beginGroup(reader, node.group);
  let seen: u64 = 0;
  let members: u32 = 0;
  cursor.enterObject();
  while (cursor.nextKey()) {
    members += 1;
    const mark = R.pushMember(reader.report, cursor.keyPtr, cursor.keyLen);
    const index = S.findMember(node, cursor.keyPtr, cursor.keyLen);
    const bit: u64 = index < 0 ? 0 : (<u64>1) << (<u64>index);
    if (index < 0) addUnknownKey(reader, node, cursor.keyPtr, cursor.keyLen);
    else if ((seen & bit) != 0) R.addError(reader.report, T.DUPLICATE_KEY);
    if (index < 0 || (seen & bit) != 0) cursor.skip();
    else walkMember(reader, node, <u32>index);
    seen |= bit;
    R.popPath(reader.report, mark);
  }
  checkRequired(reader, node, seen);
  if (members < node.low) R.addError(reader.report, T.NO_MEMBERS);
  endGroup(reader, node.group, seen);
  return reader.report.count == before;
}

function walkMember(reader: Reader, node: S.ShapeNode, index: u32): void {
  const member = S.memberAt(node.first + index);
  if (walk(reader, member.node)) storeMember(reader, node.group, index);
}

/** Reports the members that must be there and are not among `seen`, one bit per member. */
export function checkRequired(reader: Reader, node: S.ShapeNode, seen: u64): void {
  for (let i: u32 = 0; i < node.count; i++) {
    const member = S.memberAt(node.first + i);
    if (member.required == 0) continue;
    if ((seen & ((<u64>1) << (<u64>i))) != 0) continue;
    const out = R.startLine(reader.report);
    out.literal(T.MISSING);
    out.put(S.tableText(member.name), member.nameLen);
    R.endLine(reader.report);
  }
}

function walkList(reader: Reader, node: S.ShapeNode): bool {
  const cursor = reader.cursor;
  const report = reader.report;
  const count = countEntries(reader);
  if (!checkCount(reader, node, count)) {
    cursor.skip();
    return false;
  }
  const item = S.nodeAt(node.item);
  const isText = item.kind == S.ShapeKind.Text || item.kind == S.ShapeKind.Any;
  const list = isText ? reader.openList(count) : reader.emptyList;
  openItems(reader, item.group, count);
  const before = report.count;
  let bits: u32 = 0;
  let index: u32 = 0;
  cursor.enterArray();
  while (cursor.nextElement() && !reader.failed) {
    const mark = R.pushIndex(report, index);
    const valid = walk(reader, node.item);
    if (valid && isText) addText(reader, list, index, node.extra != 0);
    else if (valid && item.kind == S.ShapeKind.Word) bits = addWord(reader, bits);
    index += 1;
    R.popPath(report, mark);
  }
  reader.list = list;
  reader.bits = bits;
  return report.count == before;
}

/** Puts the text walked last at `index`; with `unique`, it must differ from those before. */
function addText(reader: Reader, list: TextList, index: u32, unique: bool): void {
  const text = reader.text;
  for (let i: u32 = 0; unique && i < index; i++) {
    if (list.len(i) != text.len || !equals(list.ptr(i), text.ptr, text.len)) continue;
    R.addError(reader.report, T.DUPLICATE_ITEM);
    return;
  }
  list.set(index, text.ptr, text.len);
}

function addWord(reader: Reader, bits: u32): u32 {
  const bit: u32 = (<u32>1) << reader.number;
  if ((bits & bit) != 0) R.addError(reader.report, T.DUPLICATE_ITEM);
  return bits | bit;
}

function walkMap(reader: Reader, node: S.ShapeNode, number: u32): bool {
  const cursor = reader.cursor;
  const count = countEntries(reader);
  if (!checkCount(reader, node, count)) {
    cursor.skip();
    return false;
  }
  const map = reader.openMap(count);
  const before = reader.report.count;
  let index: u32 = 0;
  cursor.enterObject();
  while (cursor.nextKey() && !reader.failed) {
    const mark = R.pushMember(reader.report, cursor.keyPtr, cursor.keyLen);
    if (takeMapKey(reader, node, map, index)) {
      if (walk(reader, node.item)) map.setValue(index, reader.text.ptr, reader.text.len);
    } else {
      cursor.skip();
    }
    index += 1;
    R.popPath(reader.report, mark);
  }
  reader.map = map;
  reader.mapNode = number;
  return reader.report.count == before;
}

/** Checks the cursor's key and puts it at `index`. */
export function takeMapKey(reader: Reader, node: S.ShapeNode, map: TextMap, index: u32): bool {
  if (!reader.takeKey()) {
    R.addError(reader.report, T.LONG_KEY);
    return false;
  }
  const text = reader.text;
  if (!checkKey(reader, S.nodeAt(node.extra), text.ptr, text.len)) return false;
  for (let i: u32 = 0; i < index; i++) {
    if (map.keyLen(i) != text.len || !equals(map.keyPtr(i), text.ptr, text.len)) continue;
    R.addError(reader.report, T.DUPLICATE_KEY);
    return false;
  }
  map.setKey(index, text.ptr, text.len);
  return true;
}

/** A key is one of some words, or a text with rules of its own. */
function checkKey(reader: Reader, node: S.ShapeNode, ptr: usize, len: u32): bool {
  if (node.kind != S.ShapeKind.Word) return checkText(reader, node, ptr, len);
  if (S.findWord(node.first, node.count, ptr, len) >= 0) return true;
  addUnknownWord(reader, node, ptr, len);
  return false;
}

/** Number of entries of the list or object that comes next. */
export function countEntries(reader: Reader): u32 {
  const cursor = reader.cursor;
  const counter = reader.counter;
  counter.open(cursor.ptr, <u32>(cursor.end - cursor.ptr), DEPTH);
  let count: u32 = 0;
  if (cursor.kind() == JsonKind.Array) {
    counter.enterArray();
    for (; counter.nextElement(); count++) counter.skip();
  } else {
    counter.enterObject();
    for (; counter.nextKey(); count++) counter.skip();
  }
  return count;
}

/** True when the number of entries is allowed; else a line says so. */
export function checkCount(reader: Reader, node: S.ShapeNode, count: u32): bool {
  if (count < node.low) R.addNumberError(reader.report, T.TOO_FEW, node.low);
  else if (count > node.high) R.addNumberError(reader.report, T.TOO_MANY, node.high);
  else return true;
  return false;
}
