/**
 * Results of a batch, line by line: windows in, lines out; no more is held than the line in the making. A line's answer is written by
 * the same code as an ordinary one. Source: docs/batches.md, "Results".
 */
import { readBuffer, replaceBuffer, resultLen, resultPtr, unixNanos } from "../abi/host";
import { output } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import { Arena, closeArena, openArena } from "../bytes/arena";
import { literalLen, literalPtr } from "../bytes/compare";
import { LineStream, openLineStream } from "../bytes/line_stream";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { Profile } from "../policy/config";
import { writeCompletion } from "../translate/chat/response";
import { writeCompletionText } from "../translate/completions/answer";
import { writeResponse } from "../translate/responses/whole";
import { keepBareShape } from "./responses_request";
import { AnswerShape } from "../translate/shape";
import {
  belongsTo,
  LINE,
  putErroredResponse,
  putLineError,
  putLineHead,
  putResponseHead,
  readResult,
  ResultType,
} from "../translate/batches/result";
import { unwrapJson } from "../translate/shared/json_tool";
import { BatchFormat, FileKind, Resource } from "../translate/shared/resource";
import { Operation } from "../translate/surface";
import { readWhole } from "../wire/anthropic/answer";
import { countStreamError } from "./metrics";
import { putResponseHeader } from "./response_headers";
import { Phase, StreamState } from "./stream";

const NANOS: u64 = 1_000_000_000;
/** An output of one callback: what is held, and every line may grow by what stands around an answer. */
const OUTPUT_CAP: u32 = 0x2000_0000;
/** What the records of one line take; more comes from the heap and goes back with the line. */
const LINE_BYTES: u32 = 16368;
const LINE_CAP: u32 = 0x2000_0000;

/** True when the answer is a list of results that is to be translated. */
export function isResults(stream: StreamState): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  if (stream.operation == Operation.BatchOutput) return true;
  return stream.operation == Operation.FileContent && resource.kind != FileKind.Plain;
}

/** Makes the reader and the shape of all answers; false without memory. */
export function openResults(stream: StreamState, profile: Profile): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  const shape = openStruct<AnswerShape>(resource.arena);
  if (shape == null) return false;
  shape.reasoningContent = profile.reasoningContent;
  shape.reasoningField = profile.reasoningField;
  shape.reasoningDetails = profile.reasoningDetails;
  shape.thinkingBlocks = profile.thinkingBlocks;
  shape.jsonTool = true;
  shape.jsonNamePtr = literalPtr(L.JSON_RESPONSE);
  shape.jsonNameLen = literalLen(L.JSON_RESPONSE);
  shape.maxDepth = profile.maxDepth;
  shape.createdUnix = unixNanos() / NANOS;
  stream.shape = shape;
  if (resource.format == BatchFormat.Responses && !keepBareShape(resource.arena, shape, profile))
    return false;
  const own = shape.responses;
  if (own != null) own.completedUnix = shape.createdUnix;
  if (stream.operation == Operation.BatchOutput) resource.kind = FileKind.All;
  stream.lines = openLineStream(profile.maxResponseBytes);
  stream.phase = Phase.Lines;
  return stream.lines != null;
}

/** `content-disposition` of the file. */
export function nameResults(stream: StreamState): void {
  const resource = stream.resource;
  if (resource == null) return;
  const out = output();
  out.begin(128, 4096);
  out.literal(L.DISPOSITION);
  out.put(resource.upstreamPtr, resource.upstreamLen);
  out.literal(resource.kind == FileKind.Errors ? L.DISPOSITION_ERROR : L.DISPOSITION_OUTPUT);
  if (!out.failed) putResponseHeader(L.H_CONTENT_DISPOSITION, out.start, out.length);
}

/** Translates a window. */
export function takeLines(stream: StreamState, size: u32, end: bool): Action {
  const lines = stream.lines;
  const arena = openArena(LINE_BYTES, LINE_CAP);
  if (lines == null || arena == null) return giveUp(stream);
  const out = output();
  out.begin(size + (size >> 2), OUTPUT_CAP);
  if (size > 0) {
    if (readBuffer(BufferType.ResponseBody, size) == Status.Ok) lines.feed(resultPtr, resultLen);
    else lines.failed = true;
    while (lines.next()) putLine(out, stream, lines, arena);
  }
  if (end && lines.last()) putLine(out, stream, lines, arena);
  closeArena(arena);
  const failed = lines.failed;
  if (end || failed) stream.phase = Phase.Finished;
  if (failed) countStreamError(stream, L.W_TOO_LARGE);
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
  return Action.Continue;
}

/** Nothing that could be written would be true: the file ends, and the counter tells. */
function giveUp(stream: StreamState): Action {
  stream.phase = Phase.Finished;
  countStreamError(stream, L.CODE_OUT_OF_MEMORY);
  replaceBuffer(BufferType.ResponseBody, 0, 0);
  return Action.Continue;
}

/** With trailers no body callback says that it is the last, and a line without an end cannot be written any more. */
export function finishLines(stream: StreamState): void {
  const lines = stream.lines;
  stream.phase = Phase.Finished;
  if (lines != null && lines.last()) countStreamError(stream, L.W_TRUNCATED);
}

/** One line, when it stands in this file. */
function putLine(out: Writer, stream: StreamState, lines: LineStream, arena: Arena): void {
  arena.reset();
  const resource = stream.resource;
  const shape = stream.shape;
  const c = openStruct<JsonCursor>(arena);
  if (resource == null || shape == null || c == null) {
    lines.failed = true;
    return;
  }
  readResult(c, lines.linePtr, lines.lineLen, shape.maxDepth, lines.cut);
  if (!belongsTo(resource.kind, LINE.type)) return;
  const mark = out.mark();
  putLineHead(out, resource);
  const head = out.mark();
  if (!putBody(out, resource, shape, c, arena)) {
    out.rewind(head);
    const known = LINE.type != ResultType.Succeeded && LINE.type != ResultType.Errored;
    putLineError(out, known ? LINE.type : ResultType.Invalid);
  } else out.literal(L.RL_BODY_END);
  if (!out.failed) return;
  out.rewind(mark);
  lines.failed = true;
}

/** The response. False when the line has none, or it cannot be read. */
function putBody(
  out: Writer,
  resource: Resource,
  shape: AnswerShape,
  c: JsonCursor,
  arena: Arena,
): bool {
  const line = LINE;
  if (line.type == ResultType.Errored) return putErroredResponse(out, c, shape.maxDepth);
  if (line.type != ResultType.Succeeded || line.messageLen == 0) return false;
  const whole = readWhole(c, line.messagePtr, line.messageLen, shape.maxDepth, arena);
  if (whole == null || !whole.isMessage) return false;
  if (resource.format == BatchFormat.Chat && !unwrapJson(out, whole, shape)) return false;
  putResponseHead(out, 200, whole.answer.idPtr, whole.answer.idLen);
  if (resource.format == BatchFormat.Messages) out.put(line.messagePtr, line.messageLen);
  else if (resource.format == BatchFormat.Responses) return writeResponse(out, whole, shape, arena);
  else if (resource.format == BatchFormat.Completions) writeCompletionText(out, whole, shape);
  else writeCompletion(out, whole, shape);
  return true;
}
