// The Envoy configuration that a scenario of the host model stands for.

import type { Scenario } from "../../host-test/host/index.ts";
import { setBufferLimit, type ConfigOptions, type Parts } from "./config.ts";

/** What the model assumes when a scenario names no limit: Envoy's own default. */
const DEFAULT_LIMIT = 1024 * 1024;
const ROUTE_ENABLES = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

/** Options for Envoy.start() that make it what the model is for `scenario`. Throws on what cannot be had from a real Envoy. */
export function replayConfig(
  scenario: Scenario,
  wasm: string,
  upstream: { port: number; protocol: "h1" | "h2" },
): ConfigOptions & { env: Record<string, string> } {
  const env = scenario.env ?? {};
  if (scenario.profile !== "envoy-hold" && scenario.profile !== "envoy-nohold") {
    throw new Error(`scenario ${scenario.name}: ${scenario.profile} is not Envoy`);
  }
  if (scenario.properties !== undefined) {
    throw new Error(`scenario ${scenario.name}: properties of the model cannot be replayed`);
  }
  return {
    wasm,
    upstream,
    env,
    environment: Object.keys(env),
    filter: scenario.configs[0],
    holdFlag: scenario.profile === "envoy-hold",
    trailers: true,
    edit: (parts) => {
      // Texts of Envoy's own replies are part of what is compared.
      delete parts.hcm.local_reply_config;
      const limit = scenario.bufferLimit ?? DEFAULT_LIMIT;
      setBufferLimit(parts, limit);
      for (const config of scenario.configs.slice(1)) addInstance(parts, config);
      for (const step of scenario.steps) if ("envoy" in step) makeReply(parts, step.status);
    },
  };
}

/** A further instance of the filter in the same VM, for requests with `x-scenario-config: <number>`. */
function addInstance(parts: Parts, config: unknown): void {
  const { http_filters: filters } = parts.hcm;
  const number = filters.length - 1;
  const first = structuredClone(filters[0]) as {
    name: string;
    typed_config: { config: Parts["wasm"] };
  };
  first.name = `${first.name}-${number}`;
  first.typed_config.config.configuration.value =
    typeof config === "string" ? config : JSON.stringify(config);
  filters.splice(number, 0, { ...first, disabled: true });
  const [route] = structuredClone(parts.virtualHost.routes.slice(-1));
  const match = {
    prefix: "/",
    headers: [{ name: "x-scenario-config", string_match: { exact: String(number) } }],
  };
  const enabled = { "@type": ROUTE_ENABLES, config: {}, disabled: false };
  const off = { "@type": ROUTE_ENABLES, disabled: true };
  const perFilter = { [first.name]: enabled, "messages-bridge": off };
  parts.virtualHost.routes.unshift({ ...route, match, typed_per_filter_config: perFilter });
}

/** Brings Envoy to the reply by itself. */
function makeReply(parts: Parts, status: number): void {
  if (status === 404)
    parts.virtualHost.routes = [{ ...parts.virtualHost.routes[0], match: { path: "/no" } }];
  else if (status === 503) parts.cluster.load_assignment.endpoints = [];
  else if (status === 504) parts.route.timeout = "0.2s";
  else throw new Error(`Envoy is not known to answer ${status} by itself`);
}
