/**
 * Tool names in the alphabet that the Messages API takes, `^[a-zA-Z0-9_-]{1,128}$`: other characters become `_`, what is
 * longer is cut, what is taken gets `_2`, `_3` …. The map of one request lives in its records and is made only when a declared
 * name needs it; the stream keeps what its answer needs. Source: docs/chat.md, "Names".
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt, equals, literalLen, literalPtr } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import * as L from "../../bytes/literals";
import { NameIndex, NOT_FOUND, openNameIndex } from "../../bytes/name_index";
import { openStructArray } from "../../bytes/struct_array";
import { Writer } from "../../bytes/writer";
import { escapeBytes, readEscape } from "../../json/escape";
import { findEscape, unescapeInto } from "../../json/string";
import { Facts } from "../plan";
import { AnswerShape, KeptTool } from "../shape";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation, Tool, ToolKind } from "./conversation";
import { isNameByte, isPlainName } from "./ids";
import { atMember, refuse, refuseMemory } from "./problem";

/** Most characters of a name. Source: the API's own message about longer ones. */
const NAME_CAP: u32 = 128;
/** Most bytes that a stream keeps of names. */
const KEPT_CAP: u32 = 65536;
/** Names beside the tools' own: those of tools that we add. */
const EXTRA_NAMES: u32 = 4;
/** Number of a name in the index that belongs to no tool of the client. */
const RESERVED: u32 = 0xffff_fffe;

/** The request whose names were indexed last, and its indexes; null when no name needs them. */
let talkOfIndex: Conversation | null = null;
let byClient: NameIndex | null = null;
let byWire: NameIndex | null = null;

/** Where `readName` found its text. */
let textPtr: usize = 0;
let textLen: u32 = 0;

/**
 * Decides the upstream name of every declared tool. `out` is scratch space behind what it holds. `reserved` is the literal of
 * a name that a tool of ours will have, or 0. False with a problem when memory is exhausted or the names are too many.
 */
export function prepareNames(out: Writer, talk: Conversation, reserved: usize, facts: Facts): bool {
  byClient = null;
  byWire = null;
  talkOfIndex = null;
  if (!needsIndex(talk, reserved)) return true;
  if (!indexTools(out, talk, reserved)) return refuseMemory();
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.kind == ToolKind.Native || tool.nameLen < 2) continue;
    if (!nameTool(out, talk, i, facts)) return refuseMemory();
  }
  return true;
}

/** Decides the upstream name of tool `i`; one declared twice keeps its first name. False without memory. */
function nameTool(out: Writer, talk: Conversation, i: u32, facts: Facts): bool {
  const client = byClient;
  const wire = byWire;
  if (client == null || wire == null) return false;
  const tool = talk.tools.at(i);
  if (!readName(out, talk.arena, tool.namePtr, tool.nameLen)) return false;
  const first = client.find(textPtr, textLen);
  if (first != NOT_FOUND && first < i) {
    tool.wirePtr = talk.tools.at(first).wirePtr;
    tool.wireLen = talk.tools.at(first).wireLen;
    return true;
  }
  if (isLegal(textPtr, textLen) && wire.find(textPtr, textLen) == i) return true;
  if (!rename(out, talk, tool, wire, i)) return false;
  facts.renamedTools += 1;
  note(facts, Adaptation.RenamedTools);
  return true;
}

/** Whether some declared name is not legal or is the reserved one. */
function needsIndex(talk: Conversation, reserved: usize): bool {
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.kind == ToolKind.Native || tool.nameLen < 2) continue;
    if (!isLegal(tool.namePtr + 1, tool.nameLen - 2)) return true;
    if (reserved == 0 || tool.nameLen - 2 != literalLen(reserved)) continue;
    if (equals(tool.namePtr + 1, literalPtr(reserved), tool.nameLen - 2)) return true;
  }
  return false;
}

function isLegal(ptr: usize, len: u32): bool {
  return len <= NAME_CAP && isPlainName(ptr, len);
}

/** All names as the client wrote them, and those that can stay as they are. False without memory. */
function indexTools(out: Writer, talk: Conversation, reserved: usize): bool {
  const client = openNameIndex(talk.arena, talk.tools.count);
  const wire = openNameIndex(talk.arena, talk.tools.count + EXTRA_NAMES);
  if (client == null || wire == null) return false;
  byClient = client;
  byWire = wire;
  talkOfIndex = talk;
  if (reserved != 0) wire.add(literalPtr(reserved), literalLen(reserved), RESERVED);
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.nameLen < 2) continue;
    if (!readName(out, talk.arena, tool.namePtr, tool.nameLen)) return false;
    client.add(textPtr, textLen, i);
    if (isLegal(textPtr, textLen)) wire.add(textPtr, textLen, i);
  }
  return true;
}

/** The text of a name token: in place, or in the arena when it has escapes. False without memory. */
function readName(out: Writer, arena: Arena, ptr: usize, len: u32): bool {
  textPtr = ptr + 1;
  textLen = len - 2;
  if (findEscape(textPtr, textPtr + textLen) >= textPtr + textLen) return true;
  const mark = out.mark();
  unescapeInto(out, textPtr, textLen);
  if (out.failed) return false;
  textLen = out.length - mark;
  textPtr = arena.keep(out.start + mark, textLen);
  out.rewind(mark);
  return textPtr != 0;
}

/** Gives a tool a name that no other has. False without memory. */
function rename(out: Writer, talk: Conversation, tool: Tool, wire: NameIndex, index: u32): bool {
  const mark = out.mark();
  putLegal(out, tool.namePtr + 1, tool.nameLen - 2);
  const room = out.length - mark;
  if (out.failed) return false;
  const holder = wire.find(out.start + mark, room);
  if (holder != NOT_FOUND) {
    const other = holder == RESERVED ? tool : talk.tools.at(holder);
    let suffix: u32 = other.nextSuffix == 0 ? 2 : other.nextSuffix;
    while (!putSuffix(out, mark, room, suffix, wire)) suffix += 1;
    other.nextSuffix = suffix + 1;
  }
  tool.wireLen = out.length - mark;
  tool.wirePtr = talk.arena.keep(out.start + mark, tool.wireLen);
  out.rewind(mark);
  return tool.wirePtr != 0 && wire.add(tool.wirePtr, tool.wireLen, index);
}

/** Writes `_n` behind the first `room` bytes of a name, which are cut to fit; true when nobody has that name, or out is full. */
function putSuffix(out: Writer, mark: u32, room: u32, suffix: u32, wire: NameIndex): bool {
  const digits: u32 = suffix < 10 ? 1 : suffix < 100 ? 2 : suffix < 1000 ? 3 : 6;
  const kept = room < NAME_CAP - 1 - digits ? room : NAME_CAP - 1 - digits;
  out.rewind(mark + kept);
  out.byte(Ascii.Underscore);
  putU64(out, suffix);
  return out.failed || wire.find(out.start + mark, out.length - mark) == NOT_FOUND;
}

/** A token's inside with one `_` for each character that is not allowed; an empty name becomes `_`. */
function putLegal(out: Writer, ptr: usize, len: u32): void {
  const first = out.length;
  const end = ptr + len;
  while (ptr < end && out.length - first < NAME_CAP) {
    const c = byteAt(ptr);
    if (c == Ascii.Backslash) {
      const codePoint = readEscape(ptr, end);
      out.byte(codePoint < 0x80 && isNameByte(codePoint) ? codePoint : Ascii.Underscore);
      ptr += escapeBytes;
      continue;
    }
    if (isNameByte(c)) out.byte(c);
    else if (!isContinuation(c)) out.byte(Ascii.Underscore);
    ptr += 1;
  }
  if (out.length == first) out.byte(Ascii.Underscore);
}

/** A byte of a UTF-8 sequence that is not its first. */
function isContinuation(c: u32): bool {
  return (c & 0xc0) == 0x80;
}

/** Appends a tool's upstream name as a token; `ptr`, `len` name the client's token, of a declared tool or any other. */
export function putToolName(out: Writer, ptr: usize, len: u32): void {
  const tool = findRenamed(out, ptr, len);
  if (tool == null && isLegal(ptr + 1, len - 2)) {
    out.put(ptr, len);
    return;
  }
  out.byte(Ascii.Quote);
  if (tool == null) putLegal(out, ptr + 1, len - 2);
  else out.put(tool.wirePtr, tool.wireLen);
  out.byte(Ascii.Quote);
}

/** The declared tool of this name when it got another; null also when memory is exhausted: the name is then made anew. */
function findRenamed(out: Writer, ptr: usize, len: u32): Tool | null {
  const talk = talkOfIndex;
  const client = byClient;
  if (talk == null || client == null) return null;
  if (!readName(out, talk.arena, ptr, len)) return null;
  const at = client.find(textPtr, textLen);
  if (at == NOT_FOUND) return null;
  const tool = talk.tools.at(at);
  return tool.wirePtr == 0 ? null : tool;
}

/** Number of the first declared tool with this name (a token), or NOT_FOUND; also without memory. Builds what it needs. */
export function findDeclared(out: Writer, talk: Conversation, ptr: usize, len: u32): u32 {
  if (byClient == null && !indexTools(out, talk, 0)) return NOT_FOUND;
  const client = byClient;
  if (client == null || !readName(out, talk.arena, ptr, len)) return NOT_FOUND;
  return client.find(textPtr, textLen);
}

/** A name that no tool has: `base`, a legal literal, or with `_2`, `_3` …; in the arena, its length in `freeNameLen`. 0 without memory. */
export function findFreeName(out: Writer, talk: Conversation, base: usize): usize {
  if (byWire == null && !indexTools(out, talk, 0)) return 0;
  const wire = byWire;
  if (wire == null) return 0;
  const mark = out.mark();
  out.literal(base);
  let suffix: u32 = 2;
  if (wire.find(out.start + mark, out.length - mark) != NOT_FOUND) {
    while (!putSuffix(out, mark, literalLen(base), suffix, wire)) suffix += 1;
  }
  if (out.failed) return 0;
  freeNameLen = out.length - mark;
  const name = talk.arena.keep(out.start + mark, freeNameLen);
  out.rewind(mark);
  return name;
}

/** Length of the name that `findFreeName` found last. */
export let freeNameLen: u32 = 0;

/** Whether a stream can keep what the answer needs of the tools; a problem when not. */
export function checkKeptNames(talk: Conversation): bool {
  let bytes: u32 = 0;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (!isKept(tool)) continue;
    bytes += offsetof<KeptTool>() + tool.wireLen + tool.nameLen + tool.innerLen + tool.spaceLen;
    if (bytes <= KEPT_CAP) continue;
    atMember(L.TOOLS);
    return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_NAMES);
  }
  return true;
}

/** Calls of these tools look different towards the client. */
export function isKept(tool: Tool): bool {
  return tool.wirePtr != 0 || tool.kind == ToolKind.Custom || tool.spacePtr != 0;
}

/** Copies what answers need of the tools into the stream's arena. False without memory. */
export function keepTools(arena: Arena, talk: Conversation, shape: AnswerShape): bool {
  let count: u32 = 0;
  for (let i: u32 = 0; i < talk.tools.count; i++) count += isKept(talk.tools.at(i)) ? 1 : 0;
  if (count == 0) return true;
  const kept = openStructArray<KeptTool>(arena, count);
  if (kept == null) return false;
  shape.tools = kept;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (!isKept(tool)) continue;
    const entry = kept.push();
    if (entry == null || !keepTool(arena, tool, entry)) return false;
  }
  return true;
}

function keepTool(arena: Arena, tool: Tool, entry: KeptTool): bool {
  entry.custom = tool.kind == ToolKind.Custom;
  if (tool.spacePtr != 0) return keepInner(arena, tool, entry);
  entry.tokenLen = tool.nameLen;
  entry.tokenPtr = arena.keep(tool.namePtr, tool.nameLen);
  if (entry.tokenPtr == 0) return false;
  if (tool.wirePtr == 0) {
    entry.namePtr = entry.tokenPtr + 1;
    entry.nameLen = tool.nameLen - 2;
    return true;
  }
  entry.nameLen = tool.wireLen;
  entry.namePtr = arena.keep(tool.wirePtr, tool.wireLen);
  return entry.namePtr != 0;
}

/** A tool of a namespace: its calls have two names. */
function keepInner(arena: Arena, tool: Tool, entry: KeptTool): bool {
  const renamed = tool.wirePtr != 0;
  entry.tokenLen = tool.innerLen;
  entry.tokenPtr = arena.keep(tool.innerPtr, tool.innerLen);
  entry.spaceLen = tool.spaceLen;
  entry.spacePtr = arena.keep(tool.spacePtr, tool.spaceLen);
  entry.nameLen = renamed ? tool.wireLen : tool.nameLen - 2;
  entry.namePtr = arena.keep(renamed ? tool.wirePtr : tool.namePtr + 1, entry.nameLen);
  return entry.tokenPtr != 0 && entry.spacePtr != 0 && entry.namePtr != 0;
}

/** The kept tool that an answer names by a token; null: the name is the client's own and its calls are function calls. */
export function findKept(shape: AnswerShape, ptr: usize, len: u32): KeptTool | null {
  const kept = shape.tools;
  if (kept == null || len < 2) return null;
  for (let i: u32 = 0; i < kept.count; i++) {
    const tool = kept.at(i);
    if (tool.nameLen == len - 2 && equals(tool.namePtr, ptr + 1, len - 2)) return tool;
  }
  return null;
}
