/** Chat Completions: the walk over `tools`. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonStatus } from "../../json/status";
import { ChoiceWord, findChoiceWord } from "../../wire/openai/choice_words";
import { ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Conversation, Tool, ToolKind } from "../shared/conversation";
import {
  atItem,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseValue,
  thenMember,
} from "../shared/problem";
import { isNativeType, readTool } from "../shared/tool_reader";

/** Reads the array that comes next; `limit` is the most tools a request may have. */
export function readTools(c: JsonCursor, talk: Conversation, limit: u32): bool {
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    if (index == limit) {
      atItem(L.TOOLS, index, 0);
      return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_TOOLS);
    }
    const tool = talk.tools.push();
    if (tool == null) return refuseMemory();
    tool.index = index;
    if (!readTool(c, tool) || !checkTool(tool)) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** What the kind of tool must have. */
function checkTool(tool: Tool): bool {
  const word =
    tool.typeLen > 2 ? findChoiceWord(tool.typePtr + 1, tool.typeLen - 2) : ChoiceWord.Unknown;
  if (tool.kind == ToolKind.Native) return checkNative(tool, word);
  if (tool.nameLen > 2) return true;
  atItem(
    L.TOOLS,
    tool.index,
    toolKeyName(tool.kind == ToolKind.Custom ? ToolKey.Custom : ToolKey.Function),
  );
  thenMember(toolKeyName(ToolKey.Name));
  return refuseMissing();
}

/** An Anthropic tool has `input_schema` or a `type` of its own. */
function checkNative(tool: Tool, word: ChoiceWord): bool {
  if (word == ChoiceWord.Function || (word == ChoiceWord.Custom && !tool.hasInputSchema)) {
    atItem(
      L.TOOLS,
      tool.index,
      toolKeyName(word == ChoiceWord.Function ? ToolKey.Function : ToolKey.Custom),
    );
    return refuseMissing();
  }
  if (tool.hasInputSchema) return true;
  atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Type));
  if (tool.typeLen <= 2) return refuseMissing();
  if (isNativeType(tool.typePtr + 1, tool.typeLen - 2)) return true;
  return refuseValue(L.CODE_INVALID_VALUE, tool.typePtr + 1, tool.typeLen - 2, L.TEXT_TOOL_TYPES);
}
