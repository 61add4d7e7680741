/** Which call a tool message without an id answers: the first of the calls before it that no other message names. */
import { equals } from "../../bytes/compare";
import { ChatRole } from "../../wire/openai/roles";
import { Conversation, Message } from "./conversation";

/** Messages behind the calls in which an id is looked for: beyond it would cost more than a wrong pair does. */
const SEARCH_UP_TO: u32 = 256;

/** Fills `answers` and `answersCall`. */
export function pairResults(talk: Conversation): void {
  const count = talk.messages.count;
  let caller: u32 = 0; // index behind the message with the calls; 0: none yet
  let next: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const message = talk.messages.at(i);
    if (message.role == ChatRole.Assistant && message.callsCount > 0) {
      caller = i + 1;
      next = 0;
    } else if (caller > 0 && isNameless(message)) {
      const last = talk.messages.at(caller - 1).callsCount - 1;
      while (next < last && isNamed(talk, caller, next)) next += 1;
      message.answers = caller;
      message.answersCall = next < last ? next : last;
      next += 1;
    }
  }
}

function isNameless(message: Message): bool {
  const isResult = message.role == ChatRole.Tool || message.role == ChatRole.Function;
  return isResult && message.toolCallIdLen <= 2;
}

/** True when a message behind the calls carries the id of call `number`. */
function isNamed(talk: Conversation, caller: u32, number: u32): bool {
  const call = talk.calls.at(talk.messages.at(caller - 1).callsFirst + number);
  if (call.idLen <= 2) return false;
  let end = caller + SEARCH_UP_TO;
  if (end > talk.messages.count) end = talk.messages.count;
  for (let i = caller; i < end; i++) {
    const message = talk.messages.at(i);
    if (message.role == ChatRole.Assistant && message.callsCount > 0) return false;
    if (message.toolCallIdLen != call.idLen) continue;
    if (equals(message.toolCallIdPtr, call.idPtr, call.idLen)) return true;
  }
  return false;
}
