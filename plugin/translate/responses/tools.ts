/** Responses: the walk over `tools`. Hosted tools are put into Anthropic's form by hosted_tools.ts. Source: docs/responses.md, "Tools". */
import * as L from "../../bytes/literals";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { JsonStatus } from "../../json/status";
import { findResponseToolType, ResponseToolType } from "../../wire/openai/response_tool_types";
import { ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Tool, ToolKind } from "../shared/conversation";
import { atItem, refuse, refuseMemory, refuseMissing, refuseValue } from "../shared/problem";
import { isNativeType, readTool } from "../shared/tool_reader";
import { ResponsesRequest } from "./request";

/** Reads the array that comes next. */
export function readTools(request: ResponsesRequest): bool {
  const c = request.base.cursor;
  const tools = request.base.talk.tools;
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    if (index == request.base.maxTools) {
      atItem(L.TOOLS, index, 0);
      return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_TOOLS);
    }
    const tool = tools.push();
    if (tool == null) return refuseMemory();
    tool.index = index;
    if (!readTool(c, tool) || !checkTool(request, tool)) return false;
  }
  return c.status == JsonStatus.Ok;
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
