/** Times that are measured: what an exchange costs in this module, of one in so many, and when a stream's first token came. */
import { unixNanos } from "../abi/host";
import { findLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { EventType } from "../wire/anthropic/event_types";
import { findStream } from "./registry";
import { StreamState } from "./stream";

/** An event without a name says what it is near its beginning. */
const TYPE_BYTES: u32 = 64;

/** The clock, when the stream is measured, else 0. */
export function startTiming(stream: StreamState | null): u64 {
  return stream != null && stream.isTimed ? unixNanos() : 0;
}

/** Adds what passed since `startTiming`. The stream is looked up again: a callback may end it. */
export function stopTiming(id: u32, started: u64): void {
  if (started == 0) return;
  const stream = findStream(id);
  if (stream == null) return;
  const now = unixNanos();
  if (now > started) stream.spentNs += now - started;
}

/** A request for a stream goes upstream. */
export function noteSent(stream: StreamState): void {
  const profile = stream.profile;
  if (!stream.wantsStream || profile == null) return;
  if (profile.metrics || stream.account != null) stream.sentNs = unixNanos();
}

/** Notes when the first token came; `name` is the type of the event's field. */
export function noteFirstToken(stream: StreamState, name: EventType, ptr: usize, len: u32): void {
  if (stream.sentNs == 0 || stream.firstNs != 0) return;
  const isToken =
    name == EventType.ContentBlockDelta ||
    (name == EventType.Unknown && findLiteral(ptr, min(len, TYPE_BYTES), L.DELTA_WORD) != 0);
  if (isToken) stream.firstNs = unixNanos();
}
