/** Checks the content of a text: length, allowed bytes, reserved words. */
import { equals } from "../../bytes/compare";
import { byteAt } from "../../bytes/compare";
import { bitAt } from "../../bytes/struct_array";
import { Reader } from "./reader";
import { addError, addNumberError, endLine, startLine } from "./report";
import { classAt, findWord, ShapeNode, tableText, TextRule, textRuleAt } from "./shape";
import * as T from "./texts";

/** True when the text is one that `node` allows; else a line says why not, without quoting it. */
export function checkText(reader: Reader, node: ShapeNode, ptr: usize, len: u32): bool {
  const report = reader.report;
  const characters = countCharacters(ptr, len);
  if (characters < node.low) {
    if (node.low == 1) addError(report, T.TOO_SHORT);
    else addNumberError(report, T.SHORTER, node.low);
    return false;
  }
  if (characters > node.high) {
    addNumberError(report, T.TOO_LONG, node.high);
    return false;
  }
  if (node.first == 0) return true;
  const rule = textRuleAt(node.first);
  if (!fits(rule, ptr, len)) {
    const out = startLine(report);
    out.literal(T.BAD_PATTERN);
    out.put(tableText(rule.pattern), rule.patternLen);
    endLine(report);
    return false;
  }
  if (findWord(rule.reservedFirst, rule.reservedCount, ptr, len) < 0) return true;
  addError(report, T.RESERVED);
  return false;
}

/** Code points of valid UTF-8. */
function countCharacters(ptr: usize, len: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    if ((byteAt(ptr + i) & 0xc0) != 0x80) count += 1;
  }
  return count;
}

function fits(rule: TextRule, ptr: usize, len: u32): bool {
  const end = ptr + len;
  if (rule.needleLen > 0) {
    const needle = findNeedle(rule, ptr, end);
    if (needle == 0) return false;
    return (
      allIn(rule.restClass, ptr, needle) && allIn(rule.restClass, needle + rule.needleLen, end)
    );
  }
  let from = ptr;
  let to = end;
  if (rule.firstClass != 0) {
    if (from == to || !bitAt(classAt(rule.firstClass), byteAt(from))) return false;
    from += 1;
  }
  if (rule.lastClass != 0) {
    if (from == to || !bitAt(classAt(rule.lastClass), byteAt(to - 1))) return false;
    to -= 1;
  }
  return allIn(rule.restClass, from, to);
}

function findNeedle(rule: TextRule, ptr: usize, end: usize): usize {
  for (let at = ptr; at + rule.needleLen <= end; at++) {
    if (equals(at, tableText(rule.needle), rule.needleLen)) return at;
  }
  return 0;
}

function allIn(row: u32, ptr: usize, end: usize): bool {
  for (let at = ptr; at < end; at++) {
    if (!bitAt(classAt(row), byteAt(at))) return false;
  }
  return true;
}
