// Envoy configurations for tests and `npm start`, made from envoy.yaml so that the documented example is what runs.

import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { parse, stringify } from "yaml";

type Fields = Record<string, unknown>;

/** The places of envoy.yaml that callers change. All are live references into one parsed document. */
export interface Parts {
  root: Fields;
  admin: { address: Address };
  listener: Fields & { address: Address; per_connection_buffer_limit_bytes: number };
  hcm: Fields & { http_filters: Fields[]; local_reply_config?: Fields };
  virtualHost: Fields & { request_body_buffer_limit?: number; routes: Fields[] };
  route: Fields & { cluster: string; timeout: string };
  wasm: Fields & {
    allow_on_headers_stop_iteration?: boolean;
    configuration: { value: string };
    vm_config: Fields & { code: { local: { filename: string } } };
  };
  cluster: Fields & { type: string; load_assignment: LoadAssignment };
}

interface Address {
  socket_address: { address: string; port_value: number };
}

interface LoadAssignment {
  cluster_name: string;
  endpoints: { lb_endpoints: { endpoint: { address: Address } }[] }[];
}

/** What a configuration is made for. */
export interface ConfigOptions {
  /** path of the module */
  wasm: string;
  /** where requests go: a cleartext port on loopback, or the cluster of the example as it stands */
  upstream: { port: number; protocol?: "h1" | "h2" } | "as written";
  /** port to listen on; 0 (default): any free one */
  port?: number;
  /** the plugin configuration; default: the example's own */
  filter?: unknown;
  /** false: without allow_on_headers_stop_iteration */
  holdFlag?: boolean;
  /** names of environment variables that the module may read */
  environment?: string[];
  /** both HTTP/1.1 codecs pass trailers on (HTTP/2 always does) */
  trailers?: boolean;
  /** has the last word */
  edit?: (parts: Parts) => void;
}

/** The smallest HTTP/2 window that Envoy accepts. */
const MIN_WINDOW = 65_535;
const EXAMPLE = new URL("../envoy.yaml", import.meta.url);
const PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Returns the YAML of envoy.yaml with the ports, paths and switches of `options`; the admin port is any free one. */
export function renderConfig(options: ConfigOptions): string {
  const parts = readExample();
  parts.admin.address.socket_address.port_value = 0;
  parts.listener.address.socket_address.port_value = options.port ?? 0;
  parts.wasm.vm_config.code.local.filename = options.wasm;
  if (options.filter !== undefined) parts.wasm.configuration.value = asText(options.filter);
  if (options.holdFlag === false) delete parts.wasm.allow_on_headers_stop_iteration;
  if (options.environment !== undefined) {
    parts.wasm.vm_config["environment_variables"] = { host_env_keys: options.environment };
  }
  if (options.upstream !== "as written")
    pointAt(parts.cluster, options.upstream, options.trailers === true);
  if (options.trailers === true) parts.hcm["http_protocol_options"] = { enable_trailers: true };
  options.edit?.(parts);
  useRootsAtHand(parts.root);
  return stringify(parts.root);
}

/**
 * Sets what a stream may hold of one body, in either direction, on both protocols. HTTP/2 takes the limit from the client's
 * window and allows no less than 65535 bytes; Envoy 1.36 ignores the virtual host's value, 1.40 uses it where it is larger.
 */
export function setBufferLimit({ listener, hcm, virtualHost }: Parts, bytes: number): void {
  listener.per_connection_buffer_limit_bytes = bytes;
  virtualHost.request_body_buffer_limit = bytes;
  hcm["http2_protocol_options"] = { initial_stream_window_size: Math.max(bytes, MIN_WINDOW) };
}

/** Replaces every `trusted_ca` file that this machine does not have, below `node`, by the roots that Node carries. */
export function useRootsAtHand(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const { filename } = (value ?? {}) as { filename?: unknown };
    if (key === "trusted_ca" && typeof filename === "string" && !existsSync(filename)) {
      (node as Fields)[key] = { inline_string: rootCertificates.join("\n") };
    } else useRootsAtHand(value);
  }
}

/** Parses envoy.yaml and finds the parts. Throws when the example has lost one of them. */
export function readExample(): Parts {
  const root = parse(readFileSync(EXAMPLE, "utf8")) as Fields;
  const resources = root["static_resources"] as {
    listeners: Parts["listener"][];
    clusters: Parts["cluster"][];
  };
  const listener = only(resources.listeners);
  const chain = only(listener["filter_chains"] as { filters: { typed_config: Parts["hcm"] }[] }[]);
  const hcm = only(chain.filters).typed_config;
  const virtualHost = only(
    (hcm["route_config"] as { virtual_hosts: Parts["virtualHost"][] }).virtual_hosts,
  );
  const route = only(virtualHost.routes)["route"] as Parts["route"];
  const filter = hcm.http_filters[0] as { typed_config: { config: Parts["wasm"] } };
  const admin = root["admin"] as Parts["admin"];
  const cluster = only(resources.clusters);
  return {
    root,
    admin,
    listener,
    hcm,
    virtualHost,
    route,
    wasm: filter.typed_config.config,
    cluster,
  };
}

function pointAt(
  cluster: Parts["cluster"],
  to: { port: number; protocol?: "h1" | "h2" },
  trailers: boolean,
): void {
  cluster.type = "STATIC";
  delete cluster["transport_socket"];
  const target = only(only(cluster.load_assignment.endpoints).lb_endpoints).endpoint.address
    .socket_address;
  target.address = "127.0.0.1";
  target.port_value = to.port;
  const http1 = { http_protocol_options: trailers ? { enable_trailers: true } : {} };
  cluster["typed_extension_protocol_options"] = {
    [PROTOCOL_OPTIONS]: {
      "@type": `type.googleapis.com/${PROTOCOL_OPTIONS}`,
      explicit_http_config: to.protocol === "h2" ? { http2_protocol_options: {} } : http1,
    },
  };
}

function asText(filter: unknown): string {
  return typeof filter === "string" ? filter : JSON.stringify(filter);
}

function only<T>(list: T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1)
    throw new Error(`envoy.yaml: expected one entry, found ${list.length}`);
  return first;
}
