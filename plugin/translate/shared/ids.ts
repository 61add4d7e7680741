/**
 * Ids of tool calls in the alphabet that the Messages API takes. The same function runs on calls and results, so
 * pairs survive without a table. Source: docs/chat.md, "Ids".
 */
import * as L from "../../bytes/literals";
import { Ascii, isDigit, isLetter } from "../../bytes/ascii";
import { byteAt, fnv1a } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { Conversation, Message } from "./conversation";

const HEX: u32 = 8;

/** True for A–Z, a–z, 0–9, `_` and `-`. */
export function isNameByte(c: u32): bool {
  return isLetter(c) || isDigit(c) || c == Ascii.Underscore || c == Ascii.Minus;
}

/** True when a run is not empty and has only name bytes. */
export function isPlainName(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (!isNameByte(byteAt(ptr + i))) return false;
  }
  return len > 0;
}

/** A quoted id from the inside of a token: other bytes become `_`, and a hash of the original is added. */
export function putId(out: Writer, ptr: usize, len: u32): void {
  out.byte(Ascii.Quote);
  if (isPlainName(ptr, len)) {
    out.put(ptr, len);
    out.byte(Ascii.Quote);
    return;
  }
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    out.byte(isNameByte(c) ? c : Ascii.Underscore);
  }
  out.byte(Ascii.Underscore);
  putHash(out, fnv1a(ptr, len));
  out.byte(Ascii.Quote);
}

function putHash(out: Writer, hash: u32): void {
  for (let i: u32 = 0; i < HEX; i++) {
    const digit = (hash >> (28 - (i << 2))) & 15;
    out.byte(digit < 10 ? Ascii.Zero + digit : Ascii.LowerA + digit - 10);
  }
}

/** A quoted id for a call that has none: `call_m<message>_<call>`. */
export function putMadeId(out: Writer, message: u32, call: u32): void {
  out.byte(Ascii.Quote);
  out.literal(L.CALL_M);
  putU64(out, message);
  out.byte(Ascii.Underscore);
  putU64(out, call);
  out.byte(Ascii.Quote);
}

/** The id that a tool message answers; without one it takes the call that `pairResults` found. */
export function putResultId(out: Writer, talk: Conversation, position: u32): void {
  const message = talk.messages.at(position);
  if (message.toolCallIdLen > 2) {
    putId(out, message.toolCallIdPtr + 1, message.toolCallIdLen - 2);
  } else if (message.answers == 0) putMadeId(out, 0, 0);
  else putCallId(out, talk, talk.messages.at(message.answers - 1), message.answersCall);
}

/** The id of call `number` of an assistant message. */
export function putCallId(out: Writer, talk: Conversation, message: Message, number: u32): void {
  const call = talk.calls.at(message.callsFirst + number);
  if (call.idLen > 2) putId(out, call.idPtr + 1, call.idLen - 2);
  else putMadeId(out, message.index, number);
}
