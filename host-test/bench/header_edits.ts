// AssemblyScript, not TypeScript: the second floor. It copies both bodies as identity.ts does, holds what the filter holds, and edits the
// headers of the bench's traffic (inputs.ts) one by one as the filter does, each value a constant: the host calls of an ordinary exchange
// without a line of translation. Answers are not held, which costs nothing that can be measured; in the place of their length another header is set. Built by identity_build.ts; no part of the product.

import {
  proxy_define_metric,
  proxy_get_header_map_pairs,
  proxy_get_property,
  proxy_increment_metric,
} from "../../plugin/abi/env";
import { clock_time_get } from "../../plugin/abi/wasi_snapshot_preview1";
import {
  CONTINUE,
  copyThrough,
  giveBack,
  PAUSE,
  ptrSlot,
  remove,
  REQUEST,
  RESPONSE_HEADERS,
  set,
  sizeSlot,
  WHOLE_BUFFER,
} from "./floor";

export {
  proxy_abi_version_0_2_1,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_done,
  proxy_on_log,
  proxy_on_memory_allocate,
  proxy_on_response_body,
  proxy_on_vm_start,
} from "./floor";

const COUNTERS = 3;
const DIGITS: u32 = 10;

const REMOVED = [
  bytes("x-stainless-lang"),
  bytes("x-stainless-package-version"),
  bytes("x-stainless-os"),
  bytes("x-stainless-arch"),
  bytes("x-stainless-runtime"),
  bytes("x-stainless-runtime-version"),
  bytes("x-stainless-retry-count"),
  bytes("authorization"),
];
const REQUEST_SET = [
  bytes(":path"),
  bytes("/v1/messages"),
  bytes("x-api-key"),
  bytes("sk-ant-bench-0000000000000000000000000000"),
  bytes("accept-encoding"),
  bytes("identity"),
  bytes("anthropic-version"),
  bytes("2023-06-01"),
];
const ANSWER_SET = [
  bytes("x-request-id"),
  bytes("req_011BenchRequest0000000001"),
  bytes("x-ratelimit-limit-requests"),
  bytes("4000"),
  bytes("x-ratelimit-remaining-requests"),
  bytes("3999"),
  bytes("x-ratelimit-reset-requests"),
  bytes("1m0s"),
  bytes("x-ratelimit-limit-tokens"),
  bytes("400000"),
  bytes("x-ratelimit-remaining-tokens"),
  bytes("399000"),
  bytes("x-ratelimit-reset-tokens"),
  bytes("1m0s"),
  bytes("x-bench-length"),
  bytes("900"),
];
const ORGANIZATION = bytes("anthropic-organization-id");
const CONTENT_LENGTH = bytes("content-length");
const UPSTREAM_ADDRESS = bytes("upstream\0address");
const COUNTER = bytes("bench_header_edits");

const digits = memory.data(10);
let counter: u32 = 0;

function bytes(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

export function proxy_on_configure(root: u32, size: u32): i32 {
  proxy_define_metric(0, changetype<usize>(COUNTER), COUNTER.byteLength, ptrSlot);
  counter = load<u32>(ptrSlot);
  return 1;
}

export function proxy_on_request_headers(context: u32, count: u32, end: i32): i32 {
  if (end) return CONTINUE;
  const name = changetype<usize>(UPSTREAM_ADDRESS);
  store<u32>(ptrSlot, 0);
  proxy_get_property(name, UPSTREAM_ADDRESS.byteLength, ptrSlot, sizeSlot);
  giveBack();
  readHeaders(REQUEST);
  for (let i = 0; i < REMOVED.length; i++) remove(REQUEST, REMOVED[i]);
  setAll(REQUEST, REQUEST_SET);
  return PAUSE;
}

export function proxy_on_request_body(context: u32, size: u32, end: i32): i32 {
  if (!end) return PAUSE;
  copyThrough(REQUEST, size, WHOLE_BUFFER);
  for (let i = 0; i < COUNTERS; i++) proxy_increment_metric(counter, 1);
  setLength(REQUEST, size);
  return CONTINUE;
}

export function proxy_on_response_headers(context: u32, count: u32, end: i32): i32 {
  readHeaders(RESPONSE_HEADERS);
  clock_time_get(0, 1_000_000, ptrSlot);
  remove(RESPONSE_HEADERS, ORGANIZATION);
  setAll(RESPONSE_HEADERS, ANSWER_SET);
  return CONTINUE;
}

function readHeaders(map: i32): void {
  proxy_get_header_map_pairs(map, ptrSlot, sizeSlot);
  giveBack();
}

/** Names and values in turns. */
function setAll(map: i32, pairs: ArrayBuffer[]): void {
  for (let i = 0; i < pairs.length; i += 2) {
    const value = pairs[i + 1];
    set(map, pairs[i], changetype<usize>(value), value.byteLength);
  }
}

function setLength(map: i32, size: u32): void {
  let at = DIGITS;
  do {
    at -= 1;
    store<u8>(digits + at, <u8>(0x30 + (size % 10)));
    size /= 10;
  } while (size != 0);
  set(map, CONTENT_LENGTH, digits + at, DIGITS - at);
}
