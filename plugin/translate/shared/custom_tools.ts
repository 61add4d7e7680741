/**
 * Custom tools: a tool whose input is free text. Upstream it is a tool with one string, `input`; a grammar for it is told in the
 * description. Source: docs/chat.md, "Tools"; OpenAI API reference, "Custom tools".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { Tool } from "./conversation";
import { isBlankToken, putInside } from "./tokens";

/** Deepest place of a grammar: `format.grammar.definition`. */
const LEVELS: u32 = 2;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** The grammar found last: tokens. */
let syntaxPtr: usize = 0;
let syntaxLen: u32 = 0;
let definitionPtr: usize = 0;
let definitionLen: u32 = 0;

/** Appends what follows the name: description and schema. */
export function putCustomBody(out: Writer, tool: Tool): void {
  const described = !isBlankToken(tool.descriptionPtr, tool.descriptionLen);
  const constrained = readGrammar(tool);
  if (described || constrained) {
    out.literal(L.K_DESCRIPTION);
    out.byte(Ascii.Quote);
    if (described) putInside(out, tool.descriptionPtr, tool.descriptionLen);
    if (described && constrained) out.literal(L.BLANK_LINE);
    if (constrained) putGrammar(out);
    out.byte(Ascii.Quote);
  }
  out.literal(L.K_INPUT_SCHEMA);
  out.literal(L.CUSTOM_SCHEMA);
}

function putGrammar(out: Writer): void {
  out.literal(L.TEXT_INPUT_MUST);
  putInside(out, syntaxPtr, syntaxLen);
  out.literal(L.TEXT_GRAMMAR);
  putInside(out, definitionPtr, definitionLen);
}

/** True when `format` holds a grammar: `{"type":"grammar","grammar":{…}}`, or its members beside the type. */
function readGrammar(tool: Tool): bool {
  syntaxLen = 0;
  definitionLen = 0;
  if (tool.formatPtr == 0) return false;
  CURSOR.open(tool.formatPtr, tool.formatLen, DEPTH_CEILING);
  if (CURSOR.kind() != JsonKind.Object) return false;
  let level: u32 = 1;
  CURSOR.enterObject();
  while (level > 0) {
    if (!CURSOR.nextKey()) {
      level -= 1;
      continue;
    }
    const key = findToolKey(CURSOR.keyPtr, CURSOR.keyLen);
    const inner = key == ToolKey.Grammar && CURSOR.kind() == JsonKind.Object && level < LEVELS;
    if (inner && CURSOR.enterObject()) level += 1;
    else takeMember(key);
  }
  return !isBlankToken(syntaxPtr, syntaxLen) && !isBlankToken(definitionPtr, definitionLen);
}

function takeMember(key: ToolKey): void {
  const isText = CURSOR.kind() == JsonKind.String;
  CURSOR.skip();
  if (!isText) return;
  if (key == ToolKey.Syntax) {
    syntaxPtr = CURSOR.valuePtr;
    syntaxLen = CURSOR.valueLen;
  } else if (key == ToolKey.Definition) {
    definitionPtr = CURSOR.valuePtr;
    definitionLen = CURSOR.valueLen;
  }
}
