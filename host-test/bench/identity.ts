// AssemblyScript, not TypeScript: the floor that every filter is measured against. It does what no body-rewriting filter
// can avoid and nothing else: hold the request, take each body into the VM, give it back, and touch three headers on the
// way in and one on the way out. It parses nothing. Built by identity_build.ts; no part of the product.

import {
  proxy_get_buffer_bytes,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_buffer_bytes,
} from "../../plugin/abi/env";

const CONTINUE = 0;
const PAUSE = 1;
const REQUEST = 0; // both the request headers' map and the request body's buffer
const RESPONSE_BODY = 1;
const RESPONSE_HEADERS = 2;
const WHOLE_BUFFER: u32 = 0xffffffff;

const CONTENT_LENGTH = String.UTF8.encode("content-length");
const PATH = String.UTF8.encode(":path");
const MESSAGES = String.UTF8.encode("/v1/messages");
const ACCEPT_ENCODING = String.UTF8.encode("accept-encoding");
const IDENTITY = String.UTF8.encode("identity");

/** Where the host writes the address of a block that it gives us. */
const ptrSlot = memory.data(4);
const sizeSlot = memory.data(4);

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

export function proxy_on_context_create(context: u32, parent: u32): void {}

export function proxy_on_vm_start(root: u32, size: u32): i32 {
  return 1;
}

export function proxy_on_configure(root: u32, size: u32): i32 {
  return 1;
}

export function proxy_on_request_headers(context: u32, count: u32, end: i32): i32 {
  if (end) return CONTINUE;
  drop(REQUEST, CONTENT_LENGTH);
  replace(REQUEST, PATH, MESSAGES);
  replace(REQUEST, ACCEPT_ENCODING, IDENTITY);
  return PAUSE;
}

export function proxy_on_request_body(context: u32, size: u32, end: i32): i32 {
  if (!end) return PAUSE;
  copyThrough(REQUEST, size, WHOLE_BUFFER);
  return CONTINUE;
}

export function proxy_on_response_headers(context: u32, count: u32, end: i32): i32 {
  drop(RESPONSE_HEADERS, CONTENT_LENGTH);
  return CONTINUE;
}

export function proxy_on_response_body(context: u32, size: u32, end: i32): i32 {
  copyThrough(RESPONSE_BODY, size, size);
  return CONTINUE;
}

export function proxy_on_done(context: u32): i32 {
  return 1;
}

export function proxy_on_log(context: u32): void {}

export function proxy_on_delete(context: u32): void {}

/** Takes `size` bytes of a buffer into the VM and puts them back over `replaced` bytes of it. */
function copyThrough(kind: i32, size: u32, replaced: u32): void {
  if (size == 0) return;
  proxy_get_buffer_bytes(kind, 0, size, ptrSlot, sizeSlot);
  const ptr = <usize>load<u32>(ptrSlot);
  proxy_set_buffer_bytes(kind, 0, replaced, ptr, load<u32>(sizeSlot));
  heap.free(ptr);
}

function replace(map: i32, key: ArrayBuffer, value: ArrayBuffer): void {
  const keyPtr = changetype<usize>(key);
  proxy_replace_header_map_value(
    map,
    keyPtr,
    key.byteLength,
    changetype<usize>(value),
    value.byteLength,
  );
}

function drop(map: i32, key: ArrayBuffer): void {
  proxy_remove_header_map_value(map, changetype<usize>(key), key.byteLength);
}
