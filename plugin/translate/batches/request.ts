/** Batches: the body that creates one, and a request of it, inline or as a line of a file. Source: docs/batches.md, "Creation". */
import * as L from "../../bytes/literals";
import { Ascii, isDigit, isLetter } from "../../bytes/ascii";
import { byteAt, equalsLiteral } from "../../bytes/compare";
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { formatOf, NO_FORMAT } from "../shared/batch_ids";
import { refuseBroken } from "../shared/client_request";
import {
  atMember,
  refuseWhole,
  refuseJson,
  refuseMissing,
  refuseType,
  refuseUnsupported,
  refuseValue,
} from "../shared/problem";
import { BatchFormat } from "../shared/resource";

const LONGEST_CUSTOM_ID: u32 = 64;

/** The body of a creation. Spans lie in the client's body. */
@unmanaged
@final
export class BatchRequest {
  requestsPtr: usize; // JSON array; 0: absent
  requestsLen: u32;
  inputPtr: usize; // token; 0: absent
  inputLen: u32;
  endpointPtr: usize; // token; 0: absent
  endpointLen: u32;
  windowPtr: usize; // token; 0: absent
  windowLen: u32;
  metadataPtr: usize; // JSON object; 0: absent
  metadataLen: u32;
  expires: bool; // a time of expiry for the results was asked for
}

/** A request of a batch. */
@unmanaged
@final
export class BatchItem {
  customPtr: usize; // token; 0: absent
  customLen: u32;
  paramsPtr: usize; // JSON object; 0: absent
  paramsLen: u32;
  bodyPtr: usize; // JSON object; 0: absent
  bodyLen: u32;
  urlPtr: usize; // token; 0: absent
  urlLen: u32;
  methodPtr: usize; // token; 0: absent
  methodLen: u32;
}

/** The creation read last. */
export const CREATION: BatchRequest = makeStruct<BatchRequest>();
/** The request read last. */
export const ITEM: BatchItem = makeStruct<BatchItem>();

/** Reads a creation into CREATION. False with a problem. */
export function readCreation(c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  const r = CREATION;
  r.expires = false;
  r.requestsPtr = r.inputPtr = r.endpointPtr = r.windowPtr = r.metadataPtr = 0;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return refuseJson();
  while (c.nextKey()) {
    if (c.kind() == JsonKind.Null) c.skip();
    else if (!readMember(c, r)) return false;
  }
  return c.finish() ? checkCreation(r) : refuseBroken(c);
}

function readMember(c: JsonCursor, r: BatchRequest): bool {
  if (c.keyIs(L.REQUESTS)) {
    if (!skipKind(c, L.REQUESTS, JsonKind.Array, L.TEXT_AN_ARRAY)) return false;
    r.requestsPtr = c.valuePtr;
    r.requestsLen = c.valueLen;
    return true;
  }
  if (c.keyIs(L.METADATA)) {
    if (!skipKind(c, L.METADATA, JsonKind.Object, L.TEXT_AN_OBJECT)) return false;
    r.metadataPtr = c.valuePtr;
    r.metadataLen = c.valueLen;
    return true;
  }
  if (c.keyIs(L.INPUT_FILE_ID)) {
    if (!skipKind(c, L.INPUT_FILE_ID, JsonKind.String, L.TEXT_A_STRING)) return false;
    r.inputPtr = c.valuePtr;
    r.inputLen = c.valueLen;
    return true;
  }
  return readWords(c, r);
}

function readWords(c: JsonCursor, r: BatchRequest): bool {
  if (c.keyIs(L.ENDPOINT)) {
    if (!skipKind(c, L.ENDPOINT, JsonKind.String, L.TEXT_A_STRING)) return false;
    r.endpointPtr = c.valuePtr;
    r.endpointLen = c.valueLen;
    return true;
  }
  if (c.keyIs(L.OUTPUT_EXPIRES_AFTER)) r.expires = true;
  if (!c.keyIs(L.COMPLETION_WINDOW)) return c.skip() || refuseBroken(c);
  if (!skipKind(c, L.COMPLETION_WINDOW, JsonKind.String, L.TEXT_A_STRING)) return false;
  r.windowPtr = c.valuePtr;
  r.windowLen = c.valueLen;
  return true;
}

/** Passes a value of one kind; any other is a problem of the member. */
function skipKind(c: JsonCursor, member: usize, kind: JsonKind, expected: usize): bool {
  const right = c.kind() == kind;
  if (!c.skip()) return refuseBroken(c);
  atMember(member);
  return right || refuseType(expected);
}

function checkCreation(r: BatchRequest): bool {
  if (r.windowPtr != 0 && !equalsLiteral(r.windowPtr + 1, r.windowLen - 2, L.WINDOW_24H)) {
    atMember(L.COMPLETION_WINDOW);
    return refuseValue(L.CODE_INVALID_VALUE, r.windowPtr + 1, r.windowLen - 2, L.TEXT_ONLY_24H);
  }
  if (r.endpointPtr == 0 || formatOf(r.endpointPtr + 1, r.endpointLen - 2) != NO_FORMAT)
    return true;
  atMember(L.ENDPOINT);
  return refuseValue(
    L.CODE_UNSUPPORTED_OPERATION,
    r.endpointPtr + 1,
    r.endpointLen - 2,
    L.TEXT_ENDPOINTS,
  );
}

/** Reads the request that fills `len` bytes into ITEM. False with a problem, whose parameter is relative to the request. */
export function readItem(c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  const item = ITEM;
  item.customPtr = item.paramsPtr = item.bodyPtr = item.urlPtr = item.methodPtr = 0;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return refuseItem(0);
  while (c.nextKey()) readItemMember(c, item);
  if (!c.finish()) return refuseItem(0);
  return checkItem(item);
}

function readItemMember(c: JsonCursor, item: BatchItem): void {
  const kind = c.kind();
  if (kind == JsonKind.Object) readItemObject(c, item);
  else if (kind == JsonKind.String) readItemText(c, item);
  else c.skip();
}

function readItemText(c: JsonCursor, item: BatchItem): void {
  const isCustom = c.keyIs(L.CUSTOM_ID);
  const isUrl = c.keyIs(L.URL) || c.keyIs(L.ENDPOINT);
  const isMethod = c.keyIs(L.METHOD);
  if (!c.skip()) return;
  if (isCustom) {
    item.customPtr = c.valuePtr;
    item.customLen = c.valueLen;
  } else if (isUrl) {
    item.urlPtr = c.valuePtr;
    item.urlLen = c.valueLen;
  } else if (isMethod) {
    item.methodPtr = c.valuePtr;
    item.methodLen = c.valueLen;
  }
}

function readItemObject(c: JsonCursor, item: BatchItem): void {
  const isParams = c.keyIs(L.PARAMS);
  const isBody = c.keyIs(L.BODY);
  if (!c.skip()) return;
  if (isParams) {
    item.paramsPtr = c.valuePtr;
    item.paramsLen = c.valueLen;
  } else if (isBody) {
    item.bodyPtr = c.valuePtr;
    item.bodyLen = c.valueLen;
  }
}

function checkItem(item: BatchItem): bool {
  if (item.paramsPtr == 0 && item.bodyPtr == 0) return refuseItem(0);
  if (item.customPtr == 0) return refuseItem(L.CUSTOM_ID);
  const id = item.customPtr + 1;
  if (!isCustomId(id, item.customLen - 2)) {
    atMember(L.CUSTOM_ID);
    return refuseValue(L.CODE_INVALID_VALUE, id, item.customLen - 2, L.TEXT_CUSTOM_ID_FORM);
  }
  if (item.methodPtr == 0 || equalsLiteral(item.methodPtr + 1, item.methodLen - 2, L.POST))
    return true;
  atMember(L.METHOD);
  return refuseValue(
    L.CODE_INVALID_VALUE,
    item.methodPtr + 1,
    item.methodLen - 2,
    L.TEXT_ONLY_POST,
  );
}

/** A member is missing; 0: what it is to do. */
function refuseItem(member: usize): bool {
  if (member == 0) return refuseWhole(400, L.CODE_INVALID_LINE, L.TEXT_NO_REQUEST);
  atMember(member);
  return refuseMissing();
}

/** Source: Anthropic's guide "Batch processing". Ids cannot be rewritten and put back without storage. */
function isCustomId(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (!isLetter(c) && !isDigit(c) && c != Ascii.Minus && c != Ascii.Underscore) return false;
  }
  return len > 0 && len <= LONGEST_CUSTOM_ID;
}

/** The form that ITEM's url asks for; NO_FORMAT with a problem, or when it has none. */
export function itemFormat(): i32 {
  const item = ITEM;
  if (item.urlPtr == 0) return NO_FORMAT;
  const format = formatOf(item.urlPtr + 1, item.urlLen - 2);
  if (format == NO_FORMAT) {
    atMember(L.URL);
    refuseValue(L.CODE_UNSUPPORTED_OPERATION, item.urlPtr + 1, item.urlLen - 2, L.TEXT_ENDPOINTS);
  }
  return format;
}

/** All requests of a batch have one form, because its id tells it. */
export function refuseOtherFormat(): bool {
  atMember(L.URL);
  return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_ONE_FORM);
}

/** True for bodies that are Messages requests already. */
export function isNativeItem(format: BatchFormat): bool {
  return ITEM.paramsPtr != 0 || format == BatchFormat.Messages;
}
