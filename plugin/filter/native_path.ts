/** `:path` of native requests. Source: docs/native.md, "Request"; docs/providers.md, the table of paths. */
import { findByte } from "../bytes/compare";
import { Ascii } from "../bytes/ascii";
import { SpanTable } from "../bytes/span_table";
import * as L from "../bytes/literals";
import { makeWriter, Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { beginPath, endPath, isModelInPath, messagesPath } from "../policy/upstream";
import { Plan } from "../translate/plan";
import { Operation } from "../translate/surface";
import { putHeader, readRequestHeaders } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { StreamState } from "./stream";

const PATH: Writer = makeWriter();
/** More than a host lets a path have. */
const PATH_CAP: u32 = 65536;

/** The upstream's path for the operation. */
export function nativePath(operation: Operation, stream: bool): UpstreamPath {
  return operation == Operation.CountTokens ? UpstreamPath.CountTokens : messagesPath(stream);
}

/** The path, when it is the same for every body. */
export function putFixedNativePath(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
): void {
  if (needsBody(stream.operation, profile)) return;
  PATH.begin(256, PATH_CAP);
  beginPath(PATH, profile.upstream, nativePath(stream.operation, false), 0, 0);
  putPath(keepsQuery(profile) ? headers : null, profile);
}

/** The path that depends on the body; the headers are still held then. */
export function putNativePathByBody(
  stream: StreamState,
  profile: Profile,
  plan: Plan,
  streams: bool,
): void {
  if (!needsBody(stream.operation, profile)) return;
  const path = nativePath(stream.operation, streams);
  PATH.begin(256, PATH_CAP);
  beginPath(PATH, profile.upstream, path, plan.modelPtr, plan.modelLen);
  putPath(keepsQuery(profile) ? readRequestHeaders() : null, profile);
}

/** A path of another API than the client's is no place for the client's query. */
function keepsQuery(profile: Profile): bool {
  return !profile.upstream.versionInBody;
}

/** Ends the path with the query of the client's headers (null: without), and sets it. */
function putPath(headers: SpanTable | null, profile: Profile): void {
  let query: usize = 0;
  let queryLen: u32 = 0;
  if (headers != null) {
    const client = headers.ptr(RequestHeader.Path);
    const end = client + headers.len(RequestHeader.Path);
    query = findByte(client, end, Ascii.Question) + 1;
    if (query <= end) queryLen = <u32>(end - query);
  }
  endPath(PATH, profile.upstream, query, queryLen);
  if (!PATH.failed) putHeader(L.H_PATH, PATH.start, PATH.length);
  PATH.finish(0);
}

function needsBody(operation: Operation, profile: Profile): bool {
  const upstream = profile.upstream;
  return operation == Operation.CountTokens
    ? isModelInPath(upstream, UpstreamPath.CountTokens)
    : upstream.pathNeedsBody;
}
