/**
 * Thinking that a client sends back: an assistant's message becomes the list of blocks that it was, every thinking block in
 * its old place. The API refuses thinking that was moved or changed, while it accepts that all of it is missing; so
 * reasoning that cannot be trusted is dropped, never guessed. Source: docs/chat.md, "Assistant messages", "Order".
 */
import { byteAt } from "../../bytes/compare";
import { Ascii } from "../../bytes/ascii";
import * as L from "../../bytes/literals";
import { openStruct } from "../../bytes/records";
import { copyStruct } from "../../bytes/struct_array";
import { Writer } from "../../bytes/writer";
import { PartType } from "../../wire/openai/part_types";
import { ChatRole } from "../../wire/openai/roles";
import { Facts, Plan } from "../plan";
import { ThinkingClass } from "../traits";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { ContentKind, Conversation, Message, Part, Place } from "./conversation";
import { refuseMemory } from "./problem";
import { isBlankToken } from "./tokens";
import { countText, weaveThinking } from "./thinking_weave";

/** Decides for all messages, before anything else is decided about the list. False without memory. */
export function bringThinkingBack(talk: Conversation, plan: Plan, facts: Facts): bool {
  const serves = plan.traits.thinking != ThinkingClass.None;
  const count = talk.messages.count; // parts grow meanwhile, messages do not
  for (let i: u32 = 0; i < count; i++) {
    const message = talk.messages.at(i);
    if (message.role != ChatRole.Assistant || message.blocksPtr != 0) continue;
    if (!bringBack(talk, message, serves, facts)) return refuseMemory();
  }
  return true;
}

function bringBack(talk: Conversation, message: Message, serves: bool, facts: Facts): bool {
  if (hasInline(talk, message)) {
    const first = message.partsFirst;
    const usable = serves ? checkEntries(talk, first, message.partsCount) : 0;
    settleEntries(talk, first, message.partsCount, usable, facts);
    message.thinkingCount = 0;
    return true;
  }
  const details = message.signedCount == 0 || hasPlaces(talk, message);
  const first = details ? message.thinkingFirst : message.signedFirst;
  const count = details ? message.thinkingCount : message.signedCount;
  message.thinkingCount = 0;
  if (count == 0) {
    if (message.saysReasoning) note(facts, Adaptation.DroppedReasoning);
    return true;
  }
  let usable: u32 = 0;
  if (serves && isOrdered(talk, first, count) && fits(talk, message, first, count))
    usable = checkEntries(talk, first, count);
  settleEntries(talk, first, count, usable, facts);
  return usable == 0 || weaveThinking(talk, message, first, count);
}

/** `thinking_blocks` cannot say where a block stood: beside entries that do they do not count. */
function hasPlaces(talk: Conversation, message: Message): bool {
  for (let i: u32 = 0; i < message.thinkingCount; i++) {
    if (talk.parts.at(message.thinkingFirst + i).place != Place.Front) return true;
  }
  return false;
}

/** Drops all entries when none is usable, and notes what is lost. */
function settleEntries(
  talk: Conversation,
  first: u32,
  count: u32,
  usable: u32,
  facts: Facts,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const part = talk.parts.at(first + i);
    if (usable == 0 && isThinking(part)) part.foreign = true;
    if (part.foreign) note(facts, Adaptation.DroppedReasoning);
  }
}

function isThinking(part: Part): bool {
  return part.type == PartType.Thinking || part.type == PartType.RedactedThinking;
}

function hasInline(talk: Conversation, message: Message): bool {
  if (message.content != ContentKind.Parts) return false;
  for (let i: u32 = 0; i < message.partsCount; i++) {
    if (isThinking(talk.parts.at(message.partsFirst + i))) return true;
  }
  return false;
}

/** Brings entries into the order of their indexes; false unless these are 0, 1, 2 … */
function isOrdered(talk: Conversation, first: u32, count: u32): bool {
  const parts = talk.parts;
  const spare = openStruct<Part>(talk.arena);
  if (spare == null) return false;
  for (let i: u32 = 0; i < count;) {
    const part = parts.at(first + i);
    const order = part.order;
    if (order == i) {
      i += 1;
      continue;
    }
    if (order >= count || parts.at(first + order).order == order) return false;
    const other = parts.at(first + order);
    copyStruct<Part>(spare, part);
    copyStruct<Part>(part, other);
    copyStruct<Part>(other, spare);
  }
  return true;
}

/**
 * Marks the entries that cannot be sent as foreign and counts the others. 0 as well when one shows that the reasoning as a whole
 * is damaged: a signature whose text is gone.
 */
function checkEntries(talk: Conversation, first: u32, count: u32): u32 {
  let usable: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const part = talk.parts.at(first + i);
    if (!isThinking(part) || part.foreign) continue;
    const signed = !isBlankToken(part.auxPtr, part.auxLen);
    if (part.type == PartType.RedactedThinking) part.foreign = !isText(part.idPtr, part.idLen);
    else if (signed && part.textPtr == 0) return 0;
    else part.foreign = !signed;
    if (!part.foreign) usable += 1;
  }
  return usable;
}

/** A string token that is not empty. */
function isText(ptr: usize, len: u32): bool {
  return len > 2 && byteAt(ptr) == <u32>Ascii.Quote;
}

/** True when the places of all entries can be found in the message as it is now. */
function fits(talk: Conversation, message: Message, first: u32, count: u32): bool {
  let text: u32 = 0;
  let tools: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const part = talk.parts.at(first + i);
    if (part.place == Place.Hidden || part.afterText < text || part.afterTools < tools)
      return false;
    text = part.afterText;
    tools = part.afterTools;
  }
  return tools <= message.callsCount && (text == 0 || text <= countText(talk, message));
}

/** Appends the block of an entry in Anthropic's spelling, whatever the client's was. It never carries a cache mark. */
export function putThinkingBlock(out: Writer, part: Part): void {
  if (part.type == PartType.RedactedThinking) {
    out.literal(L.B_REDACTED);
    out.put(part.idPtr, part.idLen);
  } else {
    out.literal(L.B_THINKING);
    out.put(part.textPtr, part.textLen);
    out.literal(L.K_SIGNATURE);
    out.put(part.auxPtr, part.auxLen);
  }
  out.byte(Ascii.BraceClose);
}
