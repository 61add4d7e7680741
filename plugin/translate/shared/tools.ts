/** The `tools` array from records. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { findToolKey, ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { closeBlock, separate } from "./blocks";
import { Conversation, Tool, ToolKind } from "./conversation";
import { putToolName } from "./names";
import { atItem, refuseUnsupported } from "./problem";
import { isBlankToken } from "./tokens";

/** Appends `,"tools":[…]`; nothing without tools. False with a problem when one cannot be served. */
export function putTools(
  out: Writer,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
  cursor: JsonCursor,
): bool {
  if (talk.tools.count == 0) return true;
  out.literal(L.K_TOOLS);
  const first = out.length;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.excluded) continue;
    separate(out, first);
    if (!putTool(out, tool, plan, facts, cursor)) return false;
  }
  out.byte(Ascii.BracketClose);
  return true;
}

function putTool(out: Writer, tool: Tool, plan: Plan, facts: Facts, cursor: JsonCursor): bool {
  if (tool.kind == ToolKind.Native) {
    out.put(tool.rawPtr, tool.rawLen);
    return true;
  }
  if (tool.kind == ToolKind.Custom) {
    atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Type));
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NOT_SERVED);
  }
  out.literal(L.TOOL_OPEN);
  putToolName(out, tool.namePtr, tool.nameLen, facts);
  if (!isBlankToken(tool.descriptionPtr, tool.descriptionLen)) {
    out.literal(L.K_DESCRIPTION);
    out.put(tool.descriptionPtr, tool.descriptionLen);
  }
  out.literal(L.K_INPUT_SCHEMA);
  putSchema(out, tool, plan, cursor);
  if (tool.strict) note(facts, Adaptation.DroppedStrict);
  putExtensions(out, tool);
  closeBlock(out, tool.cachePtr, tool.cacheLen);
  return true;
}

/** The client's schema byte for byte; without `type` it gets one, without anything it is the empty object. */
function putSchema(out: Writer, tool: Tool, plan: Plan, cursor: JsonCursor): void {
  let members: u32 = 0;
  let typed = false;
  if (tool.schemaPtr != 0) {
    cursor.open(tool.schemaPtr, tool.schemaLen, plan.maxDepth);
    cursor.enterObject();
    while (!typed && cursor.nextKey()) {
      members += 1;
      typed = findToolKey(cursor.keyPtr, cursor.keyLen) == ToolKey.Type;
      cursor.skip();
    }
  }
  if (members == 0) out.literal(L.EMPTY_SCHEMA);
  else if (typed) out.put(tool.schemaPtr, tool.schemaLen);
  else {
    out.literal(L.SCHEMA_TYPE_OPEN);
    out.put(tool.schemaPtr + 1, tool.schemaLen - 1);
  }
}

function putExtensions(out: Writer, tool: Tool): void {
  putMember(out, L.K_DEFER_LOADING, tool.deferPtr, tool.deferLen);
  putMember(out, L.K_ALLOWED_CALLERS, tool.callersPtr, tool.callersLen);
  putMember(out, L.K_INPUT_EXAMPLES, tool.examplesPtr, tool.examplesLen);
  putMember(out, L.K_EAGER_INPUT_STREAMING, tool.eagerPtr, tool.eagerLen);
}

/** Appends a member whose value is copied; nothing when it is absent. */
export function putMember(out: Writer, key: usize, ptr: usize, len: u32): void {
  if (ptr == 0) return;
  out.literal(key);
  out.put(ptr, len);
}
