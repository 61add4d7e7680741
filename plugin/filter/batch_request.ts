/** Creation of a batch from requests in its body, which is collected. Source: docs/batches.md, "Creation". */
import { output, scratch } from "../abi/memory";
import { removeHeader, setHeaderLiteral } from "../abi/host";
import { HeaderMap } from "../abi/numbers";
import { closeArena, openArena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { startsWithLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { JsonCursor } from "../json/cursor";
import { Config, InputFile, Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { CREATION, readCreation } from "../translate/batches/request";
import { formatOf, isWholeId, NO_FORMAT, readFileId } from "../translate/shared/batch_ids";
import {
  atMember,
  clearProblem,
  insideItem,
  problemStatus,
  refuseMemory,
  refuseMissing,
  refuseUnsupported,
  refuseWhole,
} from "../translate/shared/problem";
import { FileKind, Resource } from "../translate/shared/resource";
import { note } from "../translate/shared/adaptation";
import { Adaptation } from "../translate/shared/adaptations";
import { keepAdaptations } from "./answer_shape";
import { BatchWork, dropRequests, openBatchWork, putRequest } from "./batch_items";
import { settleBatchBetas } from "./beta_headers";
import { putHeader } from "./request_headers";
import { StreamState } from "./stream";
import { endResourcePath, openQuery, putResourcePath } from "./upstream_path";

/** What the records of one request take; more comes from the heap and goes back with the request. */
const ITEM_BYTES: u32 = 16368;
const ITEM_CAP: u32 = 0x2000_0000;
const PATH_CAP: u32 = 65536;

/** Leaves the upstream's request in the output writer. False with a problem. */
export function translateBatch(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  const resource = stream.resource;
  const c = openStruct<JsonCursor>(scratch());
  if (resource == null || c == null) return refuseMemory();
  clearProblem();
  if (!readCreation(c, ptr, len, profile.maxDepth)) return false;
  if (!keepCreation(resource)) return refuseMemory();
  if (CREATION.requestsPtr == 0) return useInputFile(stream, profile, resource);
  const arena = openArena(ITEM_BYTES, ITEM_CAP);
  if (arena == null) return refuseMemory();
  const work = openBatchWork(scratch(), stream, config, profile, arena);
  const written = work != null && putCreation(stream, c, work, len);
  closeArena(arena);
  dropRequests();
  return written || problemStatus != 0 ? written : refuseMemory();
}

/** Path, body and headers of a creation. False with a problem. */
function putCreation(stream: StreamState, c: JsonCursor, work: BatchWork, len: u32): bool {
  const resource = stream.resource;
  if (CREATION.endpointPtr != 0)
    work.format = formatOf(CREATION.endpointPtr + 1, CREATION.endpointLen - 2);
  if (!putRequests(c, work, len)) return false;
  if (CREATION.expires) note(work.facts, Adaptation.DroppedOutputExpiry);
  if (resource != null && work.format != NO_FORMAT) resource.format = work.format;
  const settled =
    !stream.requestHeld || settleBatchBetas(stream, work.config, work.profile, work.facts);
  if (!settled) return false;
  return work.facts.adapted == 0 || keepAdaptations(stream, work.facts) || refuseMemory();
}

/** What the answer repeats of the request. False without memory. */
function keepCreation(resource: Resource): bool {
  const r = CREATION;
  const arena = resource.arena;
  if (r.inputPtr != 0) {
    resource.inputPtr = arena.keep(r.inputPtr, r.inputLen);
    resource.inputLen = r.inputLen;
    if (resource.inputPtr == 0) return false;
  }
  if (r.metadataPtr == 0) return true;
  resource.metadataPtr = arena.keep(r.metadataPtr, r.metadataLen);
  resource.metadataLen = r.metadataLen;
  return resource.metadataPtr != 0;
}

/** All requests of the array. False with a problem. */
function putRequests(c: JsonCursor, work: BatchWork, len: u32): bool {
  const profile = work.profile;
  const out = output();
  out.begin(len + (len >> 2), profile.maxRequestBytes + profile.maxRequestBytes / 2);
  c.open(CREATION.requestsPtr, CREATION.requestsLen, profile.maxDepth);
  c.enterArray();
  out.literal(L.BI_REQUESTS);
  let count: u32 = 0;
  for (; c.nextElement(); count++) {
    if (!c.skip()) return refuseMemory();
    if (count > 0) out.byte(Ascii.Comma);
    if (putRequest(out, work, c.valuePtr, c.valueLen)) continue;
    insideItem(L.REQUESTS, count);
    return false;
  }
  out.literal(L.BI_END);
  if (count > 0) return !out.failed || refuseTooLarge();
  atMember(L.REQUESTS);
  return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_NO_REQUESTS);
}

function refuseTooLarge(): bool {
  return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

/** A batch without requests of its own: only what an upload has made of a file can be meant. */
function useInputFile(stream: StreamState, profile: Profile, resource: Resource): bool {
  atMember(L.INPUT_FILE_ID);
  if (CREATION.inputPtr == 0) return refuseMissing();
  resource.idPtr = resource.inputPtr + 1;
  resource.idLen = resource.inputLen - 2;
  readFileId(resource);
  const known = isWholeId(resource);
  const isEager = profile.inputFile == InputFile.Eager && stream.requestHeld;
  if (!known || !isEager || resource.kind != FileKind.Input)
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_INPUT_FILE);
  const endpoint = CREATION.endpointPtr;
  if (endpoint != 0 && formatOf(endpoint + 1, CREATION.endpointLen - 2) != <i32>resource.format) {
    atMember(L.ENDPOINT);
    return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_ONE_FORM);
  }
  askForBatch(profile, resource);
  return true;
}

/** The batch is there already: it is asked for instead of made. */
function askForBatch(profile: Profile, resource: Resource): void {
  const out = output();
  out.begin(256, PATH_CAP);
  openQuery();
  putResourcePath(out, profile, UpstreamPath.Batches, resource.upstreamPtr, resource.upstreamLen);
  endResourcePath(out, profile);
  putHeader(L.H_PATH, out.start, out.length);
  setHeaderLiteral(HeaderMap.Request, L.H_METHOD, L.GET);
  removeHeader(HeaderMap.Request, L.H_CONTENT_TYPE);
  out.rewind(0);
}
