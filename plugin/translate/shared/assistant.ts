/** Blocks of an assistant message: reasoning, text, tool calls. Source: docs/chat.md, "Assistant messages". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { skipSpace } from "../../json/scan";
import { Facts, Plan } from "../plan";
import { putInput } from "./arguments";
import { closeBlock, putStandIn, putTextBlock, separate } from "./blocks";
import { putParts } from "./content";
import { CallKind, ContentKind, Conversation, Message } from "./conversation";
import { putCallId } from "./ids";
import { putToolName } from "./names";
import { isBlankToken, putTrimmedToken } from "./tokens";

/** Appends the blocks of message `at`. False with a problem when a part cannot be served. */
export function putAssistantBlocks(
  out: Writer,
  talk: Conversation,
  at: u32,
  first: u32,
  plan: Plan,
  facts: Facts,
): bool {
  const message = talk.messages.at(at);
  if (message.standIn) {
    separate(out, first);
    putStandIn(out);
    return true;
  }
  if (message.blocksPtr != 0) {
    putOwnBlocks(out, message.blocksPtr, message.blocksLen, first);
    return true;
  }
  const refusal =
    !isBlankToken(message.refusalPtr, message.refusalLen) && message.content == ContentKind.None;
  const last = message.callsCount == 0; // nothing stands behind the text
  if (message.content == ContentKind.Parts) {
    if (!putParts(out, talk, message, first, plan, facts)) return false;
  } else if (refusal) {
    putText(out, message, message.refusalPtr, message.refusalLen, last, first);
  } else if (!isBlankToken(message.textPtr, message.textLen)) {
    putText(out, message, message.textPtr, message.textLen, last, first);
  }
  for (let i: u32 = 0; i < message.callsCount && !message.callsInParts; i++) {
    separate(out, first);
    if (!putCall(out, talk, message, i, plan, facts)) return false;
  }
  return true;
}

/** The elements of a JSON array of blocks as they stand; it has some. */
function putOwnBlocks(out: Writer, ptr: usize, len: u32, first: u32): void {
  const end = ptr + len - 1;
  const start = skipSpace(ptr + 1, end);
  separate(out, first);
  out.put(start, <u32>(end - start));
}

function putText(
  out: Writer,
  message: Message,
  ptr: usize,
  len: u32,
  last: bool,
  first: u32,
): void {
  separate(out, first);
  if (message.trimEnd && last) {
    out.literal(L.B_TEXT);
    putTrimmedToken(out, ptr, len);
    closeBlock(out, message.cachePtr, message.cacheLen);
    return;
  }
  putTextBlock(out, ptr, len, message.cachePtr, message.cacheLen);
}

/** Appends the block of tool call `number` of a message. False with a problem. */
export function putCall(
  out: Writer,
  talk: Conversation,
  message: Message,
  number: u32,
  plan: Plan,
  facts: Facts,
): bool {
  const call = talk.calls.at(message.callsFirst + number);
  out.literal(L.B_TOOL_USE);
  putCallId(out, talk, message, number);
  out.literal(L.K_NAME);
  putToolName(out, call.namePtr, call.nameLen);
  out.literal(L.K_INPUT);
  if (call.kind == CallKind.Custom) {
    out.literal(L.CUSTOM_INPUT_OPEN);
    if (call.inputLen == 0) out.literal(L.EMPTY_STRING);
    else out.put(call.inputPtr, call.inputLen);
    out.byte(Ascii.BraceClose);
  } else if (call.kind == CallKind.Object) {
    out.put(call.inputPtr, call.inputLen);
  } else {
    putInput(out, call.inputPtr, call.inputLen, plan.maxDepth, facts);
  }
  closeBlock(out, call.cachePtr, call.cacheLen);
  return true;
}
