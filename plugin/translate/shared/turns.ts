/**
 * The `messages` array from records: neighbours of one role become one turn, tool results come first in theirs, what
 * is empty goes. Source: docs/chat.md, "Shape of the list".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Plan } from "../plan";
import { putAssistantBlocks } from "./assistant";
import { putStandIn, putTextBlock, separate } from "./blocks";
import { putParts, putToolResult } from "./content";
import { ContentKind, Conversation, Message } from "./conversation";
import { putSystemMessage } from "./system";
import { putTrimmedToken } from "./tokens";

/** Roles of the Messages API. */
export const enum TurnRole {
  System = 0,
  User = 1,
  Assistant = 2,
}

/** The Anthropic role of a message. */
export function turnRole(message: Message): TurnRole {
  switch (message.role) {
    case ChatRole.System:
    case ChatRole.Developer:
      return message.asUser ? TurnRole.User : TurnRole.System;
    case ChatRole.Assistant:
      return message.asUser ? TurnRole.User : TurnRole.Assistant;
    default:
      return TurnRole.User;
  }
}

/** Whether the message writes nothing into the list: empty, or moved to `system`. */
export function isAway(message: Message): bool {
  return message.dropped || (turnRole(message) == TurnRole.System && !message.inPlace);
}

/** Appends `[…]`. False with a problem when a part cannot be served. */
export function putTurns(out: Writer, talk: Conversation, plan: Plan, facts: Facts): bool {
  out.byte(Ascii.BracketOpen);
  const first = out.length;
  const count = talk.messages.count;
  let at: u32 = 0;
  if (!plan.leadingAssistant && startsWithAssistant(talk)) out.literal(L.TURN_USER_DOT);
  while (at < count) {
    const message = talk.messages.at(at);
    if (isAway(message)) {
      at += 1;
      continue;
    }
    const behind = endOfTurn(talk, at);
    separate(out, first);
    if (!putTurn(out, talk, at, behind, plan, facts)) return false;
    at = behind;
  }
  out.byte(Ascii.BracketClose);
  return true;
}

function startsWithAssistant(talk: Conversation): bool {
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (!isAway(message)) return turnRole(message) == TurnRole.Assistant;
  }
  return false;
}

/** Index behind the last message of the turn that begins at `at`. */
function endOfTurn(talk: Conversation, at: u32): u32 {
  const role = turnRole(talk.messages.at(at));
  let behind = at + 1;
  for (let i = behind; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    if (isAway(message)) continue;
    if (turnRole(message) != role) break;
    behind = i + 1;
  }
  return behind;
}

function putTurn(
  out: Writer,
  talk: Conversation,
  at: u32,
  behind: u32,
  plan: Plan,
  facts: Facts,
): bool {
  const role = turnRole(talk.messages.at(at));
  const message = talk.messages.at(at);
  out.literal(
    role == TurnRole.User
      ? L.TURN_USER
      : role == TurnRole.Assistant
        ? L.TURN_ASSISTANT
        : L.TURN_SYSTEM,
  );
  if (behind == at + 1 && isPlainText(message, role)) {
    if (message.trimEnd) putTrimmedToken(out, message.textPtr, message.textLen);
    else out.put(message.textPtr, message.textLen);
    out.byte(Ascii.BraceClose);
    return true;
  }
  out.byte(Ascii.BracketOpen);
  const first = out.length;
  if (role == TurnRole.Assistant) {
    for (let i = at; i < behind; i++) {
      if (isAway(talk.messages.at(i))) continue;
      if (!putAssistantBlocks(out, talk, i, first, plan, facts)) return false;
    }
  } else if (!putUserBlocks(out, talk, at, behind, first, plan, facts)) return false;
  out.byte(Ascii.BracketClose);
  out.byte(Ascii.BraceClose);
  return true;
}

/** A turn that may stay a string: one text, nothing that needs a block. */
function isPlainText(message: Message, role: TurnRole): bool {
  if (message.content != ContentKind.Text || message.cachePtr != 0 || message.standIn) return false;
  if (message.role == ChatRole.Tool || message.role == ChatRole.Function) return false;
  if (role == TurnRole.System) return false;
  if (role == TurnRole.User) return true;
  return message.callsCount == 0 && message.thinkingCount == 0 && message.blocksPtr == 0;
}

/** Tool results first, in the order given; the API refuses text before them. */
function putUserBlocks(
  out: Writer,
  talk: Conversation,
  at: u32,
  behind: u32,
  first: u32,
  plan: Plan,
  facts: Facts,
): bool {
  for (let i = at; i < behind; i++) {
    const message = talk.messages.at(i);
    if (isAway(message) || !isResult(message)) continue;
    separate(out, first);
    if (!putToolResult(out, talk, i, plan, facts)) return false;
  }
  for (let i = at; i < behind; i++) {
    const message = talk.messages.at(i);
    if (isAway(message) || isResult(message)) continue;
    if (!putMessageBlocks(out, talk, message, first, plan, facts)) return false;
  }
  return true;
}

function isResult(message: Message): bool {
  return message.role == ChatRole.Tool || message.role == ChatRole.Function;
}

function putMessageBlocks(
  out: Writer,
  talk: Conversation,
  message: Message,
  first: u32,
  plan: Plan,
  facts: Facts,
): bool {
  if (message.standIn) {
    separate(out, first);
    putStandIn(out);
    return true;
  }
  if (turnRole(message) == TurnRole.System) return putSystemMessage(out, talk, message, first);
  if (message.content == ContentKind.Parts) return putParts(out, talk, message, first, plan, facts);
  separate(out, first);
  putTextBlock(out, message.textPtr, message.textLen, message.cachePtr, message.cacheLen);
  return true;
}
