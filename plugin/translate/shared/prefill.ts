/**
 * An assistant turn at the end of a Messages body: what it holds and where it stands. The walk goes over the body that is about to go
 * upstream, so it is the same for all surfaces. Source: docs/prefill.md, "What a prefill is".
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt, equalsLiteral, findLiteral, startsWithLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct, openStruct } from "../../bytes/records";
import { makeWriter, Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { skipSpace } from "../../json/scan";
import { JsonKind } from "../../json/status";
import { isBlank, trimmedLen, unescapeInto } from "../../json/string";
import { BlockType, findBlockType } from "../../wire/anthropic/block_types";
import { BodyKey, findBodyKey } from "../../wire/anthropic/body_keys";

/** What the turn is; the kinds that rules ask for come first, in the schema's order. */
export const enum PrefillKind {
  Text = 0,
  Json = 1,
  Empty = 2,
  Thinking = 3,
  Other = 4,
  ToolUse = 5,
  /** A turn that the API itself asked to be sent again. */
  Continuation = 6,
  /** There is no such turn. */
  None = 7,
}

@unmanaged
@final
export class Prefill {
  kind: PrefillKind;
  turns: u32; // messages that it is made of
  firstPtr: usize; // its first byte
  endPtr: usize; // behind its last
  prevPtr: usize; // the message in front; 0: none
  prevEnd: usize;
  prevIsUser: bool;
  prevContentPtr: usize;
  prevContentLen: u32;
  rawPtr: usize; // its text, inside of a token; in the arena
  rawLen: u32;
  textPtr: usize; // … unescaped
  textLen: u32;
  lastTextPtr: usize; // token of the last block when that is text; 0: it is none
  lastTextLen: u32;
  stopsPtr: usize; // array of stop sequences; 0: there are none
  stopsLen: u32;
  hasTools: bool;
  isBound: bool; // the answer is bound to a schema or to a tool
  isCredited: bool; // a retry that was paid for already
  isNative: bool; // the body is the client's own: its bytes stay where nothing is done; for the asker to say
}

/** What blocks of the turn were seen. */
let sawToolUse: bool = false;
let sawThinking: bool = false;
let sawOther: bool = false;
let openServerUses: i32 = 0;
let endsInServerBlock: bool = false;

const BODY: JsonCursor = makeStruct<JsonCursor>();
const ITEM: JsonCursor = makeStruct<JsonCursor>();
const RAW: Writer = makeWriter();
const PLAIN: Writer = makeWriter();
/** More than a body may have. */
const TEXT_CAP: u32 = 0x1000_0000;

/** The turn at the end of a valid body; its kind is None where there is no such turn. Null without memory. */
export function surveyPrefill(ptr: usize, len: u32, depth: u32, arena: Arena): Prefill | null {
  const it = openStruct<Prefill>(arena);
  if (it == null) return null;
  it.kind = PrefillKind.None;
  BODY.open(ptr, len, depth);
  BODY.enterObject();
  while (BODY.nextKey()) readMember(it, findBodyKey(BODY.keyPtr, BODY.keyLen), depth);
  if (it.turns == 0) return it;
  return readTurn(it, depth, arena) ? it : null;
}

function readMember(it: Prefill, key: BodyKey, depth: u32): void {
  if (key == BodyKey.Messages && BODY.kind() == JsonKind.Array) {
    readMessages(it, depth);
    return;
  }
  const kind = BODY.kind();
  BODY.skip();
  switch (key) {
    case BodyKey.Tools:
      it.hasTools = kind == JsonKind.Array && !isEmptyList(BODY.valuePtr);
      break;
    case BodyKey.StopSequences:
      it.stopsPtr = kind == JsonKind.Array && !isEmptyList(BODY.valuePtr) ? BODY.valuePtr : 0;
      it.stopsLen = BODY.valueLen;
      break;
    case BodyKey.ToolChoice:
      it.isBound = it.isBound || isForced(BODY.valuePtr, BODY.valueLen);
      break;
    case BodyKey.OutputFormat:
      it.isBound = it.isBound || kind == JsonKind.Object;
      break;
    case BodyKey.OutputConfig:
      it.isBound = it.isBound || hasFormat(BODY.valuePtr, BODY.valueLen, depth);
      break;
    case BodyKey.FallbackCreditToken:
      it.isCredited = kind != JsonKind.Null;
      break;
    default:
      break;
  }
}

function isEmptyList(ptr: usize): bool {
  return byteAt(skipSpace(ptr + 1, ptr + 64)) == Ascii.BracketClose;
}

/** True for a choice that makes the model call a tool. */
function isForced(ptr: usize, len: u32): bool {
  const type = typeOf(ptr, len);
  return type != 0 && (equalsLiteral(type, typeLen, L.ANY) || equalsLiteral(type, typeLen, L.TOOL));
}

let typeLen: u32 = 0;

/** The `type` of an object, unescaped; 0: it has none. */
function typeOf(ptr: usize, len: u32): usize {
  let type: usize = 0;
  ITEM.open(ptr, len, 64);
  ITEM.enterObject();
  while (ITEM.nextKey()) {
    const isType = ITEM.keyIs(L.TYPE) && ITEM.kind() == JsonKind.String;
    ITEM.skip();
    if (!isType) continue;
    type = ITEM.valuePtr + 1;
    typeLen = ITEM.valueLen - 2;
  }
  return type;
}

function hasFormat(ptr: usize, len: u32, depth: u32): bool {
  let has = false;
  ITEM.open(ptr, len, depth);
  ITEM.enterObject();
  while (ITEM.nextKey()) {
    if (ITEM.keyIs(L.FORMAT)) has = ITEM.kind() == JsonKind.Object;
    ITEM.skip();
  }
  return has;
}

/** Notes the run of assistant messages at the end, and the message in front of it. */
function readMessages(it: Prefill, depth: u32): void {
  it.turns = 0;
  it.prevPtr = 0;
  BODY.enterArray();
  while (BODY.nextElement()) {
    BODY.skip();
    const ptr = BODY.valuePtr;
    const len = BODY.valueLen;
    readMessage(ptr, len, depth);
    if (isAssistant) {
      if (it.turns == 0) it.firstPtr = ptr;
      it.turns += 1;
      it.endPtr = ptr + len;
      continue;
    }
    it.turns = 0;
    it.prevPtr = ptr;
    it.prevEnd = ptr + len;
    it.prevIsUser = isUser;
    it.prevContentPtr = contentPtr;
    it.prevContentLen = contentLen;
  }
}

let isAssistant: bool = false;
let isUser: bool = false;
let contentPtr: usize = 0;
let contentLen: u32 = 0;

/** Role and content of one message. */
function readMessage(ptr: usize, len: u32, depth: u32): void {
  isAssistant = false;
  isUser = false;
  contentPtr = 0;
  contentLen = 0;
  ITEM.open(ptr, len, depth);
  ITEM.enterObject();
  while (ITEM.nextKey()) {
    const isRole = ITEM.keyIs(L.ROLE);
    const isContent = ITEM.keyIs(L.CONTENT);
    const kind = ITEM.kind();
    ITEM.skip();
    if (isRole && kind == JsonKind.String) {
      const word = ITEM.word();
      isAssistant = equalsLiteral(word, ITEM.wordLen, L.ASSISTANT);
      isUser = equalsLiteral(word, ITEM.wordLen, L.USER);
    } else if (isContent) {
      contentPtr = kind == JsonKind.String || kind == JsonKind.Array ? ITEM.valuePtr : 0;
      contentLen = ITEM.valueLen;
    }
  }
}

/** Reads the turn's blocks and decides what it is. False without memory. */
function readTurn(it: Prefill, depth: u32, arena: Arena): bool {
  sawToolUse = false;
  sawThinking = false;
  sawOther = false;
  openServerUses = 0;
  endsInServerBlock = false;
  RAW.begin(256, TEXT_CAP);
  BODY.open(it.firstPtr, <u32>(it.endPtr - it.firstPtr), depth);
  for (let i: u32 = 0; i < it.turns; i++) {
    BODY.skip();
    readMessage(BODY.valuePtr, BODY.valueLen, depth);
    if (contentPtr != 0) readContent(it, depth);
    const rest = skipSpace(BODY.ptr, it.endPtr);
    if (rest >= it.endPtr) break;
    const next = skipSpace(rest + 1, it.endPtr); // behind the comma
    BODY.open(next, <u32>(it.endPtr - next), depth);
  }
  return keepText(it, arena) && decideKind(it);
}

function readContent(it: Prefill, depth: u32): void {
  if (byteAt(contentPtr) == Ascii.Quote) {
    takeText(it, contentPtr, contentLen);
    return;
  }
  LIST.open(contentPtr, contentLen, depth);
  LIST.enterArray();
  while (LIST.nextElement()) {
    LIST.skip();
    readBlock(it, LIST.valuePtr, LIST.valueLen, depth);
  }
}

const LIST: JsonCursor = makeStruct<JsonCursor>();

function takeText(it: Prefill, token: usize, len: u32): void {
  endsInServerBlock = false;
  it.lastTextPtr = token;
  it.lastTextLen = len;
  if (len > 2) RAW.put(token + 1, len - 2);
}

function readBlock(it: Prefill, ptr: usize, len: u32, depth: u32): void {
  const type = typeOf(ptr, len);
  const isServer = type != 0 && isServerBlock(type, typeLen);
  const isResult = type != 0 && endsWithResult(type, typeLen);
  const kind = type == 0 ? BlockType.Unknown : findBlockType(type, typeLen);
  if (kind == BlockType.Text) {
    const text = textOf(ptr, len, depth);
    if (text != 0) takeText(it, text, textLen);
    return;
  }
  it.lastTextPtr = 0;
  endsInServerBlock = isServer || isResult;
  if (isResult) openServerUses -= 1;
  noteBlock(kind);
}

/** What a block without text says of the turn. */
function noteBlock(kind: BlockType): void {
  switch (kind) {
    case BlockType.ServerToolUse:
    case BlockType.McpToolUse:
      openServerUses += 1;
      break;
    case BlockType.ToolUse:
      sawToolUse = true;
      break;
    case BlockType.Thinking:
    case BlockType.RedactedThinking:
      sawThinking = true;
      break;
    default:
      if (!endsInServerBlock) sawOther = true;
      break;
  }
}

let textLen: u32 = 0;

function textOf(ptr: usize, len: u32, depth: u32): usize {
  let text: usize = 0;
  ITEM.open(ptr, len, depth);
  ITEM.enterObject();
  while (ITEM.nextKey()) {
    const isText = ITEM.keyIs(L.TEXT) && ITEM.kind() == JsonKind.String;
    ITEM.skip();
    if (!isText) continue;
    text = ITEM.valuePtr;
    textLen = ITEM.valueLen;
  }
  return text;
}

/** Blocks of what the API runs itself. */
function isServerBlock(type: usize, len: u32): bool {
  const kind = findBlockType(type, len);
  if (kind == BlockType.ServerToolUse || kind == BlockType.McpToolUse) return true;
  if (kind == BlockType.Compaction) return true;
  return equalsLiteral(type, len, L.CONTAINER_UPLOAD) || equalsLiteral(type, len, L.FALLBACK);
}

function endsWithResult(type: usize, len: u32): bool {
  const found = findLiteral(type, len, L.TOOL_RESULT_END);
  return found != 0;
}

/** The turn's text, escaped and not, lives with the request. False without memory. */
function keepText(it: Prefill, arena: Arena): bool {
  if (RAW.failed) return false;
  it.rawLen = RAW.length;
  it.rawPtr = arena.keep(RAW.start, it.rawLen);
  PLAIN.begin(it.rawLen, TEXT_CAP);
  if (it.rawPtr != 0) unescapeInto(PLAIN, it.rawPtr, it.rawLen);
  it.textLen = PLAIN.length;
  it.textPtr = arena.keep(PLAIN.start, it.textLen);
  const failed = PLAIN.failed;
  RAW.finish(0);
  PLAIN.finish(0);
  return !failed && it.rawPtr != 0 && it.textPtr != 0;
}

/** The first that fits. Always true. */
function decideKind(it: Prefill): bool {
  if (it.isCredited || endsInServerBlock || openServerUses > 0) it.kind = PrefillKind.Continuation;
  else if (sawToolUse) it.kind = PrefillKind.ToolUse;
  else if (sawOther) it.kind = PrefillKind.Other;
  else if (isBlank(it.rawPtr, it.rawLen)) it.kind = PrefillKind.Empty;
  else if (sawThinking) it.kind = PrefillKind.Thinking;
  else it.kind = isJson(it) ? PrefillKind.Json : PrefillKind.Text;
  return true;
}

/** True when the turn's text opens a JSON document. */
export function isJson(it: Prefill): bool {
  const end = it.textPtr + it.textLen;
  const ptr = skipSpace(it.textPtr, end);
  const c = byteAt(ptr);
  if (c == Ascii.BraceOpen || c == Ascii.BracketOpen) return true;
  return startsWithLiteral(ptr, <u32>(end - ptr), L.JSON_FENCE);
}

/** True when the turn's last text ends in white space, which the API refuses. */
export function endsInSpace(it: Prefill): bool {
  const len = it.lastTextLen - 2;
  return it.lastTextPtr != 0 && trimmedLen(it.lastTextPtr + 1, len) < len;
}
