/**
 * Numbers and signatures of Proxy-Wasm ABI 0.2.1 as Envoy has them. Knows no behaviour.
 * Signatures are written as parameters, colon, results: `i` is i32, `I` is i64.
 */

export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  InvalidMemoryAccess: 6,
  InternalFailure: 10,
  Unimplemented: 12,
} as const;

export const BufferType = {
  RequestBody: 0,
  ResponseBody: 1,
  VmConfig: 6,
  PluginConfig: 7,
  Max: 8,
} as const;

export const MapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  Max: 7,
} as const;

export const MetricKind = { Counter: 0, Gauge: 1, Histogram: 2 } as const;

/** Results of header callbacks; anything above 4 is read as 4. */
export const HeadersAction = {
  Continue: 0,
  StopIteration: 1,
  ContinueAndDontEndStream: 2,
  StopAllAndBuffer: 3,
  StopAllAndWatermark: 4,
} as const;

/** Results of body callbacks; anything above 3 is read as 3. */
export const DataAction = { Continue: 0, Buffer: 1, Watermark: 2, Drop: 3 } as const;

/** Log level names by number; a level above 5 is refused by the host. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The three exported names by which a module announces its ABI version. */
export const ABI_MARKERS = [
  "proxy_abi_version_0_1_0",
  "proxy_abi_version_0_2_0",
  "proxy_abi_version_0_2_1",
] as const;

/** Callbacks that the host looks up, with the type that it insists on when the export exists. */
export const EXPORT_SIGNATURES: Readonly<Record<string, string>> = {
  proxy_abi_version_0_1_0: ":",
  proxy_abi_version_0_2_0: ":",
  proxy_abi_version_0_2_1: ":",
  proxy_on_memory_allocate: "i:i",
  malloc: "i:i",
  _initialize: ":",
  _start: ":",
  proxy_on_context_create: "ii:",
  proxy_on_vm_start: "ii:i",
  proxy_on_configure: "ii:i",
  proxy_on_tick: "i:",
  proxy_on_request_headers: "iii:i",
  proxy_on_request_body: "iii:i",
  proxy_on_request_trailers: "ii:i",
  proxy_on_response_headers: "iii:i",
  proxy_on_response_body: "iii:i",
  proxy_on_response_trailers: "ii:i",
  proxy_on_log: "i:",
  proxy_on_done: "i:i",
  proxy_on_delete: "i:",
};

/** Stream and root callbacks, by their export names. */
export type CallbackName =
  | "proxy_on_context_create"
  | "proxy_on_vm_start"
  | "proxy_on_configure"
  | "proxy_on_tick"
  | "proxy_on_request_headers"
  | "proxy_on_request_body"
  | "proxy_on_request_trailers"
  | "proxy_on_response_headers"
  | "proxy_on_response_body"
  | "proxy_on_response_trailers"
  | "proxy_on_log"
  | "proxy_on_done"
  | "proxy_on_delete";

/** What Envoy links for a 0.2.1 module in `env`, in the order of the host notes, table 1.3. */
export const ENVOY_IMPORTS: Readonly<Record<string, string>> = {
  proxy_log: "iii:i",
  proxy_get_buffer_bytes: "iiiii:i",
  proxy_set_buffer_bytes: "iiiii:i",
  proxy_get_header_map_value: "iiiii:i",
  proxy_replace_header_map_value: "iiiii:i",
  proxy_add_header_map_value: "iiiii:i",
  proxy_remove_header_map_value: "iii:i",
  proxy_get_header_map_pairs: "iii:i",
  proxy_send_local_response: "iiiiiiii:i",
  proxy_get_property: "iiii:i",
  proxy_set_property: "iiii:i",
  proxy_define_metric: "iiii:i",
  proxy_increment_metric: "iI:i",
  proxy_record_metric: "iI:i",
  proxy_set_tick_period_milliseconds: "i:i",
  proxy_set_effective_context: "i:i",
  proxy_get_metric: "ii:i",
  proxy_get_current_time_nanoseconds: "i:i",
  proxy_get_log_level: "i:i",
  proxy_get_buffer_status: "iii:i",
  proxy_get_header_map_size: "ii:i",
  proxy_set_header_map_pairs: "iii:i",
  proxy_continue_stream: "i:i",
  proxy_close_stream: "i:i",
  proxy_done: ":i",
  proxy_call_foreign_function: "iiiiii:i",
  proxy_http_call: "iiiiiiiiii:i",
  proxy_get_status: "iii:i",
  proxy_get_shared_data: "iiiii:i",
  proxy_set_shared_data: "iiiii:i",
  proxy_register_shared_queue: "iii:i",
  proxy_resolve_shared_queue: "iiiii:i",
  proxy_enqueue_shared_queue: "iii:i",
  proxy_dequeue_shared_queue: "iii:i",
  proxy_grpc_call: "iiiiiiiiiiii:i",
  proxy_grpc_stream: "iiiiiiiii:i",
  proxy_grpc_send: "iiii:i",
  proxy_grpc_cancel: "i:i",
  proxy_grpc_close: "i:i",
};

/**
 * What APISIX's Wasm module links in `env`: 42 functions, whatever the module's ABI version. `proxy_get_metric` has a type of its own.
 * Source: the host notes, 3.4; the table of the module's wasmtime binding.
 */
export const NGINX_IMPORTS: Readonly<Record<string, string>> = {
  proxy_set_effective_context: "i:i",
  proxy_get_property: "iiii:i",
  proxy_set_property: "iiii:i",
  proxy_log: "iii:i",
  proxy_get_buffer_bytes: "iiiii:i",
  proxy_set_buffer_bytes: "iiiii:i",
  proxy_send_local_response: "iiiiiiii:i",
  proxy_send_http_response: "iiiiiiii:i",
  proxy_get_current_time_nanoseconds: "i:i",
  proxy_set_tick_period_milliseconds: "i:i",
  proxy_get_configuration: "ii:i",
  proxy_get_header_map_pairs: "iii:i",
  proxy_set_header_map_pairs: "iii:i",
  proxy_get_header_map_value: "iiiii:i",
  proxy_remove_header_map_value: "iii:i",
  proxy_replace_header_map_value: "iiiii:i",
  proxy_add_header_map_value: "iiiii:i",
  proxy_get_shared_data: "iiiii:i",
  proxy_set_shared_data: "iiiii:i",
  proxy_register_shared_queue: "iii:i",
  proxy_resolve_shared_queue: "iiiii:i",
  proxy_dequeue_shared_queue: "iiiii:i",
  proxy_enqueue_shared_queue: "iii:i",
  proxy_continue_request: ":i",
  proxy_continue_response: ":i",
  proxy_clear_route_cache: ":i",
  proxy_continue_stream: "i:i",
  proxy_close_stream: "i:i",
  proxy_http_call: "iiiiiiiiii:i",
  proxy_grpc_call: "iiiiiiiiiiii:i",
  proxy_grpc_stream: "iiiiiiiii:i",
  proxy_grpc_send: "iiii:i",
  proxy_grpc_cancel: "i:i",
  proxy_grpc_close: "i:i",
  proxy_get_status: "iii:i",
  proxy_done: ":i",
  proxy_call_foreign_function: "iiiiii:i",
  proxy_define_metric: "iiii:i",
  proxy_increment_metric: "iI:i",
  proxy_record_metric: "iI:i",
  proxy_get_metric: "iI:i",
};

/** The WASI functions that a filter may reasonably import; both hosts have them all. */
export const WASI_IMPORTS: Readonly<Record<string, string>> = {
  clock_time_get: "iIi:i",
  environ_get: "ii:i",
  environ_sizes_get: "ii:i",
  random_get: "ii:i",
  fd_write: "iiii:i",
};

/** Module names under which the WASI functions are found. */
export const WASI_MODULES = ["wasi_snapshot_preview1", "wasi_unstable"] as const;

/** Imports that stay callable while the host is inside our allocator. */
export const ALLOWED_IN_ALLOCATOR: ReadonlySet<string> = new Set([
  "proxy_log",
  "fd_write",
  "clock_time_get",
]);

/** Imports that stay callable during `_initialize` or `_start`. */
export const ALLOWED_IN_INITIALIZE: ReadonlySet<string> = new Set([
  "proxy_log",
  ...Object.keys(WASI_IMPORTS),
]);

/** Arguments that are addresses, by import: they differ between runs and are masked in traces. */
export const POINTER_ARGUMENTS: Readonly<Record<string, readonly number[]>> = {
  "env.proxy_log": [1],
  "env.proxy_get_buffer_bytes": [3, 4],
  "env.proxy_set_buffer_bytes": [3],
  "env.proxy_get_header_map_value": [1, 3, 4],
  "env.proxy_replace_header_map_value": [1, 3],
  "env.proxy_add_header_map_value": [1, 3],
  "env.proxy_remove_header_map_value": [1],
  "env.proxy_get_header_map_pairs": [1, 2],
  "env.proxy_send_local_response": [1, 3, 5],
  "env.proxy_get_property": [0, 2, 3],
  "env.proxy_set_property": [0, 2],
  "env.proxy_define_metric": [1, 3],
  "wasi_snapshot_preview1.clock_time_get": [2],
  "wasi_snapshot_preview1.environ_get": [0, 1],
  "wasi_snapshot_preview1.environ_sizes_get": [0, 1],
  "wasi_snapshot_preview1.random_get": [0],
  "wasi_snapshot_preview1.fd_write": [1, 3],
};
