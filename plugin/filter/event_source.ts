/**
 * Where the events of a stream come from: server-sent events, or the messages of a Bedrock stream. The one place that knows both
 * framings; what is answered is an event of the Messages API either way.
 *
 *   feedSource(...); while (nextEvent(stream)) { ... eventPtr, eventLen, eventName ... } ... sourceFailure(stream)
 */
import * as L from "../bytes/literals";
import { makeStruct } from "../bytes/records";
import { EventStreamDecoder } from "../eventstream/decoder";
import { closeEventStream, openEventStream } from "../eventstream/open";
import { EventStreamStatus } from "../eventstream/status";
import { JsonCursor } from "../json/cursor";
import { checkDocument } from "../json/skip";
import { JsonStatus } from "../json/status";
import { Profile } from "../policy/config";
import { SseDecoder } from "../sse/decoder";
import { SseStatus } from "../sse/event";
import { closeDecoder, openDecoder } from "../sse/open";
import { EventType, findEventType } from "../wire/anthropic/event_types";
import { dropUnwrapped, UNWRAPPED, Unwrapped, unwrapMessage } from "../wire/bedrock_stream";
import { StreamState } from "./stream";

/** How an answer is framed, by its content type and what its upstream may send. */
export const enum Framing {
  /** No stream. */
  None = 0,
  Sse = 1,
  AwsEventStream = 2,
}

/** The event that `nextEvent` went to; valid until its next call. */
export let eventPtr: usize = 0;
export let eventLen: u32 = 0;
/** Type of the event field; Unknown where the framing has none. */
export let eventName: EventType = EventType.Unknown;

/** What the message read last was. */
let wrapping: Unwrapped = Unwrapped.Ignored;

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** Makes the decoder of a framing; false without memory. */
export function openSource(stream: StreamState, profile: Profile, framing: Framing): bool {
  if (framing == Framing.AwsEventStream) {
    stream.messages = openEventStream(profile.maxEventBytes);
    return stream.messages != null;
  }
  stream.decoder = openDecoder(profile.maxEventBytes);
  return stream.decoder != null;
}

/** True when the stream's answer is one of events. */
export function hasSource(stream: StreamState): bool {
  return stream.decoder != null || stream.messages != null;
}

/** Frees the decoder. */
export function closeSource(stream: StreamState): void {
  const decoder = stream.decoder;
  if (decoder != null) closeDecoder(decoder);
  stream.decoder = null;
  const messages = stream.messages;
  if (messages != null) {
    closeEventStream(messages);
    dropUnwrapped();
  }
  stream.messages = null;
}

/** Hands in a window; its bytes must stay in place until `nextEvent` answers false. */
export function feedSource(stream: StreamState, ptr: usize, len: u32): void {
  const decoder = stream.decoder;
  if (decoder != null) decoder.feed(ptr, len);
  const messages = stream.messages;
  if (messages != null) messages.feed(ptr, len);
}

/** Says that no window will follow. */
export function endSource(stream: StreamState): void {
  const decoder = stream.decoder;
  if (decoder != null) decoder.end();
  const messages = stream.messages;
  if (messages != null) messages.end();
}

/** A comment came, which lets held headers go. */
export function sawComment(stream: StreamState): bool {
  const decoder = stream.decoder;
  return decoder != null && decoder.sawComment;
}

/** Goes to the next event; false when the window is used up or nothing more can be read. */
export function nextEvent(stream: StreamState): bool {
  wrapping = Unwrapped.Ignored;
  const decoder = stream.decoder;
  if (decoder != null) return nextSse(stream, decoder);
  const messages = stream.messages;
  return messages != null && nextMessage(messages);
}

/** An unfinished event at the end counts when its data is complete JSON. */
function nextSse(stream: StreamState, decoder: SseDecoder): bool {
  if (!decoder.next()) return false;
  eventPtr = decoder.dataPtr;
  eventLen = decoder.dataLen;
  eventName = findEventType(decoder.namePtr, decoder.nameLen);
  return !decoder.unfinished || isWhole(stream);
}

function isWhole(stream: StreamState): bool {
  const profile = stream.profile;
  const depth = profile == null ? 0 : profile.maxDepth;
  return checkDocument(eventPtr, eventLen, depth) == JsonStatus.Ok;
}

/** Messages that are no event are passed over. */
function nextMessage(messages: EventStreamDecoder): bool {
  while (wrapping == Unwrapped.Ignored) {
    if (!messages.next()) {
      dropUnwrapped();
      return false;
    }
    wrapping = unwrapMessage(CURSOR, messages);
  }
  eventPtr = UNWRAPPED.start;
  eventLen = UNWRAPPED.length;
  eventName = wrapping == Unwrapped.Error ? EventType.Error : EventType.Unknown;
  return wrapping == Unwrapped.Event || wrapping == Unwrapped.Error;
}

/** What made `nextEvent` answer false, as the text of an error; 0: the window is used up, or the stream is. */
export function sourceFailure(stream: StreamState): usize {
  const decoder = stream.decoder;
  if (decoder != null) return sseFailure(decoder.status);
  const messages = stream.messages;
  if (messages == null) return 0;
  if (wrapping == Unwrapped.Invalid) return L.TEXT_EVENT_INVALID;
  return wrapping == Unwrapped.NoMemory ? L.TEXT_OUT_OF_MEMORY : messageFailure(messages.status);
}

function sseFailure(status: SseStatus): usize {
  if (status == SseStatus.Overflow) return L.TEXT_EVENT_TOO_LARGE;
  return status == SseStatus.NoMemory ? L.TEXT_OUT_OF_MEMORY : 0;
}

/** An end inside a message is told as any stream that ends early. */
function messageFailure(status: EventStreamStatus): usize {
  switch (status) {
    case EventStreamStatus.Corrupt:
      return L.TEXT_STREAM_DAMAGED;
    case EventStreamStatus.Overflow:
      return L.TEXT_EVENT_TOO_LARGE;
    case EventStreamStatus.NoMemory:
      return L.TEXT_OUT_OF_MEMORY;
    default:
      return 0;
  }
}
