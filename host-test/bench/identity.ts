// AssemblyScript, not TypeScript: the floor that every filter is measured against. It does what no body-rewriting filter
// can avoid and nothing else: hold the request, take each body into the VM, give it back, and touch three headers on the
// way in and one on the way out. It parses nothing. Built by identity_build.ts; no part of the product.

import {
  CONTINUE,
  copyThrough,
  PAUSE,
  remove,
  REQUEST,
  RESPONSE_HEADERS,
  set,
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

const CONTENT_LENGTH = String.UTF8.encode("content-length");
const PATH = String.UTF8.encode(":path");
const MESSAGES = String.UTF8.encode("/v1/messages");
const ACCEPT_ENCODING = String.UTF8.encode("accept-encoding");
const IDENTITY = String.UTF8.encode("identity");

export function proxy_on_configure(root: u32, size: u32): i32 {
  return 1;
}

export function proxy_on_request_headers(context: u32, count: u32, end: i32): i32 {
  if (end) return CONTINUE;
  remove(REQUEST, CONTENT_LENGTH);
  set(REQUEST, PATH, changetype<usize>(MESSAGES), MESSAGES.byteLength);
  set(REQUEST, ACCEPT_ENCODING, changetype<usize>(IDENTITY), IDENTITY.byteLength);
  return PAUSE;
}

export function proxy_on_request_body(context: u32, size: u32, end: i32): i32 {
  if (!end) return PAUSE;
  copyThrough(REQUEST, size, WHOLE_BUFFER);
  return CONTINUE;
}

export function proxy_on_response_headers(context: u32, count: u32, end: i32): i32 {
  remove(RESPONSE_HEADERS, CONTENT_LENGTH);
  return CONTINUE;
}
