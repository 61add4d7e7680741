/**
 * Requests for models, files and batches that need no body: path, query and headers are known at once, so nothing is held. Which key
 * is taken does not depend on the client, because ids live with a key. Source: docs/paths.md.
 */
import { output } from "../abi/memory";
import { Action } from "../abi/numbers";
import { Arena, openArena } from "../bytes/arena";
import * as L from "../bytes/literals";
import { decodePercent } from "../bytes/percent";
import { openStruct } from "../bytes/records";
import { SpanTable } from "../bytes/span_table";
import { Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { FileKind, Resource } from "../translate/shared/resource";
import { clearProblem, refuseMemory } from "../translate/shared/problem";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { endResourcePath, openQuery, putResourcePath } from "./upstream_path";
import { sendUpload } from "./upload";
import { foundWord, foundIdLen, foundIdPtr, isOnFiles, Operation } from "../translate/surface";
import { settleFilesBetas } from "./beta_headers";
import { putCredentials } from "./credentials";
import { putIdPath, readId, repliesEmpty } from "./id_requests";
import { putModelPath, repliesModels } from "./model_requests";
import { refuseOperation } from "./operation";
import { replyError, replyProblem } from "./reply";
import { dropHeader, putHeader, putHeaderLiteral } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { editClientHeaders } from "./request_edit";
import { Phase, StreamState } from "./stream";

const ARENA_BYTES: u32 = 1008;
/** Names, cursors and the like: what is longer is no id. */
const ARENA_CAP: u32 = 262144;
const PATH_CAP: u32 = 65536;

/** Sends the request on its way, or answers it. `end`: it has no body. */
export function sendResource(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
  end: bool,
): Action {
  const resource = openResource(stream, profile);
  if (resource == null) {
    replyError(stream, 500, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY, 0);
    return Action.Continue;
  }
  if (stream.operation == Operation.FileUpload)
    return sendUpload(stream, headers, profile, resource, end);
  if (!isForUpstream(stream, profile, resource)) return Action.Continue;
  const out = output();
  out.begin(256, PATH_CAP);
  if (!putPath(out, stream, profile, resource) || out.failed) {
    replyProblem(stream);
    return Action.Continue;
  }
  putHeader(L.H_PATH, out.start, out.length);
  putCredentials(headers, profile, true);
  editClientHeaders(headers, profile);
  if (!isContent(stream, resource)) editConditions(headers);
  if (!settleBetas(stream, profile, resource)) {
    replyProblem(stream);
    return Action.Continue;
  }
  stream.phase = Phase.Sent;
  return Action.Continue;
}

/** The token that the API of files wants. False with a problem. */
function settleBetas(stream: StreamState, profile: Profile, resource: Resource): bool {
  const config = stream.root.config;
  if (config == null || !isOnFiles(stream.operation) || resource.kind != FileKind.Plain)
    return true;
  return settleFilesBetas(stream, config, profile);
}

function isOnModels(operation: Operation): bool {
  return operation == Operation.ModelList || operation == Operation.ModelRetrieve;
}

/** True for the content of a file that the upstream keeps: its bytes are nobody's business. */
export function isContent(stream: StreamState, resource: Resource): bool {
  return stream.operation == Operation.FileContent && resource.kind == FileKind.Plain;
}

/** False when the request was answered: by what the configuration knows, or with a problem. */
function isForUpstream(stream: StreamState, profile: Profile, resource: Resource): bool {
  if (isOnModels(stream.operation)) return !repliesModels(stream, profile, resource);
  if (readId(stream.operation, profile, resource)) return !repliesEmpty(stream);
  replyProblem(stream);
  return false;
}

/** Makes the state of a creation, whose headers wait for its body, and names its path. False when it was answered. */
export function openCreation(stream: StreamState, profile: Profile): bool {
  const resource = openResource(stream, profile);
  clearProblem();
  if (resource == null) refuseMemory();
  else if (!hasPath(profile.upstream, UpstreamPath.Batches)) refuseOperation(profile, foundWord);
  else {
    const out = output();
    out.begin(256, PATH_CAP);
    openQuery();
    putResourcePath(out, profile, UpstreamPath.Batches, 0, 0);
    endResourcePath(out, profile);
    putHeader(L.H_PATH, out.start, out.length);
    return true;
  }
  replyProblem(stream);
  return false;
}

/** Path and query upstream. False with a problem. */
function putPath(out: Writer, stream: StreamState, profile: Profile, resource: Resource): bool {
  return isOnModels(stream.operation)
    ? putModelPath(out, stream.operation, profile, resource)
    : putIdPath(out, stream.operation, profile, resource);
}

/** What the stream keeps, with the id of the path; null without memory. */
function openResource(stream: StreamState, profile: Profile): Resource | null {
  const arena = openArena(ARENA_BYTES, ARENA_CAP);
  if (arena == null) return null;
  stream.arena = arena;
  const resource = openStruct<Resource>(arena);
  if (resource == null) return null;
  resource.arena = arena;
  resource.maxDepth = profile.maxDepth;
  resource.prefixPtr = profile.listPrefixPtr;
  resource.prefixLen = profile.listPrefixLen;
  stream.resource = resource;
  return takeId(resource, arena) ? resource : null;
}

/** The id of the path without its escapes. False without memory. */
function takeId(resource: Resource, arena: Arena): bool {
  if (foundIdLen == 0) return true;
  const out = output();
  out.begin(foundIdLen, PATH_CAP);
  out.put(foundIdPtr, foundIdLen);
  decodePercent(out);
  resource.idLen = out.length;
  resource.idPtr = arena.keep(out.start, out.length);
  return !out.failed && resource.idPtr != 0;
}

/** There is no body, and the answer is rewritten: a part of it, or none because it did not change, would be of no use. */
function editConditions(headers: SpanTable): void {
  dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  dropHeader(headers, RequestHeader.ContentType, L.H_CONTENT_TYPE);
  dropHeader(headers, RequestHeader.Range, L.H_RANGE);
  dropHeader(headers, RequestHeader.IfNoneMatch, L.H_IF_NONE_MATCH);
  dropHeader(headers, RequestHeader.IfModifiedSince, L.H_IF_MODIFIED_SINCE);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
}
