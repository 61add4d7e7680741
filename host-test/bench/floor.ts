// AssemblyScript, not TypeScript: what the modules that are floors of the bench have in common. No part of the product.

import {
  proxy_get_buffer_bytes,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_buffer_bytes,
} from "../../plugin/abi/env";

export const CONTINUE = 0;
export const PAUSE = 1;
export const REQUEST = 0; // both the request headers' map and the request body's buffer
export const RESPONSE_BODY = 1;
export const RESPONSE_HEADERS = 2;
export const WHOLE_BUFFER: u32 = 0xffffffff;

/** Where the host writes the address of a block that it gives us, a number, or the time; and a block's size. */
export const ptrSlot = memory.data(8, 8);
export const sizeSlot = memory.data(4);

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

export function proxy_on_context_create(context: u32, parent: u32): void {}

export function proxy_on_vm_start(root: u32, size: u32): i32 {
  return 1;
}

/** Answers go through the VM piece by piece. */
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
export function copyThrough(kind: i32, size: u32, replaced: u32): void {
  if (size == 0) return;
  proxy_get_buffer_bytes(kind, 0, size, ptrSlot, sizeSlot);
  proxy_set_buffer_bytes(kind, 0, replaced, load<u32>(ptrSlot), load<u32>(sizeSlot));
  giveBack();
}

/** Frees the block that the host left. */
export function giveBack(): void {
  const ptr = <usize>load<u32>(ptrSlot);
  if (ptr != 0) heap.free(ptr);
}

/** Sets a header. */
export function set(map: i32, name: ArrayBuffer, value: usize, valueLen: u32): void {
  proxy_replace_header_map_value(map, changetype<usize>(name), name.byteLength, value, valueLen);
}

/** Removes a header. */
export function remove(map: i32, name: ArrayBuffer): void {
  proxy_remove_header_map_value(map, changetype<usize>(name), name.byteLength);
}
