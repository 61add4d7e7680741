// The plugin configuration of the example, for tests that add to it.

/** The one profile of envoy.yaml. */
export const PROFILE = { provider: { type: "anthropic" }, auth: { mode: "client" } };
