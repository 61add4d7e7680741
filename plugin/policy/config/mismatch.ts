/** Messages about a value that is not what is expected, with a hint where the cause is usually the same. */
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { editDistance } from "../../bytes/edit_distance";
import { Writer } from "../../bytes/writer";
import { JsonKind } from "../../json/status";
import { Reader } from "./reader";
import { endLine, putQuoted, startLine } from "./report";
import { memberAt, ShapeKind, ShapeNode, tableText, wordAt } from "./shape";
import * as T from "./texts";

const DIGITS_SHOWN: u32 = 20;

/** A line that says what was expected and what kind came. */
export function addMismatch(reader: Reader, node: ShapeNode, got: JsonKind): void {
  const out = startLine(reader.report);
  out.literal(T.EXPECTED);
  putExpected(out, node);
  out.literal(T.GOT);
  out.literal(kindName(got));
  out.literal(hintFor(node.kind, got));
  endLine(reader.report);
}

/** A line about a number that is no integer of the range; the cursor has just passed it. */
export function addOutOfRange(reader: Reader, node: ShapeNode): void {
  const cursor = reader.cursor;
  const out = startLine(reader.report);
  out.literal(T.EXPECTED);
  putExpected(out, node);
  out.literal(T.GOT);
  out.put(cursor.valuePtr, min(cursor.valueLen, DIGITS_SHOWN));
  endLine(reader.report);
}

/** A line about a word that is none of the list; `ptr`, `len` are its content. */
export function addUnknownWord(reader: Reader, node: ShapeNode, ptr: usize, len: u32): void {
  const out = startLine(reader.report);
  out.literal(T.EXPECTED);
  putExpected(out, node);
  out.literal(T.GOT);
  putQuoted(out, ptr, len);
  const near = nearestWord(node, ptr, len);
  if (near >= 0) {
    const word = wordAt(node.first + near);
    putGuess(out, tableText(word.text), word.textLen);
  }
  endLine(reader.report);
}

/** A line about a key that the object does not have; the path names it already. */
export function addUnknownKey(reader: Reader, node: ShapeNode, ptr: usize, len: u32): void {
  const out = startLine(reader.report);
  out.literal(T.UNKNOWN_KEY);
  const near = nearestMember(node, ptr, len);
  if (near >= 0) {
    const member = memberAt(node.first + near);
    putGuess(out, tableText(member.name), member.nameLen);
  } else {
    out.literal(T.KNOWN_KEYS);
    for (let i: u32 = 0; i < node.count; i++) {
      if (i > 0) out.literal(T.LIST);
      const member = memberAt(node.first + i);
      out.put(tableText(member.name), member.nameLen);
    }
  }
  endLine(reader.report);
}

function putGuess(out: Writer, ptr: usize, len: u32): void {
  out.literal(T.DID_YOU_MEAN);
  out.put(ptr, len);
  out.literal(T.QUESTION);
}

function putExpected(out: Writer, node: ShapeNode): void {
  switch (node.kind) {
    case ShapeKind.Boolean:
      out.literal(T.WANT_BOOLEAN);
      break;
    case ShapeKind.Integer: {
      out.literal(T.WANT_INTEGER);
      putU64(out, node.low);
      out.literal(T.WANT_TO);
      putU64(out, node.high);
      break;
    }
    case ShapeKind.Word:
      putWords(out, node);
      break;
    case ShapeKind.List:
      out.literal(T.GOT_ARRAY);
      break;
    case ShapeKind.Text:
      out.literal(T.GOT_STRING);
      break;
    case ShapeKind.BooleanOrText:
      out.literal(T.WANT_TEXT_OR_BOOLEAN);
      break;
    default:
      out.literal(T.GOT_OBJECT);
      break;
  }
}

function putWords(out: Writer, node: ShapeNode): void {
  out.literal(T.WANT_WORD);
  for (let i: u32 = 0; i < node.count; i++) {
    if (i > 0) out.byte(Ascii.Bar);
    const word = wordAt(node.first + i);
    out.put(tableText(word.text), word.textLen);
  }
}

function kindName(kind: JsonKind): usize {
  switch (kind) {
    case JsonKind.Object:
      return T.GOT_OBJECT;
    case JsonKind.Array:
      return T.GOT_ARRAY;
    case JsonKind.String:
      return T.GOT_STRING;
    case JsonKind.Number:
      return T.GOT_NUMBER;
    case JsonKind.True:
      return T.GOT_TRUE;
    case JsonKind.False:
      return T.GOT_FALSE;
    default:
      return T.GOT_NULL;
  }
}

/** What usually went wrong when `got` stands where `wanted` is due. */
function hintFor(wanted: ShapeKind, got: JsonKind): usize {
  const isBoolean = got == JsonKind.True || got == JsonKind.False;
  const wantsText = wanted == ShapeKind.Text || wanted == ShapeKind.Word;
  if (got == JsonKind.Null) return T.HINT_NULL;
  if (wantsText && isBoolean) return T.HINT_YAML;
  if (wantsText && got == JsonKind.Number) return T.HINT_QUOTE;
  if (wanted == ShapeKind.List) return T.HINT_LIST;
  if (got == JsonKind.String && (wanted == ShapeKind.Integer || wanted == ShapeKind.Boolean)) {
    return T.HINT_UNQUOTE;
  }
  return T.NO_HINT;
}

/** Row of the member that a mistyped key is nearest to, counted from the object's first; -1: none is near. */
function nearestMember(node: ShapeNode, ptr: usize, len: u32): i32 {
  let best: i32 = -1;
  let bestDistance = nearEnough(len);
  for (let i: u32 = 0; i < node.count; i++) {
    const member = memberAt(node.first + i);
    const distance = editDistance(tableText(member.name), member.nameLen, ptr, len);
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = <i32>i;
  }
  return best;
}

function nearestWord(node: ShapeNode, ptr: usize, len: u32): i32 {
  let best: i32 = -1;
  let bestDistance = nearEnough(len);
  for (let i: u32 = 0; i < node.count; i++) {
    const word = wordAt(node.first + i);
    const distance = editDistance(tableText(word.text), word.textLen, ptr, len);
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = <i32>i;
  }
  return best;
}

/** A guess must be nearer than this: about a third of the letters may be wrong. */
function nearEnough(len: u32): u32 {
  return len / 3 + 2 < 5 ? len / 3 + 2 : 5;
}
