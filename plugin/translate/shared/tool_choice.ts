/**
 * `tool_choice`, `parallel_tool_calls` and legacy `function_call` → `tool_choice`. Read before anything is written, since other
 * members depend on it. Source: docs/chat.md, "Tools".
 */
import * as L from "../../bytes/literals";
import { literalLen, literalPtr } from "../../bytes/compare";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ChoiceWord, findChoiceWord } from "../../wire/openai/choice_words";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { findResponseToolType } from "../../wire/openai/response_tool_types";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { allowTools, onlyAllowed } from "./allowed_tools";
import { Conversation } from "./conversation";
import { hostedToken } from "./hosted_names";
import { putToolName } from "./names";
import { atMember, refuseMissing, refuseType, refuseValue } from "./problem";

/** What the request's choice says, in Anthropic's words (Unknown: nothing); spans are tokens in the client's body. */
let word: ChoiceWord = ChoiceWord.Unknown;
let namePtr: usize = 0;
let nameLen: u32 = 0;
let serial: bool = false;
/** allowed_tools: spans of its mode (a token) and its list. */
let modePtr: usize = 0;
let modeLen: u32 = 0;
let listPtr: usize = 0;
let listLen: u32 = 0;
/** The choice came from a list of allowed tools. */
let restricted: bool = false;
/** The choice names a tool of ours. */
let isOurs: bool = false;

/** Forgets the last request; `oneCall`: the client wants one call at a time. */
export function beginToolChoice(oneCall: bool): void {
  word = ChoiceWord.Unknown;
  serial = oneCall;
  isOurs = false;
  restricted = false;
  namePtr = 0;
  nameLen = 0;
}

/** Reads the client's `tool_choice`, a string or an object; `out` is scratch space. False with a problem. */
export function readToolChoice(
  out: Writer,
  ptr: usize,
  len: u32,
  cursor: JsonCursor,
  talk: Conversation,
  facts: Facts,
): bool {
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) return takeWord(ptr, len, false);
  if (kind != JsonKind.Object) {
    atMember(L.TOOL_CHOICE);
    return refuseType(L.TEXT_STRING_OR_OBJECT);
  }
  if (!readObject(ptr, len, cursor)) return false;
  if (word != ChoiceWord.AllowedTools) return checkObject();
  return readAllowed(out, cursor, talk, facts);
}

/** Reads a legacy `function_call`: "none", "auto" or an object with a name. */
export function readLegacyChoice(ptr: usize, len: u32, cursor: JsonCursor): bool {
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) {
    word = findChoiceWord(ptr + 1, len - 2);
    if (word == ChoiceWord.Auto || word == ChoiceWord.None) return true;
    atMember(L.FUNCTION_CALL);
    return refuseValue(L.CODE_INVALID_VALUE, ptr + 1, len - 2, L.TEXT_FUNCTION_CHOICES);
  }
  if (kind != JsonKind.Object) {
    atMember(L.FUNCTION_CALL);
    return refuseType(L.TEXT_STRING_OR_OBJECT);
  }
  cursor.open(ptr, len, DEPTH_CEILING);
  readNamed(cursor);
  word = ChoiceWord.Tool;
  if (nameLen > 2) return true;
  atMember(L.FUNCTION_CALL_NAME);
  return refuseMissing();
}

/** Last step of reading: what the model cannot be forced to becomes `auto`. */
export function settleToolChoice(talk: Conversation, plan: Plan, facts: Facts): void {
  if (!isForcedChoice() || plan.traits.forcedChoice) return;
  if (word == ChoiceWord.Tool && restricted) onlyAllowed(talk, facts);
  word = ChoiceWord.Auto;
  note(facts, Adaptation.ChangedToolChoice);
}

/** True when the request's choice demands a call; valid once it was read and settled. */
export function isForcedChoice(): bool {
  return word == ChoiceWord.Any || word == ChoiceWord.Tool;
}

/**
 * The answer is the input of a tool of ours, whose name is given without quotes. `alone`: there are no other tools; `forcible`: a
 * call can be forced. A choice that names a client's tool stays.
 */
export function chooseJsonTool(name: usize, len: u32, alone: bool, forcible: bool): void {
  if (word == ChoiceWord.Tool) return;
  if (!forcible) {
    word = ChoiceWord.Auto;
    return;
  }
  if (!alone && word != ChoiceWord.None) {
    word = ChoiceWord.Any;
    return;
  }
  word = ChoiceWord.Tool;
  isOurs = true;
  serial = true;
  namePtr = name;
  nameLen = len;
}

/** Appends `,"tool_choice":…`; the request has tools. */
export function putToolChoice(out: Writer): void {
  if (word == ChoiceWord.Unknown) {
    if (!serial) return;
    word = ChoiceWord.Auto;
  }
  switch (word) {
    case ChoiceWord.Auto:
      out.literal(L.CHOICE_AUTO);
      break;
    case ChoiceWord.Any:
      out.literal(L.CHOICE_ANY);
      break;
    case ChoiceWord.None:
      out.literal(L.CHOICE_NONE);
      break;
    default:
      out.literal(L.CHOICE_TOOL);
      putChosenName(out);
      break;
  }
  if (serial && word != ChoiceWord.None) out.literal(L.DISABLE_PARALLEL);
  out.byte(Ascii.BraceClose);
}

function putChosenName(out: Writer): void {
  if (!isOurs) {
    putToolName(out, namePtr, nameLen);
    return;
  }
  out.byte(Ascii.Quote);
  out.put(namePtr, nameLen);
  out.byte(Ascii.Quote);
}

/** `native`: the word is the `type` of an object. */
function takeWord(ptr: usize, len: u32, native: bool): bool {
  word = findChoiceWord(ptr + 1, len - 2);
  switch (word) {
    case ChoiceWord.Auto:
    case ChoiceWord.None:
      return true;
    case ChoiceWord.Required:
      word = ChoiceWord.Any;
      return true;
    case ChoiceWord.Any:
    case ChoiceWord.Tool:
    case ChoiceWord.Function:
    case ChoiceWord.Custom:
    case ChoiceWord.AllowedTools:
      if (native) return true;
      break;
    default:
      if (native && takeHosted(ptr, len)) return true;
      break;
  }
  atMember(L.TOOL_CHOICE);
  return refuseValue(L.CODE_INVALID_VALUE, ptr + 1, len - 2, L.TEXT_CHOICES);
}

/** A type of tool stands for the one tool of that type. */
function takeHosted(ptr: usize, len: u32): bool {
  const token = hostedToken(findResponseToolType(ptr + 1, len - 2));
  if (token == 0) return false;
  word = ChoiceWord.Tool;
  namePtr = literalPtr(token);
  nameLen = literalLen(token);
  return true;
}

function readObject(ptr: usize, len: u32, cursor: JsonCursor): bool {
  modePtr = listPtr = 0;
  modeLen = listLen = 0;
  cursor.open(ptr, len, DEPTH_CEILING);
  cursor.enterObject();
  while (cursor.nextKey()) {
    if (!readMember(cursor, findToolKey(cursor.keyPtr, cursor.keyLen))) return false;
  }
  return true;
}

function readMember(cursor: JsonCursor, key: ToolKey): bool {
  const kind = cursor.kind();
  if (kind == JsonKind.Object && isBody(key)) {
    readBody(cursor, key);
    return true;
  }
  cursor.skip();
  if (key == ToolKey.DisableParallelToolUse && kind == JsonKind.True) serial = true;
  else if (key == ToolKey.Tools && kind == JsonKind.Array) takeList(cursor);
  if (kind != JsonKind.String) return true;
  if (key == ToolKey.Type) return takeWord(cursor.valuePtr, cursor.valueLen, true);
  if (key == ToolKey.Name) takeName(cursor);
  else if (key == ToolKey.Mode) takeMode(cursor);
  return true;
}

/** Members that hold what the type of the choice says more. */
function isBody(key: ToolKey): bool {
  return key == ToolKey.Function || key == ToolKey.Custom || key == ToolKey.AllowedTools;
}

function readBody(cursor: JsonCursor, key: ToolKey): void {
  if (key != ToolKey.AllowedTools) {
    readNamed(cursor);
    return;
  }
  cursor.enterObject();
  while (cursor.nextKey()) {
    const inner = findToolKey(cursor.keyPtr, cursor.keyLen);
    const kind = cursor.kind();
    cursor.skip();
    if (inner == ToolKey.Mode && kind == JsonKind.String) takeMode(cursor);
    else if (inner == ToolKey.Tools && kind == JsonKind.Array) takeList(cursor);
  }
}

function takeMode(cursor: JsonCursor): void {
  modePtr = cursor.valuePtr;
  modeLen = cursor.valueLen;
}

function takeList(cursor: JsonCursor): void {
  listPtr = cursor.valuePtr;
  listLen = cursor.valueLen;
}

/** The object that comes next has the name. */
function readNamed(cursor: JsonCursor): void {
  cursor.enterObject();
  while (cursor.nextKey()) {
    const isName = findToolKey(cursor.keyPtr, cursor.keyLen) == ToolKey.Name;
    const kind = cursor.kind();
    cursor.skip();
    if (isName && kind == JsonKind.String) takeName(cursor);
  }
}

function takeName(cursor: JsonCursor): void {
  namePtr = cursor.valuePtr;
  nameLen = cursor.valueLen;
}

/** Restricts the tools: one forced tool is named, so that the list stays; else the list is filtered unless all are allowed. */
function readAllowed(out: Writer, cursor: JsonCursor, talk: Conversation, facts: Facts): bool {
  atMember(L.ALLOWED_MODE);
  if (modeLen == 0) return refuseMissing();
  const mode = findChoiceWord(modePtr + 1, modeLen - 2);
  if (mode != ChoiceWord.Auto && mode != ChoiceWord.Required)
    return refuseValue(L.CODE_INVALID_VALUE, modePtr + 1, modeLen - 2, L.TEXT_ALLOWED_MODES);
  atMember(L.ALLOWED_LIST);
  if (listLen == 0) return refuseMissing();
  if (!allowTools(out, listPtr, listLen, cursor, talk)) return false;
  word = mode == ChoiceWord.Auto ? ChoiceWord.Auto : ChoiceWord.Any;
  restricted = true;
  let allowed: u32 = 0;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (!tool.allowed) continue;
    allowed += 1;
    namePtr = tool.namePtr;
    nameLen = tool.nameLen;
  }
  if (allowed == 1 && word == ChoiceWord.Any) word = ChoiceWord.Tool;
  else if (allowed < talk.tools.count) onlyAllowed(talk, facts);
  return true;
}

/** An object of another type than allowed_tools. */
function checkObject(): bool {
  switch (word) {
    case ChoiceWord.Unknown:
      atMember(L.TOOL_CHOICE_TYPE);
      return refuseMissing();
    case ChoiceWord.Function:
    case ChoiceWord.Custom:
    case ChoiceWord.Tool:
      word = ChoiceWord.Tool;
      if (nameLen > 2) return true;
      atMember(L.TOOL_CHOICE_NAME);
      return refuseMissing();
    default:
      return true;
  }
}
