/** Request headers: read once into spans of scratch memory, then edited. Source: docs/headers.md. */
import {
  readPairs,
  removeHeader,
  removeHeaderSpan,
  resultLen,
  resultPtr,
  setHeader,
  setHeaderLiteral,
} from "../abi/host";
import { scratch } from "../abi/memory";
import { HeaderMap, Status } from "../abi/numbers";
import {
  nextPair,
  openPairs,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "../abi/pairs";
import { equalsLiteral, startsWithLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openSpanTable, SpanTable } from "../bytes/span_table";
import { findRequestHeader, RequestHeader } from "./request_headers_table";

const HEADER_COUNT: u32 = 24;

/** The header block read last, in the ABI's pair form; in scratch memory. */
export let headerBlock: usize = 0;
export let headerBlockLen: u32 = 0;

/** First values of the headers we know, by RequestHeader; null without memory or without headers. */
export function readRequestHeaders(): SpanTable | null {
  const table = openSpanTable(scratch(), HEADER_COUNT);
  if (table == null || readPairs(HeaderMap.Request) != Status.Ok) return null;
  headerBlock = resultPtr;
  headerBlockLen = resultLen;
  openPairs(headerBlock, headerBlockLen);
  while (nextPair()) {
    const header = findRequestHeader(pairNamePtr, pairNameLen);
    if (header == RequestHeader.Unknown) dropInternal();
    else if (!table.has(header)) table.set(header, pairValuePtr, pairValueLen);
  }
  return table;
}

/** Names that mean something only between client and gateway, or only to OpenAI, do not go upstream. */
function dropInternal(): void {
  const ptr = pairNamePtr;
  const len = pairNameLen;
  if (startsWithLiteral(ptr, len, L.X_STAINLESS) || startsWithLiteral(ptr, len, L.X_BRIDGE)) {
    removeHeaderSpan(HeaderMap.Request, ptr, len);
  }
}

/** Removes a header that the client sent. */
export function dropHeader(headers: SpanTable, header: RequestHeader, name: usize): void {
  if (headers.has(header)) removeHeader(HeaderMap.Request, name);
}

/** Sets a header to a literal unless it is exactly that: a host call less. */
export function ensureHeader(
  headers: SpanTable,
  header: RequestHeader,
  name: usize,
  value: usize,
): void {
  if (!equalsLiteral(headers.ptr(header), headers.len(header), value))
    putHeaderLiteral(name, value);
}

/** Sets a request header to a literal. */
export function putHeaderLiteral(name: usize, value: usize): void {
  setHeaderLiteral(HeaderMap.Request, name, value);
}

/** Sets a request header. */
export function putHeader(name: usize, ptr: usize, len: u32): void {
  setHeader(HeaderMap.Request, name, ptr, len);
}
