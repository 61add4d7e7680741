/**
 * Chat Completions: checks of top-level members that have no counterpart, and notes of what is dropped. Rows with
 * their sources: docs/chat.md, "Every OpenAI field".
 */
import { equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { DEPTH_CEILING } from "../../json/skip";
import { readInteger } from "../../json/number";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { ClientRequest } from "../shared/client_request";
import { checkDropped, checkUnknown } from "../shared/dropped_members";
import { atMember, refuse, refuseMissing, refuseUnsupported } from "../shared/problem";

/** Refuses what cannot be served; notes what is dropped (or refuses it in strict mode). */
export function checkMembers(request: ClientRequest, plan: Plan): bool {
  if (!request.sawMessages) {
    atMember(L.MESSAGES);
    return refuseMissing();
  }
  if (request.talk.messages.count == 0) {
    atMember(L.MESSAGES);
    return refuse(400, L.CODE_EMPTY_ARRAY, L.TEXT_EMPTY_MESSAGES);
  }
  if (!checkCount(request) || !checkUnknown(request, plan)) return false;
  for (let key: u32 = 1; key <= <u32>ChatKey.UserProfileId; key++) {
    if (request.members.has(key) && !checkMember(request, key, plan)) return false;
  }
  return true;
}

function checkCount(request: ClientRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.N)) return true;
  if (readInteger(members.ptr(ChatKey.N), members.len(ChatKey.N)) == 1) return true;
  atMember(L.N);
  return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_ONLY_ONE_CHOICE);
}

function checkMember(request: ClientRequest, key: ChatKey, plan: Plan): bool {
  return key == ChatKey.Modalities ? checkModalities(request) : checkDropped(request, key, plan);
}

/** Text is what Claude answers in; `audio` beside it would be left out. */
function checkModalities(request: ClientRequest): bool {
  const c = request.cursor;
  c.open(
    request.members.ptr(ChatKey.Modalities),
    request.members.len(ChatKey.Modalities),
    DEPTH_CEILING,
  );
  c.enterArray();
  while (c.nextElement()) {
    c.skip();
    if (!equalsLiteral(c.valuePtr, c.valueLen, L.AUDIO_TOKEN)) continue;
    atMember(L.MODALITIES);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_AUDIO_OUT);
  }
  return true;
}
