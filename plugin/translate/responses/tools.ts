/** Responses: the walk over `tools`. Hosted tools are put into Anthropic's form by hosted_tools.ts. Source: docs/responses.md, "Tools". */
import { Arena } from "../../bytes/arena";
import { equals, literalLen } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { joinParagraphs, joinTokens } from "../../bytes/quoted";
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind, JsonStatus } from "../../json/status";
import { findResponseToolType, ResponseToolType } from "../../wire/openai/response_tool_types";
import { ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Tool, ToolKind } from "../shared/conversation";
import { atItem, refuse, refuseMemory, refuseMissing, refuseValue } from "../shared/problem";
import { isNativeType, readTool } from "../shared/tool_reader";
import { ResponsesRequest } from "./request";

/** Name and description of the namespace at hand. */
const SPACE: Tool = makeStruct<Tool>();

/** Reads the array that comes next. False with a problem. */
export function readTools(request: ResponsesRequest, c: JsonCursor): bool {
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    const tool = pushTool(request, index);
    if (tool == null || !readTool(c, tool)) return false;
    const spreads = typeOfTool(tool) == ResponseToolType.Namespace;
    if (!(spreads ? spreadNamespace(request, tool) : checkTool(request, tool))) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** A cleared record; null with a problem. */
function pushTool(request: ResponsesRequest, index: u32): Tool | null {
  const tools = request.base.talk.tools;
  if (tools.count == request.base.maxTools) {
    atItem(L.TOOLS, index, 0);
    refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_TOOLS);
    return null;
  }
  const tool = tools.push();
  if (tool == null) refuseMemory();
  else tool.index = index;
  return tool;
}

/** Puts the tools of a namespace in the place of the record at the end. */
function spreadNamespace(request: ResponsesRequest, space: Tool): bool {
  const tools = request.base.talk.tools;
  const index = space.index;
  SPACE.namePtr = space.namePtr;
  SPACE.nameLen = space.nameLen;
  SPACE.descriptionPtr = space.descriptionPtr;
  SPACE.descriptionLen = space.descriptionLen;
  const c = request.nested;
  c.open(space.rawPtr, space.rawLen, DEPTH_CEILING);
  tools.truncate(tools.count - 1);
  atItem(L.TOOLS, index, toolKeyName(ToolKey.Name));
  if (SPACE.nameLen <= 2) return refuseMissing();
  c.enterObject();
  while (c.nextKey()) {
    if (!c.keyIs(L.TOOLS) || c.kind() != JsonKind.Array) c.skip();
    else if (!readMembers(request, c, index)) return false;
  }
  return true;
}

function readMembers(request: ResponsesRequest, c: JsonCursor, index: u32): bool {
  c.enterArray();
  while (c.nextElement()) {
    const tool = pushTool(request, index);
    if (tool == null || !readTool(c, tool) || !checkTool(request, tool)) return false;
    if (tool.kind == ToolKind.Native) {
      atItem(L.TOOLS, index, toolKeyName(ToolKey.Type));
      return refuseValue(
        L.CODE_INVALID_VALUE,
        tool.typePtr + 1,
        tool.typeLen < 2 ? 0 : tool.typeLen - 2,
        L.TEXT_RESPONSE_TOOLS,
      );
    }
    if (!putIntoSpace(request.base.talk.arena, tool)) return refuseMemory();
  }
  return true;
}

/** Gives a tool the name and the description that it has upstream. False without memory. */
function putIntoSpace(arena: Arena, tool: Tool): bool {
  tool.innerPtr = tool.namePtr;
  tool.innerLen = tool.nameLen;
  tool.spacePtr = SPACE.namePtr;
  tool.spaceLen = SPACE.nameLen;
  tool.namePtr = joinTokens(arena, SPACE.namePtr, SPACE.nameLen, tool.innerPtr, tool.innerLen);
  tool.nameLen = SPACE.nameLen + tool.innerLen;
  if (SPACE.descriptionLen <= 2) return tool.namePtr != 0;
  if (tool.descriptionLen <= 2) {
    tool.descriptionPtr = SPACE.descriptionPtr;
    tool.descriptionLen = SPACE.descriptionLen;
    return tool.namePtr != 0;
  }
  tool.descriptionPtr = joinParagraphs(
    arena,
    SPACE.descriptionPtr,
    SPACE.descriptionLen,
    tool.descriptionPtr,
    tool.descriptionLen,
  );
  tool.descriptionLen += SPACE.descriptionLen - 2 + literalLen(L.BLANK_LINE);
  return tool.namePtr != 0 && tool.descriptionPtr != 0;
}

/** Tools that stand in an item: of one that is declared already, the first counts. False with a problem. */
export function readMoreTools(request: ResponsesRequest, ptr: usize, len: u32): bool {
  const tools = request.base.talk.tools;
  const known = tools.count;
  const c = request.inner;
  c.open(ptr, len, DEPTH_CEILING);
  if (!readTools(request, c)) return false;
  for (let i = known; i < tools.count; i++) {
    if (isDeclared(request, tools.at(i), known)) tools.at(i).excluded = true;
  }
  return true;
}

function isDeclared(request: ResponsesRequest, tool: Tool, count: u32): bool {
  const tools = request.base.talk.tools;
  for (let i: u32 = 0; i < count; i++) {
    const other = tools.at(i);
    if (other.nameLen == tool.nameLen && equals(other.namePtr, tool.namePtr, tool.nameLen))
      return tool.nameLen > 0;
  }
  return false;
}

/** The type of a tool; Unknown for none that OpenAI has. */
export function typeOfTool(tool: Tool): ResponseToolType {
  if (tool.typeLen <= 2) return ResponseToolType.Unknown;
  return findResponseToolType(UNESCAPED_KEY, unescapeShort(tool.typePtr + 1, tool.typeLen - 2));
}

/** Settles the kind. False with a problem. */
function checkTool(request: ResponsesRequest, tool: Tool): bool {
  const type = typeOfTool(tool);
  switch (type) {
    case ResponseToolType.Function:
    case ResponseToolType.Custom:
      if (tool.hasInputSchema) return true;
      tool.kind = type == ResponseToolType.Custom ? ToolKind.Custom : ToolKind.Function;
      if (tool.nameLen > 2) return true;
      atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Name));
      return refuseMissing();
    case ResponseToolType.Unknown:
      return checkNative(tool);
    default:
      noteHosted(request, type);
      return true;
  }
}

function noteHosted(request: ResponsesRequest, type: ResponseToolType): void {
  switch (type) {
    case ResponseToolType.WebSearch:
    case ResponseToolType.WebSearchDated:
    case ResponseToolType.WebSearchPreview:
    case ResponseToolType.WebSearchPreviewDated:
      request.hasWebSearch = true;
      break;
    case ResponseToolType.ComputerUsePreview:
    case ResponseToolType.ComputerUse:
    case ResponseToolType.Computer:
      request.hasComputer = true;
      break;
    case ResponseToolType.LocalShell:
      request.hasLocalShell = true;
      break;
    case ResponseToolType.Shell:
      request.hasShell = true;
      break;
    case ResponseToolType.ApplyPatch:
      request.hasApplyPatch = true;
      break;
    default:
      break;
  }
}

/** An Anthropic tool has `input_schema` or a `type` of its own. */
function checkNative(tool: Tool): bool {
  if (tool.hasInputSchema) return true;
  atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Type));
  if (tool.typeLen <= 2) return refuseMissing();
  if (isNativeType(tool.typePtr + 1, tool.typeLen - 2)) return true;
  return refuseValue(
    L.CODE_INVALID_VALUE,
    tool.typePtr + 1,
    tool.typeLen - 2,
    L.TEXT_RESPONSE_TOOLS,
  );
}
