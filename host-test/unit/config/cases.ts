/** Configurations, good and bad, that the reader and the schema judge alike. */

const one = (settings: object) => ({ version: 1, profile: settings });
const many = (more: object) => ({ version: 1, profiles: { a: {}, b: {} }, ...more });
const key = (settings: object) =>
  one({ auth: { mode: "keys", keys: [{ name: "k", env: "KEY", ...settings }] } });
const rule = (match: object) => many({ rules: [{ match, profile: "a" }] });
const row = (cells: object) => ({
  version: 1,
  profile: {},
  model_info: [{ match: ["x"], ...cells }],
});

/** Environment that the cases are read with. */
export const ENVIRONMENT = { KEY: "sk-ant-1", OTHER: "sk-ant-2" };

/** Configurations that are accepted. */
export const GOOD: [string, unknown][] = [
  ["the smallest", one({})],
  ["the documented minimum", one({ provider: { type: "anthropic" }, auth: { mode: "client" } })],
  ["a version with a zero fraction", '{"version":1.0,"profile":{}}'],
  ["white space around", ' \n{ "version" : 1 , "profile" : { } }\t\n'],
  ["escaped keys", String.raw`{"\u0076ersion":1,"profile":{"auth":{"m\u006fde":"cl\u0069ent"}}}`],
  ["early headers", { ...one({}), request_headers: "early" }],
  ["provider texts", one({ provider: { base_path: "/a/b", anthropic_version: "2023-06-01" } })],
  ["the shortest base path", one({ provider: { base_path: "/a" } })],
  ["a key from the environment", key({})],
  ["a key with everything", key({ weight: 1000, models: ["claude-*"] })],
  ["a key by value", key({ env: undefined, value: "sk" })],
  ["each auth header", one({ auth: { header: "x-api-key" } })],
  ["only the served endpoint", one({ endpoints: ["chat_completions"] })],
  ["an empty list of prefixes", one({ models: { strip_prefixes: [] } })],
  ["aliases", one({ models: { aliases: { "gpt-4o": "claude", "*": "x-*", "a*": "b" } } })],
  ["no alias", one({ models: { aliases: {} } })],
  ["a name of 256 letters outside ASCII", one({ models: { default: "é".repeat(256) } })],
  ["a template", one({ models: { template: "databricks-{model}-x" } })],
  ["a template that is the name", one({ models: { template: "{model}" } })],
  [
    "allow and deny",
    one({ models: { allow: ["*"], deny: ["b"], on_denied: "default", default: "m" } }),
  ],
  ["the served prefill mode", one({ prefill: { mode: "passthrough" } })],
  ["strict parameters", one({ params: { mode: "strict", drop: ["top_k"], reject: ["_x"] } })],
  [
    "values of every kind",
    one({ params: { set: { a: null, b: [1, { c: "d" }], e: 1.5e3, f: false } } }),
  ],
  ["values if absent", one({ params: { set_if_absent: { temperature: 0.7 } } })],
  ["parameter words", one({ params: { sampling: "keep", structured_output: "tool" } })],
  ["the least default", one({ params: { default_max_tokens: 1 } })],
  ["the greatest default", one({ params: { default_max_tokens: 1000000 } })],
  ["the least limits", one({ limits: { max_request_bytes: 1, max_depth: 8, max_tools: 0 } })],
  ["the greatest limits", one({ limits: { max_request_bytes: 1073741824, max_depth: 512 } })],
  ["an integer with an exponent", '{"version":1,"profile":{"limits":{"max_depth":1.6e1}}}'],
  [
    "observability",
    one({ observability: { metrics: false, response_headers: "all", log: "policy" } }),
  ],
  ["an empty export", one({ observability: { export: [] } })],
  ["compat", one({ compat: "bifrost" })],
  ["no reasoning field", one({ reasoning: { fields: [] } })],
  [
    "all reasoning fields",
    one({
      reasoning: {
        fields: ["reasoning", "thinking_blocks", "reasoning_details", "reasoning_content"],
      },
    }),
  ],
  ["stream", one({ stream: { ping: "drop", usage: "always" } })],
  ["profiles alone", many({})],
  [
    "profiles with all that chooses",
    many({
      defaults: {},
      default_profile: "b",
      on_no_match: "reject",
      rules: [{ match: { hosts: ["x"] }, profile: "b" }],
    }),
  ],
  [
    "a rule with every matcher",
    rule({
      path_prefix: "/a",
      hosts: ["h"],
      routes: ["r"],
      models: ["m"],
      headers: { "x-a": "b", "x-c": true, "x-d": false },
    }),
  ],
  ["a name of 63 letters", { version: 1, profiles: { ["a".repeat(63)]: {} } }],
  ["a row of model_info", row({ like: "claude-opus-4-7", prefill: false })],
  [
    "every cell",
    row({
      max_output_tokens: 1,
      window_stops: true,
      thinking: "both",
      thinking_default: "always",
      sampling: "not_both",
      effort: ["low", "xhigh"],
      mid_system: true,
      forced_tool_choice: false,
      native_structured_output: true,
      strict_tools: true,
      history_needs_thinking: "off_anthropic",
      interleaved: true,
    }),
  ],
];

/** Configurations that both refuse, with the place that the reader names. */
export const BAD: [string, unknown, string][] = [
  ["no version", { profile: {} }, "$"],
  ["another version", { version: 2, profile: {} }, "$.version"],
  ["a version in quotes", { version: "1", profile: {} }, "$.version"],
  ["no profile", { version: 1 }, "$"],
  ["both forms", { version: 1, profile: {}, profiles: { a: {} } }, "$.profiles"],
  [
    "rules beside the short form",
    { ...one({}), rules: [{ match: { hosts: ["a"] }, profile: "default" }] },
    "$.rules",
  ],
  ["defaults beside the short form", { ...one({}), defaults: {} }, "$.defaults"],
  [
    "a default profile beside the short form",
    { ...one({}), default_profile: "default" },
    "$.default_profile",
  ],
  ["on_no_match beside the short form", { ...one({}), on_no_match: "reject" }, "$.on_no_match"],
  ["an unknown key at the top", { ...one({}), wat: 1 }, "$.wat"],
  ["an unknown key", one({ prefil: {} }), "$.profile.prefil"],
  ["a null", one({ auth: null }), "$.profile.auth"],
  ["a list for an object", one({ auth: [] }), "$.profile.auth"],
  ["a word that YAML made a boolean", one({ auth: { mode: false } }), "$.profile.auth.mode"],
  ["an unknown word", one({ auth: { mode: "clinet" } }), "$.profile.auth.mode"],
  ["a word in capitals", one({ auth: { mode: "Client" } }), "$.profile.auth.mode"],
  ["a removed provider", one({ provider: { type: "aws_platform" } }), "$.profile.provider.type"],
  ["a removed key", one({ params: { max_max_tokens: 5 } }), "$.profile.params.max_max_tokens"],
  [
    "a removed way to choose keys",
    one({ auth: { select: "round_robin" } }),
    "$.profile.auth.select",
  ],
  [
    "a base path without a slash",
    one({ provider: { base_path: "a" } }),
    "$.profile.provider.base_path",
  ],
  [
    "a base path that ends in a slash",
    one({ provider: { base_path: "/a/" } }),
    "$.profile.provider.base_path",
  ],
  ["an empty base path", one({ provider: { base_path: "" } }), "$.profile.provider.base_path"],
  ["a key without a name", key({ name: undefined }), "$.profile.auth.keys[0]"],
  ["a key with two sources", key({ value: "x" }), "$.profile.auth.keys[0]"],
  ["a key without a source", key({ env: undefined }), "$.profile.auth.keys[0]"],
  ["a key of weight 0", key({ weight: 0 }), "$.profile.auth.keys[0].weight"],
  ["a variable's name with a dash", key({ env: "A-B" }), "$.profile.auth.keys[0].env"],
  ["no keys in the list", one({ auth: { mode: "keys", keys: [] } }), "$.profile.auth.keys"],
  [
    "a key that is text",
    one({ auth: { mode: "keys", keys: ["sk-secret"] } }),
    "$.profile.auth.keys[0]",
  ],
  ["an unknown endpoint", one({ endpoints: ["chat"] }), "$.profile.endpoints[0]"],
  [
    "an endpoint twice",
    one({ endpoints: ["chat_completions", "chat_completions"] }),
    "$.profile.endpoints[1]",
  ],
  ["no endpoint", one({ endpoints: [] }), "$.profile.endpoints"],
  ["one word for a list", one({ endpoints: "chat_completions" }), "$.profile.endpoints"],
  [
    "a prefix twice",
    one({ models: { strip_prefixes: ["a/", "b/", "a/"] } }),
    "$.profile.models.strip_prefixes[2]",
  ],
  [
    "an empty prefix",
    one({ models: { strip_prefixes: [""] } }),
    "$.profile.models.strip_prefixes[0]",
  ],
  ["an alias to nothing", one({ models: { aliases: { a: "" } } }), "$.profile.models.aliases.a"],
  [
    "an alias for nothing",
    one({ models: { aliases: { "": "a" } } }),
    '$.profile.models.aliases[""]',
  ],
  [
    "an alias to a line end",
    one({ models: { aliases: { a: "b\n" } } }),
    "$.profile.models.aliases.a",
  ],
  [
    "an alias to a number",
    one({ models: { aliases: { "a-b": 1 } } }),
    '$.profile.models.aliases["a-b"]',
  ],
  [
    "a template without the name",
    one({ models: { template: "x-{modle}" } }),
    "$.profile.models.template",
  ],
  [
    "a template with the name twice",
    one({ models: { template: "{model}{model}" } }),
    "$.profile.models.template",
  ],
  ["no allowed model", one({ models: { allow: [] } }), "$.profile.models.allow"],
  ["too long a name", one({ models: { default: "é".repeat(257) } }), "$.profile.models.default"],
  [
    "a reserved member",
    one({ params: { set: { messages: [] } } }),
    "$.profile.params.set.messages",
  ],
  [
    "a member in capitals",
    one({ params: { set_if_absent: { A: 1 } } }),
    "$.profile.params.set_if_absent.A",
  ],
  [
    "a default of 0",
    one({ params: { default_max_tokens: 0 } }),
    "$.profile.params.default_max_tokens",
  ],
  ["a limit below", one({ limits: { max_depth: 7 } }), "$.profile.limits.max_depth"],
  ["a limit above", one({ limits: { max_depth: 513 } }), "$.profile.limits.max_depth"],
  ["a negative limit", one({ limits: { max_tools: -1 } }), "$.profile.limits.max_tools"],
  [
    "a limit beyond 32 bits",
    one({ limits: { max_event_bytes: 4294967296 } }),
    "$.profile.limits.max_event_bytes",
  ],
  ["a fraction", one({ limits: { max_tools: 1.5 } }), "$.profile.limits.max_tools"],
  ["a number in quotes", one({ limits: { max_tools: "5" } }), "$.profile.limits.max_tools"],
  [
    "metrics as a word",
    one({ observability: { metrics: "on" } }),
    "$.profile.observability.metrics",
  ],
  [
    "a removed switch",
    one({ observability: { metric_prefix: "x" } }),
    "$.profile.observability.metric_prefix",
  ],
  [
    "an export that is a switch",
    one({ observability: { export: true } }),
    "$.profile.observability.export",
  ],
  [
    "an unknown reasoning field",
    one({ reasoning: { fields: ["thinking"] } }),
    "$.profile.reasoning.fields[0]",
  ],
  ["no profiles", { version: 1, profiles: {} }, "$.profiles"],
  ["a profile's name with a space", { version: 1, profiles: { "a b": {} } }, '$.profiles["a b"]'],
  [
    "a profile's name of 64 letters",
    { version: 1, profiles: { ["a".repeat(64)]: {} } },
    `$.profiles.${"a".repeat(64)}`,
  ],
  ["a profile that is none", { version: 1, profiles: { a: 1 } }, "$.profiles.a"],
  ["profiles as a list", { version: 1, profiles: [{}] }, "$.profiles"],
  ["a rule without a matcher", rule({}), "$.rules[0].match"],
  ["a rule without a match", many({ rules: [{ profile: "a" }] }), "$.rules[0]"],
  ["a rule on metadata", rule({ route_metadata: "a" }), "$.rules[0].match.route_metadata"],
  ["no rules", many({ rules: [] }), "$.rules"],
  ["a prefix without a slash", rule({ path_prefix: "a" }), "$.rules[0].match.path_prefix"],
  ["a prefix with a query", rule({ path_prefix: "/a?b" }), "$.rules[0].match.path_prefix"],
  ["a header in capitals", rule({ headers: { "X-A": "b" } }), '$.rules[0].match.headers["X-A"]'],
  ["a header that is a number", rule({ headers: { "x-a": 1 } }), '$.rules[0].match.headers["x-a"]'],
  ["an empty glob", rule({ hosts: [""] }), "$.rules[0].match.hosts[0]"],
  [
    "a row without a match",
    { version: 1, profile: {}, model_info: [{ prefill: true }] },
    "$.model_info[0]",
  ],
  ["a row with an old column", row({ thinking: "budget" }), "$.model_info[0].thinking"],
  ["a row with a word for a switch", row({ prefill: "yes" }), "$.model_info[0].prefill"],
];
