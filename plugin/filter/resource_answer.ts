/** Answers about models, files and batches, by operation: whole ones, and elements of lists. */
import { output } from "../abi/memory";
import * as L from "../bytes/literals";
import { Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { BatchStatus, Compat } from "../policy/config";
import { BATCH, putBatch, putBatchFile, readBatch } from "../translate/batches/object";
import { FILE, putDeleted, putFile, readFile } from "../translate/files/object";
import { putModel, readModel } from "../translate/models/object";
import { keepItemId, putListComma } from "../translate/shared/list_frame";
import { FileKind } from "../translate/shared/resource";
import { Operation } from "../translate/surface";
import { send } from "./reply";
import { StreamState } from "./stream";

const DELETED_CAP: u32 = 4096;

/** Appends the answer for a body. False when the body is none of the operation's. */
export function putResource(
  out: Writer,
  stream: StreamState,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  switch (stream.operation) {
    case Operation.ModelRetrieve: {
      if (!readModel(cursor, ptr, len, resource.maxDepth)) return false;
      putModel(out, resource);
      return true;
    }
    case Operation.FileDelete:
    case Operation.BatchDelete: {
      putDeleted(out, deletedWord(stream), resource.idPtr, resource.idLen);
      return true;
    }
    default:
      return putObject(out, stream, cursor, ptr, len);
  }
}

/** A file or a batch. */
function putObject(
  out: Writer,
  stream: StreamState,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  const isFile = isAboutFile(stream.operation);
  if (isFile && resource.kind == FileKind.Plain) {
    if (!readFile(cursor, ptr, len, resource.maxDepth)) return false;
    putFile(out);
    return true;
  }
  if (!readBatch(cursor, ptr, len, resource.maxDepth)) return false;
  if (isFile) putBatchFile(out, resource);
  else putBatch(out, resource, keepsStatus(stream));
  return true;
}

function isAboutFile(operation: Operation): bool {
  return operation == Operation.FileRetrieve || operation == Operation.FileUpload;
}

/** An ended batch keeps the upstream's word. */
function keepsStatus(stream: StreamState): bool {
  const profile = stream.profile;
  if (profile == null) return false;
  return profile.batchStatus == BatchStatus.Native || profile.compat == Compat.Bifrost;
}

/** Appends an element of a list of files or batches. False when it is none. */
export function putElement(
  out: Writer,
  stream: StreamState,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  if (stream.operation == Operation.FileList) {
    if (!readFile(cursor, ptr, len, resource.maxDepth)) return false;
    putListComma(out, resource);
    keepItemId(resource, FILE.idPtr, FILE.idLen);
    putFile(out);
    return true;
  }
  if (!readBatch(cursor, ptr, len, resource.maxDepth)) return false;
  putListComma(out, resource);
  keepItemId(resource, BATCH.idPtr, BATCH.idLen);
  putBatch(out, resource, keepsStatus(stream));
  return true;
}

function deletedWord(stream: StreamState): usize {
  return stream.operation == Operation.FileDelete ? L.FILE : L.BATCH;
}

/** A deletion may be answered without a body; true when it was, and the client got one. */
export function replyDeleted(stream: StreamState): bool {
  const resource = stream.resource;
  const isDelete =
    stream.operation == Operation.FileDelete || stream.operation == Operation.BatchDelete;
  if (resource == null || !isDelete) return false;
  const out = output();
  out.begin(256, DELETED_CAP);
  putDeleted(out, deletedWord(stream), resource.idPtr, resource.idLen);
  send(stream, 200, 0, 0);
  return true;
}
