/**
 * Which host is modelled. A profile holds what differs between hosts of one family; another family brings its own
 * import table, its own host functions and its own stream, and shares the VM, the memory, the headers and the trace.
 */
import { ENVOY_IMPORTS, NGINX_IMPORTS } from "./abi.ts";

/** `apisix-bare`: without the companion plugin on the route. */
export type HostProfileName = "envoy-hold" | "envoy-nohold" | "apisix" | "apisix-bare";

export interface HostProfile {
  name: HostProfileName;
  family: "envoy" | "nginx";
  /** Names and signatures in module `env`; anything else refuses the load. */
  imports: Readonly<Record<string, string>>;
  /** Envoy's `allow_on_headers_stop_iteration`: without it a header pause stops everything. */
  headersCanBeHeld: boolean;
  /** Bytes that a filter may make the host hold, per direction and stream. */
  bufferLimit: number;
  /** nginx: the companion plugin is on the route. */
  companion: boolean;
}

/** Envoy's default for `per_connection_buffer_limit_bytes`. */
const ENVOY_BUFFER_LIMIT = 1024 * 1024;

export const PROFILES: Readonly<Record<HostProfileName, HostProfile>> = {
  "envoy-hold": {
    name: "envoy-hold",
    family: "envoy",
    imports: ENVOY_IMPORTS,
    headersCanBeHeld: true,
    bufferLimit: ENVOY_BUFFER_LIMIT,
    companion: false,
  },
  "envoy-nohold": {
    name: "envoy-nohold",
    family: "envoy",
    imports: ENVOY_IMPORTS,
    headersCanBeHeld: false,
    bufferLimit: ENVOY_BUFFER_LIMIT,
    companion: false,
  },
  apisix: nginxProfile("apisix", true),
  "apisix-bare": nginxProfile("apisix-bare", false),
};

function nginxProfile(name: HostProfileName, companion: boolean): HostProfile {
  return {
    name,
    family: "nginx",
    imports: NGINX_IMPORTS,
    headersCanBeHeld: false,
    bufferLimit: Infinity,
    companion,
  };
}
