/**
 * Error bodies of providers, gateways and relays: finds message and type, whatever the shape. Source: docs/errors.md,
 * "Upstream error bodies".
 */
import { byteAt } from "../bytes/compare";
import { makeStruct } from "../bytes/records";
import { JsonCursor } from "../json/cursor";
import { skipSpace } from "../json/scan";
import { JsonKind, JsonStatus } from "../json/status";
import { ErrorType, findErrorType } from "./anthropic/error_types";
import { ErrorKey, findErrorKey } from "./error_keys";
import { findStatusWord, StatusWord } from "./status_words";

/** An error as the upstream told it. Spans are tokens of the body, quotes included. */
@unmanaged
@final
export class UpstreamError {
  type: ErrorType; // Unknown: by HTTP status
  typePtr: usize; // the word itself when it is not one of ours
  typeLen: u32;
  messagePtr: usize; // 0: none found
  messageLen: u32;
  codePtr: usize; // a provider's own code word
  codeLen: u32;
  requestIdPtr: usize; // `request_id` beside the error; 0: it has none
  requestIdLen: u32;
}

/** The error read last. */
export const ERROR: UpstreamError = makeStruct<UpstreamError>();

/** Reads a body into ERROR; false when no message was found (ERROR may still have a type). */
export function readUpstreamError(c: JsonCursor, ptr: usize, len: u32): bool {
  clearError();
  const end = ptr + len;
  ptr = skipSpace(ptr, end);
  c.open(ptr, <u32>(end - ptr), 32);
  if (c.kind() == JsonKind.Array) {
    // Vertex wraps errors in an array when streaming.
    c.enterArray();
    if (!c.nextElement()) return false;
  }
  if (c.kind() != JsonKind.Object) return false;
  readObject(c, true);
  if (c.status != JsonStatus.Ok) clearError();
  return ERROR.messagePtr != 0;
}

function clearError(): void {
  ERROR.type = ErrorType.Unknown;
  ERROR.typePtr = ERROR.messagePtr = ERROR.codePtr = ERROR.requestIdPtr = 0;
  ERROR.typeLen = ERROR.messageLen = ERROR.codeLen = ERROR.requestIdLen = 0;
}

/** Takes message and type; `error` and the first of `errors` are looked into once. */
function readObject(c: JsonCursor, outer: bool): void {
  c.enterObject();
  while (c.nextKey()) {
    const key = findErrorKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    if (outer && key == ErrorKey.Error && kind == JsonKind.Object) {
      readObject(c, false);
      continue;
    }
    if (outer && key == ErrorKey.Errors && kind == JsonKind.Array) {
      readFirst(c);
      continue;
    }
    if (!c.skip()) return;
    if (kind == JsonKind.String && c.valueLen > 2) takeText(c, key, outer);
  }
}

function readFirst(c: JsonCursor): void {
  c.enterArray();
  let first = true;
  while (c.nextElement()) {
    if (first && c.kind() == JsonKind.Object) readObject(c, false);
    else c.skip();
    first = false;
  }
}

function takeText(c: JsonCursor, key: ErrorKey, outer: bool): void {
  switch (key) {
    case ErrorKey.Message:
    case ErrorKey.MessageUpper:
    case ErrorKey.Detail:
    case ErrorKey.Error:
      if (!outer || ERROR.messagePtr == 0) takeMessage(c);
      break;
    case ErrorKey.Type:
      if (outer) break; // the envelope's "error"
      ERROR.type = findErrorType(c.word(), c.wordLen);
      ERROR.typePtr = c.valuePtr;
      ERROR.typeLen = c.valueLen;
      break;
    case ErrorKey.Status:
    case ErrorKey.ErrorCode:
      if (ERROR.type == ErrorType.Unknown) ERROR.type = typeOfWord(c.word(), c.wordLen);
      break;
    case ErrorKey.Code:
      ERROR.codePtr = c.valuePtr;
      ERROR.codeLen = c.valueLen;
      break;
    case ErrorKey.RequestId:
      ERROR.requestIdPtr = c.valuePtr;
      ERROR.requestIdLen = c.valueLen;
      break;
    default:
      break;
  }
}

function takeMessage(c: JsonCursor): void {
  ERROR.messagePtr = c.valuePtr;
  ERROR.messageLen = c.valueLen;
}

/** Type of a status word of Google or Databricks, by the table of docs/errors.md. */
function typeOfWord(ptr: usize, len: u32): ErrorType {
  const word = findStatusWord(ptr, len);
  switch (word) {
    case StatusWord.InvalidArgument:
    case StatusWord.FailedPrecondition:
    case StatusWord.OutOfRange:
    case StatusWord.BadRequest:
    case StatusWord.InvalidParameterValue:
      return ErrorType.InvalidRequest;
    case StatusWord.Unauthenticated:
      return ErrorType.Authentication;
    case StatusWord.PermissionDenied:
      return ErrorType.Permission;
    case StatusWord.NotFound:
    case StatusWord.ResourceDoesNotExist:
      return ErrorType.NotFound;
    case StatusWord.ResourceExhausted:
    case StatusWord.RequestLimitExceeded:
      return ErrorType.RateLimit;
    case StatusWord.DeadlineExceeded:
      return ErrorType.Timeout;
    case StatusWord.Unavailable:
    case StatusWord.TemporarilyUnavailable:
      return ErrorType.Overloaded;
    case StatusWord.Internal:
    case StatusWord.UnknownError:
      return ErrorType.Api;
    default:
      return ErrorType.Unknown;
  }
}

/** Type of an error that names none, by HTTP status. */
export function typeOfStatus(status: u32): ErrorType {
  switch (status) {
    case 401:
      return ErrorType.Authentication;
    case 402:
      return ErrorType.Billing;
    case 403:
      return ErrorType.Permission;
    case 404:
      return ErrorType.NotFound;
    case 408:
    case 504:
      return ErrorType.Timeout;
    case 413:
      return ErrorType.RequestTooLarge;
    case 429:
      return ErrorType.RateLimit;
    case 503:
    case 529:
      return ErrorType.Overloaded;
    default:
      return status >= 500 || status == 424 ? ErrorType.Api : ErrorType.InvalidRequest;
  }
}

/** True when a body looks like HTML: it is never quoted. */
export function looksLikeHtml(ptr: usize, len: u32): bool {
  const end = ptr + len;
  const first = skipSpace(ptr, end);
  return first < end && byteAt(first) == <u32>0x3c;
}
