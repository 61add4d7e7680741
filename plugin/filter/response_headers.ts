/** Response headers: read once into spans of scratch memory, then edited. Source: docs/headers.md. */
import {
  readPairs,
  removeHeader,
  resultLen,
  resultPtr,
  setHeader,
  setHeaderLiteral,
  unixNanos,
} from "../abi/host";
import { output, scratch } from "../abi/memory";
import { HeaderMap, Status } from "../abi/numbers";
import {
  nextPair,
  openPairs,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "../abi/pairs";
import {
  equalsLiteral,
  equalsLiteralIgnoreCase,
  startsWithLiteralIgnoreCase,
} from "../bytes/compare";
import { putU64 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { putPlain } from "../bytes/plain";
import { openSpanTable, SpanTable } from "../bytes/span_table";
import { NOT_A_TIME, putDuration, readRfc3339 } from "../bytes/time";
import { Profile, ResponseHeaders } from "../policy/config";
import { findResponseHeader, ResponseHeader } from "./response_headers_table";
import { StreamState } from "./stream";

const HEADER_COUNT: u32 = 32;
const NANOS: u64 = 1_000_000_000;

/** The header block read last, in the ABI's pair form; in scratch memory. */
export let answerBlock: usize = 0;
export let answerBlockLen: u32 = 0;

/** The clock in this headers callback; 0 while it was not read. */
let nowUnix: u64 = 0;

/** First values of the headers we know, by ResponseHeader; null without memory or without headers. */
export function readResponseHeaders(): SpanTable | null {
  const table = openSpanTable(scratch(), HEADER_COUNT);
  if (table == null || readPairs(HeaderMap.Response) != Status.Ok) return null;
  nowUnix = 0;
  answerBlock = resultPtr;
  answerBlockLen = resultLen;
  openPairs(answerBlock, answerBlockLen);
  while (nextPair()) {
    const header = findResponseHeader(pairNamePtr, pairNameLen);
    if (header != ResponseHeader.Unknown && !table.has(header))
      table.set(header, pairValuePtr, pairValueLen);
  }
  return table;
}

/** Seconds since 1970, the same for the whole headers callback: the clock is read once. */
export function answerTime(): u64 {
  if (nowUnix == 0) nowUnix = unixNanos() / NANOS;
  return nowUnix;
}

/** True when the body is not compressed. */
export function isIdentity(headers: SpanTable): bool {
  const len = headers.len(ResponseHeader.ContentEncoding);
  return (
    len == 0 ||
    equalsLiteralIgnoreCase(headers.ptr(ResponseHeader.ContentEncoding), len, L.IDENTITY)
  );
}

/** True for `text/event-stream`, with or without parameters. */
export function isEventStream(headers: SpanTable): bool {
  const len = headers.len(ResponseHeader.ContentType);
  return startsWithLiteralIgnoreCase(headers.ptr(ResponseHeader.ContentType), len, L.EVENT_STREAM);
}

/** True for `application/vnd.amazon.eventstream`, with or without parameters. */
export function isAwsEventStream(headers: SpanTable): bool {
  const len = headers.len(ResponseHeader.ContentType);
  return startsWithLiteralIgnoreCase(
    headers.ptr(ResponseHeader.ContentType),
    len,
    L.AWS_EVENT_STREAM,
  );
}

/**
 * Removes what describes the body that is being replaced, and what is the provider's business only. `setsLength`: the length
 * is set when the body is known, so the upstream's stays until then.
 */
export function dropBodyHeaders(headers: SpanTable, setsLength: bool): void {
  if (!setsLength) drop(headers, ResponseHeader.ContentLength, L.H_CONTENT_LENGTH);
  drop(headers, ResponseHeader.ContentEncoding, L.H_CONTENT_ENCODING);
  drop(headers, ResponseHeader.Etag, L.H_ETAG);
  drop(headers, ResponseHeader.ContentMd5, L.H_CONTENT_MD5);
  drop(headers, ResponseHeader.Digest, L.H_DIGEST);
  drop(headers, ResponseHeader.ContentDigest, L.H_CONTENT_DIGEST);
  drop(headers, ResponseHeader.LastModified, L.H_LAST_MODIFIED);
  drop(headers, ResponseHeader.AcceptRanges, L.H_ACCEPT_RANGES);
  dropOrganization(headers);
}

/** Whose account it is, is not the client's business. */
export function dropOrganization(headers: SpanTable): void {
  drop(headers, ResponseHeader.OrganizationId, L.H_ORGANIZATION_ID);
}

function drop(headers: SpanTable, header: ResponseHeader, name: usize): void {
  if (headers.has(header)) removeHeader(HeaderMap.Response, name);
}

/** The provider's headers under OpenAI's names: request id and rate limits. */
export function mapHeaders(headers: SpanTable): void {
  const id = requestIdHeader(headers);
  if (id != ResponseHeader.Unknown) copy(headers, id, L.H_X_REQUEST_ID);
  if (headers.has(ResponseHeader.RequestsLimit)) mapRequests(headers);
  if (headers.has(ResponseHeader.TokensLimit) || headers.has(ResponseHeader.InputTokensLimit))
    mapTokens(headers);
}

/** The header that names the request in OpenAI's `x-request-id`; Unknown: none, or it is there already. */
export function requestIdHeader(headers: SpanTable): ResponseHeader {
  if (headers.has(ResponseHeader.RequestId)) return ResponseHeader.RequestId;
  if (headers.has(ResponseHeader.XRequestId)) return ResponseHeader.Unknown;
  if (headers.has(ResponseHeader.AmznRequestId)) return ResponseHeader.AmznRequestId;
  return headers.has(ResponseHeader.ApimRequestId)
    ? ResponseHeader.ApimRequestId
    : ResponseHeader.Unknown;
}

function mapRequests(headers: SpanTable): void {
  copy(headers, ResponseHeader.RequestsLimit, L.H_LIMIT_REQUESTS);
  copy(headers, ResponseHeader.RequestsRemaining, L.H_REMAINING_REQUESTS);
  copyReset(headers, ResponseHeader.RequestsReset, L.H_RESET_REQUESTS);
}

function mapTokens(headers: SpanTable): void {
  const all = headers.has(ResponseHeader.TokensLimit);
  copy(
    headers,
    all ? ResponseHeader.TokensLimit : ResponseHeader.InputTokensLimit,
    L.H_LIMIT_TOKENS,
  );
  copy(
    headers,
    all ? ResponseHeader.TokensRemaining : ResponseHeader.InputTokensRemaining,
    L.H_REMAINING_TOKENS,
  );
  copyReset(
    headers,
    all ? ResponseHeader.TokensReset : ResponseHeader.InputTokensReset,
    L.H_RESET_TOKENS,
  );
}

function copy(headers: SpanTable, from: ResponseHeader, to: usize): void {
  if (headers.has(from)) setHeader(HeaderMap.Response, to, headers.ptr(from), headers.len(from));
}

/** A point in time becomes a duration from now; what is no time is not written. */
function copyReset(headers: SpanTable, from: ResponseHeader, to: usize): void {
  if (!headers.has(from)) return;
  const time = readRfc3339(headers.ptr(from), headers.len(from));
  if (time == NOT_A_TIME) return;
  const out = output();
  out.begin(32, 64);
  putDuration(out, time - <i64>answerTime());
  setHeader(HeaderMap.Response, to, out.start, out.length);
}

/** Sets a response header to a literal unless it is exactly that: a host call less. */
export function ensureResponseHeader(
  headers: SpanTable,
  header: ResponseHeader,
  name: usize,
  value: usize,
): void {
  if (!equalsLiteral(headers.ptr(header), headers.len(header), value))
    putResponseLiteral(name, value);
}

/** Sets the length of the body that takes the place of the upstream's; without memory for it there is none. */
export function putResponseLength(length: u32): void {
  if (!putResponseNumber(L.H_CONTENT_LENGTH, length))
    removeHeader(HeaderMap.Response, L.H_CONTENT_LENGTH);
}

/** Sets a response header to a literal. */
export function putResponseLiteral(name: usize, value: usize): void {
  setHeaderLiteral(HeaderMap.Response, name, value);
}

/** Sets a response header. */
export function putResponseHeader(name: usize, ptr: usize, len: u32): void {
  setHeader(HeaderMap.Response, name, ptr, len);
}

/** Sets a response header to a number, using the output writer behind what it holds. False without memory. */
export function putResponseNumber(name: usize, value: u32): bool {
  const out = output();
  const mark = out.mark();
  putU64(out, value);
  const put = !out.failed;
  if (put) setHeader(HeaderMap.Response, name, out.start + mark, out.length - mark);
  out.rewind(mark);
  return put;
}

/** Who answered: the profile, and the model as it went upstream. */
function putWho(stream: StreamState, profile: Profile): void {
  putResponseHeader(L.H_X_BRIDGE_PROFILE, profile.namePtr, profile.nameLen);
  const account = stream.account;
  if (account == null || account.modelLen == 0 || stream.routedLen > 0) return;
  const out = output();
  const mark = out.mark();
  putPlain(out, account.modelPtr, account.modelLen);
  if (!out.failed) putResponseHeader(L.H_X_BRIDGE_MODEL, out.start + mark, out.length - mark);
  out.rewind(mark);
}

/** Sets the status that the client sees. */
export function putStatus(stream: StreamState, status: u32): void {
  stream.clientStatus = status;
  putResponseNumber(L.H_STATUS, status);
}

/** Names what was dropped or bent, and the beta tokens that were added or dropped, where the configuration wants it. */
export function putAdapted(stream: StreamState): void {
  const profile = stream.profile;
  if (profile == null || profile.responseHeaders == ResponseHeaders.None) return;
  if (stream.adaptedLen > 0)
    putResponseHeader(L.H_X_BRIDGE_ADAPTED, stream.adaptedPtr, stream.adaptedLen);
  if (stream.betasLen > 0) putResponseHeader(L.H_X_BRIDGE_BETAS, stream.betasPtr, stream.betasLen);
  if (stream.prefillWord != 0) putResponseLiteral(L.H_X_BRIDGE_PREFILL, stream.prefillWord);
  if (profile.responseHeaders == ResponseHeaders.All) putWho(stream, profile);
  if (stream.routedLen > 0)
    putResponseHeader(L.H_X_BRIDGE_MODEL, stream.routedPtr, stream.routedLen);
}
