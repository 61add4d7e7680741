/**
 * Responses: members that need a server which keeps responses, or one that calls others. What they ask for cannot be left out
 * silently. Source: docs/responses.md, "Stateless".
 */
import * as L from "../../bytes/literals";
import { ResponseKey } from "../../wire/openai/response_keys";
import { atMember, refuseState, refuseUnsupported } from "../shared/problem";
import { ResponsesRequest } from "./request";

/** Refuses what needs storage. */
export function checkStateless(request: ResponsesRequest): bool {
  const own = request.own;
  const key = ResponseKey.PreviousResponseId;
  if (own.len(key) > 2) {
    atMember(L.PREVIOUS_RESPONSE_ID);
    return refuseState(
      L.CODE_PREVIOUS_RESPONSE,
      L.TEXT_PREVIOUS_RESPONSE,
      own.ptr(key) + 1,
      own.len(key) - 2,
      L.TEXT_NO_PREVIOUS_RESPONSE,
    );
  }
  if (own.has(ResponseKey.Conversation))
    return refuseMember(L.CONVERSATION, L.TEXT_NO_CONVERSATION);
  if (own.len(ResponseKey.Background) == 4) return refuseMember(L.BACKGROUND, L.TEXT_NO_BACKGROUND);
  if (own.has(ResponseKey.Prompt)) return refuseMember(L.PROMPT, L.TEXT_NO_PROMPT);
  return true;
}

function refuseMember(member: usize, reason: usize): bool {
  atMember(member);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, reason);
}
