/** One element of `tools`: OpenAI's nested and flat forms and Anthropic's members. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { Ascii, isDigit } from "../../bytes/ascii";
import { byteAt, equalsLiteral } from "../../bytes/compare";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { findToolKey, ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Tool, ToolKind } from "./conversation";
import { atItem, refuseType, thenMember } from "./problem";

/** Digits of a date as Anthropic's tool types have it. */
const DATE_DIGITS: u32 = 8;

/** Reads the tool that comes next into a cleared record. What it must have is the surface's affair. */
export function readTool(c: JsonCursor, tool: Tool): bool {
  if (c.kind() != JsonKind.Object)
    return wrongKind(c, tool, ToolKey.Unknown, ToolKey.Unknown, L.TEXT_AN_OBJECT);
  tool.rawPtr = c.ptr;
  // An Anthropic tool unless `function` or `custom` says otherwise.
  tool.kind = ToolKind.Native;
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, tool, findToolKey(c.keyPtr, c.keyLen), ToolKey.Unknown)) return false;
  }
  tool.rawLen = <u32>(c.ptr - tool.rawPtr);
  return c.status == JsonStatus.Ok;
}

/** `inside` is ToolKey.Function or Custom while the walk is in that object, where all but `strict` yields to the tool level. */
function readMember(c: JsonCursor, tool: Tool, key: ToolKey, inside: ToolKey): bool {
  switch (key) {
    case ToolKey.Type:
      return inside == ToolKey.Unknown ? readType(c, tool) : c.skip();
    case ToolKey.Function:
    case ToolKey.Custom:
      return inside == ToolKey.Unknown ? readBody(c, tool, key) : c.skip();
    case ToolKey.Name:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, tool, inside, key, L.TEXT_A_STRING);
      tool.namePtr = c.valuePtr;
      tool.nameLen = c.valueLen;
      return true;
    case ToolKey.Description:
      if (!c.skipKind(JsonKind.String)) return wrongKind(c, tool, inside, key, L.TEXT_A_STRING);
      tool.descriptionPtr = c.valuePtr;
      tool.descriptionLen = c.valueLen;
      return true;
    case ToolKey.Parameters:
      if (!c.skipKind(JsonKind.Object)) return wrongKind(c, tool, inside, key, L.TEXT_AN_OBJECT);
      tool.schemaPtr = c.valuePtr;
      tool.schemaLen = c.valueLen;
      return true;
    case ToolKey.Strict:
      if (!c.skipBool()) return wrongKind(c, tool, inside, key, L.TEXT_A_BOOLEAN);
      tool.strict = c.valueLen == 4;
      return true;
    default:
      return readExtension(c, tool, key, inside != ToolKey.Unknown);
  }
}

/** Anthropic's members, at the tool level or inside `function`; the tool level wins. */
function readExtension(c: JsonCursor, tool: Tool, key: ToolKey, inner: bool): bool {
  if (!c.skipNullable()) return false;
  if (c.valueLen > 0) takeExtension(c, tool, key, inner);
  return true;
}

function takeExtension(c: JsonCursor, tool: Tool, key: ToolKey, inner: bool): void {
  switch (key) {
    case ToolKey.CacheControl:
      if (inner && tool.cachePtr != 0) break;
      tool.cachePtr = c.valuePtr;
      tool.cacheLen = c.valueLen;
      break;
    case ToolKey.DeferLoading:
      if (inner && tool.deferPtr != 0) break;
      tool.deferPtr = c.valuePtr;
      tool.deferLen = c.valueLen;
      break;
    case ToolKey.AllowedCallers:
      if (inner && tool.callersPtr != 0) break;
      tool.callersPtr = c.valuePtr;
      tool.callersLen = c.valueLen;
      break;
    case ToolKey.InputExamples:
      if (inner && tool.examplesPtr != 0) break;
      tool.examplesPtr = c.valuePtr;
      tool.examplesLen = c.valueLen;
      break;
    case ToolKey.EagerInputStreaming:
      if (inner && tool.eagerPtr != 0) break;
      tool.eagerPtr = c.valuePtr;
      tool.eagerLen = c.valueLen;
      break;
    case ToolKey.Format:
      tool.formatPtr = c.valuePtr;
      tool.formatLen = c.valueLen;
      break;
    case ToolKey.InputSchema:
      tool.hasInputSchema = true;
      break;
    default:
      takeLabel(c, tool, key);
      break;
  }
}

function takeLabel(c: JsonCursor, tool: Tool, key: ToolKey): void {
  if (key != ToolKey.ServerLabel) return;
  tool.serverPtr = c.valuePtr;
  tool.serverLen = c.valueLen;
}

function readType(c: JsonCursor, tool: Tool): bool {
  if (!c.skipKind(JsonKind.String))
    return wrongKind(c, tool, ToolKey.Unknown, ToolKey.Type, L.TEXT_A_STRING);
  tool.typePtr = c.valuePtr;
  tool.typeLen = c.valueLen;
  return true;
}

function readBody(c: JsonCursor, tool: Tool, key: ToolKey): bool {
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.kind() != JsonKind.Object)
    return wrongKind(c, tool, ToolKey.Unknown, key, L.TEXT_AN_OBJECT);
  tool.kind = key == ToolKey.Custom ? ToolKind.Custom : ToolKind.Function;
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, tool, findToolKey(c.keyPtr, c.keyLen), key)) return false;
  }
  return c.status == JsonStatus.Ok;
}

function wrongKind(
  c: JsonCursor,
  tool: Tool,
  inside: ToolKey,
  key: ToolKey,
  expected: usize,
): bool {
  if (c.broken) return false;
  atItem(L.TOOLS, tool.index, inside == ToolKey.Unknown ? 0 : toolKeyName(inside));
  if (key != ToolKey.Unknown) thenMember(toolKeyName(key));
  return refuseType(expected);
}

/** Types of Anthropic's own tools end in the date of their version, `_20250305`; one has none. */
export function isNativeType(ptr: usize, len: u32): bool {
  if (equalsLiteral(ptr, len, L.MCP_TOOLSET)) return true;
  if (len <= DATE_DIGITS || byteAt(ptr + len - DATE_DIGITS - 1) != Ascii.Underscore) return false;
  for (let i: u32 = 1; i <= DATE_DIGITS; i++) {
    if (!isDigit(byteAt(ptr + len - i))) return false;
  }
  return true;
}
