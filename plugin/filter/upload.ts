/**
 * `POST /v1/files`: the client's form goes upstream window by window, as far as the upstream knows it. Nothing is collected.
 * Source: docs/files.md, "Upload".
 */
import { readBufferFrom, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { openLineStream } from "../bytes/line_stream";
import { openStruct } from "../bytes/records";
import { Action, BufferType, Status } from "../abi/numbers";
import { LONGEST_BOUNDARY } from "../bytes/multipart";
import { equalsLiteralIgnoreCase } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { InputFile, Profile, RequestHeaders } from "../policy/config";
import { Facts } from "../translate/plan";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { boundaryLen, boundaryPtr, findBoundary } from "../translate/files/form";
import { endUpload, openUpload, putUpload, Upload } from "../translate/files/upload";
import { atMember, clearProblem, refuse, refuseMemory } from "../translate/shared/problem";
import { FileKind, Resource } from "../translate/shared/resource";
import { foundWord } from "../translate/surface";
import { keepAdaptations } from "./answer_shape";
import { eagerFeatures, settleEagerBetas, settleFilesBetas } from "./beta_headers";
import { openProbe, putLines, Sniffed, sniffUpload } from "./eager";
import { proveHold, watch } from "./tick";
import { putCredentials } from "./credentials";
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
/** An output of one callback where lines are translated. */
const OUTPUT_CAP: u32 = 0x2000_0000;

/** Sends an upload on its way, or answers it. `end`: it has no body. */
export function sendUpload(
  stream: StreamState,
  headers: SpanTable,
  profile: Profile,
  resource: Resource,
  end: bool,
): Action {
  clearProblem();
  if (!checkUpload(headers, profile, end)) {
    replyProblem(stream);
    return Action.Continue;
  }
  const upload = openUpload(resource.arena, boundaryPtr, boundaryLen);
  stream.upload = upload;
  if (upload == null) {
    refuseMemory();
    replyProblem(stream);
    return Action.Continue;
  }
  putCredentials(headers, profile, true);
  // What goes upstream is shorter than the form, by what is only known in the end.
  dropHeader(headers, RequestHeader.ContentLength, L.H_CONTENT_LENGTH);
  putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  editClientHeaders(headers, profile);
  if (mayBeBatch(stream, profile)) {
    if (!openProbe(upload, resource.arena)) {
      refuseMemory();
      replyProblem(stream);
      return Action.Continue;
    }
    // Where it goes depends on what it is.
    stream.phase = Phase.Waiting;
    stream.requestHeld = true;
    watch(stream);
    return Action.Pause;
  }
  sendFile(stream, profile);
  return Action.Continue;
}

/** An upload may make a batch: headers can wait for what it is, and there are batches. */
function mayBeBatch(stream: StreamState, profile: Profile): bool {
  const config = stream.root.config;
  if (profile.inputFile != InputFile.Eager || config == null) return false;
  return (
    config.requestHeaders == RequestHeaders.Hold && hasPath(profile.upstream, UpstreamPath.Batches)
  );
}

/** The file is kept by the upstream. */
function sendFile(stream: StreamState, profile: Profile): void {
  putUploadPath(profile, UpstreamPath.Files);
  const config = stream.root.config;
  if (config != null && !settleFilesBetas(stream, config, profile)) {
    replyProblem(stream);
    return;
  }
  stream.requestHeld = false;
  stream.phase = Phase.Sent;
}

/** The file is the input of a batch, which it makes. False without memory. */
function sendBatch(stream: StreamState, profile: Profile, upload: Upload): bool {
  const resource = stream.resource;
  upload.lines = openLineStream(profile.maxRequestBytes);
  if (resource == null || upload.lines == null) return refuseMemory();
  resource.kind = FileKind.Input;
  upload.isEager = true;
  const config = stream.root.config;
  if (config == null || !settleEagerBetas(stream, config, profile)) return false;
  upload.covered = eagerFeatures;
  putUploadPath(profile, UpstreamPath.Batches);
  putHeaderLiteral(L.H_CONTENT_TYPE, L.APPLICATION_JSON);
  stream.requestHeld = false;
  stream.phase = Phase.Sent;
  return true;
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

function putUploadPath(profile: Profile, path: UpstreamPath): void {
  const out = output();
  out.begin(256, PATH_CAP);
  openQuery();
  putResourcePath(out, profile, path, 0, 0);
  endResourcePath(out, profile);
  putHeader(L.H_PATH, out.start, out.length);
}

/** A window of the form. While headers are held the host hands in all bytes so far. */
export function takeUpload(stream: StreamState, size: u32, end: bool): Action {
  const upload = stream.upload;
  if (upload == null || stream.phase == Phase.Replied) return Action.Continue;
  clearProblem();
  if (stream.requestHeld) {
    if (!readWindow(upload.probed, size)) return giveUp(stream);
    const kind = sniff(stream, upload, size, end);
    if (kind == Sniffed.Unknown) return Action.Pause;
    if (!settleUpload(stream, upload, kind)) return giveUp(stream);
  }
  if (!readWindow(0, size)) return giveUp(stream);
  if (!putWindow(stream, upload, size, end)) return giveUp(stream);
  const out = output();
  replaceBuffer(BufferType.RequestBody, out.start, out.length);
  return Action.Continue;
}

let windowPtr: usize = 0;

/** Reads the bytes of the window from `start` on. False without memory. */
function readWindow(start: u32, size: u32): bool {
  windowPtr = 0;
  if (size <= start) return true;
  const status = readBufferFrom(BufferType.RequestBody, start, size - start);
  if (status != Status.Ok || resultLen != size - start) return refuseMemory();
  windowPtr = resultPtr;
  return true;
}

/** What has gone upstream is not a whole request, so nothing comes of it. */
function giveUp(stream: StreamState): Action {
  replyProblem(stream);
  return Action.Continue;
}

/** Writes what goes upstream for the window. False with a problem. */
function putWindow(stream: StreamState, upload: Upload, size: u32, end: bool): bool {
  const out = output();
  out.begin(size, upload.isEager ? OUTPUT_CAP : size + FRAME_BYTES);
  const good = upload.isEager
    ? putLines(out, stream, windowPtr, size)
    : putUpload(out, upload, windowPtr, size);
  if (!good) return false;
  if (out.failed) return refuseMemory();
  if (!end) return true;
  return endUpload(upload) && (upload.adapted == 0 || noteLosses(stream, upload));
}

function sniff(stream: StreamState, upload: Upload, size: u32, end: bool): Sniffed {
  proveHold(stream.root);
  stream.phase = Phase.Body;
  const len = size > upload.probed ? size - upload.probed : 0;
  return sniffUpload(upload, windowPtr, len, end);
}

/** Lets held headers go. False without memory. */
function settleUpload(stream: StreamState, upload: Upload, kind: Sniffed): bool {
  const profile = stream.profile;
  if (profile == null) return refuseMemory();
  if (kind == Sniffed.Batch) return sendBatch(stream, profile, upload);
  sendFile(stream, profile);
  return true;
}

function noteLosses(stream: StreamState, upload: Upload): bool {
  const facts = openStruct<Facts>(scratch());
  if (facts == null) return refuseMemory();
  facts.adapted = upload.adapted;
  return keepAdaptations(stream, facts) || refuseMemory();
}

/** With trailers no body callback says that it is the last. */
export function finishUpload(stream: StreamState): void {
  const upload = stream.upload;
  if (upload == null || stream.phase == Phase.Replied) return;
  clearProblem();
  if (!endUpload(upload)) replyProblem(stream);
}
