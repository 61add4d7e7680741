/**
 * Properties of a stream that Envoy derives from the exchange itself; the rest comes from the scenario's table.
 * Follows the host notes, section 1.9.
 */
import type { PropertyValue } from "./context.ts";
import type { HeaderMap } from "./headers.ts";

/** The name under which Envoy keeps a filter's `set_property` in the filter state. */
const FILTER_STATE = "filter_state\0wasm.";
const REQUEST_HEADERS = "request\0headers\0";

const REQUEST_PROPERTIES: Readonly<Record<string, string>> = {
  "request\0path": ":path",
  "request\0method": ":method",
  "request\0host": ":authority",
  "request\0scheme": ":scheme",
  "request\0useragent": "user-agent",
};

/**
 * A property of the exchange, or undefined. `requestHeaders` is given only while they can be read, as in their own
 * callbacks and in the log; `bodyBytes` is what the client has sent so far, seen by the filter or not.
 */
export function exchangeProperty(
  path: string,
  requestHeaders: HeaderMap | undefined,
  bodyBytes: number,
  responseHeaders: HeaderMap | undefined,
): PropertyValue | undefined {
  if (path === "request\0total_size") return (requestHeaders?.byteSize ?? 0) + bodyBytes;
  if (path === "response\0code") {
    const status = responseHeaders?.get(":status");
    return status === undefined ? undefined : Number(status);
  }
  const name = path.startsWith(REQUEST_HEADERS)
    ? path.slice(REQUEST_HEADERS.length)
    : REQUEST_PROPERTIES[path];
  return name === undefined ? undefined : requestHeaders?.get(name);
}

/** A value that the filter has stored, by its own name or by its full filter state path. */
export function storedProperty(
  path: string,
  state: ReadonlyMap<string, Uint8Array>,
): PropertyValue | undefined {
  return state.get(path.startsWith(FILTER_STATE) ? path.slice(FILTER_STATE.length) : path);
}
