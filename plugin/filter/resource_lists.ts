/**
 * Lists, element by element: windows in, translated elements out; no more is held than the element in the making. The headers are
 * held until the first window was read, so that what is no list at all gets the status of an error.
 */
import { readBuffer, replaceBuffer, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { Action, BufferType, Status } from "../abi/numbers";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { Writer } from "../bytes/writer";
import { ArrayStream, ListEvent, openArrayStream } from "../json/array_stream";
import { JsonCursor } from "../json/cursor";
import { ListMode, Profile } from "../policy/config";
import { isAllowed } from "../policy/models";
import { MODEL, putModel, putPrefixed, readModel } from "../translate/models/object";
import {
  putCursor,
  putListComma,
  putListEnd,
  putListOpen,
  takeListMember,
  putHasMore,
} from "../translate/shared/list_frame";
import { Resource } from "../translate/shared/resource";
import { Operation } from "../translate/surface";
import { putOwnError } from "./error_body";
import { countStreamError } from "./metrics";
import { putNamed } from "./model_requests";
import { putElement } from "./resource_answer";
import { putResponseLiteral, putResponseNumber, putStatus } from "./response_headers";
import { Phase, StreamState } from "./stream";
import { Ascii } from "../bytes/ascii";

/** An output of one callback: every element may become a little larger. */
const OUTPUT_CAP: u32 = 0x1000_0000;

/** True for operations that answer a list. */
export function isList(operation: Operation): bool {
  return (
    operation == Operation.ModelList ||
    operation == Operation.FileList ||
    operation == Operation.BatchList
  );
}

/** Makes the reader; false without memory. */
export function openList(stream: StreamState, profile: Profile): bool {
  stream.list = openArrayStream(L.DATA, profile.maxResponseBytes, profile.maxDepth);
  stream.phase = Phase.List;
  return stream.list != null;
}

/** Translates a window. */
export function takeList(stream: StreamState, size: u32, end: bool): Action {
  const out = output();
  out.begin(size + (size >> 2), OUTPUT_CAP);
  if (size > 0) readWindow(stream, size);
  finishWindow(stream, end);
  replaceBuffer(BufferType.ResponseBody, out.start, out.length);
  return Action.Continue;
}

/** With trailers no body callback says that it is the last; what is missing is missed by whoever parses the list. */
export function finishList(stream: StreamState): void {
  const list = stream.list;
  if (list != null && !list.isComplete) countStreamError(stream, L.W_TRUNCATED);
}

function readWindow(stream: StreamState, size: u32): void {
  const list = stream.list;
  const resource = stream.resource;
  const profile = stream.profile;
  const cursor = openStruct<JsonCursor>(scratch());
  if (list == null || resource == null || profile == null || cursor == null) return;
  if (readBuffer(BufferType.ResponseBody, size) != Status.Ok) {
    list.failure = ListEvent.NoMemory;
    return;
  }
  list.feed(resultPtr, resultLen);
  const out = output();
  let event = list.next();
  while (event == ListEvent.Item || event == ListEvent.Member) {
    const good =
      event == ListEvent.Item
        ? putItem(out, stream, profile, resource, cursor)
        : takeListMember(resource, list.keyPtr, list.keyLen, list.valuePtr, list.valueLen);
    if (!good) list.failure = ListEvent.Failed;
    event = list.next();
  }
  if (out.failed) list.failure = ListEvent.TooLarge;
}

/** Opens, closes or fails the answer, as far as it has come. */
function finishWindow(stream: StreamState, end: bool): void {
  const list = stream.list;
  const resource = stream.resource;
  const profile = stream.profile;
  if (list == null || resource == null || profile == null) return;
  const out = output();
  if (list.isComplete) {
    if (!stream.sawList) putListOpen(out);
    putEnd(out, stream, profile, resource);
    stream.phase = Phase.Finished;
  } else if (end || list.failure != ListEvent.More) {
    failList(stream, list);
    return;
  }
  stream.responseHeld = false;
}

/** Nothing was sent: an error in its place. Else the list stays open, so that no one takes it for whole. */
function failList(stream: StreamState, list: ArrayStream): void {
  stream.phase = Phase.Finished;
  const large = list.failure == ListEvent.TooLarge;
  countStreamError(stream, large ? L.W_TOO_LARGE : L.W_UNREADABLE);
  const out = output();
  if (stream.sawList && !stream.responseHeld) return;
  const memory = list.failure == ListEvent.NoMemory;
  const status: u32 = memory ? 500 : 502;
  if (memory) putOwnError(stream.dialect, status, L.CODE_OUT_OF_MEMORY, L.TEXT_OUT_OF_MEMORY);
  else if (large)
    putOwnError(stream.dialect, status, L.CODE_RESPONSE_TOO_LARGE, L.TEXT_UPSTREAM_TOO_LARGE);
  else putOwnError(stream.dialect, status, L.CODE_INVALID_UPSTREAM, L.TEXT_UPSTREAM_INVALID);
  if (!stream.responseHeld) return;
  stream.responseHeld = false;
  putResponseNumber(L.H_CONTENT_LENGTH, out.length);
  putStatus(stream, status);
}

/** One element. False when it is none of this list. */
function putItem(
  out: Writer,
  stream: StreamState,
  profile: Profile,
  resource: Resource,
  c: JsonCursor,
): bool {
  const list = stream.list;
  if (list == null) return false;
  if (!stream.sawList) putListOpen(out);
  stream.sawList = true;
  if (stream.operation != Operation.ModelList)
    return putElement(out, stream, c, list.valuePtr, list.valueLen);
  if (!readModel(c, list.valuePtr, list.valueLen, resource.maxDepth)) return false;
  if (!isAllowed(profile, MODEL.idPtr + 1, MODEL.idLen - 2)) return true;
  putListComma(out, resource);
  putModel(out, resource);
  return true;
}

/** What stands behind the elements. */
function putEnd(out: Writer, stream: StreamState, profile: Profile, resource: Resource): void {
  if (stream.operation != Operation.ModelList) {
    putListEnd(out, resource);
    return;
  }
  if (profile.listMode == ListMode.Both && !resource.hasMore)
    putNamed(out, profile, resource, false);
  out.literal(L.LIST_FIRST_ID);
  putModelCursor(out, resource, resource.firstPtr, resource.firstLen);
  out.literal(L.LIST_LAST_ID);
  putModelCursor(out, resource, resource.lastPtr, resource.lastLen);
  putHasMore(out, resource);
  if (resource.hasMore) {
    out.literal(L.LIST_TOKEN);
    putCursor(out, resource.lastPtr, resource.lastLen);
  } else out.literal(L.LIST_NO_TOKEN);
  out.byte(Ascii.BraceClose);
}

/** A cursor in the client's form: with the prefix. */
function putModelCursor(out: Writer, resource: Resource, ptr: usize, len: u32): void {
  if (ptr == 0) {
    out.literal(L.NULL);
    return;
  }
  out.byte(Ascii.Quote);
  putPrefixed(out, resource, ptr + 1, len - 2);
  out.byte(Ascii.Quote);
}
