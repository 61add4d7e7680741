/** Results: one line of the upstream's, and the line around an OpenAI answer. Source: docs/batches.md, "Results". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { ErrorType, findErrorType } from "../../wire/anthropic/error_types";
import { ERROR, readUpstreamError } from "../../wire/upstream_error";
import { putUpstreamError, statusOfType } from "../shared/openai_error";
import { FileKind, Resource } from "../shared/resource";

export const enum ResultType {
  /** The line could not be read. */
  Invalid = 0,
  Succeeded = 1,
  Errored = 2,
  Expired = 3,
  Canceled = 4,
  /** Above the limit. */
  TooLarge = 5,
}

@unmanaged
@final
export class ResultLine {
  type: ResultType;
  customPtr: usize; // token of custom_id
  customLen: u32;
  messagePtr: usize; // JSON
  messageLen: u32;
  errorPtr: usize; // JSON
  errorLen: u32;
}

/** The line read last. */
export const LINE: ResultLine = makeStruct<ResultLine>();

/** Reads a line into LINE; `cut`: only its beginning is there. */
export function readResult(c: JsonCursor, ptr: usize, len: u32, depth: u32, cut: bool): void {
  const line = LINE;
  line.type = ResultType.Invalid;
  line.customLen = line.messageLen = line.errorLen = 0;
  c.open(ptr, len, depth);
  let good = c.enterObject();
  while (good && c.nextKey()) {
    const isCustom = c.keyIs(L.CUSTOM_ID) && c.kind() == JsonKind.String;
    const isResult = c.keyIs(L.RESULT) && c.kind() == JsonKind.Object;
    good = isResult ? readInside(c, line) : c.skip();
    if (!good || !isCustom) continue;
    line.customPtr = c.valuePtr;
    line.customLen = c.valueLen;
  }
  if (cut) line.type = ResultType.TooLarge;
  else if (!c.finish()) {
    line.type = ResultType.Invalid;
    line.customLen = 0;
  }
}

function readInside(c: JsonCursor, line: ResultLine): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE);
    const isMessage = c.keyIs(L.MESSAGE);
    const isError = c.keyIs(L.ERROR);
    const kind = c.kind();
    if (!c.skip()) return false;
    if (isType && kind == JsonKind.String) line.type = typeOf(c.valuePtr + 1, c.valueLen - 2);
    else if (isMessage && kind == JsonKind.Object) {
      line.messagePtr = c.valuePtr;
      line.messageLen = c.valueLen;
    } else if (isError && kind == JsonKind.Object) {
      line.errorPtr = c.valuePtr;
      line.errorLen = c.valueLen;
    }
  }
  return c.status == JsonStatus.Ok;
}

function typeOf(ptr: usize, len: u32): ResultType {
  if (equalsLiteral(ptr, len, L.SUCCEEDED)) return ResultType.Succeeded;
  if (equalsLiteral(ptr, len, L.ERRORED)) return ResultType.Errored;
  if (equalsLiteral(ptr, len, L.EXPIRED)) return ResultType.Expired;
  return equalsLiteral(ptr, len, L.CANCELED) ? ResultType.Canceled : ResultType.Invalid;
}

/** True when a line of this type stands in the file that is downloaded; what could not be read stands in both. */
export function belongsTo(kind: FileKind, type: ResultType): bool {
  if (kind == FileKind.All || type == ResultType.Invalid) return true;
  if (type == ResultType.TooLarge) return kind == FileKind.Errors;
  return (kind == FileKind.Output) == (type == ResultType.Succeeded);
}

/** Appends `{"id":…,"custom_id":…`. */
export function putLineHead(out: Writer, resource: Resource): void {
  out.literal(L.RL_ID);
  out.put(resource.upstreamPtr, resource.upstreamLen);
  out.byte(Ascii.Underscore);
  if (LINE.customLen > 2) out.put(LINE.customPtr + 1, LINE.customLen - 2);
  out.literal(L.RL_CUSTOM);
  if (LINE.customLen > 0) out.put(LINE.customPtr, LINE.customLen);
  else out.literal(L.EMPTY_STRING);
}

/** Appends the response up to its body. `id` is a token; length 0: it has none. */
export function putResponseHead(out: Writer, status: u32, id: usize, idLen: u32): void {
  out.literal(L.RL_STATUS);
  putU64(out, status);
  out.literal(L.RL_REQUEST_ID);
  if (idLen > 0) out.put(id, idLen);
  else out.literal(L.EMPTY_STRING);
  out.literal(L.RL_BODY);
}

/** Appends a line's error: what went wrong besides the request itself. */
export function putLineError(out: Writer, type: ResultType): void {
  out.literal(L.RL_ERROR);
  out.literal(codeOf(type));
  out.literal(L.RL_MESSAGE);
  out.literal(textOf(type));
  out.literal(L.RL_END);
}

function codeOf(type: ResultType): usize {
  switch (type) {
    case ResultType.Expired:
      return L.RL_EXPIRED;
    case ResultType.Canceled:
      return L.RL_CANCELLED;
    case ResultType.TooLarge:
      return L.RL_TOO_LARGE;
    default:
      return L.RL_INVALID;
  }
}

function textOf(type: ResultType): usize {
  switch (type) {
    case ResultType.Expired:
      return L.RL_EXPIRED_TEXT;
    case ResultType.Canceled:
      return L.RL_CANCELLED_TEXT;
    case ResultType.TooLarge:
      return L.RL_TOO_LARGE_TEXT;
    default:
      return L.RL_INVALID_TEXT;
  }
}

/** Appends the response for a request that failed, with its body. False when the error cannot be read. */
export function putErroredResponse(out: Writer, c: JsonCursor, depth: u32): bool {
  const line = LINE;
  if (line.errorLen == 0) return false;
  let id: usize = 0;
  let idLen: u32 = 0;
  c.open(line.errorPtr, line.errorLen, depth);
  c.enterObject();
  let flat = ErrorType.Unknown;
  while (c.nextKey()) {
    const isText = c.kind() == JsonKind.String;
    const isId = isText && c.keyIs(L.REQUEST_ID);
    const isType = isText && c.keyIs(L.TYPE);
    c.skip();
    if (isType) flat = findErrorType(c.valuePtr + 1, c.valueLen - 2);
    if (!isId) continue;
    id = c.valuePtr;
    idLen = c.valueLen;
  }
  if (!readUpstreamError(c, line.errorPtr, line.errorLen)) return false;
  // Without an envelope the type stands beside the message.
  if (ERROR.type == ErrorType.Unknown) ERROR.type = flat;
  const status = statusOfType(ERROR.type);
  putResponseHead(out, status, id, idLen);
  putUpstreamError(out, status);
  return true;
}
