// The Envoy of the fault suite: one route and cluster for each thing that a row needs, chosen by a header of the client.

import type { Parts } from "../harness/config.ts";
import { PROFILE } from "../harness/profile.ts";
import { MODEL } from "./surfaces.ts";

type Fields = Record<string, unknown>;

/** What a row may need of its route. */
export type Lane = "plain" | "time" | "idle" | "retry" | "hedge" | "h2" | "leaving";

/** The keys of the profiles that have one, as the VM's environment brings them. */
export const KEYS = { KEY_A: "canary-tenant-a", KEY_B: "canary-tenant-b" };
/** The names that the VM's environment needs. */
export const ENVIRONMENT = Object.keys(KEYS);

/** Limits of the profile `tight`. */
export const TIGHT = {
  max_request_bytes: 16 * 1024,
  max_response_bytes: 16 * 1024,
  max_event_bytes: 4 * 1024,
};
/** Long enough for all calls of a row to be in flight on a busy machine, as every row with a time waits it out. */
const TIME = "0.8s";
const RETRY = {
  retry_on: "5xx,reset,connect-failure",
  num_retries: 2,
  per_try_timeout: TIME,
  retry_back_off: { base_interval: "0.001s", max_interval: "0.002s" },
};

/** What each route does besides leading to its cluster. */
const ROUTES: Record<Lane, { cluster: "h1" | "h2" | "leaving"; more: Fields }> = {
  plain: { cluster: "h1", more: {} },
  time: { cluster: "h1", more: { timeout: TIME } },
  idle: { cluster: "h1", more: { idle_timeout: TIME } },
  retry: { cluster: "h1", more: { retry_policy: RETRY } },
  hedge: {
    cluster: "h1",
    more: { retry_policy: RETRY, hedge_policy: { hedge_on_per_try_timeout: true } },
  },
  h2: { cluster: "h2", more: {} },
  leaving: { cluster: "leaving", more: {} },
};

const key = (env: string): Fields => ({
  ...PROFILE,
  auth: { mode: "keys", keys: [{ name: env.toLowerCase(), env }] },
});
const profileRule = (name: string): Fields => ({
  match: { headers: { "x-tenant": name } },
  profile: name,
});

/** A profile for each tenant; from the first generation on, the name that goes upstream tells it. */
export function filterOf(generation: number): Fields {
  const aliases = { [MODEL]: `claude-generation-${generation}` };
  return {
    version: 1,
    ...(generation === 0 ? {} : { defaults: { models: { aliases } } }),
    profiles: {
      own: PROFILE,
      a: key("KEY_A"),
      b: key("KEY_B"),
      tight: { ...PROFILE, limits: TIGHT },
    },
    rules: ["a", "b", "tight"].map(profileRule),
    default_profile: "own",
  };
}

/** Puts the routes and clusters in the place of the example's; its cluster must lead to the HTTP/1.1 upstream. */
export function addLanes(parts: Parts, h2Port: number): void {
  const { cluster, route, virtualHost, root } = parts;
  // Envoy's default is three retries at a time, and a row makes more.
  cluster["circuit_breakers"] = { thresholds: [{ max_retries: 1000 }] };
  const twin = (name: string, port: number): Parts["cluster"] => {
    const copy = structuredClone(cluster);
    copy["name"] = copy["load_assignment"].cluster_name = name;
    for (const { lb_endpoints: ends } of copy.load_assignment.endpoints)
      for (const { endpoint } of ends) endpoint.address.socket_address.port_value = port;
    const protocols = copy["typed_extension_protocol_options"] as Record<string, Fields>;
    for (const options of Object.values(protocols))
      options["explicit_http_config"] = { http2_protocol_options: {} };
    return copy;
  };
  cluster["name"] = cluster.load_assignment.cluster_name = "h1";
  const { clusters } = root["static_resources"] as { clusters: Fields[] };
  clusters.push(twin("h2", h2Port), twin("leaving", h2Port));
  virtualHost.routes = Object.entries(ROUTES).map(([name, { cluster: to, more }]) => ({
    match: { prefix: "/", headers: [{ name: "x-lane", string_match: { exact: name } }] },
    route: { ...route, ...more, cluster: to },
  }));
}
