// AssemblyScript, not TypeScript: the filter as it is released, and gauges of what it holds, set whenever a context is gone.
// Built by counting_build.ts for the soak with faults; no part of the product.

import "../../plugin/abi/abort";
import { defineMetric, recordMetric } from "../../plugin/abi/host";
import { MetricKind } from "../../plugin/abi/numbers";
import { liveBytes } from "../../plugin/bytes/heap";
import { writerBytes } from "../../plugin/bytes/writer";
import * as filter from "../../plugin/filter/callbacks";
import { findStream, streamSlots } from "../../plugin/filter/registry";

export { proxy_on_memory_allocate } from "../../plugin/abi/memory";
export {
  proxy_abi_version_0_2_1,
  proxy_on_done,
  proxy_on_log,
  proxy_on_request_body,
  proxy_on_request_headers,
  proxy_on_request_trailers,
  proxy_on_response_body,
  proxy_on_response_headers,
  proxy_on_response_trailers,
  proxy_on_tick,
  proxy_on_vm_start,
} from "../../plugin/filter/callbacks";

const PAGE_SHIFT: i64 = 16;
/** Bytes of a slot in the table of streams. */
const SLOT_BYTES: u32 = 8;

// "soak_held_bytes", "soak_open_contexts", "soak_memory_bytes"
// prettier-ignore
const HELD_BYTES = memory.data<u8>([115, 111, 97, 107, 95, 104, 101, 108, 100, 95, 98, 121, 116, 101, 115]);
// prettier-ignore
const OPEN_CONTEXTS = memory.data<u8>([115, 111, 97, 107, 95, 111, 112, 101, 110, 95, 99, 111, 110, 116, 101, 120, 116, 115]);
// prettier-ignore
const MEMORY_BYTES = memory.data<u8>([115, 111, 97, 107, 95, 109, 101, 109, 111, 114, 121, 95, 98, 121, 116, 101, 115]);

let heldBytes: u32 = 0;
let openContexts: u32 = 0;
let memoryBytes: u32 = 0;
let open: i64 = 0;

function gauge(name: usize, length: u32): u32 {
  return defineMetric(MetricKind.Gauge, name, length);
}

/** What contexts hold: as plugin/debug.ts has it, without what the VM keeps for its next callback. */
function record(): void {
  recordMetric(heldBytes, <i64>(liveBytes() - writerBytes() - streamSlots() * SLOT_BYTES));
  recordMetric(openContexts, open);
  recordMetric(memoryBytes, (<i64>memory.size()) << PAGE_SHIFT);
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  filter.proxy_on_context_create(id, parent);
  if (parent != 0) open++;
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  const accepted = filter.proxy_on_configure(id, size);
  heldBytes = gauge(HELD_BYTES, 15);
  openContexts = gauge(OPEN_CONTEXTS, 18);
  memoryBytes = gauge(MEMORY_BYTES, 17);
  record();
  return accepted;
}

export function proxy_on_delete(id: u32): void {
  const isStream = findStream(id) != null;
  filter.proxy_on_delete(id);
  if (!isStream) return;
  open--;
  record();
}
