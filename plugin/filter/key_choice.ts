/**
 * Which of several keys a request gets, and how a key rests after the upstream refused it. What rests is known to this VM only.
 * Source: docs/configuration.md, "Keys".
 */
import { openRequestHeader, readProperty, resultLen, resultPtr, unixNanos } from "../abi/host";
import { Status } from "../abi/numbers";
import { nextPair, pairNameLen, pairNamePtr, pairValueLen, pairValuePtr } from "../abi/pairs";
import { equals, equalsLiteral, findSpan, fnv1a } from "../bytes/compare";
import { readU32 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { Key, keyAt, KeySelect, Profile } from "../policy/config";
import { KeyOutcome } from "./metric_labels";
import { countKey } from "./metrics";
import { headerBlock, headerBlockLen } from "./request_headers";
import { RequestHeader } from "./request_headers_table";
import { ResponseHeader } from "./response_headers_table";
import { servesModel } from "./select_profile";

/** A refused credential rests so many times longer than one that is used up. */
const REFUSED_FACTOR: u64 = 10;
const LONGEST_REST_MS: u64 = 3600000;

/** The key that was chosen last and may rest; null: none, or one that ids live with. */
export let chosenKey: Key | null = null;

/** Read once for each choice, and only when some key rests. */
let nowMs: u64 = 0;

/** True when some key serves certain models only: the choice waits for the body. */
export function hasKeysByModel(profile: Profile): bool {
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    if (keyAt(profile, i).models.count > 0) return true;
  }
  return false;
}

/** True when a text holds a key of the profile's: an upstream may quote what it was sent, and the client must not see it. */
export function quotesKey(profile: Profile, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    const key = keyAt(profile, i);
    if (findSpan(ptr, len, key.valuePtr, key.valueLen)) return true;
  }
  return false;
}

/** The key that ids live with. There is at least one. */
export function firstKey(profile: Profile): Key {
  chosenKey = null;
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    if (keyAt(profile, i).models.count == 0) return keyAt(profile, i);
  }
  return keyAt(profile, 0);
}

/** A key that serves the model; null when none does. */
export function chooseKey(profile: Profile, headers: SpanTable): Key | null {
  nowMs = 0;
  if (profile.keySelect == KeySelect.First) chosenKey = firstAwake(profile);
  else chosenKey = chooseByHash(profile, clientHash(profile, headers));
  return chosenKey;
}

/** By weight, over all: so a key that rests changes nothing for the clients of the others. Its own go to one that does not rest. */
function chooseByHash(profile: Profile, hash: u32): Key | null {
  const own = pick(profile, hash, false);
  if (own == null || !rests(own)) return own;
  const other = pick(profile, hash, true);
  return other != null ? other : soonest(profile);
}

/** The key at the client's place among those that serve the model. */
function pick(profile: Profile, hash: u32, awake: bool): Key | null {
  let total: u64 = 0;
  for (let i: u32 = 0; i < profile.keyCount; i++) total += weightOf(keyAt(profile, i), awake);
  if (total == 0) return null;
  let left = <u64>hash % total;
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    const key = keyAt(profile, i);
    const weight = weightOf(key, awake);
    if (left < weight) return key;
    left -= weight;
  }
  return null;
}

/** 0: not to be chosen. */
function weightOf(key: Key, awake: bool): u64 {
  return servesModel(key.models) && !(awake && rests(key)) ? key.weight : 0;
}

function firstAwake(profile: Profile): Key | null {
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    const key = keyAt(profile, i);
    if (servesModel(key.models) && !rests(key)) return key;
  }
  return soonest(profile);
}

/** All rest: nothing is refused because of a guess, the one that rests least is asked. */
function soonest(profile: Profile): Key | null {
  let found: Key | null = null;
  for (let i: u32 = 0; i < profile.keyCount; i++) {
    const key = keyAt(profile, i);
    if (!servesModel(key.models)) continue;
    if (found == null || key.restsUntilMs < found.restsUntilMs) found = key;
  }
  return found;
}

function unixMs(): u64 {
  return unixNanos() / 1000000;
}

function rests(key: Key): bool {
  if (key.restsUntilMs == 0) return false;
  if (nowMs == 0) nowMs = unixMs();
  if (key.restsUntilMs > nowMs) return true;
  key.restsUntilMs = 0;
  return false;
}

/** Lets a key rest after a status that is about it: as long as `retry-after` says, else as configured. `headers` are the answer's. */
export function restKey(profile: Profile, key: Key, status: u32, headers: SpanTable): void {
  const isUsedUp = status == 429 || status == 529;
  if (!isUsedUp && status != 401 && status != 403) return;
  if (profile.cooldownMs == 0 || isHostsOwn()) return;
  let ms: u64 = profile.cooldownMs;
  if (!isUsedUp) ms *= REFUSED_FACTOR;
  else if (headers.has(ResponseHeader.RetryAfter)) {
    const header = ResponseHeader.RetryAfter;
    const seconds = readU32(headers.ptr(header), headers.len(header));
    if (seconds > 0) ms = <u64>seconds * 1000;
  }
  countKey(profile, key, KeyOutcome.Cooled);
  key.restsUntilMs = unixMs() + min(ms, LONGEST_REST_MS);
}

/** An answer of the host's own, as from a rate limit behind this filter, says nothing about the key. */
function isHostsOwn(): bool {
  if (readProperty(L.P_CODE_DETAILS) != Status.Ok || resultLen == 0) return false;
  return !equalsLiteral(resultPtr, resultLen, L.VIA_UPSTREAM);
}

/** The same number for the same client: a client keeps its key, and so its prompt caches. */
function clientHash(profile: Profile, headers: SpanTable): u32 {
  if (profile.hashOnLen > 0 && findHashed(profile)) return fnv1a(pairValuePtr, pairValueLen);
  let header = RequestHeader.Authorization;
  if (headers.has(RequestHeader.XApiKey)) header = RequestHeader.XApiKey;
  else if (headers.has(RequestHeader.ApiKey)) header = RequestHeader.ApiKey;
  return fnv1a(headers.ptr(header), headers.len(header));
}

/** Leaves the header of `hash_on` as the current pair; false when the client sent none. */
function findHashed(profile: Profile): bool {
  openRequestHeader(headerBlock, headerBlockLen, profile.hashOnPtr, profile.hashOnLen);
  while (nextPair()) {
    if (pairNameLen != profile.hashOnLen || pairValueLen == 0) continue;
    if (equals(pairNamePtr, profile.hashOnPtr, pairNameLen)) return true;
  }
  return false;
}
