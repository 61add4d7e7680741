/** Chat Completions: chunks of a stream onto the writer. Source: docs/chat.md, "Writer" and "Event table". */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { putUsage } from "../shared/chat_usage";
import { finishReason, putExtension, putServiceTier } from "./finish";
import { putU64 } from "../../bytes/decimal";
import { putModelName } from "../shared/model_name";
import { ChatStream } from "./stream_state";

/**
 * Builds what all chunks share into the stream's arena, using `out` as scratch space behind what it holds: the head, `data: {"id":…` up to
 * `"choices":[`, behind it the opening of a delta, and behind that what closes one. False without memory.
 */
export function buildHead(out: Writer, s: ChatStream): bool {
  const mark = out.mark();
  out.literal(L.CHUNK_ID);
  if (s.answer.idPtr == 0) out.literal(L.MSG_UNKNOWN);
  else out.put(s.answer.idPtr, s.answer.idLen);
  out.literal(L.CHUNK_OBJECT);
  putU64(out, s.shape.createdUnix);
  out.literal(L.K_MODEL);
  putModelName(out, s.answer, s.shape);
  putServiceTier(out, s.answer.usage.tier);
  out.literal(L.CHUNK_CHOICES);
  s.headLen = out.length - mark;
  out.literal(L.DELTA_OPEN);
  s.openLen = out.length - mark;
  out.literal(L.DELTA_CLOSE);
  endChunk(out, s);
  if (out.failed) return false;
  const length = out.length - mark;
  s.closeLen = length - s.openLen;
  s.headPtr = s.arena.keep(out.start + mark, length);
  out.rewind(mark);
  return s.headPtr != 0;
}

/** Opens a chunk up to the inside of its delta. */
export function beginDelta(out: Writer, s: ChatStream): void {
  out.put(s.headPtr, s.openLen);
}

/** Closes what `beginDelta` opened. */
export function endDelta(out: Writer, s: ChatStream): void {
  out.put(s.headPtr + s.openLen, s.closeLen);
}

function endChunk(out: Writer, s: ChatStream): void {
  if (s.shape.includeUsage) out.literal(L.USAGE_NULL);
  out.literal(L.CHUNK_CLOSE);
}

/** A chunk whose delta is one member with a token as its value. */
export function putTokenDelta(
  out: Writer,
  s: ChatStream,
  member: usize,
  ptr: usize,
  len: u32,
): void {
  beginDelta(out, s);
  out.literal(member);
  out.put(ptr, len);
  endDelta(out, s);
}

/** The last chunks: finish reason, usage when asked for, `[DONE]`. */
export function putFinish(out: Writer, s: ChatStream): void {
  beginDelta(out, s);
  out.literal(L.DELTA_FINISH);
  out.literal(finishReason(s.answer.stopReason, s.shape, s.nextTool));
  out.literal(L.FINISH_CLOSE);
  putExtension(out, s.answer);
  endChunk(out, s);
  if (s.shape.includeUsage) {
    out.put(s.headPtr, s.headLen);
    out.literal(L.CHOICES_END);
    out.literal(L.K_USAGE);
    putUsage(out, s.answer.usage);
    out.literal(L.CHUNK_CLOSE);
  }
  out.literal(L.DONE);
}
