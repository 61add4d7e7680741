/** `:path` of native requests. Source: docs/native.md, "Request"; docs/providers.md, the table of paths. */
import { findByte } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { makeWriter, Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { beginPath, endPath, isModelInPath, messagesPath } from "../policy/upstream";
import { Plan } from "../translate/plan";
import { Operation } from "../translate/surface";
import { putHeader } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { StreamState } from "./stream";

const PATH: Writer = makeWriter();
/** More than a host lets a path have. */
const PATH_CAP: u32 = 65536;
const QUESTION: u32 = 0x3f;

/** The upstream's path for the operation. */
export function nativePath(operation: Operation, stream: bool): UpstreamPath {
  return operation == Operation.CountTokens ? UpstreamPath.CountTokens : messagesPath(stream);
}

/** The path, when it is the same for every body. The client's query stays. */
export function putFixedNativePath(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
): void {
  if (needsBody(stream.operation, profile)) return;
  const client = headers.ptr(RequestHeader.Path);
  const end = client + headers.len(RequestHeader.Path);
  const query = findByte(client, end, QUESTION);
  const path = nativePath(stream.operation, false);
  PATH.begin(256, PATH_CAP);
  beginPath(PATH, profile.upstream, path, 0, 0);
  // A path with another version than the API's own is no place for the API's query.
  const keeps = query < end && !profile.upstream.versionInBody;
  endPath(PATH, profile.upstream, keeps ? query + 1 : 0, keeps ? <u32>(end - query) - 1 : 0);
  if (!PATH.failed) putHeader(L.H_PATH, PATH.start, PATH.length);
  PATH.finish(0);
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
  endPath(PATH, profile.upstream, 0, 0);
  if (!PATH.failed) putHeader(L.H_PATH, PATH.start, PATH.length);
  PATH.finish(0);
}

function needsBody(operation: Operation, profile: Profile): bool {
  const upstream = profile.upstream;
  return operation == Operation.CountTokens
    ? isModelInPath(upstream, UpstreamPath.CountTokens)
    : upstream.pathNeedsBody;
}
