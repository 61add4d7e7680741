/** Responses: the code interpreter as Anthropic's code execution. Source: docs/responses.md, "Hosted tools". */
import * as L from "../../bytes/literals";
import { startsWithLiteral } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { findHostedKey, HostedKey } from "../../wire/openai/hosted_keys";
import { Tool } from "../shared/conversation";
import { atItem, refuse } from "../shared/problem";
import { openTool } from "./hosted_tools";
import { ResponsesRequest } from "./request";

/** Writes the definition up to its closing brace; a container of the upstream's becomes the request's. False with a problem. */
export function putCodeTool(out: Writer, request: ResponsesRequest, tool: Tool): bool {
  out.literal(L.TOOL_CODE);
  const c = openTool(request, tool);
  while (c.nextKey()) {
    if (findHostedKey(c.keyPtr, c.keyLen) != HostedKey.Container) {
      c.skip();
      continue;
    }
    if (!readContainer(request, tool, c)) return false;
  }
  return true;
}

function readContainer(request: ResponsesRequest, tool: Tool, c: JsonCursor): bool {
  atItem(L.TOOLS, tool.index, L.CONTAINER);
  if (c.kind() == JsonKind.Object) return readNewContainer(c);
  const isText = c.kind() == JsonKind.String;
  c.skip();
  if (!isText) return true;
  if (!startsWithLiteral(c.valuePtr + 1, c.valueLen - 2, L.CONTAINER_ID))
    return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_CONTAINER);
  const members = request.base.members;
  if (!members.has(ChatKey.Container)) members.set(ChatKey.Container, c.valuePtr, c.valueLen);
  return true;
}

/** A new one is what the upstream makes anyway, without files or limits of the client's. */
function readNewContainer(c: JsonCursor): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE);
    const isEmpty = c.kind() == JsonKind.Null;
    c.skip();
    if (!isType && !isEmpty && c.valueLen > 2)
      return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_CONTAINER_SETTINGS);
  }
  return true;
}
