/**
 * `anthropic-beta` and `anthropic-user-profile-id`: what the body of a request turned out to need, added to what the client sent.
 * Source: docs/chat.md, "Anthropic members".
 */
import { readPairs, resultLen, resultPtr } from "../abi/host";
import { HeaderMap, Status } from "../abi/numbers";
import {
  nextPair,
  openPairs,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "../abi/pairs";
import { Ascii } from "../bytes/ascii";
import { byteAt, equals, findByte, literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { makeWriter, Writer } from "../bytes/writer";
import { BETA_COUNT, betaFeature, betaToken } from "../policy/beta_rows";
import { Facts } from "../translate/plan";
import { putHeader } from "./request_headers";
import { findRequestHeader, RequestHeader } from "./request_headers_table";

/** More than a host lets a header have. */
const VALUE_CAP: u32 = 65536;
/** In a longer value repetitions stay: looking for them would cost more than they do. */
const SEARCH_UP_TO: u32 = 4096;

const VALUE: Writer = makeWriter();

/** Edits the headers of a request that are still held. A request that needs nothing leaves them as they are. */
export function putBodyHeaders(facts: Facts): void {
  if (facts.userProfileLen > 0)
    putHeader(L.H_USER_PROFILE_ID, facts.userProfilePtr, facts.userProfileLen);
  if (facts.features == 0 && facts.betasLen == 0) return;
  VALUE.begin(256, VALUE_CAP);
  putClientTokens();
  const before = VALUE.length;
  putTokens(facts.betasPtr, facts.betasLen);
  for (let i: u32 = 0; i < BETA_COUNT; i++) {
    if ((facts.features & (<u32>betaFeature(i))) == 0) continue;
    const token = betaToken(i);
    putToken(literalPtr(token), literalLen(token));
  }
  if (VALUE.length != before && !VALUE.failed)
    putHeader(L.H_ANTHROPIC_BETA, VALUE.start, VALUE.length);
  VALUE.finish(0);
}

/** Bits of Feature whose beta the client sent, while request headers can be read. */
export function coveredFeatures(): u32 {
  VALUE.begin(256, VALUE_CAP);
  putClientTokens();
  let covered: u32 = 0;
  for (let i: u32 = 0; i < BETA_COUNT; i++) {
    const token = betaToken(i);
    if (isThere(literalPtr(token), literalLen(token))) covered |= <u32>betaFeature(i);
  }
  VALUE.finish(0);
  return covered;
}

/** The token of a beta that features need and that is not covered, a literal; 0: none. */
export function uncoveredBeta(features: u32, covered: u32): usize {
  for (let i: u32 = 0; i < BETA_COUNT; i++) {
    const bit = <u32>betaFeature(i);
    if ((features & bit) != 0 && (covered & bit) == 0) return betaToken(i);
  }
  return 0;
}

/** Adds the token that the Files API wants. Source: docs/files.md. */
export function putFilesBeta(): void {
  VALUE.begin(256, VALUE_CAP);
  putClientTokens();
  const before = VALUE.length;
  putToken(literalPtr(L.BETA_FILES), literalLen(L.BETA_FILES));
  if (VALUE.length != before && !VALUE.failed)
    putHeader(L.H_ANTHROPIC_BETA, VALUE.start, VALUE.length);
  VALUE.finish(0);
}

/** The tokens that the client sent, in all of its headers of that name. */
function putClientTokens(): void {
  if (readPairs(HeaderMap.Request) != Status.Ok) return;
  openPairs(resultPtr, resultLen);
  while (nextPair()) {
    if (findRequestHeader(pairNamePtr, pairNameLen) != RequestHeader.AnthropicBeta) continue;
    putTokens(pairValuePtr, pairValueLen);
  }
}

/** Adds the tokens of a list with commas. */
function putTokens(ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end) {
    const comma = findByte(ptr, end, Ascii.Comma);
    let behind = comma;
    while (ptr < behind && isBlank(byteAt(ptr))) ptr += 1;
    while (behind > ptr && isBlank(byteAt(behind - 1))) behind -= 1;
    putToken(ptr, <u32>(behind - ptr));
    ptr = comma + 1;
  }
}

function isBlank(c: u32): bool {
  return c == Ascii.Space || c == Ascii.Tab;
}

/** Adds a token unless it is there. */
function putToken(ptr: usize, len: u32): void {
  if (len == 0 || isThere(ptr, len)) return;
  if (VALUE.length > 0) VALUE.byte(Ascii.Comma);
  VALUE.put(ptr, len);
}

function isThere(ptr: usize, len: u32): bool {
  if (VALUE.length > SEARCH_UP_TO) return false;
  const end = VALUE.cursor;
  let at = VALUE.start;
  while (at < end) {
    const comma = findByte(at, end, Ascii.Comma);
    if (<u32>(comma - at) == len && equals(at, ptr, len)) return true;
    at = comma + 1;
  }
  return false;
}
