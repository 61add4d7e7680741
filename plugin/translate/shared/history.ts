/** How a list ends, as models see it that want their thinking back. Source: docs/chat.md, "Reasoning", "History". */
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { isEmptyPart } from "./content";
import { ContentKind, Conversation, Message } from "./conversation";
import { isAway, TurnRole, turnRole } from "./turns";

/** True when the list ends with the assistant's turn. */
export function endsInAnswer(talk: Conversation): bool {
  const last = lastWritten(talk, talk.messages.count);
  return last > 0 && turnRole(talk.messages.at(last - 1)) == TurnRole.Assistant;
}

/**
 * True when the last assistant turn counts (it ends the list, or only tool results follow it) and does not begin with
 * thinking. What comes back was decided before (thinking_back.ts).
 */
export function lacksThinking(talk: Conversation): bool {
  let at = lastWritten(talk, talk.messages.count);
  let results = false;
  while (at > 0 && turnRole(talk.messages.at(at - 1)) != TurnRole.Assistant) {
    if (isResult(talk, talk.messages.at(at - 1))) results = true;
    at = lastWritten(talk, at - 1);
  }
  if (at == 0 || (!results && !endsInAnswer(talk))) return false;
  let first = at;
  while (at > 0 && turnRole(talk.messages.at(at - 1)) == TurnRole.Assistant) {
    first = at;
    at = lastWritten(talk, at - 1);
  }
  return !startsWithThinking(talk, talk.messages.at(first - 1));
}

/** Index behind the last message before `end` that is written into the list; 0: there is none. */
function lastWritten(talk: Conversation, end: u32): u32 {
  while (end > 0 && isAway(talk.messages.at(end - 1))) end -= 1;
  return end;
}

function isResult(talk: Conversation, message: Message): bool {
  if (message.role == ChatRole.Tool || message.role == ChatRole.Function) return true;
  for (let i: u32 = 0; i < message.partsCount; i++) {
    if (talk.parts.at(message.partsFirst + i).type == PartType.ToolResult) return true;
  }
  return false;
}

function startsWithThinking(talk: Conversation, message: Message): bool {
  if (message.blocksPtr != 0) return message.blocksThink;
  if (message.content != ContentKind.Parts) return false;
  for (let i: u32 = 0; i < message.partsCount; i++) {
    const part = talk.parts.at(message.partsFirst + i);
    if (isEmptyPart(part)) continue;
    return part.type == PartType.Thinking || part.type == PartType.RedactedThinking;
  }
  return false;
}
