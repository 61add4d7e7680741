/**
 * Batches, files, models and legacy text of native clients: the request as it is, with the upstream's path and credential. Bodies are
 * not looked at. Source: docs/native.md, "Other resources".
 */
import { output, scratch } from "../abi/memory";
import { Action } from "../abi/numbers";
import { Ascii } from "../bytes/ascii";
import { startsWithLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { decodePercent } from "../bytes/percent";
import { SpanTable } from "../bytes/span_table";
import { Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { beginPath, endPath, hasPath } from "../policy/upstream";
import { isId } from "../translate/shared/batch_ids";
import {
  atMember,
  clearProblem,
  refuseMemory,
  refuseValue,
  refuseWhole,
} from "../translate/shared/problem";
import { putEscaped } from "../translate/shared/query";
import {
  foundIdLen,
  foundIdPtr,
  foundPathLen,
  foundPathPtr,
  foundQueryLen,
  foundQueryPtr,
  foundWord,
  Operation,
} from "../translate/surface";
import { putCredentials } from "./credentials";
import { asksUpstream, isSegment } from "./model_requests";
import { refuseOperation } from "./operation";
import { replyProblem } from "./reply";
import { editClientHeaders } from "./request_edit";
import { putHeader, putHeaderLiteral } from "./request_headers";
import { sendResource } from "./resource_request";
import { Phase, StreamState } from "./stream";

const PATH_CAP: u32 = 65536;

/** Sends the request on its way, or answers it. */
export function sendNative(stream: StreamState, headers: SpanTable, profile: Profile): Action {
  const path = pathOf();
  if (path == UpstreamPath.Models && !asksUpstream(profile)) {
    // The configuration alone knows the answer.
    stream.operation = foundIdLen > 0 ? Operation.ModelRetrieve : Operation.ModelList;
    return sendResource(stream, headers, profile, true);
  }
  clearProblem();
  if (!checkNative(stream, profile, path) || !putPath(path, profile)) {
    replyProblem(stream);
    return Action.Continue;
  }
  const out = output();
  putHeader(L.H_PATH, out.start, out.length);
  putCredentials(headers, profile, true);
  editClientHeaders(headers, profile);
  if (!isBytes(path)) putHeaderLiteral(L.H_ACCEPT_ENCODING, L.IDENTITY);
  stream.phase = Phase.Sent;
  return Action.Continue;
}

/** What has the path upstream. */
function pathOf(): UpstreamPath {
  if (startsWithLiteral(foundPathPtr, foundPathLen, L.NATIVE_FILES)) return UpstreamPath.Files;
  if (startsWithLiteral(foundPathPtr, foundPathLen, L.NATIVE_MODELS)) return UpstreamPath.Models;
  return startsWithLiteral(foundPathPtr, foundPathLen, L.NATIVE_BATCHES)
    ? UpstreamPath.Batches
    : UpstreamPath.Complete;
}

/** The content of a file: ranges and compressions are its reader's business. */
function isBytes(path: UpstreamPath): bool {
  return path == UpstreamPath.Files && foundIdLen > 0;
}

/** False with a problem: the upstream has it not, or a body that nobody reads would name models. */
function checkNative(stream: StreamState, profile: Profile, path: UpstreamPath): bool {
  if (!hasPath(profile.upstream, path)) return refuseOperation(profile, foundWord);
  const names = stream.operation == Operation.NativeBatch || path == UpstreamPath.Complete;
  if (!names || !rulesModels(profile)) return true;
  return refuseWhole(400, L.CODE_UNSUPPORTED_OPERATION, L.TEXT_NATIVE_MODELS);
}

/** The route says which models may be asked for, or renames them. */
function rulesModels(profile: Profile): bool {
  const lists = profile.allow.count + profile.deny.count + profile.aliases.count;
  return lists > 0 || profile.templatePtr != 0;
}

/** The id of the path without its escapes; length 0: there is none. In scratch memory. */
let idPtr: usize = 0;
let idLen: u32 = 0;

/** Takes the id of the path. False with a problem. */
function takeId(path: UpstreamPath): bool {
  idLen = foundIdLen;
  if (idLen == 0) return true;
  const out = output();
  out.begin(idLen, PATH_CAP);
  out.put(foundIdPtr, idLen);
  decodePercent(out);
  idLen = out.length;
  idPtr = scratch().keep(out.start, idLen);
  if (out.failed || idPtr == 0) return refuseMemory();
  if (path == UpstreamPath.Models ? isSegment(idPtr, idLen) : isId(idPtr, idLen)) return true;
  atMember(L.ID);
  return refuseValue(L.CODE_INVALID_VALUE, idPtr, idLen, L.TEXT_ID_FORM);
}

/** The upstream's path, the id, what stands behind it, and the client's query. False with a problem. */
function putPath(path: UpstreamPath, profile: Profile): bool {
  if (!takeId(path)) return false;
  const out = output();
  out.begin(256, PATH_CAP);
  beginPath(out, profile.upstream, path, 0, 0);
  if (idLen > 0) {
    const tail = foundIdPtr + foundIdLen;
    out.byte(Ascii.Slash);
    putEscaped(out, idPtr, idLen);
    out.put(tail, <u32>(foundPathPtr + foundPathLen - tail));
  }
  endPath(out, profile.upstream, foundQueryPtr, foundQueryLen);
  return !out.failed || refuseMemory();
}
