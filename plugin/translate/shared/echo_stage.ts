/**
 * Between upstream and translator: the first text block of an answer loses the echo of a prefill that became an instruction. Messages go in
 * and Messages come out, event by event here and whole in echo_whole.ts, so that everything behind counts what the client sees. Source: docs/prefill.md, "The
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
import { endStops, feedStops, StopScan } from "../../json/stop_scan";
import { EventType, findEventType } from "../../wire/anthropic/event_types";
import { putStopped, STOP_BYTES } from "./stop_reason";

@unmanaged
@final
export class EchoStage {
  dedupe: Dedupe;
  scan: StopScan | null; // stop sequences that the upstream was not told; null: there are none
  index: i64; // of the text block that is open and looked at; -1: none
  done: bool; // the first text block is over
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
/** What an answer may become. */
export const OUT_CAP: u32 = 0x2000_0000;

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
  passEvent(ptr, len);
  const scan = stage.scan;
  if (stage.done && scan == null) return true;
  readEvent(ptr, len, depth);
  if (scan != null && scan.hit != null) return stageBehind(stage, scan, ptr, len, depth);
  if (type == EventType.ContentBlockStart) openBlock(stage, depth);
  if (index != stage.index || index < 0) return true;
  if (type == EventType.ContentBlockDelta) return stageDelta(stage, ptr, len, depth);
  return type != EventType.ContentBlockStop || stageStop(stage);
}

/** The first text block is looked at, and where stop sequences are looked for every other one. */
function openBlock(stage: EchoStage, depth: u32): void {
  if (isTyped(L.TEXT, depth)) stage.index = index;
}

/** Behind a stop sequence: the answer ends where the block that it stood in does. */
function stageBehind(stage: EchoStage, scan: StopScan, ptr: usize, len: u32, depth: u32): bool {
  switch (type) {
    case EventType.ContentBlockStop:
      if (index == stage.index) stage.index = -1;
      else stagedLen = 0;
      return true;
    case EventType.ContentBlockStart:
    case EventType.ContentBlockDelta:
      stagedLen = 0;
      return true;
    case EventType.MessageDelta:
      OUT.begin(len + STOP_BYTES, OUT_CAP);
      if (!putStopped(OUT, scan, ptr, len, depth)) return true;
      stagedPtr = OUT.start;
      stagedLen = OUT.length;
      return !OUT.failed;
    default:
      return true;
  }
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
  if (!feedText(OUT, stage, textPtr + 1, textLen - 2)) return false;
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
  OUT.begin(256, OUT_CAP);
  OUT.literal(L.TEXT_DELTA_OPEN);
  putU64(OUT, stage.index);
  OUT.literal(L.TEXT_DELTA_TEXT);
  const mark = OUT.mark();
  if (!endText(OUT, stage)) return false;
  stage.index = -1;
  if (OUT.mark() == mark) return true;
  OUT.literal(L.TEXT_DELTA_END);
  frontPtr = OUT.start;
  frontLen = OUT.length;
  return !OUT.failed;
}

const MIDDLE: Writer = makeWriter();

/** Appends what is left of a piece of a text block; both are the inside of a token. False without memory. */
export function feedText(out: Writer, stage: EchoStage, ptr: usize, len: u32): bool {
  const scan = stage.scan;
  if (scan == null) return feedDedupe(out, stage.dedupe, ptr, len);
  if (stage.done) return feedStops(out, scan, ptr, len);
  MIDDLE.begin(len, OUT_CAP);
  if (!feedDedupe(MIDDLE, stage.dedupe, ptr, len)) return false;
  return feedStops(out, scan, MIDDLE.start, MIDDLE.length);
}

/** Appends what was withheld of a text block that has come to its end. The echo stands in the first one. False without memory. */
export function endText(out: Writer, stage: EchoStage): bool {
  const scan = stage.scan;
  const isFirst = !stage.done;
  stage.done = true;
  if (scan == null) return !isFirst || endDedupe(out, stage.dedupe);
  MIDDLE.begin(256, OUT_CAP);
  if (isFirst && !endDedupe(MIDDLE, stage.dedupe)) return false;
  return feedStops(out, scan, MIDDLE.start, MIDDLE.length) && endStops(out, scan);
}
