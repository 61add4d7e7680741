// Configurations with many profiles, as a gateway for many tenants has them.

/** How many profiles the part about start-up configures, in all. */
export const PROFILE_COUNTS = [1, 100, 1000];
/** One configuration holds 256 at most (docs/config.schema.json), so a thousand are four of 250. */
const MOST_IN_ONE = 250;

/** Returns configurations that have `count` profiles together, each a root context of its own. */
export function withProfiles(count: number): object[] {
  const names = Array.from({ length: count }, (_, index) => `tenant-${index}`);
  const parts: string[][] = [];
  for (let at = 0; at < count; at += MOST_IN_ONE) parts.push(names.slice(at, at + MOST_IN_ONE));
  return parts.map(configuration);
}

function configuration(names: string[]): object {
  const profiles = Object.fromEntries(names.map((name) => [name, profile(name)]));
  const rules = names.map((name) => ({ match: { path_prefix: `/${name}` }, profile: name }));
  return { version: 1, profiles, rules, default_profile: names[0] };
}

/** A tenant with a key, names for models and a limit of its own. */
function profile(name: string): object {
  return {
    provider: { type: "anthropic" },
    auth: { mode: "keys", keys: [{ name: `${name}-key`, value: `sk-ant-bench-${name}` }] },
    models: { aliases: { fast: "claude-haiku-4-5", [`${name}-model`]: "claude-sonnet-4-5" } },
    limits: { max_request_bytes: 1_000_000 + name.length },
    observability: { response_headers: "none", export: [] },
  };
}
