/**
 * Between upstream and translator: the first text block of an answer loses the echo of a prefill that became an instruction. Messages go in
 * and Messages come out, whole or event by event, so that everything behind counts what the client sees. Source: docs/prefill.md, "The
 * answer".
 */
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import * as L from "../../bytes/literals";
import { makeStruct, openStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { Dedupe, endDedupe, feedDedupe, openDedupe } from "../../json/dedupe";
import { readInteger } from "../../json/number";
import { JsonKind } from "../../json/status";
import { EventType, findEventType } from "../../wire/anthropic/event_types";

@unmanaged
@final
export class EchoStage {
  dedupe: Dedupe;
  index: i64; // of the first text block; -1: it has not come
  done: bool; // it is over
}

/** For a prefill of `len` unescaped bytes, in `arena`; null without memory. */
export function openEchoStage(
  arena: Arena,
  ptr: usize,
  len: u32,
  prepends: bool,
): EchoStage | null {
  const stage = openStruct<EchoStage>(arena);
  const dedupe = openDedupe(arena, ptr, len, prepends);
  if (stage == null || dedupe == null) return null;
  stage.dedupe = dedupe;
  stage.index = -1;
  return stage;
}

const EVENT: JsonCursor = makeStruct<JsonCursor>();
const INNER: JsonCursor = makeStruct<JsonCursor>();
const OUT: Writer = makeWriter();
const OUT_CAP: u32 = 0x2000_0000;

/** Answers of `stageEvent`: an event that comes in front; length 0: there is none. */
export let frontPtr: usize = 0;
export let frontLen: u32 = 0;
/** … and the event itself; length 0: it is left out. */
export let stagedPtr: usize = 0;
export let stagedLen: u32 = 0;

/** An event that is not looked at. Always true. */
export function passEvent(ptr: usize, len: u32): bool {
  frontLen = 0;
  stagedPtr = ptr;
  stagedLen = len;
  return true;
}

/** What an event says. */
let type: EventType = EventType.Unknown;
let index: i64 = -1;
let innerPtr: usize = 0;
let innerLen: u32 = 0;

/** Takes an event; the answers hold until the next one. False without memory. */
export function stageEvent(stage: EchoStage, ptr: usize, len: u32, depth: u32): bool {
  frontLen = 0;
  stagedPtr = ptr;
  stagedLen = len;
  if (stage.done) return true;
  readEvent(ptr, len, depth);
  if (type == EventType.ContentBlockStart && stage.index < 0) {
    if (isTyped(L.TEXT, depth)) stage.index = index;
    return true;
  }
  if (stage.index < 0 || index != stage.index) return true;
  if (type == EventType.ContentBlockDelta) return stageDelta(stage, ptr, len, depth);
  return type != EventType.ContentBlockStop || stageStop(stage);
}

function readEvent(ptr: usize, len: u32, depth: u32): void {
  type = EventType.Unknown;
  index = -1;
  innerLen = 0;
  EVENT.open(ptr, len, depth);
  EVENT.enterObject();
  while (EVENT.nextKey()) {
    const isType = EVENT.keyIs(L.TYPE) && EVENT.kind() == JsonKind.String;
    const isIndex = EVENT.keyIs(L.INDEX) && EVENT.kind() == JsonKind.Number;
    const isInner = EVENT.kind() == JsonKind.Object;
    if (!EVENT.skip()) return;
    if (isType) type = findEventType(EVENT.word(), EVENT.wordLen);
    else if (isIndex) index = readInteger(EVENT.valuePtr, EVENT.valueLen);
    else if (isInner) {
      innerPtr = EVENT.valuePtr;
      innerLen = EVENT.valueLen;
    }
  }
}

let textPtr: usize = 0;
let textLen: u32 = 0;

/** True when the object inside has this type; notes its text. */
function isTyped(word: usize, depth: u32): bool {
  let found = false;
  textPtr = 0;
  INNER.open(innerPtr, innerLen, depth);
  INNER.enterObject();
  while (INNER.nextKey()) {
    const isType = INNER.keyIs(L.TYPE) && INNER.kind() == JsonKind.String;
    const isText = INNER.keyIs(L.TEXT) && INNER.kind() == JsonKind.String;
    INNER.skip();
    if (isType) found = equalsLiteral(INNER.word(), INNER.wordLen, word);
    else if (isText) {
      textPtr = INNER.valuePtr;
      textLen = INNER.valueLen;
    }
  }
  return found;
}

/** A piece of the text: what is left of it goes out in the same event. */
function stageDelta(stage: EchoStage, ptr: usize, len: u32, depth: u32): bool {
  if (!isTyped(L.TEXT_DELTA, depth) || textPtr == 0) return true;
  OUT.begin(len, OUT_CAP);
  OUT.put(ptr, <u32>(textPtr + 1 - ptr));
  const mark = OUT.mark();
  if (!feedDedupe(OUT, stage.dedupe, textPtr + 1, textLen - 2)) return false;
  if (OUT.mark() == mark) {
    stagedLen = 0;
    return true;
  }
  const rest = textPtr + textLen - 1;
  OUT.put(rest, <u32>(ptr + len - rest));
  stagedPtr = OUT.start;
  stagedLen = OUT.length;
  return !OUT.failed;
}

/** The end of the text: what was withheld comes in front of it. */
function stageStop(stage: EchoStage): bool {
  stage.done = true;
  OUT.begin(256, OUT_CAP);
  OUT.literal(L.TEXT_DELTA_OPEN);
  putU64(OUT, stage.index);
  OUT.literal(L.TEXT_DELTA_TEXT);
  const mark = OUT.mark();
  if (!endDedupe(OUT, stage.dedupe)) return false;
  if (OUT.mark() == mark) return true;
  OUT.literal(L.TEXT_DELTA_END);
  frontPtr = OUT.start;
  frontLen = OUT.length;
  return !OUT.failed;
}

/** Takes a whole message; it is `stagedPtr`, `stagedLen` afterwards. False without memory. */
export function stageWhole(stage: EchoStage, ptr: usize, len: u32, depth: u32): bool {
  stagedPtr = ptr;
  stagedLen = len;
  textPtr = 0;
  EVENT.open(ptr, len, depth);
  EVENT.enterObject();
  while (EVENT.nextKey()) {
    if (!EVENT.keyIs(L.CONTENT) || EVENT.kind() != JsonKind.Array) {
      if (!EVENT.skip()) return true;
    } else findText(depth);
  }
  if (textPtr == 0) return true;
  OUT.begin(len + stage.dedupe.textLen, OUT_CAP);
  OUT.put(ptr, <u32>(textPtr + 1 - ptr));
  if (!feedDedupe(OUT, stage.dedupe, textPtr + 1, textLen - 2)) return false;
  if (!endDedupe(OUT, stage.dedupe)) return false;
  const rest = textPtr + textLen - 1;
  OUT.put(rest, <u32>(ptr + len - rest));
  stagedPtr = OUT.start;
  stagedLen = OUT.length;
  return !OUT.failed;
}

/** An answer that is not looked at. Always true. */
export function passWhole(ptr: usize, len: u32): bool {
  stagedPtr = ptr;
  stagedLen = len;
  return true;
}

/** The first text block of the list that comes next. */
function findText(depth: u32): void {
  let found: usize = 0;
  let foundLen: u32 = 0;
  EVENT.enterArray();
  while (EVENT.nextElement()) {
    if (!EVENT.skip()) return;
    innerPtr = EVENT.valuePtr;
    innerLen = EVENT.valueLen;
    if (found != 0 || !isTyped(L.TEXT, depth)) continue;
    found = textPtr;
    foundLen = textLen;
  }
  textPtr = found;
  textLen = foundLen;
}
