/**
 * The whole contract with a host: every function the module may import and every export it must have, with types.
 * Types are written as the section reader prints them. Source: Proxy-Wasm ABI 0.2.1, and what both supported hosts
 * accept at load time.
 */

/** @param {string[]} params @returns {string} a host call: parameters, and a status as result */
const call = (...params) => `(${params.join(", ")}) -> (i32)`;

/** @param {number} count @returns {string} a host call with this many i32 parameters */
const i32s = (count) => call(...new Array(count).fill("i32"));

/** Allowed imports: `module.name` to type. */
export const ABI_IMPORTS = new Map([
  ["env.proxy_log", i32s(3)],
  ["env.proxy_get_buffer_bytes", i32s(5)],
  ["env.proxy_set_buffer_bytes", i32s(5)],
  ["env.proxy_get_header_map_value", i32s(5)],
  ["env.proxy_replace_header_map_value", i32s(5)],
  ["env.proxy_add_header_map_value", i32s(5)],
  ["env.proxy_remove_header_map_value", i32s(3)],
  ["env.proxy_get_header_map_pairs", i32s(3)],
  ["env.proxy_send_local_response", i32s(8)],
  ["env.proxy_get_property", i32s(4)],
  ["env.proxy_set_property", i32s(4)],
  ["env.proxy_define_metric", i32s(4)],
  ["env.proxy_increment_metric", call("i32", "i64")],
  ["env.proxy_record_metric", call("i32", "i64")],
  ["env.proxy_set_tick_period_milliseconds", i32s(1)],
  ["env.proxy_set_effective_context", i32s(1)],
  ["wasi_snapshot_preview1.clock_time_get", call("i32", "i64", "i32")],
  ["wasi_snapshot_preview1.environ_get", i32s(2)],
  ["wasi_snapshot_preview1.environ_sizes_get", i32s(2)],
]);

/** Required exports, and no others: name to type. */
export const ABI_EXPORTS = new Map([
  ["memory", "memory"],
  ["_initialize", "() -> ()"],
  ["proxy_abi_version_0_2_1", "() -> ()"],
  ["proxy_on_memory_allocate", i32s(1)],
  ["proxy_on_context_create", "(i32, i32) -> ()"],
  ["proxy_on_vm_start", i32s(2)],
  ["proxy_on_configure", i32s(2)],
  ["proxy_on_tick", "(i32) -> ()"],
  ["proxy_on_request_headers", i32s(3)],
  ["proxy_on_request_body", i32s(3)],
  ["proxy_on_request_trailers", i32s(2)],
  ["proxy_on_response_headers", i32s(3)],
  ["proxy_on_response_body", i32s(3)],
  ["proxy_on_response_trailers", i32s(2)],
  ["proxy_on_log", "(i32) -> ()"],
  ["proxy_on_done", i32s(1)],
  ["proxy_on_delete", "(i32) -> ()"],
]);

/** Exports that the debug build has besides. */
export const DEBUG_EXPORTS = new Map([["debug_live_bytes", "() -> (i32)"]]);
