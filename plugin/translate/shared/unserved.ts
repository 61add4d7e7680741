/** What a provider does not have. What can be left out is left out, the rest is refused by name. Source: docs/providers.md, "What a provider lacks". */
import { literalLen, literalPtr } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { hasPrefixWord, hasWord } from "../../bytes/words";
import { ChatKey, chatKeyName } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { ClientRequest } from "./client_request";
import { atItem, atMember, refuseUnsupported } from "./problem";

/** True when a member of the outgoing body is left out. */
export function isUnserved(plan: Plan, ptr: usize, len: u32): bool {
  return hasWord(plan.unservedPtr, plan.unservedLen, ptr, len);
}

/** False with a problem when the request asks for what the provider does not have and what cannot be left out. */
export function checkServed(request: ClientRequest, plan: Plan): bool {
  if (request.members.has(ChatKey.McpServers) && isNeeded(plan, ChatKey.McpServers)) {
    atMember(chatKeyName(ChatKey.McpServers));
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_AT_UPSTREAM);
  }
  return plan.noToolsLen == 0 || checkTools(request, plan);
}

function isNeeded(plan: Plan, key: ChatKey): bool {
  const name = chatKeyName(key);
  return hasWord(plan.neededPtr, plan.neededLen, literalPtr(name), literalLen(name));
}

function checkTools(request: ClientRequest, plan: Plan): bool {
  const tools = request.talk.tools;
  for (let i: u32 = 0; i < tools.count; i++) {
    const tool = tools.at(i);
    if (tool.typeLen <= 2) continue;
    const runs = !hasPrefixWord(
      plan.noToolsPtr,
      plan.noToolsLen,
      tool.typePtr + 1,
      tool.typeLen - 2,
    );
    if (runs) continue;
    atItem(L.TOOLS, i, L.TYPE);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NOT_AT_UPSTREAM);
  }
  return true;
}
