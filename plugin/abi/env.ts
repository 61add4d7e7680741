/**
 * The host functions that we import from module `env` (the file name is the module name). Proxy-Wasm ABI
 * 0.2.1; statuses are `Status` of numbers.ts. Adding one means extending the allow-list of
 * scripts/check-artifact.mjs and docs/hosts.md.
 */
export declare function proxy_log(level: u32, ptr: usize, len: u32): u32;
export declare function proxy_get_buffer_bytes(
  type: u32,
  start: u32,
  len: u32,
  ptrOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_set_buffer_bytes(
  type: u32,
  start: u32,
  len: u32,
  ptr: usize,
  size: u32,
): u32;
export declare function proxy_get_header_map_value(
  map: u32,
  key: usize,
  keyLen: u32,
  ptrOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_replace_header_map_value(
  map: u32,
  key: usize,
  keyLen: u32,
  value: usize,
  valueLen: u32,
): u32;
export declare function proxy_add_header_map_value(
  map: u32,
  key: usize,
  keyLen: u32,
  value: usize,
  valueLen: u32,
): u32;
export declare function proxy_remove_header_map_value(map: u32, key: usize, keyLen: u32): u32;
export declare function proxy_get_header_map_pairs(map: u32, ptrOut: usize, sizeOut: usize): u32;
export declare function proxy_send_local_response(
  code: u32,
  details: usize,
  detailsLen: u32,
  body: usize,
  bodyLen: u32,
  pairs: usize,
  pairsLen: u32,
  grpcStatus: i32,
): u32;
export declare function proxy_get_property(
  path: usize,
  pathLen: u32,
  ptrOut: usize,
  sizeOut: usize,
): u32;
export declare function proxy_set_property(
  path: usize,
  pathLen: u32,
  value: usize,
  valueLen: u32,
): u32;
export declare function proxy_define_metric(
  kind: u32,
  name: usize,
  nameLen: u32,
  idOut: usize,
): u32;
export declare function proxy_increment_metric(id: u32, offset: i64): u32;
export declare function proxy_record_metric(id: u32, value: i64): u32;
export declare function proxy_set_tick_period_milliseconds(ms: u32): u32;
export declare function proxy_set_effective_context(id: u32): u32;
