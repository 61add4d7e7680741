/**
 * Decisions over the records before anything is written: which messages are empty, which system messages move, what
 * stands in when nothing would be left. Source: docs/chat.md, "Shape of the list", "System messages in the middle".
 */
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Plan } from "../plan";
import { placeSystem } from "./mid_system";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { ContentKind, Conversation, Message } from "./conversation";
import { isEmptyPart } from "./content";
import { pairResults } from "./results";
import { isBlankToken } from "./tokens";
import { TurnRole, turnRole } from "./turns";

/** Decides for all messages; false without memory. `facts.prefill` is set when the list ends with an assistant turn. */
export function shapeList(talk: Conversation, plan: Plan, facts: Facts): bool {
  const count = talk.messages.count;
  onlySystem(talk);
  for (let i: u32 = 0; i < count; i++) {
    const message = talk.messages.at(i);
    useRefusal(talk, message);
    message.dropped = isEmpty(talk, message);
    if (message.hasName && message.role != ChatRole.Function) note(facts, Adaptation.DroppedName);
    if (message.hasAudio) note(facts, Adaptation.DroppedAudio);
  }
  dropLastThoughts(talk, facts);
  facts.emptyPrefill = endsInEmptyAnswer(talk);
  standIn(talk);
  if (!placeSystem(talk, plan, facts)) return false;
  pairResults(talk);
  if (!followHoisted(talk)) return false;
  const last = lastVisible(talk);
  if (last < 0) return true;
  const message = talk.messages.at(<u32>last);
  if (turnRole(message) != TurnRole.Assistant) return true;
  facts.prefill = true;
  message.trimEnd = !plan.keepsPrefill;
  return true;
}

/** True when the last message is an assistant's and writes nothing. */
function endsInEmptyAnswer(talk: Conversation): bool {
  for (let i = <i32>talk.messages.count - 1; i >= 0; i--) {
    const message = talk.messages.at(i);
    if (turnRole(message) == TurnRole.System) continue;
    return message.dropped && turnRole(message) == TurnRole.Assistant;
  }
  return false;
}

/** A list of nothing but system messages: the last one becomes the user's. */
function onlySystem(talk: Conversation): void {
  const count = talk.messages.count;
  for (let i: u32 = 0; i < count; i++) {
    if (turnRole(talk.messages.at(i)) != TurnRole.System) return;
  }
  talk.messages.at(count - 1).asUser = true;
}

/** An assistant's refusal is its text when it has no other. */
function useRefusal(talk: Conversation, message: Message): void {
  if (message.role != ChatRole.Assistant || isBlankToken(message.refusalPtr, message.refusalLen))
    return;
  if (message.content == ContentKind.Parts && hasVisiblePart(talk, message)) return;
  if (message.content == ContentKind.Text && !isBlankToken(message.textPtr, message.textLen))
    return;
  message.content = ContentKind.Text;
  message.textPtr = message.refusalPtr;
  message.textLen = message.refusalLen;
}

/** A system message behind the last assistant turn that was moved away must not leave that turn last: a prefill nobody asked for. */
function followHoisted(talk: Conversation): bool {
  const visible = lastVisible(talk);
  if (visible < 0 || turnRole(talk.messages.at(<u32>visible)) != TurnRole.Assistant) return true;
  for (let i = <u32>visible + 1; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped || message.inPlace) continue;
    const standIn = talk.messages.push();
    if (standIn == null) return false;
    standIn.role = ChatRole.User;
    standIn.standIn = true;
    return true;
  }
  return true;
}

/** True when the message would write no block. */
function isEmpty(talk: Conversation, message: Message): bool {
  if (message.role == ChatRole.Tool || message.role == ChatRole.Function) return false;
  if (message.role == ChatRole.Assistant && hasOwnBlocks(message)) return false;
  if (message.content == ContentKind.Text && !isBlankToken(message.textPtr, message.textLen))
    return false;
  if (message.content == ContentKind.Parts && hasVisiblePart(talk, message)) return false;
  return message.role != ChatRole.Assistant || isBlankToken(message.refusalPtr, message.refusalLen);
}

/** What only an assistant's message can write. */
function hasOwnBlocks(message: Message): bool {
  if (message.callsCount > 0 || message.thinkingCount > 0) return true;
  return message.blocksPtr != 0;
}

function hasVisiblePart(talk: Conversation, message: Message): bool {
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (!isEmptyPart(part)) return true;
  }
  return false;
}

/** A turn at the end that holds nothing but thinking says nothing that could be continued. */
function dropLastThoughts(talk: Conversation, facts: Facts): void {
  let from = talk.messages.count;
  while (from > 0) {
    const message = talk.messages.at(from - 1);
    if (!message.dropped && turnRole(message) != TurnRole.System) {
      if (turnRole(message) != TurnRole.Assistant) break;
      if (!isOnlyThinking(talk, message)) return;
    }
    from -= 1;
  }
  for (let i = from; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (message.dropped || turnRole(message) == TurnRole.System) continue;
    message.dropped = true;
    note(facts, Adaptation.DroppedReasoning);
  }
}

function isOnlyThinking(talk: Conversation, message: Message): bool {
  if (message.content != ContentKind.Parts || message.callsCount > 0 || message.blocksPtr != 0)
    return false;
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (isEmptyPart(part) || part.type == PartType.Thinking) continue;
    if (part.type != PartType.RedactedThinking) return false;
  }
  return true;
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
  if (visible >= 0) return;
  // Nothing but blank assistant turns: the question stands in, not the answer.
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (turnRole(message) == TurnRole.System) continue;
    message.dropped = false;
    message.standIn = true;
    message.asUser = true;
    return;
  }
}
