// What of the conformance set is served: one row for each pair of a client surface and a provider, in the set's own words.

/** Surfaces of the set that each provider serves. A pair that is not here is not run. */
export const SERVED: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["chat", "responses", "messages", "count_tokens"],
  foundry: ["chat", "messages", "responses"],
  vertex: ["chat", "messages", "responses"],
  bedrock: ["chat", "messages", "responses"],
  databricks: ["chat", "responses", "messages"],
};

interface Config {
  profiles: Record<string, unknown>;
  rules: { match: { path_prefix: string }; profile: string }[];
}

/** The configuration with the providers that are served; the others would be refused. */
export function servedConfig<T extends Config>(config: T): T {
  const served = (name: string): boolean => name in SERVED;
  const profiles = Object.entries(config.profiles).filter(([name]) => served(name));
  const rules = config.rules.filter(({ profile }) => served(profile));
  return { ...config, profiles: Object.fromEntries(profiles), rules };
}
