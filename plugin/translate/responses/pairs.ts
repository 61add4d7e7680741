/**
 * Responses: every call has its output and every output its call, as both APIs want it. OpenAI's words for what is missing are what
 * clients look for. Source: docs/responses.md, "Pairs".
 */
import * as L from "../../bytes/literals";
import { equals } from "../../bytes/compare";
import { ChatRole } from "../../wire/openai/roles";
import { Conversation, Message } from "../shared/conversation";
import { atMember, refuseState } from "../shared/problem";
import { isAway, TurnRole, turnRole } from "../shared/turns";

/** Calls among which an output looks for its own: beyond it would cost more than a wrong pair does. */
const SEARCH_UP_TO: u32 = 512;

/** Indexes of the calls of the last assistant turn, and the one that the next output most likely answers. */
let first: u32 = 0;
let behind: u32 = 0;
let next: u32 = 0;

/** False with a problem. The shape of the list is decided. */
export function checkPairs(talk: Conversation): bool {
  first = behind = next = 0;
  let before = TurnRole.User;
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (isAway(message)) continue;
    const role = turnRole(message);
    if (role == TurnRole.Assistant) {
      if (before != TurnRole.Assistant && !endTurn(talk)) return false;
      if (message.callsCount > 0) addCalls(message);
    } else if (message.role == ChatRole.Tool && !findCall(talk, message))
      return refuseOrphan(message);
    before = role;
  }
  return endTurn(talk);
}

function addCalls(message: Message): void {
  if (first == behind) first = next = message.callsFirst;
  behind = message.callsFirst + message.callsCount;
}

/** The turn behind the calls is over: what has no output by now never gets one. */
function endTurn(talk: Conversation): bool {
  const from = first;
  const end = behind;
  first = behind = 0;
  for (let i = from; i < end; i++) {
    const call = talk.calls.at(i);
    if (call.answered) continue;
    atMember(L.INPUT);
    return refuseState(0, L.TEXT_CALL_WITHOUT_OUTPUT, call.idPtr + 1, call.idLen - 2, L.TEXT_DOT);
  }
  return true;
}

function findCall(talk: Conversation, message: Message): bool {
  const count = behind - first;
  if (count > SEARCH_UP_TO && next < behind && !isNamed(talk, next, message)) return true;
  for (let i: u32 = 0; i < count; i++) {
    const at = first + ((next - first + i) % count);
    if (!isNamed(talk, at, message)) continue;
    talk.calls.at(at).answered = true;
    next = at + 1 < behind ? at + 1 : first;
    return true;
  }
  return false;
}

function isNamed(talk: Conversation, index: u32, message: Message): bool {
  const call = talk.calls.at(index);
  return (
    call.idLen == message.toolCallIdLen && equals(call.idPtr, message.toolCallIdPtr, call.idLen)
  );
}

function refuseOrphan(message: Message): bool {
  atMember(L.INPUT);
  return refuseState(
    0,
    L.TEXT_OUTPUT_WITHOUT_CALL,
    message.toolCallIdPtr + 1,
    message.toolCallIdLen - 2,
    L.TEXT_DOT,
  );
}
