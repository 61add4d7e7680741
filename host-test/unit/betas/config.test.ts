// The settings of `beta` and `beta_table`: what they change, and what the reader refuses.
import { describe, expect, test } from "vitest";
import { ConfigProbe } from "../config/config_probe.ts";
import { ask } from "./policy.ts";

const thinking = { max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 2000 } };
const INTERLEAVED = "interleaved-thinking-2025-05-14";
const SKILLS = "skills-2025-10-02";

describe("beta", () => {
  test("client: ignore takes what the client sent away and keeps what the body needs", () => {
    const beta = { client: "ignore" };
    const seen = ask({ beta, headers: [SKILLS], body: { ...thinking, betas: ["a-1"] } });
    expect(seen.tokens).toEqual([INTERLEAVED]);
    expect(ask({ beta, headers: [SKILLS] }).lists).toEqual([]);
  });

  test("inject: never leaves what the body needs to the client, and the body as it is", () => {
    const beta = { inject: "never" };
    expect(ask({ beta, headers: [SKILLS], body: thinking }).tokens).toEqual([SKILLS]);
    const seen = ask({ provider: "vertex", beta, body: { cache_control: { scope: "global" } } });
    expect([seen.tokens, seen.sent.cache_control]).toEqual([[], { scope: "global" }]);
  });

  test.each([
    ["auto", "anthropic", ["x-1"]],
    ["auto", "azure", []],
    ["forward", "azure", ["x-1"]],
    ["drop", "anthropic", []],
  ])("unknown: %s to %s", (unknown, provider, tokens) => {
    expect(ask({ provider, beta: { unknown }, headers: ["x-1"] }).tokens).toEqual(tokens);
  });

  test("unknown: reject names the token and leaves known ones alone", () => {
    const beta = { unknown: "reject" };
    expect(ask({ beta, headers: [SKILLS] }).tokens).toEqual([SKILLS]);
    const seen = ask({ beta, headers: ["x-1"] });
    expect(seen.status).toBe(400);
    expect(seen.reply).toMatchObject({ error: { code: "invalid_value", param: "anthropic-beta" } });
    expect(JSON.stringify(seen.reply)).toContain("x-1");
  });

  test("unsupported: reject refuses tokens and features that the upstream lacks, not unknown ones", () => {
    const [provider, beta] = ["azure", { unsupported: "reject" }];
    expect(ask({ provider, beta, headers: ["x-1"] }).status).toBe(200);
    expect(ask({ provider, beta, headers: ["fast-mode-2026-02-01"] }).status).toBe(400);
    expect(ask({ provider: "vertex", beta, body: { cache_control: { scope: "a" } } }).status).toBe(
      400,
    );
  });

  test("overrides: true, false and another token, by the longest prefix", () => {
    const overrides = {
      "skills-": false,
      "skills-2025-": true,
      "x-": "y-1",
      "advanced-tool-use-": "tool-search-tool-2025-10-19",
    };
    const headers = ["skills-2024-01-01,skills-2025-10-02,x-9,advanced-tool-use-2025-11-20"];
    const seen = ask({ provider: "bedrock", beta: { overrides }, headers });
    expect(seen.tokens).toEqual([SKILLS, "y-1", "tool-search-tool-2025-10-19"]);
    expect(seen.told).toBe(
      "-skills-2024-01-01, -x-9, +y-1, -advanced-tool-use-2025-11-20, +tool-search-tool-2025-10-19",
    );
  });

  test("overrides switch schemas to a tool, and strict off", () => {
    const closed = { type: "object", properties: {}, additionalProperties: false };
    const seen = ask({
      beta: { overrides: { "structured-outputs-": false } },
      body: {
        tools: [{ type: "function", function: { name: "f", strict: true, parameters: closed } }],
        response_format: { type: "json_schema", json_schema: { name: "n", schema: closed } },
      },
    });
    expect(seen.tokens).toEqual([]);
    expect(seen.sent).not.toHaveProperty("output_config");
    expect(JSON.stringify(seen.sent.tools)).not.toContain("strict");
    expect((seen.sent.tools as { name: string }[]).map(({ name }) => name)).toContain(
      "json_response",
    );
  });

  test("add stands last and once, remove takes away whoever asked", () => {
    const beta = { add: ["z-1", INTERLEAVED], remove: [SKILLS, "q-1"] };
    const seen = ask({ beta, headers: [`${SKILLS},a-1`], body: thinking });
    expect(seen.tokens).toEqual(["a-1", INTERLEAVED, "z-1"]);
    expect(seen.told).toBe(`-${SKILLS}, +${INTERLEAVED}, +z-1`);
    expect(ask({ beta: { add: ["z-1"] } }).tokens).toEqual(["z-1"]);
  });

  test("a version that the client sent wins over the one that the body asks for", () => {
    const headers = ["mcp-client-2025-04-04"];
    const body = { mcp_servers: [{ type: "url", name: "a", url: "https://a" }] };
    expect(ask({ headers, body }).tokens).toEqual(headers);
    const old = {
      mcp_servers: [{ type: "url", name: "a", url: "https://a", tool_configuration: {} }],
    };
    expect(ask({ body: old }).tokens).toEqual(["mcp-client-2025-04-04"]);
  });

  test("without response headers nothing is told", () => {
    const settings = { observability: { response_headers: "none" } };
    expect(ask({ settings, body: thinking }).told).toBeUndefined();
  });

  test("without metrics nothing is counted", () => {
    const settings = { observability: { metrics: false } };
    expect(ask({ settings, body: thinking }).counters).toEqual({});
  });

  test("counters by token, source, outcome and provider", () => {
    const beta = { add: ["z-1"], overrides: { "skills-": "s-1" } };
    const seen = ask({ provider: "azure", beta, headers: [`${SKILLS},x-1`], body: thinking });
    const name = (token: string, source: string, outcome: string) =>
      `bridge_beta_total.token.=${token};.source.=${source};.outcome.=${outcome};.provider.=azure;`;
    expect(seen.counters).toEqual({
      [name(SKILLS, "client", "renamed")]: 1,
      [name("_unknown", "client", "dropped")]: 1,
      [name(INTERLEAVED, "auto", "forwarded")]: 1,
      [name("_unknown", "config", "forwarded")]: 1,
    });
  });

  test("a token of an account brings its beta, where the upstream is Anthropic", () => {
    const keys = [{ name: "k", value: "sk-ant-oat01-x" }];
    const settings = { auth: { mode: "keys", keys } };
    expect(ask({ settings }).tokens).toEqual(["oauth-2025-04-20"]);
    expect(ask({ settings, provider: "azure" })).toMatchObject({ tokens: [], told: undefined });
    const bound = { auth: { mode: "keys", keys: [{ ...keys[0], models: ["claude-*"] }] } };
    expect(ask({ settings: bound }).tokens).toEqual(["oauth-2025-04-20"]);
    expect(ask({}).tokens).toEqual([]);
  });

  test("early headers carry the client's tokens and `add`, gated", () => {
    const early = { early: true, provider: "azure", beta: { add: ["z-1"] } };
    const seen = ask({ ...early, headers: [`${SKILLS},x-1,fast-mode-2026-02-01`], body: thinking });
    expect(seen.lists).toEqual([`${SKILLS},z-1`]);
    expect(ask({ ...early, beta: {}, headers: ["x-1"] }).lists).toEqual([]);
  });
});

describe("rows whose field another token covers", () => {
  const examples = {
    tools: [
      {
        type: "function",
        function: { name: "f", parameters: { type: "object" } },
        input_examples: [{ a: 1 }],
        defer_loading: true,
      },
    ],
  };

  test("Bedrock keeps input_examples by its own token and loses defer_loading", () => {
    const seen = ask({ provider: "bedrock", body: examples });
    expect(seen.tokens).toEqual(["tool-examples-2025-10-29"]);
    expect(seen.sent.tools).toMatchObject([{ name: "f", input_examples: [{ a: 1 }] }]);
    expect(JSON.stringify(seen.sent.tools)).not.toContain("defer_loading");
    expect(seen.told).toBe("-advanced-tool-use-2025-11-20, +tool-examples-2025-10-29");
  });

  test("Anthropic needs one token for both", () => {
    const seen = ask({ body: examples });
    expect(seen.tokens).toEqual(["advanced-tool-use-2025-11-20"]);
    expect(seen.sent.tools).toMatchObject([{ input_examples: [{ a: 1 }], defer_loading: true }]);
  });
});

describe("beta_table", () => {
  const newRow = {
    id: "robots-2025-09-10",
    prefix: "robots-",
    when: [{ path: "tools[].type", equals: "robot_20270101" }],
    providers: { anthropic: true, azure: "robots-azure" },
    strip: ["tools[].max_uses"],
  };
  const body = { tools: [{ type: "robot_20270101", name: "robot", max_uses: 3 }] };

  test("a new row is sent, renamed or dropped by its own columns", () => {
    const table = { entries: [newRow] };
    expect(ask({ table, body }).tokens).toEqual(["robots-2025-09-10"]);
    expect(ask({ table, body, provider: "azure" }).tokens).toEqual(["robots-azure"]);
    expect(ask({ table, body, provider: "custom" }).tokens).toEqual(["robots-2025-09-10"]);
    const seen = ask({ table, body, provider: "vertex" });
    expect(seen.tokens).toEqual([]);
    expect(seen.sent.tools).toEqual([{ type: "robot_20270101", name: "robot" }]);
    expect(ask({ table }).tokens).toEqual([]);
  });

  test("members that are given replace, columns merge", () => {
    const table = { entries: [{ id: SKILLS, providers: { vertex: true, azure: false } }] };
    const headers = [SKILLS];
    const got = ["anthropic", "azure", "vertex", "bedrock"].map(
      (provider) => ask({ table, provider, headers }).tokens.length,
    );
    expect(got).toEqual([1, 0, 1, 0]);
    const never = { entries: [{ id: INTERLEAVED, when: [{ endpoint: "files" }] }] };
    expect(ask({ table: never, body: thinking }).tokens).toEqual([]);
  });

  test("base: empty starts from nothing", () => {
    const table = { base: "empty", entries: [newRow] };
    expect(ask({ table, body: thinking }).tokens).toEqual([]);
    expect(ask({ table, provider: "azure", headers: [SKILLS] }).tokens).toEqual([]);
  });

  test.each<[string, object, object, boolean]>([
    ["endpoint", { endpoint: "messages" }, {}, true],
    ["another endpoint", { endpoint: "files" }, {}, false],
    ["a text", { path: "container", equals: "a" }, { container: "a" }, true],
    ["a text with escapes", { path: "container", equals: "a/b" }, { container: "a/b" }, true],
    ["another text", { path: "container", equals: "a" }, { container: "b" }, false],
    ["a number", { path: "top_k", equals: 5 }, { top_k: 5 }, true],
    ["a number that is a text", { path: "container", equals: 5 }, { container: "5" }, false],
    ["one of some", { path: "container", one_of: ["b", "a"] }, { container: "a" }, true],
    ["a beginning", { path: "container", prefix: "con" }, { container: "cont_1" }, true],
    ["no beginning", { path: "container", prefix: "con" }, { container: "co" }, false],
    ["being there", { path: "diagnostics", exists: true }, { diagnostics: {} }, true],
    ["null", { path: "diagnostics", exists: true }, { diagnostics: null }, false],
    ["not empty", { path: "fallbacks", non_empty: true }, { fallbacks: [1] }, true],
    ["empty", { path: "fallbacks", non_empty: true }, { fallbacks: [] }, false],
    ["below elements", { path: "messages[].role", equals: "user" }, {}, true],
    ["below no object", { path: "model.role", exists: true }, {}, false],
  ])("when: %s", (_name, condition, more, hit) => {
    const table = {
      base: "empty",
      entries: [{ id: "q-1", when: [condition], providers: { anthropic: true } }],
    };
    expect(ask({ table, body: more }).tokens).toEqual(hit ? ["q-1"] : []);
  });

  test("unless vetoes, models bind", () => {
    const row = { id: "q-1", when: [{ endpoint: "messages" }], providers: { anthropic: true } };
    const vetoed = { ...row, unless: [{ path: "top_k", exists: true }] };
    expect(ask({ table: { entries: [vetoed] }, body: { top_k: 5 } }).tokens).toEqual([]);
    expect(ask({ table: { entries: [vetoed] } }).tokens).toEqual(["q-1"]);
    const [bound, other] = [["claude-sonnet-*"], ["claude-opus-*"]];
    expect(ask({ table: { entries: [{ ...row, models: bound }] } }).tokens).toEqual(["q-1"]);
    expect(ask({ table: { entries: [{ ...row, models: other }] } }).tokens).toEqual([]);
  });

  test("more rows with conditions than one walk takes", () => {
    const entries = Array.from({ length: 200 }, (_, index) => ({
      id: `q-${index}`,
      when: [{ path: "top_k", equals: index }],
      providers: { anthropic: true },
    }));
    expect(ask({ table: { entries }, body: { top_k: 177 } }).tokens).toEqual(["q-177"]);
  });

  const probe = new ConfigProbe();
  test.each<[string, object, string]>([
    ["a condition of nothing", {}, "when[0]: must be an endpoint alone"],
    ["a path alone", { path: "a" }, "when[0]: must be an endpoint alone"],
    ["two questions", { path: "a", exists: true, equals: 1 }, "when[0]: must be an endpoint alone"],
    ["endpoint and path", { endpoint: "files", path: "a" }, "when[0]: must be an endpoint alone"],
    ["a broken path", { path: "a..b", exists: true }, "when[0].path: must be names"],
    [
      "a path of 13 steps",
      { path: "a.b.c.d.e.f.g.h.i.j.k.l.m", exists: true },
      "path: must be names",
    ],
    ["a bracket", { path: "a[b]", exists: true }, "when[0].path: must be names"],
    ["exists: false", { path: "a", exists: false }, "when[0].exists: only true"],
    ["equals: null", { path: "a", equals: null }, "when[0].equals: must be a string"],
    ["one of objects", { path: "a", one_of: ["a", {}] }, "when[0].one_of[1]: must be a string"],
  ])("refuses %s", (_name, condition, message) => {
    const entries = [{ id: "q-1", when: [condition] }];
    const reading = probe.read({
      version: 1,
      profile: { provider: { type: "anthropic" } },
      beta_table: { entries },
    });
    expect(reading.accepted).toBe(false);
    expect(reading.errors.join("\n")).toContain(message);
  });

  test("refuses paths of `strip` and columns that do not exist, with a guess", () => {
    const entries = [{ id: "q-1", strip: ["a", "a."], providers: { bedrok: true } }];
    const { errors } = probe.read({
      version: 1,
      profile: { provider: { type: "anthropic" } },
      beta_table: { entries },
    });
    expect(errors.join("\n")).toContain("strip[1]: must be names");
    expect(errors.join("\n")).toContain('did you mean "bedrock"');
  });
});
