/** The test modules that several files use, and short ways to load one and to talk through it. */
import { WasmHost, type HeaderList, type HostOptions, type RootContext } from "../host/index.ts";
import { call, END, guest, logDigit, RESULT, SIZE, SLOTS, status, type Texts } from "./guest.ts";

const I = (value: number): string => `(i32.const ${value})`;

/** Headers of a usual request and a usual response. */
export const POST: HeaderList = [
  [":method", "POST"],
  [":path", "/v1/x"],
  [":authority", "host"],
];
export const GET: HeaderList = [
  [":method", "GET"],
  [":path", "/v1/x"],
  [":authority", "host"],
];
export const OK: HeaderList = [[":status", "200"]];

/** Operands that fetch the body of `kind` into the result slots. */
export function readBody(kind: 0 | 1): string {
  return call("proxy_get_buffer_bytes", I(kind), I(0), SIZE, SLOTS);
}

/** Replaces the whole body of `kind` by two operands. */
export function replaceBody(kind: 0 | 1, data: string): string {
  return call("proxy_set_buffer_bytes", I(kind), I(0), I(-1), data);
}

/** `proxy_send_local_response` with a text body and no headers. */
export function reply(code: number, body: string): string {
  return call(
    "proxy_send_local_response",
    I(code),
    "(i32.const 0) (i32.const 0)",
    body,
    "(i32.const 0) (i32.const 0)",
    I(-1),
  );
}

/** Logs the status of reading `name` from a header map. */
export function logRead(texts: Texts, map: number, name: string): string {
  return logDigit(status("proxy_get_header_map_value", I(map), texts.of(name), SLOTS));
}

/** Logs the status of writing a header. */
export function logWrite(texts: Texts, map: number, name: string): string {
  return logDigit(status("proxy_replace_header_map_value", I(map), texts.of(name), texts.of("v")));
}

/** Logs what the result slots point to. */
export const LOG_RESULT = call("proxy_log", I(2), RESULT);

/** Passes everything on without a look. */
export const passThrough = guest(() => ({}));

/** Holds both directions until their end and passes them on unchanged, with trailers or without. */
export const holdAll = guest(() => ({
  request_headers: `(i32.eqz ${END})`,
  request_body: `(i32.eqz ${END})`,
  request_trailers: I(0),
  response_headers: `(i32.eqz ${END})`,
  response_body: `(i32.eqz ${END})`,
  response_trailers: I(0),
}));

/** Holds the request; at its end replaces the body by itself, twice over. Copies each response chunk. */
export const rewriting = guest((texts) => ({
  request_headers: `${call("proxy_remove_header_map_value", I(0), texts.of("content-length"))} (i32.eqz ${END})`,
  request_body: `(if (i32.eqz ${END}) (then (return ${I(1)})))
    ${readBody(0)} ${call("proxy_set_buffer_bytes", I(0), I(-1), I(0), RESULT)} ${I(0)}`,
  response_headers: `${call("proxy_remove_header_map_value", I(2), texts.of("content-length"))} ${I(0)}`,
  response_body: `${readBody(1)} ${replaceBody(1, RESULT)} ${I(0)}`,
}));

/** Loads a module and gives it one empty configuration. */
export async function start(
  wasm: Uint8Array,
  options: Partial<HostOptions> = {},
): Promise<{ host: WasmHost; root: RootContext }> {
  const host = await WasmHost.load(wasm, { profile: "envoy-hold", ...options });
  return { host, root: host.addRoot("{}") };
}

/** The texts that were logged, in order. */
export function logged(host: WasmHost): string[] {
  return host.logs.map(({ text }) => text);
}
