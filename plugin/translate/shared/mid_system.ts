/**
 * System messages behind the first other message: they stay where model, provider and place allow it, and move to the end
 * of `system` otherwise. Source: docs/chat.md, "System messages in the middle".
 */
import { openRecords } from "../../bytes/records";
import { copyStruct } from "../../bytes/struct_array";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation, Message } from "./conversation";
import { refuseMemory } from "./problem";
import { TurnRole, turnRole } from "./turns";

/** Decides for all messages; `dropped` is decided already. False without memory. */
export function placeSystem(talk: Conversation, plan: Plan, facts: Facts): bool {
  if (plan.traits.midSystem && plan.midSystem && !plan.bifrost) {
    if (!freeResults(talk)) return refuseMemory();
    findEnds(talk);
  }
  let before = TurnRole.System; // role of the last turn in front
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped) continue;
    const role = turnRole(message);
    if (role != TurnRole.System) {
      before = role;
      continue;
    }
    if (before != TurnRole.User) message.inPlace = false;
    if (before != TurnRole.System && !message.inPlace) note(facts, Adaptation.HoistedSystem);
  }
  return true;
}

/** Marks the system messages that an assistant's turn follows, or nothing at all. */
function findEnds(talk: Conversation): void {
  let legal = true;
  for (let i = talk.messages.count; i > 0; i--) {
    const message = talk.messages.at(i - 1);
    if (message.dropped) continue;
    const role = turnRole(message);
    if (role == TurnRole.System) message.inPlace = legal;
    else legal = role == TurnRole.Assistant;
  }
}

/** Nothing may stand between calls and their results: system messages move behind the results. */
function freeResults(talk: Conversation): bool {
  const messages = talk.messages;
  for (let i: u32 = 0; i < messages.count; i++) {
    const message = messages.at(i);
    if (message.role != ChatRole.Assistant || message.callsCount == 0) continue;
    const from = i + 1;
    let results: u32 = 0; // index behind the last result
    let systems: u32 = 0; // in front of it
    let passed: u32 = 0;
    for (i = from; i < messages.count; i++) {
      const next = messages.at(i);
      if (isResult(next)) {
        results = i + 1;
        systems = passed;
      } else if (turnRole(next) == TurnRole.System) passed += 1;
      else break;
    }
    i -= 1;
    if (systems > 0 && !moveBehind(talk, from, results)) return false;
  }
  return true;
}

function isResult(message: Message): bool {
  return message.role == ChatRole.Tool || message.role == ChatRole.Function;
}

/** Sorts the messages from `from` up to `end`: results first, then the others, each in their order. */
function moveBehind(talk: Conversation, from: u32, end: u32): bool {
  const messages = talk.messages;
  const others = openRecords<Message>(talk.arena);
  if (others == null) return false;
  let to = from;
  for (let i = from; i < end; i++) {
    const message = messages.at(i);
    if (isResult(message)) {
      if (to != i) copyStruct<Message>(messages.at(to), message);
      to += 1;
      continue;
    }
    const kept = others.push();
    if (kept == null) return false;
    copyStruct<Message>(kept, message);
  }
  for (let i: u32 = 0; i < others.count; i++)
    copyStruct<Message>(messages.at(to + i), others.at(i));
  return true;
}
