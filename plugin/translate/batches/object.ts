/** Batches: a MessageBatch as an OpenAI `batch`, and as the files that stand for its parts. Source: docs/batches.md, "Object". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { makeStruct } from "../../bytes/records";
import { NOT_A_TIME } from "../../bytes/time";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { JsonKind, JsonStatus } from "../../json/status";
import { endpointOf, prefixOf, putBatchId } from "../shared/batch_ids";
import { FileKind, Resource } from "../shared/resource";
import { putUnix, putUnixOrNull, unixOf } from "../shared/unix_time";

/** Results live for 29 days. */
const RESULT_SECONDS: i64 = 29 * 86400;

@unmanaged
@final
export class BatchObject {
  idPtr: usize; // token
  idLen: u32;
  statusPtr: usize; // token of processing_status
  statusLen: u32;
  countsPtr: usize; // JSON
  countsLen: u32;
  processing: u64;
  succeeded: u64;
  errored: u64;
  canceled: u64;
  expired: u64;
  created: i64; // Unix seconds, NOT_A_TIME: absent
  ended: i64;
  expires: i64;
  archived: i64;
  cancelled: i64;
}

/** The batch read last. */
export const BATCH: BatchObject = makeStruct<BatchObject>();

/** Reads the object that fills the document into BATCH. False when it is none, or has no id. */
export function readBatch(c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  const batch = BATCH;
  batch.idLen = batch.statusLen = batch.countsLen = 0;
  batch.processing = batch.succeeded = batch.errored = batch.canceled = batch.expired = 0;
  batch.created = batch.ended = batch.expires = batch.archived = batch.cancelled = NOT_A_TIME;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    const kind = c.kind();
    const read = kind == JsonKind.String ? readText(c, batch) : readOther(c, batch, kind);
    if (!read) return false;
  }
  return c.finish() && batch.idLen > 2;
}

function readText(c: JsonCursor, batch: BatchObject): bool {
  const isId = c.keyIs(L.ID);
  const isStatus = c.keyIs(L.PROCESSING_STATUS);
  const place = timeAt(c);
  if (!c.skip()) return false;
  if (isId) {
    batch.idPtr = c.valuePtr;
    batch.idLen = c.valueLen;
  } else if (isStatus) {
    batch.statusPtr = c.valuePtr;
    batch.statusLen = c.valueLen;
  } else if (place != BatchTime.None) setTime(batch, place, unixOf(c.valuePtr, c.valueLen));
  return true;
}

const enum BatchTime {
  None = 0,
  Created = 1,
  Ended = 2,
  Expires = 3,
  Archived = 4,
  Cancelled = 5,
}

function timeAt(c: JsonCursor): BatchTime {
  if (c.keyIs(L.CREATED_AT)) return BatchTime.Created;
  if (c.keyIs(L.ENDED_AT)) return BatchTime.Ended;
  if (c.keyIs(L.EXPIRES_AT)) return BatchTime.Expires;
  if (c.keyIs(L.ARCHIVED_AT)) return BatchTime.Archived;
  return c.keyIs(L.CANCEL_INITIATED_AT) ? BatchTime.Cancelled : BatchTime.None;
}

function setTime(batch: BatchObject, place: BatchTime, seconds: i64): void {
  switch (place) {
    case BatchTime.Created:
      batch.created = seconds;
      break;
    case BatchTime.Ended:
      batch.ended = seconds;
      break;
    case BatchTime.Expires:
      batch.expires = seconds;
      break;
    case BatchTime.Archived:
      batch.archived = seconds;
      break;
    default:
      batch.cancelled = seconds;
      break;
  }
}

function readOther(c: JsonCursor, batch: BatchObject, kind: JsonKind): bool {
  if (kind != JsonKind.Object || !c.keyIs(L.REQUEST_COUNTS)) return c.skip();
  batch.countsPtr = c.ptr;
  c.enterObject();
  while (c.nextKey()) {
    const key = countAt(c);
    const isNumber = c.kind() == JsonKind.Number;
    if (!c.skip()) return false;
    const value = isNumber ? readInteger(c.valuePtr, c.valueLen) : 0;
    if (value > 0) setCount(batch, key, <u64>value);
  }
  batch.countsLen = <u32>(c.ptr - batch.countsPtr);
  return c.status == JsonStatus.Ok;
}

const enum BatchCount {
  None = 0,
  Processing = 1,
  Succeeded = 2,
  Errored = 3,
  Canceled = 4,
  Expired = 5,
}

function countAt(c: JsonCursor): BatchCount {
  if (c.keyIs(L.PROCESSING)) return BatchCount.Processing;
  if (c.keyIs(L.SUCCEEDED)) return BatchCount.Succeeded;
  if (c.keyIs(L.ERRORED)) return BatchCount.Errored;
  if (c.keyIs(L.CANCELED)) return BatchCount.Canceled;
  return c.keyIs(L.EXPIRED) ? BatchCount.Expired : BatchCount.None;
}

function setCount(batch: BatchObject, key: BatchCount, value: u64): void {
  if (key == BatchCount.Processing) batch.processing = value;
  else if (key == BatchCount.Succeeded) batch.succeeded = value;
  else if (key == BatchCount.Errored) batch.errored = value;
  else if (key == BatchCount.Canceled) batch.canceled = value;
  else if (key == BatchCount.Expired) batch.expired = value;
}

function statusIs(word: usize): bool {
  return BATCH.statusLen > 2 && equalsLiteral(BATCH.statusPtr + 1, BATCH.statusLen - 2, word);
}

/** Literal of the status; 0: the upstream's word. `native`: the seed's words. */
function statusOf(native: bool): usize {
  if (statusIs(L.CANCELING)) return L.STATUS_CANCELLING;
  if (!statusIs(L.ENDED) || native) return 0;
  if (BATCH.cancelled != NOT_A_TIME) return L.STATUS_CANCELLED;
  return BATCH.expired > 0 ? L.EXPIRED : L.STATUS_COMPLETED;
}

/** Appends the batch in BATCH. `native`: an ended batch keeps the upstream's word. */
export function putBatch(out: Writer, resource: Resource, native: bool): void {
  const batch = BATCH;
  const id = batch.idPtr + 1;
  const idLen = batch.idLen - 2;
  const format = resource.format;
  const hasResults = statusIs(L.ENDED) && batch.archived == NOT_A_TIME;
  const failed = batch.errored + batch.expired + batch.canceled;
  out.literal(L.B_ID);
  putBatchId(out, 0, format, id, idLen);
  out.literal(L.B_ENDPOINT);
  out.literal(endpointOf(format));
  out.literal(L.B_INPUT);
  if (resource.inputLen > 0) out.put(resource.inputPtr, resource.inputLen);
  else putBatchId(out, L.FILE_IN, format, id, idLen);
  out.literal(L.B_WINDOW);
  const status = statusOf(native);
  if (status != 0) putWord(out, status);
  else if (batch.statusLen > 0) out.put(batch.statusPtr, batch.statusLen);
  else out.literal(L.EMPTY_STRING);
  out.literal(L.B_OUTPUT);
  if (hasResults && batch.succeeded > 0) putBatchId(out, L.FILE_OUT, format, id, idLen);
  else out.literal(L.NULL);
  out.literal(L.B_ERROR);
  if (hasResults && failed > 0) putBatchId(out, L.FILE_ERR, format, id, idLen);
  else out.literal(L.NULL);
  putTimes(out, status);
  putCounts(out, failed);
  out.literal(L.B_METADATA);
  if (resource.metadataLen > 0) out.put(resource.metadataPtr, resource.metadataLen);
  else out.literal(L.NULL);
  putExtensions(out);
}

function putWord(out: Writer, word: usize): void {
  out.byte(Ascii.Quote);
  out.literal(word);
  out.byte(Ascii.Quote);
}

function putTimes(out: Writer, status: usize): void {
  const batch = BATCH;
  out.literal(L.B_CREATED);
  putUnix(out, batch.created);
  out.literal(L.B_IN_PROGRESS);
  putUnixOrNull(out, batch.created);
  out.literal(L.B_EXPIRES);
  putUnixOrNull(out, batch.expires);
  out.literal(L.B_COMPLETED);
  putUnixOrNull(out, status == L.STATUS_COMPLETED ? batch.ended : NOT_A_TIME);
  out.literal(L.B_EXPIRED);
  putUnixOrNull(out, status == L.EXPIRED ? batch.ended : NOT_A_TIME);
  out.literal(L.B_CANCELLING);
  putUnixOrNull(out, batch.cancelled);
  out.literal(L.B_CANCELLED);
  putUnixOrNull(out, status == L.STATUS_CANCELLED ? batch.ended : NOT_A_TIME);
}

function putCounts(out: Writer, failed: u64): void {
  out.literal(L.B_TOTAL);
  putU64(out, BATCH.processing + BATCH.succeeded + failed);
  out.literal(L.B_DONE);
  putU64(out, BATCH.succeeded);
  out.literal(L.B_FAILED);
  putU64(out, failed);
}

function putExtensions(out: Writer): void {
  out.literal(L.B_STATUS);
  if (BATCH.statusLen > 0) out.put(BATCH.statusPtr, BATCH.statusLen);
  else out.literal(L.NULL);
  out.literal(L.B_ARCHIVED);
  putUnixOrNull(out, BATCH.archived);
  out.literal(L.B_COUNTS);
  if (BATCH.countsLen > 0) out.put(BATCH.countsPtr, BATCH.countsLen);
  else out.literal(L.NULL);
  out.byte(Ascii.BraceClose);
}

/** Appends the file that stands for a part of the batch in BATCH. */
export function putBatchFile(out: Writer, resource: Resource): void {
  const batch = BATCH;
  const id = batch.idPtr + 1;
  const idLen = batch.idLen - 2;
  const kind = resource.kind;
  const isInput = kind == FileKind.Input;
  const ended = statusIs(L.ENDED);
  out.literal(L.F_ID);
  if (kind == FileKind.All) out.put(batch.idPtr, batch.idLen);
  else putBatchId(out, prefixOf(kind), resource.format, id, idLen);
  out.literal(L.F_BYTES);
  putU64(out, resource.bytes);
  out.literal(L.F_CREATED);
  putUnix(out, isInput || batch.ended == NOT_A_TIME ? batch.created : batch.ended);
  out.literal(L.F_NAME);
  putName(out, resource, id, idLen);
  out.literal(ended || isInput ? L.F_PROCESSED : L.F_UPLOADED);
  putUnixOrNull(out, batch.created == NOT_A_TIME ? NOT_A_TIME : batch.created + RESULT_SECONDS);
  out.literal(L.F_NO_DETAILS);
}

/** The name that the file was uploaded with, else one made of the batch's id; and the purpose. */
function putName(out: Writer, resource: Resource, id: usize, idLen: u32): void {
  const kind = resource.kind;
  if (resource.nameLen > 0) {
    out.put(resource.namePtr, resource.nameLen);
    out.literal(L.F_INPUT_PURPOSE);
    return;
  }
  out.byte(Ascii.Quote);
  out.put(id, idLen);
  if (kind == FileKind.Input) out.literal(L.F_INPUT_TAIL);
  else out.literal(kind == FileKind.Errors ? L.F_ERROR_TAIL : L.F_OUTPUT_TAIL);
}
