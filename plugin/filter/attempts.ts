/**
 * Placement upstream of the router: every attempt is a stream of its own, whose headers are those that the attempt before sent, and
 * whose body is the client's. So what the client sent in headers is kept in filter state with the first attempt, and put back for every
 * later one; a credential is never kept. Source: docs/providers.md, "Failover".
 */
import {
  readPairs,
  readProperty,
  removeHeader,
  removeHeaderSpan,
  resultLen,
  resultPtr,
  setHeader,
  writeProperty,
} from "../abi/host";
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
import { equals, findByte, readU64, startsWithLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { SpanTable } from "../bytes/span_table";
import { makeWriter, Writer } from "../bytes/writer";
import { Profile } from "../policy/config";
import { findRequestHeader, RequestHeader } from "./request_headers_table";
import { RetryFromBody, RootState } from "./root_state";
import { StreamState } from "./stream";

/** More than a host lets all headers have. */
const ORIGIN_CAP: u32 = 262144;
const ORIGIN: Writer = makeWriter();

/** Name of the profile of the attempt before; length 0: this is the first. In scratch memory of the callback. */
let beforePtr: usize = 0;
let beforeLen: u32 = 0;
let isRetry: bool = false;

/**
 * True when the filter stands upstream of the router: the stream is one attempt. Asked for each stream: a configuration that stands in
 * both places is one root context to Envoy 1.40.
 */
export function isAttempt(): bool {
  return readProperty(L.P_UPSTREAM_ADDRESS) == Status.Ok && resultLen > 0;
}

/** Envoy 1.36 ends when an attempt is made again from a body callback; 1.40 does not. Hosts that do not tell count as old. */
function canRetryFromBody(root: RootState): bool {
  if (root.retryFromBody == RetryFromBody.Unknown) {
    const major = readNumber(L.P_ENVOY_MAJOR);
    const can = major > 1 || (major == 1 && readNumber(L.P_ENVOY_MINOR) >= 40);
    root.retryFromBody = can ? RetryFromBody.Yes : RetryFromBody.No;
  }
  return root.retryFromBody == RetryFromBody.Yes;
}

/** A number of the host, 0: not told. */
function readNumber(path: usize): u64 {
  return readProperty(path) == Status.Ok && resultLen == 8 ? readU64(resultPtr) : 0;
}

/**
 * True when the headers of an answer wait for its body. Those of an attempt that failed do not: the router decides by them whether to try
 * again and needs no body for that.
 */
export function holdsAnswer(stream: StreamState, failed: bool): bool {
  if (!stream.root.holdProven) return false;
  return !stream.isAttempt || (!failed && canRetryFromBody(stream.root));
}

/** Puts back what the client sent, when an attempt was made before; true when it did: the headers are to be read again. */
export function restoreOrigin(): bool {
  beforePtr = 0;
  beforeLen = 0;
  isRetry = readProperty(L.P_ORIGIN) == Status.Ok && resultLen > 0;
  if (!isRetry) return false;
  const end = resultPtr + resultLen;
  let at = takeField(resultPtr, end, L.H_PATH);
  at = takeField(at, end, L.H_AUTHORITY);
  at = takeField(at, end, L.H_ANTHROPIC_VERSION);
  at = takeField(at, end, L.H_ANTHROPIC_BETA);
  beforePtr = at;
  beforeLen = <u32>(findByte(at, end, Ascii.LineFeed) - at);
  dropSigned();
  return true;
}

/** Sets a header to the field at `at`, or removes it where that is empty; answers where the next one begins. */
function takeField(at: usize, end: usize, name: usize): usize {
  const stop = findByte(at, end, Ascii.LineFeed);
  if (stop > at) setHeader(HeaderMap.Request, name, at, <u32>(stop - at));
  else removeHeader(HeaderMap.Request, name);
  return stop + 1;
}

/** What signers and token filters of the attempt before have added. */
function dropSigned(): void {
  if (readPairs(HeaderMap.Request) != Status.Ok) return;
  openPairs(resultPtr, resultLen);
  while (nextPair()) {
    const isSigned =
      startsWithLiteral(pairNamePtr, pairNameLen, L.X_AMZ) ||
      startsWithLiteral(pairNamePtr, pairNameLen, L.X_GOOG);
    if (isSigned) removeHeaderSpan(HeaderMap.Request, pairNamePtr, pairNameLen);
  }
}

/**
 * The profile of this attempt is known: a first one keeps what the client sent, a later one for another profile loses the credential,
 * which was for the attempt before.
 */
export function settleAttempt(headers: SpanTable, profile: Profile): void {
  if (!isRetry) {
    keepOrigin(headers, profile);
    return;
  }
  const isSame = beforeLen == profile.nameLen && equals(beforePtr, profile.namePtr, beforeLen);
  if (isSame) return;
  removeHeader(HeaderMap.Request, L.H_AUTHORIZATION);
  removeHeader(HeaderMap.Request, L.H_X_API_KEY);
  removeHeader(HeaderMap.Request, L.H_API_KEY);
  headers.clear(RequestHeader.Authorization);
  headers.clear(RequestHeader.XApiKey);
  headers.clear(RequestHeader.ApiKey);
}

/** Fields in the order of `restoreOrigin`, each ended by a line feed, which no header holds. */
function keepOrigin(headers: SpanTable, profile: Profile): void {
  ORIGIN.begin(256, ORIGIN_CAP);
  putField(headers.ptr(RequestHeader.Path), headers.len(RequestHeader.Path));
  putField(headers.ptr(RequestHeader.Authority), headers.len(RequestHeader.Authority));
  const version = RequestHeader.AnthropicVersion;
  putField(headers.ptr(version), headers.len(version));
  if (headers.has(RequestHeader.AnthropicBeta)) putBetas();
  ORIGIN.byte(Ascii.LineFeed);
  putField(profile.namePtr, profile.nameLen);
  if (!ORIGIN.failed) writeProperty(L.P_ORIGIN, ORIGIN.start, ORIGIN.length);
  ORIGIN.finish(0);
}

function putField(ptr: usize, len: u32): void {
  ORIGIN.put(ptr, len);
  ORIGIN.byte(Ascii.LineFeed);
}

/** All headers of that name, as one list. */
function putBetas(): void {
  if (readPairs(HeaderMap.Request) != Status.Ok) return;
  openPairs(resultPtr, resultLen);
  let first = true;
  while (nextPair()) {
    if (findRequestHeader(pairNamePtr, pairNameLen) != RequestHeader.AnthropicBeta) continue;
    if (!first) ORIGIN.byte(Ascii.Comma);
    ORIGIN.put(pairValuePtr, pairValueLen);
    first = false;
  }
}
