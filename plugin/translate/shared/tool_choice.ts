/** `tool_choice` and `parallel_tool_calls` → `tool_choice`. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { kindOf } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ChoiceWord, findChoiceWord } from "../../wire/openai/choice_words";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { putToolName } from "./names";
import { atMember, refuseMissing, refuseType, refuseUnsupported, refuseValue } from "./problem";

/** What a client's choice says; spans point into its body. */
let word: ChoiceWord = ChoiceWord.Unknown;
let namePtr: usize = 0;
let nameLen: u32 = 0;
let disableParallel: bool = false;

/**
 * Appends `,"tool_choice":…`. `choice` is the client's value (length 0: absent), `serial` says that it wants one call at a
 * time. The request has tools. False with a problem.
 */
export function putToolChoice(
  out: Writer,
  choice: usize,
  choiceLen: u32,
  serial: bool,
  plan: Plan,
  facts: Facts,
  cursor: JsonCursor,
): bool {
  word = ChoiceWord.Unknown;
  disableParallel = serial;
  if (choiceLen > 0 && !readChoice(choice, choiceLen, cursor)) return false;
  if (word == ChoiceWord.Unknown) {
    if (!disableParallel) return true;
    word = ChoiceWord.Auto;
  }
  const forced = word == ChoiceWord.Any || word == ChoiceWord.Tool;
  if (forced && !plan.traits.forcedChoice) {
    word = ChoiceWord.Auto;
    note(facts, Adaptation.ChangedToolChoice);
  }
  putChoice(out, facts);
  return true;
}

function putChoice(out: Writer, facts: Facts): void {
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
      putToolName(out, namePtr, nameLen, facts);
      break;
  }
  if (disableParallel && word != ChoiceWord.None) out.literal(L.DISABLE_PARALLEL);
  out.byte(Ascii.BraceClose);
}

/** Reads a string or an object into the module's variables, in Anthropic's words. */
function readChoice(ptr: usize, len: u32, cursor: JsonCursor): bool {
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) return takeWord(ptr, len, false);
  if (kind != JsonKind.Object) {
    atMember(L.TOOL_CHOICE);
    return refuseType(L.TEXT_STRING_OR_OBJECT);
  }
  return readObject(ptr, len, cursor);
}

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
      break;
  }
  atMember(L.TOOL_CHOICE);
  return refuseValue(L.CODE_INVALID_VALUE, ptr + 1, len - 2, L.TEXT_CHOICES);
}

function readObject(ptr: usize, len: u32, cursor: JsonCursor): bool {
  namePtr = 0;
  nameLen = 0;
  cursor.open(ptr, len, 16);
  cursor.enterObject();
  while (cursor.nextKey()) {
    const key = findToolKey(cursor.keyPtr, cursor.keyLen);
    if ((key == ToolKey.Function || key == ToolKey.Custom) && cursor.kind() == JsonKind.Object) {
      readNamed(cursor);
      continue;
    }
    const kind = cursor.kind();
    cursor.skip();
    if (key == ToolKey.Type && kind == JsonKind.String) {
      if (!takeWord(cursor.valuePtr, cursor.valueLen, true)) return false;
    } else if (key == ToolKey.Name && kind == JsonKind.String) takeName(cursor);
    else if (key == ToolKey.DisableParallelToolUse && kind == JsonKind.True) disableParallel = true;
  }
  return checkObject();
}

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

function checkObject(): bool {
  switch (word) {
    case ChoiceWord.Unknown:
      atMember(L.TOOL_CHOICE_TYPE);
      return refuseMissing();
    case ChoiceWord.AllowedTools:
      atMember(L.TOOL_CHOICE_TYPE);
      return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NOT_SERVED);
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
