/** Responses: what a call of a hosted client tool does, in OpenAI's words. Source: docs/responses.md, "Computer", "Hosted tools". */
import * as L from "../../bytes/literals";
import { byteAt } from "../../bytes/compare";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { checkDocument, DEPTH_CEILING } from "../../json/skip";
import { JsonKind, JsonStatus } from "../../json/status";
import { ActionKey, findActionKey } from "../../wire/openai/action_keys";
import { ActionWord, findActionWord } from "../../wire/openai/action_words";
import { ItemKind } from "./stream_state";

/** Pixels that one step of the wheel stands for. */
const PIXELS_PER_STEP: i64 = 100;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();
const POINT: JsonCursor = makeStruct<JsonCursor>();

/** The input read last; spans are JSON. */
let action: ActionWord = ActionWord.Unknown;
let direction: ActionWord = ActionWord.Unknown;
let atPtr: usize = 0;
let atLen: u32 = 0;
let startPtr: usize = 0;
let startLen: u32 = 0;
let textPtr: usize = 0;
let textLen: u32 = 0;
let amount: i64 = 0;
/** A point: spans of two numbers. */
let xPtr: usize = 0;
let xLen: u32 = 0;
let yPtr: usize = 0;
let yLen: u32 = 0;

/** Appends the action of a call whose input is `len` bytes. False when the input does not fit, or is no JSON object. */
export function putAction(out: Writer, kind: ItemKind, ptr: usize, len: u32): bool {
  if (checkDocument(ptr, len, DEPTH_CEILING) != JsonStatus.Ok) return false;
  const c = CURSOR;
  c.open(ptr, len, DEPTH_CEILING);
  if (c.kind() != JsonKind.Object) return false;
  switch (kind) {
    case ItemKind.Computer:
      return readComputer(c) && putComputer(out, ptr, len);
    case ItemKind.LocalShell:
      return hasMember(c, L.COMMAND, JsonKind.Array) && putExec(out, ptr, len);
    case ItemKind.Shell:
      return hasMember(c, L.COMMANDS, JsonKind.Array) && putShell(out, ptr, len);
    default:
      return putOperation(out, c);
  }
}

/** Whether the object that comes next has a member of a kind. */
function hasMember(c: JsonCursor, name: usize, kind: JsonKind): bool {
  let found = false;
  c.enterObject();
  while (c.nextKey()) {
    if (c.keyIs(name)) found = c.kind() == kind;
    c.skip();
  }
  return found;
}

/** `env` must be there; the other members stand as the model wrote them. */
function putExec(out: Writer, ptr: usize, len: u32): bool {
  const c = CURSOR;
  c.open(ptr, len, DEPTH_CEILING);
  const hasEnv = hasMember(c, L.ENV, JsonKind.Object);
  out.literal(hasEnv ? L.EXEC_OPEN : L.EXEC_OPEN_ENV);
  putMembers(out, ptr, len);
  return true;
}

/** The three members, the last two null where the model gave none. */
function putShell(out: Writer, ptr: usize, len: u32): bool {
  const c = CURSOR;
  out.byte(Ascii.BraceOpen);
  putNullable(out, c, ptr, len, L.COMMANDS, L.K_COMMANDS);
  putNullable(out, c, ptr, len, L.TIMEOUT_MS, L.K_TIMEOUT_MS);
  putNullable(out, c, ptr, len, L.MAX_OUTPUT_LENGTH, L.K_MAX_OUTPUT_LENGTH);
  out.byte(Ascii.BraceClose);
  return true;
}

function putNullable(
  out: Writer,
  c: JsonCursor,
  ptr: usize,
  len: u32,
  name: usize,
  key: usize,
): void {
  out.literal(key);
  const mark = out.mark();
  out.literal(L.NULL);
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const isIt = c.keyIs(name);
    c.skip();
    if (!isIt) continue;
    out.rewind(mark);
    out.putOneLine(c.valuePtr, c.valueLen);
  }
}

/** The members of an object behind a comma, and its closing brace. */
function putMembers(out: Writer, ptr: usize, len: u32): void {
  const c = CURSOR;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    out.byte(Ascii.Comma);
    out.byte(Ascii.Quote);
    out.put(c.keyPtr, c.keyLen);
    out.byte(Ascii.Quote);
    out.byte(Ascii.Colon);
    c.skip();
    out.putOneLine(c.valuePtr, c.valueLen);
  }
  out.byte(Ascii.BraceClose);
}

function putOperation(out: Writer, c: JsonCursor): bool {
  let found = false;
  c.enterObject();
  while (c.nextKey()) {
    const isIt = c.keyIs(L.OPERATION) && c.kind() == JsonKind.Object;
    c.skip();
    if (!isIt) continue;
    out.rewind(0);
    out.putOneLine(c.valuePtr, c.valueLen);
    found = true;
  }
  return found;
}

function readComputer(c: JsonCursor): bool {
  action = direction = ActionWord.Unknown;
  atPtr = startPtr = textPtr = 0;
  atLen = startLen = textLen = 0;
  amount = 1;
  let named = false;
  c.enterObject();
  while (c.nextKey()) {
    const key = findActionKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    c.skip();
    if (key == ActionKey.Action && kind == JsonKind.String) named = true;
    takeMember(c, key, kind);
  }
  return named;
}

function takeMember(c: JsonCursor, key: ActionKey, kind: JsonKind): void {
  if (kind == JsonKind.String) {
    if (key == ActionKey.Action) action = findActionWord(c.word(), c.wordLen);
    else if (key == ActionKey.ScrollDirection) direction = findActionWord(c.word(), c.wordLen);
    else if (key == ActionKey.Text) {
      textPtr = c.valuePtr;
      textLen = c.valueLen;
    }
  } else if (kind == JsonKind.Number && key == ActionKey.ScrollAmount) {
    amount = readInteger(c.valuePtr, c.valueLen);
  } else if (kind == JsonKind.Array) {
    if (key == ActionKey.Coordinate || (key == ActionKey.EndCoordinate && atPtr == 0)) {
      atPtr = c.valuePtr;
      atLen = c.valueLen;
    } else if (key == ActionKey.StartCoordinate) {
      startPtr = c.valuePtr;
      startLen = c.valueLen;
    }
  }
}

/** Actions without a counterpart keep their name as the type, and all other members. */
function putComputer(out: Writer, ptr: usize, len: u32): bool {
  switch (action) {
    case ActionWord.Screenshot:
      out.literal(L.SCREENSHOT_ACTION);
      return true;
    case ActionWord.Wait:
      out.literal(L.WAIT_ACTION);
      return true;
    case ActionWord.LeftClick:
      return putClick(out, L.CLICK_LEFT);
    case ActionWord.RightClick:
      return putClick(out, L.CLICK_RIGHT);
    case ActionWord.MiddleClick:
      return putClick(out, L.CLICK_WHEEL);
    case ActionWord.DoubleClick:
      return putDoubleClick(out);
    case ActionWord.MouseMove:
      return putPoint(out, L.MOVE_ACTION) && close(out);
    default:
      return putOther(out, ptr, len);
  }
}

function putOther(out: Writer, ptr: usize, len: u32): bool {
  switch (action) {
    case ActionWord.LeftClickDrag:
      return putDrag(out);
    case ActionWord.Key:
      out.literal(L.KEYPRESS_ACTION);
      putKeys(out);
      return close(out);
    case ActionWord.Type:
      out.literal(L.TYPE_ACTION);
      if (textPtr == 0) out.literal(L.EMPTY_STRING);
      else out.put(textPtr, textLen);
      return close(out);
    case ActionWord.Scroll:
      return putScroll(out);
    default:
      putUnknown(out, ptr, len);
      return true;
  }
}

function close(out: Writer): bool {
  out.byte(Ascii.BraceClose);
  return true;
}

function readPoint(ptr: usize, len: u32): void {
  xPtr = yPtr = 0;
  if (ptr == 0) return;
  const c = POINT;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  for (let i: u32 = 0; c.nextElement(); i++) {
    const isNumber = c.kind() == JsonKind.Number;
    c.skip();
    if (!isNumber) continue;
    if (i == 0) {
      xPtr = c.valuePtr;
      xLen = c.valueLen;
    } else if (i == 1) {
      yPtr = c.valuePtr;
      yLen = c.valueLen;
    }
  }
}

/** `… "x":1,"y":2` at the place of the action; false when it has none. */
function putPoint(out: Writer, opening: usize): bool {
  readPoint(atPtr, atLen);
  if (xPtr == 0 || yPtr == 0) return false;
  out.literal(opening);
  putXY(out);
  return true;
}

function putXY(out: Writer): void {
  out.literal(L.K_X);
  out.put(xPtr, xLen);
  out.literal(L.K_Y);
  out.put(yPtr, yLen);
}

function putClick(out: Writer, opening: usize): bool {
  if (!putPoint(out, opening)) return false;
  if (textLen > 2) {
    out.literal(L.K_KEYS);
    putKeys(out);
  }
  return close(out);
}

function putDoubleClick(out: Writer): bool {
  if (!putPoint(out, L.DOUBLE_CLICK_ACTION)) return false;
  out.literal(L.K_KEYS);
  if (textLen > 2) putKeys(out);
  else out.literal(L.NULL);
  return close(out);
}

/** `["ctrl","s"]` from `"ctrl+s"`; a plus at an end is a key. */
function putKeys(out: Writer): void {
  out.byte(Ascii.BracketOpen);
  if (textLen > 2) {
    const end = textPtr + textLen - 1;
    let from = textPtr + 1;
    for (let at = from; at < end; at++) {
      if (byteAt(at) != Ascii.Plus || at == from || at + 1 == end) continue;
      putKey(out, from, at);
      out.byte(Ascii.Comma);
      from = at + 1;
    }
    putKey(out, from, end);
  }
  out.byte(Ascii.BracketClose);
}

function putKey(out: Writer, from: usize, end: usize): void {
  out.byte(Ascii.Quote);
  out.put(from, <u32>(end - from));
  out.byte(Ascii.Quote);
}

function putDrag(out: Writer): bool {
  readPoint(startPtr, startLen);
  if (!putPathPoint(out, L.DRAG_ACTION)) return false;
  readPoint(atPtr, atLen);
  if (!putPathPoint(out, L.DRAG_NEXT)) return false;
  out.literal(L.DRAG_CLOSE);
  return true;
}

/** The point that was read; false when it is none. */
function putPathPoint(out: Writer, opening: usize): bool {
  if (xPtr == 0 || yPtr == 0) return false;
  out.literal(opening);
  out.put(xPtr, xLen);
  out.literal(L.K_Y);
  out.put(yPtr, yLen);
  return true;
}

/** One step of the wheel is so many pixels; down and right count up. */
function putScroll(out: Writer): bool {
  if (!putPoint(out, L.SCROLL_ACTION)) return false;
  const across = direction == ActionWord.Left || direction == ActionWord.Right;
  const back = direction == ActionWord.Left || direction == ActionWord.Up;
  const size = amount < 0 ? 0 : amount * PIXELS_PER_STEP;
  out.literal(L.K_SCROLL_X);
  putPixels(out, across ? size : 0, back);
  out.literal(L.K_SCROLL_Y);
  putPixels(out, across ? 0 : size, back);
  return close(out);
}

function putPixels(out: Writer, size: i64, back: bool): void {
  if (back && size > 0) out.byte(Ascii.Minus);
  putU64(out, <u64>size);
}

function putUnknown(out: Writer, ptr: usize, len: u32): void {
  const c = CURSOR;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  out.byte(Ascii.BraceOpen);
  const first = out.length;
  while (c.nextKey()) {
    if (out.length != first) out.byte(Ascii.Comma);
    if (findActionKey(c.keyPtr, c.keyLen) == ActionKey.Action) out.literal(L.Q_TYPE);
    else {
      out.byte(Ascii.Quote);
      out.put(c.keyPtr, c.keyLen);
      out.byte(Ascii.Quote);
    }
    out.byte(Ascii.Colon);
    c.skip();
    out.putOneLine(c.valuePtr, c.valueLen);
  }
  out.byte(Ascii.BraceClose);
}
