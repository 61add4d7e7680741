/** The debug build in the nginx model, with a chosen companion, and steps of an exchange to stop it anywhere. */
import type { HostOptions, HttpStream } from "../host/index.ts";
import { addRoot, debugBytes, type Bench } from "../lifecycle/support.ts";
import { WasmHost } from "../host/index.ts";
import { CHAT_HEADERS, CONFIG, NATIVE_HEADERS } from "../support/filter.ts";

/** Loads the debug build as nginx runs it; `apisix-bare` by options. Every stream that ends is checked for leaks. */
export function openNginx(options: Partial<HostOptions> = {}, config: object = CONFIG): Bench {
  const host = WasmHost.loadSync(debugBytes(), { profile: "apisix", leakCheck: true, ...options });
  return { host, root: addRoot(host, config) };
}

/** A request as it stands, of a chat client or a native one. */
export function ask(
  { host, root }: Bench,
  body: string,
  client: "chat" | "native" = "chat",
): HttpStream {
  const stream = host.stream(root);
  stream.requestHeaders(client === "chat" ? CHAT_HEADERS : NATIVE_HEADERS);
  stream.requestBody(body, { end: true });
  return stream;
}
