import { describe, expect, it } from "vitest";
import { ENVIRONMENT } from "./cases.ts";
import { ConfigProbe } from "./config_probe.ts";
import { SCHEMA } from "./schema.ts";

const reader = new ConfigProbe();
const profileOf = (settings: object, environment = {}) =>
  reader.parse({ version: 1, profile: settings }, environment).profiles[0]!;

/** What a profile that says nothing has. */
const DEFAULTS = {
  name: "default",
  provider: 0,
  basePath: "",
  anthropicVersion: "",
  endpoints: 255,
  authMode: 0,
  authHeader: 0,
  keySelect: 0,
  hashOn: "",
  cooldownMs: 30000,
  keys: [],
  modelDefault: "",
  stripPrefixes: ["anthropic/", "claude/"],
  aliases: {},
  template: "",
  allow: [],
  deny: [],
  onDenied: 0,
  paramsMode: 0,
  drop: [],
  reject: [],
  set: {},
  setIfAbsent: {},
  requestAllow: [],
  requestDeny: [],
  requestSet: {},
  responseAllow: [],
  responseDeny: [],
  responseSet: {},
  defaultMaxTokens: 0,
  samplingKeep: 0,
  structuredOutput: 0,
  compat: 0,
  reasoningContent: 1,
  reasoningField: 0,
  reasoningDetails: 1,
  thinkingBlocks: 0,
  streamPing: 0,
  streamUsage: 0,
  maxRequestBytes: 33554432,
  maxResponseBytes: 33554432,
  maxEventBytes: 4194304,
  maxAccumulatedBytes: 8388608,
  maxDepth: 128,
  maxMessages: 100000,
  maxTools: 1024,
  responseHeaders: 1,
  metrics: 1,
};

/** Group, member, value, and what differs from the defaults then. */
const SETTINGS: [string, string, unknown, object][] = [
  ["provider", "base_path", "/p", { basePath: "/p" }],
  ["provider", "anthropic_version", "v", { anthropicVersion: "v" }],
  ["headers", "request_allow", ["x-a*"], { requestAllow: ["x-a*"] }],
  ["headers", "request_deny", ["x-b"], { requestDeny: ["x-b"] }],
  ["headers", "request_set", { "x-c": "1" }, { requestSet: { "x-c": "1" } }],
  ["headers", "response_allow", ["x-d"], { responseAllow: ["x-d"] }],
  ["headers", "response_deny", ["x-e", "*"], { responseDeny: ["x-e", "*"] }],
  ["headers", "response_set", { "x-f": "" }, { responseSet: { "x-f": "" } }],
  ["auth", "hash_on", "x-tenant", { hashOn: "x-tenant" }],
  ["auth", "cooldown_ms", 0, { cooldownMs: 0 }],
  ["auth", "cooldown_ms", 3600000, { cooldownMs: 3600000 }],
  ["models", "default", "d", { modelDefault: "d" }],
  ["models", "strip_prefixes", ["x/"], { stripPrefixes: ["x/"] }],
  ["models", "aliases", { a: "b" }, { aliases: { a: "b" } }],
  ["models", "template", "t-{model}", { template: "t-{model}" }],
  ["models", "allow", ["c*"], { allow: ["c*"] }],
  ["models", "deny", ["e"], { deny: ["e"] }],
  ["params", "drop", ["top_k"], { drop: ["top_k"] }],
  ["params", "reject", ["mcp_servers"], { reject: ["mcp_servers"] }],
  ["params", "set", { service_tier: "auto" }, { set: { service_tier: '"auto"' } }],
  ["params", "set_if_absent", { temperature: 0.5 }, { setIfAbsent: { temperature: "0.5" } }],
  ["params", "default_max_tokens", 77, { defaultMaxTokens: 77 }],
  ["limits", "max_request_bytes", 1, { maxRequestBytes: 1 }],
  ["limits", "max_response_bytes", 2, { maxResponseBytes: 2 }],
  ["limits", "max_event_bytes", 3, { maxEventBytes: 3 }],
  ["limits", "max_accumulated_bytes", 4, { maxAccumulatedBytes: 4 }],
  ["limits", "max_depth", 9, { maxDepth: 9 }],
  ["limits", "max_messages", 6, { maxMessages: 6 }],
  ["limits", "max_tools", 0, { maxTools: 0 }],
  ["observability", "metrics", false, { metrics: 0 }],
  ["reasoning", "fields", [], { reasoningContent: 0, reasoningDetails: 0 }],
  [
    "reasoning",
    "fields",
    ["reasoning", "thinking_blocks"],
    { reasoningContent: 0, reasoningField: 1, reasoningDetails: 0, thinkingBlocks: 1 },
  ],
];

describe("a profile", () => {
  it("that says nothing has the defaults", () => {
    expect(profileOf({})).toEqual(DEFAULTS);
  });

  it.each(SETTINGS)("takes %s.%s", (group, name, value, expected) => {
    const settings = group === "settings" ? { [name]: value } : { [group]: { [name]: value } };
    expect(profileOf(settings)).toEqual({ ...DEFAULTS, ...expected });
  });

  it("keeps the JSON text of free values as it stands", () => {
    const text =
      '{"version":1,"profile":{"params":{"set":{"a":[1.50, {"b" : "\\u00e9\\ud800"}]}}}}';
    expect(reader.parse(text).profiles[0]!.set).toEqual({ a: '[1.50, {"b" : "\\u00e9\\ud800"}]' });
  });

  it("takes texts without their escapes", () => {
    const text = String.raw`{"version":1,"profile":{"models":{"aliases":{"\u0061\u00e9":"\ud83d\ude00\/"}}}}`;
    expect(reader.parse(text).profiles[0]!.aliases).toEqual({ aé: "😀/" });
  });

  it("takes keys from the environment and from the configuration", () => {
    const keys = [
      { name: "one", env: "OTHER", weight: 7, models: ["claude-*"] },
      { name: "two", value: "sk-two" },
    ];
    expect(profileOf({ auth: { mode: "keys", keys } }, ENVIRONMENT).keys).toEqual([
      { name: "one", value: "sk-ant-2", weight: 7, models: ["claude-*"] },
      { name: "two", value: "sk-two", weight: 1, models: [] },
    ]);
  });
});

const WORD_TARGETS = {
  "auth.mode": "authMode",
  "auth.header": "authHeader",
  "auth.select": "keySelect",
  "models.on_denied": "onDenied",
  compat: "compat",
  "provider.type": "provider",
  "params.mode": "paramsMode",
  "params.sampling": "samplingKeep",
  "params.structured_output": "structuredOutput",
  "stream.ping": "streamPing",
  "stream.usage": "streamUsage",
  "observability.response_headers": "responseHeaders",
};
const words = Object.entries(WORD_TARGETS).flatMap(([place, target]) => {
  const [name, group = "settings"] = place.split(".").reverse() as [string, string?];
  const all = SCHEMA.$defs[group]!.properties![name]!.enum!;
  return all.map((word, at) => [place, word, at, { group, name, target }] as const);
});

describe("a word", () => {
  it.each(words)("%s: %s is number %i", (_place, word, at, { group, name, target }) => {
    const more =
      { on_denied: { default: "d" }, type: { project: "p", region: "r" } }[
        word === "vertex" || name === "on_denied" ? name : ""
      ] ?? {};
    const keys = word === "keys" ? { keys: [{ name: "k", value: "v" }] } : {};
    const inner = { [name]: word, ...more, ...keys };
    const settings = group === "settings" ? inner : { [group]: inner };
    expect(profileOf(settings)[target]).toBe(at);
  });

  it("that names an endpoint is the bit of its place", () => {
    const served = SCHEMA.$defs.settings!.properties!.endpoints as { items: { enum: string[] } };
    const words = served.items.enum;
    for (const word of words) {
      expect(profileOf({ endpoints: [word] }).endpoints).toBe(1 << served.items.enum.indexOf(word));
    }
  });
});

describe("profiles", () => {
  it("start from defaults: objects and maps merge by key, lists and scalars replace", () => {
    const { profiles } = reader.parse({
      version: 1,
      profiles: {
        a: {
          models: { aliases: { y: "3", z: "4" }, strip_prefixes: [] },
          limits: { max_depth: 10 },
          params: { set: { b: 2 } },
        },
        b: {},
      },
      defaults: {
        models: { aliases: { x: "1", y: "2" }, default: "m" },
        limits: { max_tools: 5, max_depth: 9 },
        params: { set: { a: 1 } },
      },
    });
    expect(profiles).toMatchObject([
      {
        name: "a",
        aliases: { x: "1", y: "3", z: "4" },
        stripPrefixes: [],
        modelDefault: "m",
        maxTools: 5,
        maxDepth: 10,
        set: { a: "1", b: "2" },
      },
      { name: "b", aliases: { x: "1", y: "2" }, maxDepth: 9, set: { a: "1" } },
    ]);
  });

  it("may take keys from defaults", () => {
    const keys = [{ name: "k", env: "KEY" }];
    const document = {
      version: 1,
      defaults: { auth: { mode: "keys", keys } },
      profiles: { a: {}, b: { auth: { mode: "client" } } },
    };
    expect(reader.parse(document, ENVIRONMENT).profiles).toMatchObject([
      { authMode: 2, keys: [{ value: "sk-ant-1" }] },
      { authMode: 1 },
    ]);
  });

  it("may be as many as 256", () => {
    const profiles = Object.fromEntries(Array.from({ length: 256 }, (_, at) => [`p${at}`, {}]));
    const parsed = reader.parse({ version: 1, profiles, default_profile: "p255" });
    expect(parsed.profiles).toHaveLength(256);
    expect(parsed.defaultProfile).toBe(255);
    expect(reader.read({ version: 1, profiles: { ...profiles, more: {} } }).errors).toEqual([
      "$.profiles: at most this many entries: 256",
    ]);
  });

  it("are chosen by rules, a default, or nothing", () => {
    const document = {
      on_no_match: "reject",
      rules: [
        {
          profile: "b",
          match: {
            path_prefix: "/b",
            hosts: ["*.b"],
            routes: ["r*"],
            models: ["claude-*"],
            headers: { "x-a": "v*", "x-b": true, "x-c": false },
          },
        },
        { profile: "a", match: { hosts: ["a"] } },
      ],
      profiles: { a: {}, b: {} },
      version: 1,
    };
    expect(reader.parse(document)).toMatchObject({
      requestHeaders: 0,
      defaultProfile: -1,
      rejectUnmatched: 1,
      rules: [
        {
          profile: 1,
          pathPrefix: "/b",
          hosts: ["*.b"],
          routes: ["r*"],
          models: ["claude-*"],
          headers: { "x-a": "v*", "x-b": 1, "x-c": 2 },
        },
        { profile: 0, pathPrefix: "", hosts: ["a"], routes: [], models: [], headers: {} },
      ],
    });
  });

  it("of the short form is the default one", () => {
    const parsed = reader.parse({ request_headers: "early", version: 1, profile: {} });
    expect(parsed).toMatchObject({ requestHeaders: 1, defaultProfile: 0, rejectUnmatched: 0 });
  });
});

describe("rows of model_info", () => {
  it("have the cells that are given, and say which", () => {
    const rows = [
      { match: ["a", "b*"], like: "claude-opus-4-7" },
      {
        match: ["c"],
        max_output_tokens: 9,
        window_stops: true,
        thinking: "adaptive",
        thinking_default: "always",
        sampling: "not_both",
        effort: ["low", "max", "xhigh"],
        prefill: true,
        mid_system: true,
        forced_tool_choice: true,
        native_structured_output: true,
        strict_tools: true,
        history_needs_thinking: "off_anthropic",
        interleaved: true,
      },
    ];
    expect(reader.parse({ version: 1, profile: {}, model_info: rows }).modelInfo).toMatchObject([
      { match: ["a", "b*"], like: "claude-opus-4-7", given: 0 },
      {
        match: ["c"],
        like: "",
        given: 8191,
        maxOutput: 9,
        windowStops: 1,
        thinking: 3,
        thinkingDefault: 2,
        sampling: 1,
        efforts: 1 | 8 | 16,
        prefill: 1,
        midSystem: 1,
        forcedChoice: 1,
        schemaOutput: 1,
        strictTools: 1,
        needsThinking: 1,
        interleaved: 1,
      },
    ]);
  });

  const cells = Object.entries({
    max_output_tokens: [5, "maxOutput", 5, 1],
    window_stops: [true, "windowStops", 1, 2],
    thinking: ["enabled", "thinking", 1, 4],
    thinking_default: ["enabled", "thinkingDefault", 1, 8],
    sampling: ["full", "sampling", 2, 16],
    effort: [["high"], "efforts", 4, 32],
    prefill: [true, "prefill", 1, 64],
    mid_system: [true, "midSystem", 1, 128],
    forced_tool_choice: [true, "forcedChoice", 1, 256],
    native_structured_output: [true, "schemaOutput", 1, 512],
    strict_tools: [true, "strictTools", 1, 1024],
    history_needs_thinking: ["always", "needsThinking", 2, 2048],
    interleaved: [true, "interleaved", 1, 4096],
  } as const);

  it.each(cells)("%s alone sets its cell and its bit", (name, [value, cell, number, bit]) => {
    const [row] = reader.parse({
      version: 1,
      profile: {},
      model_info: [{ match: ["x"], [name]: value }],
    }).modelInfo;
    const set = Object.entries(row!).filter(
      ([, content]) => typeof content === "number" && content > 0,
    );
    expect(Object.fromEntries(set)).toEqual({ given: bit, [cell]: number });
  });
});
