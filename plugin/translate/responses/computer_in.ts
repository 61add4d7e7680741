/** Responses: an action on a computer in OpenAI's words as the input of Anthropic's tool. Source: docs/responses.md, "Computer". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ActionKey, findActionKey } from "../../wire/openai/action_keys";
import { ActionWord, findActionWord } from "../../wire/openai/action_words";
import { putInside } from "../shared/tokens";

/** Pixels that one step of the wheel stands for. */
const PIXELS_PER_STEP: i64 = 100;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** The action read last; spans are tokens. */
let type: ActionWord = ActionWord.Unknown;
let button: ActionWord = ActionWord.Unknown;
let xPtr: usize = 0;
let xLen: u32 = 0;
let yPtr: usize = 0;
let yLen: u32 = 0;
let keysPtr: usize = 0;
let keysLen: u32 = 0;
let textPtr: usize = 0;
let textLen: u32 = 0;
let scrollX: i64 = 0;
let scrollY: i64 = 0;

/** Appends the input for an action object; an action that OpenAI does not have is copied with its type as `action`. */
export function putActionInput(out: Writer, c: JsonCursor, ptr: usize, len: u32): bool {
  readAction(c, ptr, len);
  switch (type) {
    case ActionWord.Screenshot:
      out.literal(L.ACTION_SCREENSHOT);
      break;
    case ActionWord.Wait:
      out.literal(L.ACTION_WAIT);
      break;
    case ActionWord.Click:
      putPoint(out, clickOf(button));
      putHeldKeys(out);
      break;
    case ActionWord.DoubleClick:
      putPoint(out, L.ACTION_DOUBLE_CLICK);
      putHeldKeys(out);
      break;
    case ActionWord.Move:
      putPoint(out, L.ACTION_MOVE);
      break;
    case ActionWord.Drag:
      putDrag(out, c, ptr, len);
      break;
    default:
      putOther(out, c, ptr, len);
      break;
  }
  out.byte(Ascii.BraceClose);
  return true;
}

function putOther(out: Writer, c: JsonCursor, ptr: usize, len: u32): void {
  switch (type) {
    case ActionWord.Keypress:
      out.literal(L.ACTION_KEY);
      putKeys(out);
      out.byte(Ascii.Quote);
      break;
    case ActionWord.Type:
      out.literal(L.ACTION_TYPE);
      putInside(out, textPtr, textLen);
      out.byte(Ascii.Quote);
      break;
    case ActionWord.Scroll:
      putScroll(out);
      break;
    default:
      putVerbatim(out, c, ptr, len);
      break;
  }
}

function readAction(c: JsonCursor, ptr: usize, len: u32): void {
  type = button = ActionWord.Unknown;
  xPtr = yPtr = keysPtr = textPtr = 0;
  xLen = yLen = keysLen = textLen = 0;
  scrollX = scrollY = 0;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const key = findActionKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    c.skip();
    if (kind == JsonKind.Number) takeNumber(c, key);
    else if (kind == JsonKind.String) takeText(c, key);
    else if (kind == JsonKind.Array && key == ActionKey.Keys) {
      keysPtr = c.valuePtr;
      keysLen = c.valueLen;
    }
  }
}

function takeNumber(c: JsonCursor, key: ActionKey): void {
  switch (key) {
    case ActionKey.X:
      xPtr = c.valuePtr;
      xLen = c.valueLen;
      break;
    case ActionKey.Y:
      yPtr = c.valuePtr;
      yLen = c.valueLen;
      break;
    case ActionKey.ScrollX:
      scrollX = readInteger(c.valuePtr, c.valueLen);
      break;
    case ActionKey.ScrollY:
      scrollY = readInteger(c.valuePtr, c.valueLen);
      break;
    default:
      break;
  }
}

function takeText(c: JsonCursor, key: ActionKey): void {
  const word = findActionWord(c.valuePtr + 1, c.valueLen - 2);
  if (key == ActionKey.Type) type = word;
  else if (key == ActionKey.Button) button = word;
  else if (key == ActionKey.Text) {
    textPtr = c.valuePtr;
    textLen = c.valueLen;
  }
}

/** The buttons for back and forward have no counterpart: the left one is nearest. */
function clickOf(word: ActionWord): usize {
  if (word == ActionWord.Right) return L.ACTION_RIGHT_CLICK;
  return word == ActionWord.Wheel ? L.ACTION_MIDDLE_CLICK : L.ACTION_LEFT_CLICK;
}

/** `{"action":…,"coordinate":[x,y]` */
function putPoint(out: Writer, opening: usize): void {
  out.literal(opening);
  putNumber(out, xPtr, xLen);
  out.byte(Ascii.Comma);
  putNumber(out, yPtr, yLen);
  out.byte(Ascii.BracketClose);
}

function putNumber(out: Writer, ptr: usize, len: u32): void {
  if (len == 0) out.byte(Ascii.Zero);
  else out.put(ptr, len);
}

function putHeldKeys(out: Writer): void {
  if (keysLen <= 2) return;
  out.literal(L.K_TEXT_QUOTE);
  putKeys(out);
  out.byte(Ascii.Quote);
}

/** Keys joined by `+`, as the inside of a token. */
function putKeys(out: Writer): void {
  if (keysPtr == 0) return;
  const c = CURSOR;
  let count: u32 = 0;
  c.open(keysPtr, keysLen, DEPTH_CEILING);
  c.enterArray();
  while (c.nextElement()) {
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (!isText) continue;
    if (count > 0) out.byte(Ascii.Plus);
    putInside(out, c.valuePtr, c.valueLen);
    count += 1;
  }
}

/** From the first to the last point of the path. */
function putDrag(out: Writer, c: JsonCursor, ptr: usize, len: u32): void {
  let points: u32 = 0;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    if (findActionKey(c.keyPtr, c.keyLen) != ActionKey.Path || c.kind() != JsonKind.Array) {
      c.skip();
      continue;
    }
    c.enterArray();
    for (; c.nextElement(); points++) {
      c.skip();
      readPoint(c.valuePtr, c.valueLen);
      if (points == 0) putPoint(out, L.ACTION_DRAG);
    }
  }
  if (points == 0) putPoint(out, L.ACTION_DRAG);
  out.literal(L.K_COORDINATE);
  putNumber(out, xPtr, xLen);
  out.byte(Ascii.Comma);
  putNumber(out, yPtr, yLen);
  out.byte(Ascii.BracketClose);
}

function readPoint(ptr: usize, len: u32): void {
  const c = CURSOR;
  c.open(ptr, len, DEPTH_CEILING);
  if (!c.enterObject()) return;
  while (c.nextKey()) {
    const key = findActionKey(c.keyPtr, c.keyLen);
    const isNumber = c.kind() == JsonKind.Number;
    c.skip();
    if (isNumber) takeNumber(c, key);
  }
}

/** The larger axis, in steps of the wheel and at least one. */
function putScroll(out: Writer): void {
  const acrossSize = scrollX < 0 ? -scrollX : scrollX;
  const downSize = scrollY < 0 ? -scrollY : scrollY;
  const across = acrossSize > downSize;
  const size = across ? acrossSize : downSize;
  putPoint(out, L.ACTION_SCROLL);
  if (across) out.literal(scrollX < 0 ? L.SCROLL_LEFT : L.SCROLL_RIGHT);
  else out.literal(scrollY < 0 ? L.SCROLL_UP : L.SCROLL_DOWN);
  putU64(out, <u64>(size < PIXELS_PER_STEP ? 1 : size / PIXELS_PER_STEP));
}

/** `{"action":<type>, …` with the other members as they stand. */
function putVerbatim(out: Writer, c: JsonCursor, ptr: usize, len: u32): void {
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  out.byte(Ascii.BraceOpen);
  const first = out.length;
  while (c.nextKey()) {
    if (out.length != first) out.byte(Ascii.Comma);
    if (findActionKey(c.keyPtr, c.keyLen) == ActionKey.Type) out.literal(L.Q_ACTION);
    else {
      out.byte(Ascii.Quote);
      out.put(c.keyPtr, c.keyLen);
      out.byte(Ascii.Quote);
    }
    out.byte(Ascii.Colon);
    c.skip();
    out.put(c.valuePtr, c.valueLen);
  }
}
