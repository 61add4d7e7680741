/**
 * Ids of batches and of the files that stand for their parts. The upstream knows neither the form in which lines are to come back nor
 * files, so both are in the id. Source: docs/batches.md, "Ids".
 *
 *   batch-id = [ "batch_" ( "resp" | "text" | "msg" ) "_" ] upstream-id        file-id = "file-" ( "in" | "out" | "err" ) "-" batch-id
 */
import * as L from "../../bytes/literals";
import { isDigit, isLetter, Ascii } from "../../bytes/ascii";
import { byteAt, equalsLiteral, literalLen, startsWithLiteral } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { BatchFormat, FileKind, Resource } from "./resource";

const LONGEST: u32 = 256;

/** True for 1 to 256 of `A-Z a-z 0-9 _ . : -`, dots alone excepted. */
export function isId(ptr: usize, len: u32): bool {
  let dots: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (c == Ascii.Dot) dots += 1;
    else if (!isLetter(c) && !isDigit(c) && !isMark(c)) return false;
  }
  return len <= LONGEST && dots < len;
}

/** True when the id of the client and what goes upstream of it are ids: nothing leads up in the path. */
export function isWholeId(resource: Resource): bool {
  return isId(resource.idPtr, resource.idLen) && isId(resource.upstreamPtr, resource.upstreamLen);
}

function isMark(c: u32): bool {
  return c == Ascii.Underscore || c == Ascii.Colon || c == Ascii.Minus;
}

/** Takes the form of the lines and the upstream's id from an id of a batch. */
export function readBatchId(resource: Resource, ptr: usize, len: u32): void {
  resource.format = BatchFormat.Chat;
  let mark: u32 = 0;
  for (let format: u32 = BatchFormat.Responses; format <= <u32>BatchFormat.Messages; format++) {
    const word = markOf(format);
    if (!startsWithLiteral(ptr, len, word) || literalLen(word) >= len) continue;
    resource.format = format;
    mark = literalLen(word);
  }
  resource.upstreamPtr = ptr + mark;
  resource.upstreamLen = len - mark;
}

/** Takes what an id of a file stands for, and the id of the batch or the file upstream. */
export function readFileId(resource: Resource): void {
  const ptr = resource.idPtr;
  const len = resource.idLen;
  resource.kind = FileKind.Plain;
  resource.upstreamPtr = ptr;
  resource.upstreamLen = len;
  let mark: u32 = 0;
  if (startsWithLiteral(ptr, len, L.FILE_IN)) resource.kind = FileKind.Input;
  else if (startsWithLiteral(ptr, len, L.FILE_OUT)) resource.kind = FileKind.Output;
  else if (startsWithLiteral(ptr, len, L.FILE_ERR)) resource.kind = FileKind.Errors;
  else if (startsWithLiteral(ptr, len, L.BATCH_RESULTS)) resource.kind = FileKind.All;
  else if (startsWithLiteral(ptr, len, L.MSGBATCH)) {
    resource.kind = FileKind.All;
    readBatchId(resource, ptr, len);
    return;
  } else return;
  mark = literalLen(prefixOf(resource.kind));
  readBatchId(resource, ptr + mark, len - mark);
}

/** What stands in front of the id of a batch in the id of a file; a literal. */
export function prefixOf(kind: FileKind): usize {
  switch (kind) {
    case FileKind.Input:
      return L.FILE_IN;
    case FileKind.Output:
      return L.FILE_OUT;
    case FileKind.Errors:
      return L.FILE_ERR;
    default:
      return L.BATCH_RESULTS;
  }
}

/** What stands in front of the upstream's id in the id of a batch; a literal. */
export function markOf(format: BatchFormat): usize {
  switch (format) {
    case BatchFormat.Responses:
      return L.BATCH_RESP;
    case BatchFormat.Completions:
      return L.BATCH_TEXT;
    case BatchFormat.Messages:
      return L.BATCH_MSG;
    default:
      return L.TEXT_NOTHING;
  }
}

/** `endpoint` of a batch; a literal. */
export function endpointOf(format: BatchFormat): usize {
  switch (format) {
    case BatchFormat.Responses:
      return L.ENDPOINT_RESPONSES;
    case BatchFormat.Completions:
      return L.ENDPOINT_COMPLETIONS;
    case BatchFormat.Messages:
      return L.ENDPOINT_MESSAGES;
    default:
      return L.ENDPOINT_CHAT;
  }
}

/** No endpoint that a batch can have. */
export const NO_FORMAT: i32 = -1;

/** The form that an endpoint asks for, a BatchFormat. */
export function formatOf(ptr: usize, len: u32): i32 {
  for (let format: u32 = 0; format <= <u32>BatchFormat.Messages; format++) {
    if (equalsLiteral(ptr, len, endpointOf(format))) return format;
  }
  return NO_FORMAT;
}

/** Appends the id of a batch, or of a file of it (`prefix`: a literal, or 0), around the inside of the upstream's id. */
export function putBatchId(
  out: Writer,
  prefix: usize,
  format: BatchFormat,
  ptr: usize,
  len: u32,
): void {
  out.byte(Ascii.Quote);
  if (prefix != 0) out.literal(prefix);
  out.literal(markOf(format));
  out.put(ptr, len);
  out.byte(Ascii.Quote);
}
