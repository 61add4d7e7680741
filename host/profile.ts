/**
 * Which host is modelled. A profile holds what differs between hosts of one family; another family brings its own
 * import table, its own host functions and its own stream, and shares the VM, the memory, the headers and the trace.
 */
import { ENVOY_IMPORTS } from "./abi.ts";

export type HostProfileName = "envoy-hold" | "envoy-nohold";

export interface HostProfile {
  name: HostProfileName;
  family: "envoy";
  /** Names and signatures in module `env`; anything else refuses the load. */
  imports: Readonly<Record<string, string>>;
  /** Envoy's `allow_on_headers_stop_iteration`: without it a header pause stops everything. */
  headersCanBeHeld: boolean;
  /** Bytes that a filter may make the host hold, per direction and stream. */
  bufferLimit: number;
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
  },
  "envoy-nohold": {
    name: "envoy-nohold",
    family: "envoy",
    imports: ENVOY_IMPORTS,
    headersCanBeHeld: false,
    bufferLimit: ENVOY_BUFFER_LIMIT,
  },
};
