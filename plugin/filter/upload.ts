/**
 * `POST /v1/files`: the client's form goes upstream window by window, as far as the upstream knows it. Nothing is collected.
 * Source: docs/files.md, "Upload".
 */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import { LONGEST_BOUNDARY } from "../bytes/multipart";
import { equalsLiteralIgnoreCase } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { boundaryLen, boundaryPtr, findBoundary } from "../translate/files/form";
import { endUpload, openUpload, putUpload } from "../translate/files/upload";
import { atMember, clearProblem, refuse, refuseMemory } from "../translate/shared/problem";
import { Resource } from "../translate/shared/resource";
import { foundWord } from "../translate/surface";
import { putFilesBeta } from "./beta_headers";
import { putCredentials } from "./credentials";
import { countRequest } from "./metrics";
import { refuseOperation } from "./operation";
import { replyProblem } from "./reply";
import { editClientHeaders } from "./request_edit";
import { dropHeader, putHeader, putHeaderLiteral } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { Phase, StreamState } from "./stream";
import { endResourcePath, openQuery, putResourcePath } from "./upstream_path";

const PATH_CAP: u32 = 65536;
/** What an output may have besides the window that it was made of: heads and delimiters. */
const FRAME_BYTES: u32 = 65536;

/** Sends an upload on its way, or answers it. `end`: it has no body. */
export function sendUpload(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
  resource: Resource,
  end: bool,
): void {
  clearProblem();
  if (!checkUpload(headers, profile, end)) {
    replyProblem(stream);
    return;
  }
  stream.upload = openUpload(resource.arena, boundaryPtr, boundaryLen);
  if (stream.upload == null) {
    refuseMemory();
    replyProblem(stream);
    return;
  }
  putFilesPath(profile);
  putCredentials(headers, profile, true);
  // What goes upstream is shorter than the form, by what is only known in the end.
  dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  editClientHeaders(headers, profile);
  putFilesBeta();
  stream.phase = Phase.Sent;
  countRequest(stream);
}

/** What the headers alone tell to be in vain. False with a problem. */
function checkUpload(headers: SpanTable, profile: Profile, end: bool): bool {
  if (!hasPath(profile.upstream, UpstreamPath.Files)) return refuseOperation(profile, foundWord);
  const encoding = headers.len(RequestHeader.ContentEncoding);
  const value = headers.ptr(RequestHeader.ContentEncoding);
  if (encoding > 0 && !equalsLiteralIgnoreCase(value, encoding, L.IDENTITY))
    return refuse(415, L.CODE_CONTENT_ENCODING, L.TEXT_ENCODED_REQUEST);
  findBoundary(headers.ptr(RequestHeader.ContentType), headers.len(RequestHeader.ContentType));
  if (boundaryLen > 0 && boundaryLen <= LONGEST_BOUNDARY && !end) return true;
  atMember(L.FILE);
  return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_NOT_A_FORM);
}

function putFilesPath(profile: Profile): void {
  const out = output();
  out.begin(256, PATH_CAP);
  openQuery();
  putResourcePath(out, profile, UpstreamPath.Files, 0, 0);
  endResourcePath(out, profile);
  putHeader(L.H_PATH, out.start, out.length);
}

/** A window of the form. */
export function takeUpload(stream: StreamState, size: u32, end: bool): Action {
  const upload = stream.upload;
  if (upload == null || stream.phase == Phase.Replied) return Action.Continue;
  const out = output();
  out.begin(size, size + FRAME_BYTES);
  clearProblem();
  let good = true;
  if (size > 0) {
    good = readBuffer(BufferType.RequestBody, size) == Status.Ok;
    good = good ? putUpload(out, upload, resultPtr, resultLen) : refuseMemory();
  }
  if (good && end) good = endUpload(upload);
  if (good && out.failed) good = refuseMemory();
  if (good) replaceBuffer(BufferType.RequestBody, out.start, out.length);
  // What has gone upstream is not a whole request, so nothing comes of it.
  else replyProblem(stream);
  return Action.Continue;
}

/** With trailers no body callback says that it is the last. */
export function finishUpload(stream: StreamState): void {
  const upload = stream.upload;
  if (upload == null || stream.phase == Phase.Replied) return;
  clearProblem();
  if (!endUpload(upload)) replyProblem(stream);
}
