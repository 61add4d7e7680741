/**
 * Decisions over the records before anything is written: which messages are empty, which system messages move, what
 * stands in when nothing would be left. Source: docs/chat.md, "Shape of the list", "System messages in the middle".
 */
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { ContentKind, Conversation, Message } from "./conversation";
import { isBlankToken } from "./tokens";
import { TurnRole, turnRole } from "./turns";

/** Decides for all messages. `facts.prefill` is set when the list ends with an assistant turn. */
export function shapeList(talk: Conversation, plan: Plan, facts: Facts): void {
  const count = talk.messages.count;
  onlySystem(talk);
  for (let i: u32 = 0; i < count; i++) {
    const message = talk.messages.at(i);
    message.dropped = isEmpty(talk, message);
    if (message.hasName) note(facts, Adaptation.DroppedName);
    if (message.hasAudio) note(facts, Adaptation.DroppedAudio);
  }
  standIn(talk);
  placeSystem(talk, plan, facts);
  const last = lastVisible(talk);
  if (last < 0) return;
  const message = talk.messages.at(<u32>last);
  if (turnRole(message) != TurnRole.Assistant) return;
  facts.prefill = true;
  message.trimEnd = true;
}

/** A list of nothing but system messages: the last one becomes the user's. */
function onlySystem(talk: Conversation): void {
  const count = talk.messages.count;
  for (let i: u32 = 0; i < count; i++) {
    if (turnRole(talk.messages.at(i)) != TurnRole.System) return;
  }
  talk.messages.at(count - 1).asUser = true;
}

/** True when the message would write no block. */
function isEmpty(talk: Conversation, message: Message): bool {
  if (message.role == ChatRole.Tool || message.role == ChatRole.Function) return false;
  if (message.callsCount > 0 || message.thinkingCount > 0) return false;
  if (message.blocksPtr != 0 || message.functionCallPtr != 0) return false;
  if (message.content == ContentKind.Text && !isBlankToken(message.textPtr, message.textLen))
    return false;
  if (message.content == ContentKind.Parts && hasVisiblePart(talk, message)) return false;
  return message.role != ChatRole.Assistant || isBlankToken(message.refusalPtr, message.refusalLen);
}

function hasVisiblePart(talk: Conversation, message: Message): bool {
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (part.type != PartType.Text && part.type != PartType.Refusal) return true;
    if (!isBlankToken(part.textPtr, part.textLen)) return true;
  }
  return false;
}

/** Index of the last message that is written and no system message; -1: none. */
function lastVisible(talk: Conversation): i32 {
  for (let i = <i32>talk.messages.count - 1; i >= 0; i--) {
    const message = talk.messages.at(i);
    if (!message.dropped && turnRole(message) != TurnRole.System) return i;
  }
  return -1;
}

/** A `.` where dropping would empty the list, or leave an assistant turn last that was not last before. */
function standIn(talk: Conversation): void {
  const visible = lastVisible(talk);
  for (let i = <i32>talk.messages.count - 1; i > visible; i--) {
    const message = talk.messages.at(i);
    if (turnRole(message) != TurnRole.User) continue;
    if (visible >= 0 && turnRole(talk.messages.at(visible)) != TurnRole.Assistant) return;
    message.dropped = false;
    message.standIn = true;
    return;
  }
}

/** System messages behind the first other message stay where model, provider and place allow it. */
function placeSystem(talk: Conversation, plan: Plan, facts: Facts): void {
  const keep = plan.traits.midSystem && plan.midSystem && !plan.bifrost;
  let before = TurnRole.System; // role of the last turn in front
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped) continue;
    const role = turnRole(message);
    if (role != TurnRole.System) {
      before = role;
      continue;
    }
    if (before == TurnRole.System) continue;
    message.inPlace = keep && before == TurnRole.User && isFollowedByAssistant(talk, i + 1);
    if (!message.inPlace) note(facts, Adaptation.HoistedSystem);
  }
}

/** The next turn is the assistant's, or there is none. */
function isFollowedByAssistant(talk: Conversation, from: u32): bool {
  for (let i = from; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped || turnRole(message) == TurnRole.System) continue;
    return turnRole(message) == TurnRole.Assistant;
  }
  return true;
}
