// The Envoy of the soak with faults: a second profile in Bedrock's framing, limits that the traffic exceeds, and a timeout for
// answers that never end.

import type { ConfigOptions } from "../../envoy/harness/config.ts";
import { ANSWER_HEADER } from "./envoy_answers.ts";

/** Limits of the filter: below what is too large in the traffic, above what is merely large. */
export const LIMITS = {
  max_request_bytes: 6_000_000,
  max_response_bytes: 2_000_000,
  max_event_bytes: 60_000,
};

/** What the soak with faults changes of the example's configuration. */
export const FAULT_CONFIG = {
  filter: {
    version: 1,
    defaults: { auth: { mode: "client" }, limits: LIMITS },
    profiles: {
      anthropic: { provider: { type: "anthropic" } },
      bedrock: { provider: { type: "bedrock", region: "us-east-1" } },
    },
    rules: [{ match: { headers: { [ANSWER_HEADER]: "bedrock*" } }, profile: "bedrock" }],
    default_profile: "anthropic",
  },
  edit: ({ virtualHost, route }) => {
    const headers = [{ name: ANSWER_HEADER, string_match: { prefix: "endless" } }];
    const match = { prefix: "/", headers };
    virtualHost.routes.unshift({ match, route: { ...route, timeout: "1s" } });
  },
} satisfies Pick<ConfigOptions, "filter" | "edit">;
