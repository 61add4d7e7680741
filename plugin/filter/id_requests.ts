/** Requests for files and batches that need no body: ids, paths and queries upstream. Sources: docs/files.md, docs/batches.md. */
import { output } from "../abi/memory";
import { equalsLiteral, startsWithLiteral } from "../bytes/compare";
import { readU32 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { isWholeId, readBatchId, readFileId } from "../translate/shared/batch_ids";
import {
  atMember,
  clearProblem,
  refuse,
  refuseUnsupported,
  refuseValue,
} from "../translate/shared/problem";
import { findQuery, putEscaped, queryLen, queryPtr } from "../translate/shared/query";
import { FileKind, Resource } from "../translate/shared/resource";
import {
  foundQueryLen,
  foundQueryPtr,
  foundWord,
  isOnFiles,
  Operation,
} from "../translate/surface";
import { refuseOperation } from "./operation";
import { send } from "./reply";
import { StreamState } from "./stream";
import { endResourcePath, openQuery, putQueryMember, putResourcePath } from "./upstream_path";

/** The API's largest page: clients of OpenAI that do not page expect all. */
const MOST_FILES: i64 = 1000;

/** Reads the id of the path, refuses what cannot be. False with a problem. */
export function readId(operation: Operation, profile: Profile, resource: Resource): bool {
  const isFile = isOnFiles(operation);
  clearProblem();
  if (!isFile) readBatchId(resource, resource.idPtr, resource.idLen);
  else if (resource.idPtr != 0) readFileId(resource);
  if (resource.idPtr != 0 && !isWholeId(resource)) {
    atMember(isFile ? L.FILE_ID : L.BATCH_ID);
    return refuseValue(L.CODE_INVALID_VALUE, resource.idPtr, resource.idLen, L.TEXT_ID_FORM);
  }
  const path = pathOf(isFile, resource);
  if (!hasPath(profile.upstream, path)) return refuseOperation(profile, foundWord);
  return resource.kind == FileKind.Plain || checkPart(operation, resource);
}

/** Parts of a batch live with the batch. */
function pathOf(isFile: bool, resource: Resource): UpstreamPath {
  return isFile && resource.kind == FileKind.Plain ? UpstreamPath.Files : UpstreamPath.Batches;
}

/** What cannot be done with a part of a batch. */
function checkPart(operation: Operation, resource: Resource): bool {
  const isInput = resource.kind == FileKind.Input;
  if (operation == Operation.FileDelete) {
    atMember(L.FILE_ID);
    const text = isInput ? L.TEXT_KEEPS_INPUT : L.TEXT_KEEPS_RESULTS;
    return refuse(400, L.CODE_UNSUPPORTED_OPERATION, text);
  }
  if (operation != Operation.FileContent || !isInput) return true;
  atMember(L.FILE_ID);
  return refuse(400, L.CODE_UNSUPPORTED_OPERATION, L.TEXT_KEEPS_INPUT);
}

/** Appends path and query upstream. False with a problem. */
export function putIdPath(
  out: Writer,
  operation: Operation,
  profile: Profile,
  resource: Resource,
): bool {
  const query = openQuery();
  const isFile = isOnFiles(operation);
  if (operation == Operation.FileList && !putFileQuery(query)) return false;
  if (operation == Operation.BatchList) putBatchQuery(query, resource);
  const path = pathOf(isFile, resource);
  putResourcePath(out, profile, path, resource.upstreamPtr, resource.upstreamLen);
  const tail = tailOf(operation, resource);
  if (tail != 0) out.literal(tail);
  endResourcePath(out, profile);
  return true;
}

function tailOf(operation: Operation, resource: Resource): usize {
  switch (operation) {
    case Operation.BatchCancel:
      return L.TAIL_CANCEL;
    case Operation.BatchResults:
    case Operation.BatchOutput:
      return L.TAIL_RESULTS;
    case Operation.FileContent:
      return resource.kind == FileKind.Plain ? L.TAIL_CONTENT : L.TAIL_RESULTS;
    default:
      return 0;
  }
}

function findNamed(name: usize): bool {
  return findQuery(foundQueryPtr, foundQueryLen, name);
}

/** True when a list is asked for that is empty for sure: there are no files of another purpose. Answers it. */
export function repliesEmpty(stream: StreamState): bool {
  if (stream.operation != Operation.FileList || !findNamed(L.PURPOSE)) return false;
  if (equalsLiteral(queryPtr, queryLen, L.BATCH)) return false;
  const out = output();
  out.begin(128, 4096);
  out.literal(L.EMPTY_LIST);
  send(stream, 200, 0, 0);
  return true;
}

function putFileQuery(query: Writer): bool {
  if (findNamed(L.ORDER) && equalsLiteral(queryPtr, queryLen, L.ASC)) {
    atMember(L.ORDER);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_ORDER);
  }
  putQueryMember(query, L.LIMIT);
  if (!putFileLimit(query)) return false;
  if (findNamed(L.AFTER) || findNamed(L.AFTER_ID)) {
    if (startsWithLiteral(queryPtr, queryLen, L.FILE_DASH)) {
      atMember(L.AFTER);
      return refuseValue(L.CODE_INVALID_VALUE, queryPtr, queryLen, L.TEXT_NOT_A_CURSOR);
    }
    putQueryMember(query, L.AFTER_ID);
    putEscaped(query, queryPtr, queryLen);
  }
  putBefore(query);
  return true;
}

/** OpenAI allows 10,000 and means all by default. */
function putFileLimit(query: Writer): bool {
  if (!findNamed(L.LIMIT)) {
    query.literal(L.MOST_ITEMS);
    return true;
  }
  const value = readU32(queryPtr, queryLen);
  if (value > MOST_FILES) query.literal(L.MOST_ITEMS);
  else if (value > 0) query.put(queryPtr, queryLen);
  else {
    atMember(L.LIMIT);
    return refuseValue(L.CODE_INVALID_VALUE, queryPtr, queryLen, L.TEXT_LIMIT_RANGE);
  }
  return true;
}

function putBefore(query: Writer): void {
  if (!findNamed(L.BEFORE_ID)) return;
  putQueryMember(query, L.BEFORE_ID);
  putEscaped(query, queryPtr, queryLen);
}

/** The upstream's defaults and bounds are OpenAI's. */
function putBatchQuery(query: Writer, resource: Resource): void {
  if (findNamed(L.LIMIT)) {
    putQueryMember(query, L.LIMIT);
    putEscaped(query, queryPtr, queryLen);
  }
  if (findNamed(L.AFTER) || findNamed(L.AFTER_ID)) {
    putQueryMember(query, L.AFTER_ID);
    putBatchCursor(query, resource);
  }
  if (!findNamed(L.BEFORE_ID)) return;
  putQueryMember(query, L.BEFORE_ID);
  putBatchCursor(query, resource);
}

function putBatchCursor(query: Writer, resource: Resource): void {
  readBatchId(resource, queryPtr, queryLen);
  putEscaped(query, resource.upstreamPtr, resource.upstreamLen);
  readBatchId(resource, resource.idPtr, resource.idLen);
}
