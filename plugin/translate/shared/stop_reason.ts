/** The stop reason of an answer that a stop sequence ended which the upstream was not told. Source: docs/prefill.md, "Stop sequences". */
import { Ascii } from "../../bytes/ascii";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { LONGEST_STOP, StopScan } from "../../json/stop_scan";
import { escapeInto } from "../../json/string";

/** What `putStopped` adds, at most: a sequence whose bytes are all escaped. */
export const STOP_BYTES: u32 = 6 * LONGEST_STOP + 64;

const EVENT: JsonCursor = makeStruct<JsonCursor>();

let reasonPtr: usize = 0;
let reasonLen: u32 = 0;
let sequencePtr: usize = 0;
let sequenceLen: u32 = 0;

/** Appends a message_delta with the sequence that ended the text as its reason. False when it has no reason to be replaced. */
export function putStopped(out: Writer, scan: StopScan, ptr: usize, len: u32, depth: u32): bool {
  forgetReason();
  EVENT.open(ptr, len, depth);
  EVENT.enterObject();
  while (EVENT.nextKey()) {
    if (EVENT.keyIs(L.DELTA) && EVENT.kind() == JsonKind.Object) readDelta();
    else if (!EVENT.skip()) return false;
  }
  if (reasonPtr == 0) return false;
  putReasons(out, scan, ptr, ptr + len);
  return true;
}

function readDelta(): void {
  EVENT.enterObject();
  while (EVENT.nextKey()) {
    const isReason = EVENT.keyIs(L.STOP_REASON);
    const isSequence = EVENT.keyIs(L.STOP_SEQUENCE);
    if (!EVENT.skip()) return;
    if (isReason) noteReason(EVENT.valuePtr, EVENT.valueLen);
    if (isSequence) noteSequence(EVENT.valuePtr, EVENT.valueLen);
  }
}

/** Nothing is known of an answer. */
export function forgetReason(): void {
  reasonPtr = 0;
  sequencePtr = 0;
}

/** Where the value of `stop_reason` stands. */
export function noteReason(ptr: usize, len: u32): void {
  reasonPtr = ptr;
  reasonLen = len;
}

/** Where the value of `stop_sequence` stands. */
export function noteSequence(ptr: usize, len: u32): void {
  sequencePtr = ptr;
  sequenceLen = len;
}

/** Appends what stands between two places, with the new reason where the old one stands. Without a hit nothing changes. */
export function putReasons(out: Writer, scan: StopScan | null, start: usize, to: usize): void {
  let from = start;
  if (scan != null && scan.hit != null && reasonPtr != 0) {
    const first = sequencePtr < reasonPtr;
    if (first && isBetween(sequencePtr, from, to)) from = putSequence(out, scan, from);
    if (isBetween(reasonPtr, from, to)) from = putReason(out, scan, from);
    if (!first && isBetween(sequencePtr, from, to)) from = putSequence(out, scan, from);
  }
  out.put(from, <u32>(to - from));
}

function isBetween(ptr: usize, from: usize, to: usize): bool {
  return ptr >= from && ptr < to;
}

function putReason(out: Writer, scan: StopScan, from: usize): usize {
  out.put(from, <u32>(reasonPtr - from));
  out.literal(L.STOP_SEQUENCE_TOKEN);
  if (sequencePtr == 0) {
    out.literal(L.STOP_SEQUENCE_MEMBER);
    putHit(out, scan);
  }
  return reasonPtr + reasonLen;
}

function putSequence(out: Writer, scan: StopScan, from: usize): usize {
  out.put(from, <u32>(sequencePtr - from));
  putHit(out, scan);
  return sequencePtr + sequenceLen;
}

function putHit(out: Writer, scan: StopScan): void {
  const hit = scan.hit;
  out.byte(Ascii.Quote);
  if (hit != null) escapeInto(out, hit.ptr, hit.len);
  out.byte(Ascii.Quote);
}
