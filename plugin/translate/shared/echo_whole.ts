/** As echo_stage.ts, for an answer that came whole. */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral } from "../../bytes/compare";
import { makeStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { EchoStage, endText, feedText, OUT_CAP } from "./echo_stage";
import { forgetReason, noteReason, noteSequence, putReasons, STOP_BYTES } from "./stop_reason";

const BODY: JsonCursor = makeStruct<JsonCursor>();
const BLOCK: JsonCursor = makeStruct<JsonCursor>();
/** The list of blocks, and the message around it. */
const BLOCKS: Writer = makeWriter();
const OUT: Writer = makeWriter();

/** The answer as it is to be translated. */
export let wholePtr: usize = 0;
export let wholeLen: u32 = 0;

let listPtr: usize = 0;
let listLen: u32 = 0;

/** An answer that is not looked at. Always true. */
export function passWhole(ptr: usize, len: u32): bool {
  wholePtr = ptr;
  wholeLen = len;
  return true;
}

/** Takes a whole message; it is `wholePtr`, `wholeLen` afterwards. False without memory. */
export function stageWhole(stage: EchoStage, ptr: usize, len: u32, depth: u32): bool {
  passWhole(ptr, len);
  if (!findMembers(ptr, len, depth)) return true;
  BLOCKS.begin(listLen + stage.dedupe.textLen, OUT_CAP);
  if (!putBlocks(stage, depth)) return false;
  OUT.begin(len + BLOCKS.length + STOP_BYTES, OUT_CAP);
  putReasons(OUT, stage.scan, ptr, listPtr);
  OUT.put(BLOCKS.start, BLOCKS.length);
  putReasons(OUT, stage.scan, listPtr + listLen, ptr + len);
  wholePtr = OUT.start;
  wholeLen = OUT.length;
  return !OUT.failed && !BLOCKS.failed;
}

/** False when it is no message with a list of blocks. */
function findMembers(ptr: usize, len: u32, depth: u32): bool {
  listPtr = 0;
  forgetReason();
  BODY.open(ptr, len, depth);
  BODY.enterObject();
  while (BODY.nextKey()) {
    const isList = BODY.keyIs(L.CONTENT) && BODY.kind() == JsonKind.Array;
    const isReason = BODY.keyIs(L.STOP_REASON);
    const isSequence = BODY.keyIs(L.STOP_SEQUENCE);
    if (!BODY.skip()) return false;
    if (isReason) noteReason(BODY.valuePtr, BODY.valueLen);
    if (isSequence) noteSequence(BODY.valuePtr, BODY.valueLen);
    if (!isList) continue;
    listPtr = BODY.valuePtr;
    listLen = BODY.valueLen;
  }
  return listPtr != 0;
}

/** The list with what is left of its texts, up to a stop sequence. False without memory. */
function putBlocks(stage: EchoStage, depth: u32): bool {
  let from = listPtr;
  BODY.open(listPtr, listLen, depth);
  BODY.enterArray();
  while (BODY.nextElement()) {
    if (!BODY.skip()) break;
    const blockEnd = BODY.valuePtr + BODY.valueLen;
    if (stage.done && stage.scan == null) break;
    if (!findText(BODY.valuePtr, BODY.valueLen, depth)) continue;
    BLOCKS.put(from, <u32>(textPtr + 1 - from));
    if (!feedText(BLOCKS, stage, textPtr + 1, textLen - 2) || !endText(BLOCKS, stage)) return false;
    from = textPtr + textLen - 1;
    if (!isStopped(stage)) continue;
    BLOCKS.put(from, <u32>(blockEnd - from));
    BLOCKS.byte(Ascii.BracketClose);
    return true;
  }
  BLOCKS.put(from, <u32>(listPtr + listLen - from));
  return true;
}

function isStopped(stage: EchoStage): bool {
  const scan = stage.scan;
  return scan != null && scan.hit != null;
}

let textPtr: usize = 0;
let textLen: u32 = 0;

/** True for a text block; notes the token of its text. */
function findText(ptr: usize, len: u32, depth: u32): bool {
  let isText = false;
  textPtr = 0;
  BLOCK.open(ptr, len, depth);
  BLOCK.enterObject();
  while (BLOCK.nextKey()) {
    const isType = BLOCK.keyIs(L.TYPE) && BLOCK.kind() == JsonKind.String;
    const holdsText = BLOCK.keyIs(L.TEXT) && BLOCK.kind() == JsonKind.String;
    BLOCK.skip();
    if (isType) isText = equalsLiteral(BLOCK.word(), BLOCK.wordLen, L.TEXT);
    else if (holdsText) {
      textPtr = BLOCK.valuePtr;
      textLen = BLOCK.valueLen;
    }
  }
  return isText && textPtr != 0;
}
