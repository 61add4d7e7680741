/**
 * Native streams: what must be known of a stream that passes as it is, so that one which ends too early does not look whole.
 * Source: docs/native.md, "Streams".
 */
import { Arena } from "../../bytes/arena";
import * as L from "../../bytes/literals";
import { openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { checkDocument } from "../../json/skip";
import { JsonKind, JsonStatus } from "../../json/status";
import { Answer, openAnswer } from "../../wire/anthropic/answer";
import { EventType, findEventType } from "../../wire/anthropic/event_types";
import { readEvent } from "../../wire/anthropic/stream_event";
import { putAnthropicError } from "../shared/anthropic_error";

export const enum NativeState {
  /** The message is not complete yet. */
  Open = 0,
  /** `message_stop` came. */
  Complete = 1,
  /** An error event came. */
  Failed = 2,
  /** Events too large to be looked at: what follows passes unseen. */
  Blind = 3,
}

@unmanaged
@final
export class NativeStream {
  state: NativeState;
  cursor: JsonCursor;
  waits: bool; // the head of the stream is kept back until message_start is whole
  started: bool; // message_start came
  pending: bool; // the stream ended inside an event
  began: bool; // an event that is no error went out, of those that we frame ourselves
  failureStatus: u32; // HTTP status of the error that ended such a stream
  answer: Answer; // what is said of the message as a whole; its spans are gone with their event
}

/** State of one stream, in `arena`; null without memory. `renames`: message_start is to be edited. */
export function openNativeStream(arena: Arena, renames: bool): NativeStream | null {
  const s = openStruct<NativeStream>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const answer = openAnswer(arena);
  if (s == null || cursor == null || answer == null) return null;
  s.cursor = cursor;
  s.answer = answer;
  s.waits = renames;
  return s;
}

/**
 * Notes one event. `name` is the type of its event field: the official clients go by it, so the data is only asked where there is
 * none. `unfinished`: its blank line never came, so it counts when its data is a whole document.
 */
export function watchEvent(
  s: NativeStream,
  ptr: usize,
  len: u32,
  name: EventType,
  unfinished: bool,
  depth: u32,
): void {
  const type = name == EventType.Unknown ? typeOf(s.cursor, ptr, len, depth) : name;
  if (type == EventType.MessageStart) s.started = true;
  if (type == EventType.MessageStart || type == EventType.MessageDelta)
    readEvent(s.cursor, ptr, len, depth, type, s.answer);
  if (unfinished && checkDocument(ptr, len, depth) != JsonStatus.Ok) return;
  if (type == EventType.MessageStop) s.state = NativeState.Complete;
  else if (type == EventType.Error) s.state = NativeState.Failed;
}

/** `type` of an event's data. The last one counts. */
export function typeOf(c: JsonCursor, ptr: usize, len: u32, depth: u32): EventType {
  let type = EventType.Unknown;
  c.open(ptr, len, depth);
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
    if (!c.skip()) return EventType.Unknown;
    if (isType) type = findEventType(c.word(), c.wordLen);
  }
  return c.finish() ? type : EventType.Unknown;
}

/**
 * Appends what a stream lacks at its end: the blank line of its last event, or the error that it was cut off. An event that was
 * begun cannot be taken back: it becomes a ping, which every client passes over.
 */
export function putNativeEnd(out: Writer, s: NativeStream): void {
  if (s.state == NativeState.Complete || s.state == NativeState.Failed) {
    if (s.pending) out.literal(L.EVENT_END);
    return;
  }
  if (s.state == NativeState.Blind) return;
  if (s.pending) out.literal(L.END_AS_PING);
  s.state = NativeState.Failed;
  out.literal(L.STREAM_ERROR_OPEN);
  putAnthropicError(out, 502, L.TEXT_TRUNCATED);
  out.literal(L.EVENT_END);
}
