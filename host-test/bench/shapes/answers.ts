// Answers of a Messages upstream for the shapes: whole messages and streams of a given size.

import { bedrockChunk } from "../../support/event_stream.ts";
import { MODEL, usage } from "../inputs.ts";

/** The last words of every answer: what a client has received of the whole. */
export const THE_END = "That is all.";

const EVENTS_PER_WRITE = 4;
/** In how large pieces Envoy hands over what comes in at once. */
const PIECE_BYTES = 16 * 1024;

type Event = { type: string; [member: string]: unknown };
type Delta = Record<string, string>;

/** Returns the text of delta `index`: a word, now and then with an escape or a letter outside ASCII. */
export function word(index: number): string {
  if (index % 25 === 7) return "\n\n";
  if (index % 25 === 13) return ' "old"';
  if (index % 25 === 19) return " 漢字";
  return ` word${index}`;
}

/** Returns an answer of `count` short text deltas. */
export function textEvents(count: number): Event[] {
  const texts = Array.from({ length: count - 1 }, (_, index) => word(index));
  return textsAsEvents([...texts, THE_END]);
}

/** Returns an answer with one text delta for each of `texts`. */
export function textsAsEvents(texts: string[]): Event[] {
  return message([block(0, { type: "text", text: "" }, texts.map(textDelta))]);
}

/** Returns an answer that calls one tool, its arguments in `count` pieces. */
export function callEvents(count: number): Event[] {
  const entry = (index: number): string => `"key${index}": "C:\\\\tmp\\n${index}", `;
  const pieces = Array.from({ length: count - 2 }, (_, index) => entry(index));
  const deltas = ["{", ...pieces, `"last": ${JSON.stringify(THE_END)}}`].map((partial_json) => ({
    type: "input_json_delta",
    partial_json,
  }));
  const start = { type: "tool_use", id: "toolu_01Bench", name: "tool_1", input: {} };
  return message([block(0, start, deltas)], "tool_use");
}

/** Returns an answer that thinks in `count` deltas, is signed and then speaks. */
export function thinkingEvents(count: number): Event[] {
  const thoughts = Array.from({ length: count }, (_, index) => ({
    type: "thinking_delta",
    thinking: word(index),
  }));
  const signature = { type: "signature_delta", signature: "RXJz".repeat(100) };
  const thinking = block(0, { type: "thinking", thinking: "" }, [...thoughts, signature]);
  return message([thinking, block(1, { type: "text", text: "" }, [textDelta(THE_END)])]);
}

/** Returns a whole message with one text of `bytes` bytes. */
export function wholeText(bytes: number): Uint8Array {
  return whole([{ type: "text", text: prose(bytes) }], "end_turn");
}

/** Returns a whole message with one call, whose arguments have a text of `bytes` bytes. */
export function wholeCall(bytes: number): Uint8Array {
  const input = { text: prose(bytes) };
  return whole([{ type: "tool_use", id: "toolu_01Bench", name: "tool_1", input }], "tool_use");
}

/** Returns prose of `bytes` bytes with quotes and line breaks now and then, as models write it, and the end of an answer. */
export function prose(bytes: number): string {
  const line =
    'He said "no".\nAnd then the river, wide and slow, took the rest of the day with it. ';
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes - THE_END.length) + THE_END;
}

/** Returns events as server-sent events, several in one piece, or one event in several. */
export function serverSent(events: Event[]): Uint8Array[] {
  return pieces(
    events.map((event) =>
      Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`, "utf8"),
    ),
  );
}

/** Returns events as Bedrock's binary messages, several in one piece. */
export function binary(events: Event[]): Uint8Array[] {
  return pieces(events.map((event) => bedrockChunk(event)));
}

/** Returns one block of bytes as the pieces in which it comes in. */
export function cut(bytes: Uint8Array): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    made.push(bytes.subarray(at, at + PIECE_BYTES));
  return made;
}

function pieces(frames: Uint8Array[]): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let i = 0; i < frames.length; i += EVENTS_PER_WRITE) {
    made.push(...cut(Buffer.concat(frames.slice(i, i + EVENTS_PER_WRITE))));
  }
  return made;
}

function textDelta(text: string): Delta {
  return { type: "text_delta", text };
}

function block(index: number, content_block: object, deltas: Delta[]): Event[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function message(blocks: Event[][], stop_reason = "end_turn"): Event[] {
  const head = { ...HEAD, content: [], stop_reason: null, usage: usage(1) };
  return [
    { type: "message_start", message: head },
    ...blocks.flat(),
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage: usage(200) },
    { type: "message_stop" },
  ];
}

function whole(content: object[], stop_reason: string): Uint8Array {
  return Buffer.from(JSON.stringify({ ...HEAD, content, stop_reason, usage: usage(200) }));
}

const HEAD = {
  id: "msg_01BenchShape000000000001",
  type: "message",
  role: "assistant",
  model: MODEL,
  stop_sequence: null,
};
