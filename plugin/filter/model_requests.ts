/** The list of models and one of them: which answer, from where. Source: docs/models-list.md. */
import { output } from "../abi/memory";
import { Ascii } from "../bytes/ascii";
import { byteAt, equals, startsWith } from "../bytes/compare";
import { countStars } from "../bytes/glob";
import * as L from "../bytes/literals";
import { Writer } from "../bytes/writer";
import { readU32 } from "../bytes/decimal";
import { ListMode, Profile } from "../policy/config";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { escapeInto } from "../json/string";
import { isAllowed, resolveModel, stripPrefix, strippedLen, strippedPtr } from "../policy/models";
import { Dialect, foundQueryLen, foundQueryPtr, Operation } from "../translate/surface";
import { putNamedModel, putNamedNative } from "../translate/models/object";
import {
  noteWord,
  atMember,
  quoteText,
  refuse,
  refuseMemory,
  refuseValue,
  clearProblem,
} from "../translate/shared/problem";
import { findQuery, putEscaped, queryLen, queryPtr } from "../translate/shared/query";
import { Resource } from "../translate/shared/resource";
import { putListComma, putListOpen } from "../translate/shared/list_frame";
import { replyProblem, send } from "./reply";
import { StreamState } from "./stream";
import { endResourcePath, openQuery, putQueryMember, putResourcePath } from "./upstream_path";

/** The API's largest page: clients of OpenAI do not page. */
const MOST_MODELS: i64 = 1000;
const LIST_CAP: u32 = 1 << 22;

/** True when the upstream is asked for the list. */
export function asksUpstream(profile: Profile): bool {
  return profile.listMode != ListMode.Aliases && hasPath(profile.upstream, UpstreamPath.Models);
}

/** Answers what the configuration alone knows, or refuses a model that may not be asked for; false when the upstream is to be asked. */
export function repliesModels(stream: StreamState, profile: Profile, resource: Resource): bool {
  if (stream.operation == Operation.ModelList) {
    if (asksUpstream(profile)) return false;
    replyList(stream, profile, resource);
    return true;
  }
  if (stream.operation != Operation.ModelRetrieve) return false;
  stripModel(profile, resource.idPtr, resource.idLen);
  const known = isAllowed(profile, strippedPtr, strippedLen) && isSegment(strippedPtr, strippedLen);
  if (known && asksUpstream(profile)) return false;
  if (!known || !isNamed(profile, strippedPtr, strippedLen)) {
    refuseModel(resource);
    replyProblem(stream);
    return true;
  }
  const out = output();
  out.begin(512, LIST_CAP);
  if (stream.dialect == Dialect.Anthropic) putNamedNative(out, strippedPtr, strippedLen);
  else putNamedModel(out, resource, strippedPtr, strippedLen);
  send(stream, 200, 0, 0);
  return true;
}

/** Takes off one of `strip_prefixes`, or the prefix of the list. */
function stripModel(profile: Profile, ptr: usize, len: u32): void {
  stripPrefix(profile, ptr, len);
  const size = profile.listPrefixLen;
  if (strippedLen != len || size == 0 || size >= len) return;
  if (startsWith(ptr, len, profile.listPrefixPtr, size))
    stripPrefix(profile, ptr + size, len - size);
}

/** No way up in the path. */
export function isSegment(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) if (byteAt(ptr + i) != <u32>Ascii.Dot) return true;
  return false;
}

/** `The model 'x' does not exist or is not available on this route.` */
function refuseModel(resource: Resource): void {
  clearProblem();
  atMember(L.MODEL);
  refuse(404, L.CODE_MODEL_NOT_FOUND, L.TEXT_THE_MODEL);
  quoteText(resource.idPtr, resource.idLen);
  noteWord(L.TEXT_MODEL_NOT_HERE);
}

/** Appends path and query upstream. False with a problem. */
export function putModelPath(
  out: Writer,
  operation: Operation,
  profile: Profile,
  resource: Resource,
): bool {
  const query = openQuery();
  if (operation == Operation.ModelList) {
    if (!putListQuery(query, profile)) return false;
    putResourcePath(out, profile, UpstreamPath.Models, 0, 0);
    endResourcePath(out, profile);
    return true;
  }
  stripModel(profile, resource.idPtr, resource.idLen);
  const model = resolveModel(profile, strippedPtr, strippedLen, resource.arena);
  if (model == null) return refuseMemory();
  resource.showsAsked = model.changed;
  putResourcePath(out, profile, UpstreamPath.Models, model.ptr, model.len);
  endResourcePath(out, profile);
  return true;
}

/** `limit`, `after_id`, `before_id` from the names that clients of both APIs use. */
function putListQuery(query: Writer, profile: Profile): bool {
  const limit = findNamed(L.LIMIT) || findNamed(L.PAGE_SIZE);
  putQueryMember(query, L.LIMIT);
  if (!limit) query.literal(L.MOST_ITEMS);
  else if (!putLimit(query)) return false;
  if (findNamed(L.AFTER) || findNamed(L.AFTER_ID) || findNamed(L.PAGE_TOKEN)) {
    putQueryMember(query, L.AFTER_ID);
    putModelCursor(query, profile);
  }
  if (findNamed(L.BEFORE_ID)) {
    putQueryMember(query, L.BEFORE_ID);
    putModelCursor(query, profile);
  }
  return true;
}

function findNamed(name: usize): bool {
  return findQuery(foundQueryPtr, foundQueryLen, name);
}

/** 1 to 1000. */
function putLimit(out: Writer): bool {
  const value = readU32(queryPtr, queryLen);
  if (value >= 1 && value <= MOST_MODELS) {
    out.put(queryPtr, queryLen);
    return true;
  }
  atMember(L.LIMIT);
  return refuseValue(L.CODE_INVALID_VALUE, queryPtr, queryLen, L.TEXT_LIMIT_RANGE);
}

function putModelCursor(out: Writer, profile: Profile): void {
  stripModel(profile, queryPtr, queryLen);
  putEscaped(out, strippedPtr, strippedLen);
}

/** A list of all that the configuration names: no upstream is asked. */
function replyList(stream: StreamState, profile: Profile, resource: Resource): void {
  const out = output();
  out.begin(4096, LIST_CAP);
  const native = stream.dialect == Dialect.Anthropic;
  if (native) out.literal(L.NATIVE_LIST_OPEN);
  else putListOpen(out);
  putNamed(out, profile, resource, native);
  putNamedCursors(out, profile, resource, native);
  send(stream, 200, 0, 0);
}

/** Appends the models that the configuration names: aliases without a star, then ids of `allow`. */
export function putNamed(out: Writer, profile: Profile, resource: Resource, native: bool): void {
  const count = namedCount(profile);
  for (let i: u32 = 0; i < count; i++) {
    if (!isListed(profile, i)) continue;
    putListComma(out, resource);
    if (native) putNamedNative(out, namedPtr(profile, i), namedLen(profile, i));
    else putNamedModel(out, resource, namedPtr(profile, i), namedLen(profile, i));
  }
}

function putNamedCursors(out: Writer, profile: Profile, resource: Resource, native: bool): void {
  out.literal(native ? L.NATIVE_LIST_CLOSE : L.LIST_FIRST_ID);
  let first: i32 = -1;
  let last: i32 = -1;
  for (let i: u32 = 0; i < namedCount(profile); i++) {
    if (!isListed(profile, i)) continue;
    if (first < 0) first = <i32>i;
    last = <i32>i;
  }
  putNamedId(out, profile, resource, first, native);
  out.literal(L.LIST_LAST_ID);
  putNamedId(out, profile, resource, last, native);
  if (!native) {
    out.literal(L.LIST_HAS_MORE);
    out.literal(L.FALSE);
    out.literal(L.LIST_NO_TOKEN);
  }
  out.byte(Ascii.BraceClose);
}

function putNamedId(
  out: Writer,
  profile: Profile,
  resource: Resource,
  index: i32,
  native: bool,
): void {
  if (index < 0) {
    out.literal(L.NULL);
    return;
  }
  out.byte(Ascii.Quote);
  if (!native) escapeInto(out, resource.prefixPtr, resource.prefixLen);
  escapeInto(out, namedPtr(profile, <u32>index), namedLen(profile, <u32>index));
  out.byte(Ascii.Quote);
}

/** Names in the configuration, globs and repetitions included. */
function namedCount(profile: Profile): u32 {
  return profile.aliases.count + profile.allow.count;
}

function namedPtr(profile: Profile, index: u32): usize {
  const aliases = profile.aliases;
  return index < aliases.count ? aliases.keyPtr(index) : profile.allow.ptr(index - aliases.count);
}

function namedLen(profile: Profile, index: u32): u32 {
  const aliases = profile.aliases;
  return index < aliases.count ? aliases.keyLen(index) : profile.allow.len(index - aliases.count);
}

/** A name without a star that may be asked for, the first time that it stands there. */
function isListed(profile: Profile, index: u32): bool {
  const ptr = namedPtr(profile, index);
  const len = namedLen(profile, index);
  if (countStars(ptr, len) > 0 || !isAllowed(profile, ptr, len)) return false;
  for (let i: u32 = 0; i < index; i++) {
    if (namedLen(profile, i) == len && equals(namedPtr(profile, i), ptr, len)) return false;
  }
  return true;
}

/** True when the configuration names it, so that it can be shown without asking the upstream. */
export function isNamed(profile: Profile, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < namedCount(profile); i++) {
    if (namedLen(profile, i) != len || !equals(namedPtr(profile, i), ptr, len)) continue;
    return countStars(ptr, len) == 0;
  }
  return false;
}
