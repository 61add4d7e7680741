/**
 * One wrapper per host function: spans in, status and span out. No decisions but which of two hosts this is: what nginx lacks or must not
 * be asked is done in another way (nginx.ts). Results land in scratch memory and are dead after the callback.
 */
import { literalLen, literalPtr } from "../bytes/compare";
import {
  proxy_add_header_map_value,
  proxy_define_metric,
  proxy_get_buffer_bytes,
  proxy_get_header_map_pairs,
  proxy_get_property,
  proxy_increment_metric,
  proxy_log,
  proxy_record_metric,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_send_local_response,
  proxy_set_buffer_bytes,
  proxy_set_effective_context,
  proxy_set_property,
  proxy_set_tick_period_milliseconds,
} from "./env";
import { isDeclared, onNginx } from "./nginx";
import { handOver, handOverWith, readAnswer } from "./nginx_body";
import {
  isNginxOwn,
  openOneHeader,
  readKnownPairs,
  replyOnNginx,
  setRequestHeader,
} from "./nginx_head";
import { BufferType, HeaderMap, LogLevel, MetricKind, Status } from "./numbers";
import { openPairs } from "./pairs";
import { clearSlot, setResult, SLOT, takeResult } from "./result";
import { clock_time_get, environ_get, environ_sizes_get } from "./wasi_snapshot_preview1";

export { resultLen, resultPtr } from "./result";
export { canReplaceBodies } from "./nginx";

/** False where the headers of an answer go out before its body comes. */
export function canHoldAnswers(): bool {
  return !onNginx;
}

/** False where only headers that are asked for by their names can be seen. */
export function listsHeaders(): bool {
  return !onNginx;
}

const WHOLE: u32 = 0xffff_ffff;

/** Reads all `size` bytes of a body or configuration buffer. Not called with 0 (docs/hosts.md). */
export function readBuffer(type: BufferType, size: u32): Status {
  if (onNginx && type == BufferType.ResponseBody) return readAnswer();
  return readBufferFrom(type, 0, size);
}

/** As `readBuffer`, `size` bytes from `start` on. */
export function readBufferFrom(type: BufferType, start: u32, size: u32): Status {
  clearSlot();
  return takeResult(proxy_get_buffer_bytes(type, start, size, SLOT, SLOT + 4));
}

/** Replaces a body buffer, whatever it holds. The bytes are copied by the host at once. */
export function replaceBuffer(type: BufferType, ptr: usize, len: u32): Status {
  if (onNginx) return handOver(type, ptr, len);
  return proxy_set_buffer_bytes(type, 0, WHOLE, ptr, len);
}

/** Adds bytes behind the `size` bytes of a body buffer. */
export function appendBuffer(type: BufferType, size: u32, ptr: usize, len: u32): Status {
  if (onNginx) return handOverWith(ptr, len);
  return proxy_set_buffer_bytes(type, size, 0, ptr, len);
}

/** Reads a header map in one call, in the ABI's pair form (abi/pairs.ts). */
export function readPairs(map: HeaderMap): Status {
  if (onNginx) return readKnownPairs(map);
  clearSlot();
  return takeResult(proxy_get_header_map_pairs(map, SLOT, SLOT + 4));
}

/**
 * Starts over the values of one request header. `block` is what `readPairs` gave for the request, which not every host fills with more
 * than the names that the filter knows. Other names may come with it.
 */
export function openRequestHeader(block: usize, blockLen: u32, name: usize, nameLen: u32): void {
  if (onNginx) openOneHeader(name, nameLen);
  else openPairs(block, blockLen);
}

/** Sets a header, replacing all values it had. `name` is a literal. */
export function setHeader(map: HeaderMap, name: usize, value: usize, valueLen: u32): Status {
  if (onNginx && map == HeaderMap.Request) return setRequestHeader(name, value, valueLen);
  return proxy_replace_header_map_value(map, literalPtr(name), literalLen(name), value, valueLen);
}

/** Sets a header whose name is no literal. It must be none that the host has a place of its own for: path, host, a body's length. */
export function setHeaderSpan(
  map: HeaderMap,
  name: usize,
  nameLen: u32,
  value: usize,
  valueLen: u32,
): Status {
  return proxy_replace_header_map_value(map, name, nameLen, value, valueLen);
}

/** Sets a header to a literal value. */
export function setHeaderLiteral(map: HeaderMap, name: usize, value: usize): Status {
  return setHeader(map, name, literalPtr(value), literalLen(value));
}

/** Adds one more value to a header. */
export function addHeader(map: HeaderMap, name: usize, value: usize, valueLen: u32): Status {
  return proxy_add_header_map_value(map, literalPtr(name), literalLen(name), value, valueLen);
}

/** Removes a header by literal name. */
export function removeHeader(map: HeaderMap, name: usize): Status {
  if (onNginx && isNginxOwn(map, name)) return Status.Ok;
  return proxy_remove_header_map_value(map, literalPtr(name), literalLen(name));
}

/** Removes a header whose name is a span. */
export function removeHeaderSpan(map: HeaderMap, name: usize, nameLen: u32): Status {
  return proxy_remove_header_map_value(map, name, nameLen);
}

/** Answers the client; `pairs` in the ABI's pair form. Deferred by the host until the callback ends. */
export function sendLocalResponse(
  code: u32,
  body: usize,
  bodyLen: u32,
  pairs: usize,
  pairsLen: u32,
): Status {
  if (onNginx) return replyOnNginx(code, body, bodyLen, pairs, pairsLen);
  return proxy_send_local_response(code, 0, 0, body, bodyLen, pairs, pairsLen, -1);
}

/** Reads a property of Envoy's, which another host does not have; `path` is a literal whose segments are joined by NUL. */
export function readProperty(path: usize): Status {
  if (onNginx) {
    setResult(0, 0);
    return Status.NotFound;
  }
  clearSlot();
  return takeResult(proxy_get_property(literalPtr(path), literalLen(path), SLOT, SLOT + 4));
}

/** Sets a property; on Envoy this is filter state `wasm.<name>`, on nginx the variable of that name, where there is one. */
export function writeProperty(path: usize, value: usize, valueLen: u32): Status {
  if (onNginx && !isDeclared(path)) return Status.NotFound;
  return proxy_set_property(literalPtr(path), literalLen(path), value, valueLen);
}

/** Logs a line. */
export function logLine(level: LogLevel, ptr: usize, len: u32): void {
  proxy_log(level, ptr, len);
}

/** False where metrics lead nowhere. */
export function keepsMetrics(): bool {
  return !onNginx;
}

/** Defines a metric and answers its id; 0 where the host writes none. */
export function defineMetric(kind: MetricKind, name: usize, nameLen: u32): u32 {
  if (onNginx) return 0; // they lead nowhere there
  clearSlot();
  const status = proxy_define_metric(kind, name, nameLen, SLOT);
  return status == Status.Ok ? load<u32>(SLOT) : 0;
}

/** Adds to a counter; offsets of 0 are refused by the host and therefore not sent. */
export function incrementMetric(id: u32, offset: u32): void {
  if (offset != 0 && !onNginx) proxy_increment_metric(id, <i64>offset);
}

/** Sets a gauge or records into a histogram. */
export function recordMetric(id: u32, value: i64): void {
  if (!onNginx) proxy_record_metric(id, value);
}

/** Starts (or with 0 stops) the root context's tick. */
export function setTickPeriod(ms: u32): void {
  proxy_set_tick_period_milliseconds(ms);
}

/** Makes the calls that follow belong to a stream; only used inside a tick. */
export function useContext(id: u32): Status {
  return proxy_set_effective_context(id);
}

/** Nanoseconds since 1970; 0 where the clock cannot be read. */
export function unixNanos(): u64 {
  store<u64>(SLOT, 0);
  clock_time_get(0, 1_000_000, SLOT);
  return load<u64>(SLOT);
}

/** Number of environment variables and bytes they need: `resultPtr` and `resultLen`. */
export function environSizes(): bool {
  clearSlot();
  if (environ_sizes_get(SLOT, SLOT + 4) != 0) return false;
  setResult(<usize>load<u32>(SLOT), load<u32>(SLOT, 4));
  return true;
}

/** Fills a table of addresses and the `NAME=value\0` bytes they point to. */
export function environRead(pointers: usize, bytes: usize): bool {
  return environ_get(pointers, bytes) == 0;
}
