import { describe, expect, it } from "vitest";
import { ConfigProbe } from "./config_probe.ts";

const reader = new ConfigProbe();
const errorsOf = (document: unknown, environment = {}) => reader.read(document, environment).errors;
const one = (settings: object) => ({ version: 1, profile: settings });
const rules = (...list: object[]) => ({ version: 1, profiles: { a: {}, b: {} }, rules: list });

describe("a message", () => {
  it("guesses what a mistyped key was meant to be", () => {
    expect(errorsOf(one({ prefil: {} }))).toEqual([
      '$.profile.prefil: unknown key; did you mean "prefill"?',
    ]);
    expect(errorsOf(one({ stream: { usages: "always" } }))).toEqual([
      '$.profile.stream.usages: unknown key; did you mean "usage"?',
    ]);
  });

  it("lists the keys when none is near", () => {
    expect(errorsOf(one({ stream: { bufferSize: 1 } }))).toEqual([
      "$.profile.stream.bufferSize: unknown key; known: ping, usage",
    ]);
  });

  it("guesses words", () => {
    expect(errorsOf(one({ auth: { mode: "clinet" } }))).toEqual([
      '$.profile.auth.mode: expected one of upstream|client|keys, got "clinet"; did you mean "client"?',
    ]);
  });

  it("explains what YAML makes of words", () => {
    expect(errorsOf(one({ compat: false, params: { mode: true } }))).toEqual([
      "$.profile.compat: expected one of default|bifrost, got false; YAML reads off, no and n as false, on, yes and y as true: quote the word",
      "$.profile.params.mode: expected one of lenient|strict, got true; YAML reads off, no and n as false, on, yes and y as true: quote the word",
    ]);
  });

  it("says what it got and what to do", () => {
    const settings = {
      limits: { max_depth: "9", max_tools: 1e12, max_messages: 2.5 },
      models: { default: 4.5, allow: "claude-*" },
      stream: null,
    };
    const model_info = [{ match: ["x"], prefill: "true" }];
    expect(errorsOf({ ...one(settings), model_info })).toEqual([
      "$.profile.limits.max_depth: expected an integer from 8 to 512, got a string; write it without quotes",
      "$.profile.limits.max_tools: expected an integer from 0 to 10000, got 1000000000000",
      "$.profile.limits.max_messages: expected an integer from 1 to 100000, got 2.5",
      "$.profile.models.default: expected a string, got a number; put it in quotes",
      "$.profile.models.allow: expected a list, got a string; write a list, also for one item",
      "$.profile.stream: expected an object, got null; the key has no value: leave it out",
      "$.model_info[0].prefill: expected true or false, got a string; write it without quotes",
    ]);
  });

  it("names what is missing", () => {
    expect(errorsOf({})).toEqual(["$: missing: version", "$: missing: profile or profiles"]);
    expect(errorsOf(rules({}))).toEqual([
      "$.rules[0]: missing: match",
      "$.rules[0]: missing: profile",
    ]);
  });

  it("quotes keys that are no plain words, on one line and cut", () => {
    const aliases = { 'a"b\n': 1, ["x-".repeat(60)]: 2 };
    expect(errorsOf(one({ models: { aliases } }))).toEqual([
      String.raw`$.profile.models.aliases["a\"b\n"]: expected a string, got a number; put it in quotes`,
      `$.profile.models.aliases["${"x-".repeat(32)}…"]: expected a string, got a number; put it in quotes`,
    ]);
  });

  it("tells a key that is there twice", () => {
    const text =
      '{"version":1,"version":1,"profile":{"limits":{"max_depth":9,"max_depth":9},"models":{"aliases":{"a":"b","\\u0061":"c"}}}}';
    expect(errorsOf(text)).toEqual([
      "$.version: the key is there twice",
      "$.profile.limits.max_depth: the key is there twice",
      "$.profile.models.aliases.a: the key is there twice",
    ]);
  });

  it("refuses a key with escapes that is too long to be compared", () => {
    const text = `{"version":1,"profile":{"models":{"aliases":{"${"\\u0061".repeat(200)}":"b"}}}}`;
    expect(errorsOf(text)[0]).toMatch(/: the key is too long$/);
  });
});

describe("references", () => {
  it("to profiles name those that exist", () => {
    const document = { ...rules({ match: { hosts: ["h"] }, profile: "c" }), default_profile: "d" };
    expect(errorsOf(document)).toEqual([
      '$.rules[0].profile: no profile "c"; known: a, b',
      '$.default_profile: no profile "d"; known: a, b',
    ]);
  });

  it("of rules that nothing reaches name the rule that takes all", () => {
    const under = (path_prefix: string, more = {}) => ({
      match: { path_prefix, ...more },
      profile: "a",
    });
    expect(
      errorsOf(rules(under("/x"), under("/x/y"), under("/xy"), under("/x", { hosts: ["h"] }))),
    ).toEqual([
      "$.rules[1]: never reached: matches only what is taken by $.rules[0]",
      "$.rules[3]: never reached: matches only what is taken by $.rules[0]",
    ]);
    expect(errorsOf(rules(under("/x", { hosts: ["h"] }), under("/x")))).toEqual([]);
    expect(errorsOf(rules(under("/x/y"), under("/x"), under("/z")))).toEqual([]);
  });

  it("to stars in aliases need exactly one in the name", () => {
    expect(errorsOf(one({ models: { aliases: { "a*b*": "c*", d: "e*", "f*": "g*h" } } }))).toEqual([
      '$.profile.models.aliases["a*b*"]: "*" in the target needs exactly one "*" in the name',
      '$.profile.models.aliases.d: "*" in the target needs exactly one "*" in the name',
    ]);
  });

  it("to models of the table must be known there", () => {
    const document = { ...one({}), model_info: [{ match: ["x"], like: "claude-opus-99" }] };
    expect(errorsOf(document)).toEqual(["$.model_info[0].like: no built-in row for this model"]);
  });

  it("from on_denied need a default model, which defaults may have", () => {
    const models = { on_denied: "default" };
    expect(errorsOf(one({ models }))).toEqual([
      '$.profile.models.on_denied: "on_denied": "default" needs "default"',
    ]);
    const document = {
      version: 1,
      defaults: { models: { default: "m" } },
      profiles: { a: { models } },
    };
    expect(errorsOf(document)).toEqual([]);
  });

  it.each([
    ["key", "$.profiles.a.auth.keys[0].models"],
    ["match", "$.rules[0].match.models"],
  ])("to the body are refused while headers do not wait for it: models of a %s", (group, place) => {
    const models = { models: ["m"] };
    const key = { name: "k", value: "v", ...(group === "key" ? models : {}) };
    const match = group === "match" ? models : { hosts: ["h"] };
    const document = {
      version: 1,
      profiles: { a: { auth: { mode: "keys", keys: [key] } } },
      rules: [{ match, profile: "a" }],
    };
    const held = `${place}: needs the request body before headers are sent; use "request_headers": "hold"`;
    expect(errorsOf(document)).toEqual([]);
    expect(errorsOf({ ...document, request_headers: "early" })).toEqual([held]);
  });
});

describe("keys", () => {
  const keys = (...list: object[]) => one({ auth: { mode: "keys", keys: list } });

  it("come from variables that exist and can stand in a header", () => {
    const list = ["UNSET", "EMPTY", "LINE", "FINE"].map((env, at) => ({ name: `k${at}`, env }));
    const environment = { EMPTY: "", LINE: "sk-secret\n", FINE: "sk", FINER: "x" };
    expect(errorsOf(keys(...list), environment)).toEqual([
      "$.profile.auth.keys[0].env: environment variable UNSET is not set for this VM; name it in vm_config.environment_variables",
      "$.profile.auth.keys[1].env: environment variable EMPTY is empty",
      "$.profile.auth.keys[2].env: environment variable LINE holds a byte that no header can carry; look for a line end at its end",
    ]);
  });

  it("are needed by their mode, and by no other", () => {
    expect(errorsOf(one({ auth: { mode: "keys" } }))).toEqual([
      '$.profile.auth: mode keys needs "keys"',
    ]);
    expect(errorsOf(one({ auth: { keys: [{ name: "k", value: "v" }] } }))).toEqual([
      '$.profile.auth.keys: has no effect in this mode; write "mode": "keys"',
    ]);
  });

  it("in the configuration are warned about, by name of their place", () => {
    const { accepted, warnings } = reader.read(
      keys({ name: "k", value: "v" }, { name: "l", value: "w" }),
    );
    expect(accepted).toBe(true);
    expect(warnings.map((line) => line.slice(0, line.indexOf(": ")))).toEqual([
      "$.profile.auth.keys[0].value",
      "$.profile.auth.keys[1].value",
    ]);
  });

  it("never show their value", () => {
    const secret = "sk-ant-hush";
    const documents = [
      keys({ name: "k", value: `${secret}\n` }),
      keys({ name: secret.toUpperCase(), value: secret }),
      keys({ name: "k", value: secret, env: "A" }),
      keys({ name: "k", value: [secret] }),
      one({ auth: { keys: secret } }),
      one({ auth: { keys: [secret] } }),
      one({ params: { set: { system: secret } } }),
    ];
    for (const document of documents) {
      const { accepted, errors, warnings } = reader.read(document);
      expect(accepted).toBe(false);
      expect([...errors, ...warnings].join("\n")).not.toContain(secret);
    }
    const set = { name: "k", env: "KEY" };
    expect(errorsOf(keys(set), { KEY: `${secret} ` }).join()).not.toContain(secret);
  });
});

describe("documents", () => {
  it.each([
    ["", '$: no configuration; the smallest is {"version":1,"profile":{}}'],
    [" \n", '$: no configuration; the smallest is {"version":1,"profile":{}}'],
    ["[1]", '$: expected an object; the smallest configuration is {"version":1,"profile":{}}'],
    [
      '{"version":1,\n  "profile":{]}',
      "$: not JSON at line 2, column 14: a byte that JSON does not allow here",
    ],
    [
      '{"version":1,"profile":{"a":"\t"}}',
      "$: not JSON at line 1, column 29: a control character or an unknown escape in a string",
    ],
    ['{"version":1,"profile":{', "$: not JSON at line 1, column 25: it ends inside a value"],
    [
      '{"version":01,"profile":{}}',
      "$: not JSON at line 1, column 13: a byte that JSON does not allow here",
    ],
    [
      '{"version":1,"profile":{}} {}',
      "$: not JSON at line 1, column 28: something stands behind the value",
    ],
    [
      "version: 1\nprofile: {}",
      "$: not JSON at line 1, column 1: a byte that JSON does not allow here; the text must be JSON: in YAML, give it in quotes or as a block (|), or use google.protobuf.Struct",
    ],
  ])("%j: %s", (text, message) => {
    expect(reader.read(text)).toMatchObject({ accepted: false, errors: [message] });
  });

  it("deeper than 64 levels are refused", () => {
    const nested = (levels: number) =>
      `{"version":1,"profile":{"params":{"set":{"a":${"[".repeat(levels)}${"]".repeat(levels)}}}}}`;
    expect(reader.read(nested(60)).accepted).toBe(true);
    expect(errorsOf(nested(61))[0]).toMatch(/nested too deep$/);
  });

  it("above 1 MiB are refused", () => {
    const text = JSON.stringify(one({}));
    expect(reader.read(text.padEnd(1 << 20)).accepted).toBe(true);
    expect(errorsOf(text.padEnd((1 << 20) + 1))).toEqual(["$: more than 1 MiB of configuration"]);
  });

  it("have at most 20 errors shown, and the rest counted", () => {
    const unknown = (count: number) =>
      one(Object.fromEntries(Array.from({ length: count }, (_, at) => [`zzzzzzzz${at}`, 1])));
    expect(errorsOf(unknown(20))).toHaveLength(20);
    const errors = errorsOf(unknown(23));
    expect(errors).toHaveLength(21);
    expect(errors[20]).toBe("$: errors not shown: 3");
  });
});

describe("where a prefill route leads", () => {
  const route = (prefill: object, more: object = {}) =>
    errorsOf({ version: 1, profiles: { a: { prefill }, b: {} }, default_profile: "a", ...more });

  it("needs a profile, of its own or of the profile's", () => {
    const needs = '$.profiles.a.prefill.route: mode "route" needs "route": {"profile": …}';
    const rules = [{ match: { kinds: ["json"] }, mode: "route" }];
    expect(route({ mode: "route" })).toEqual([needs]);
    expect(route({ rules })).toEqual([needs]);
    expect(route({ rules, route: { profile: "b" } })).toEqual([]);
    expect(route({ rules: [{ ...rules[0], route: { profile: "b" } }] })).toEqual([]);
  });

  it("is one of the profiles", () => {
    const unknown = '$.profiles.a.prefill.route.profile: no profile "c"; known: a, b';
    expect(route({ mode: "route", route: { profile: "c" } })).toEqual([unknown]);
    expect(errorsOf(one({ prefill: { mode: "route", route: { profile: "b" } } }))).toEqual([
      '$.profile.prefill.route.profile: no profile "b"; known: default',
    ]);
  });

  it("is chosen by the body", () => {
    const prefill = { mode: "route", route: { profile: "b" } };
    expect(route(prefill, { request_headers: "early" })).toEqual([
      '$.profiles.a.prefill.route: a route is chosen by the body, which needs "request_headers": "hold"',
    ]);
  });

  it("is told once for defaults that no profile replaces", () => {
    const defaults = { prefill: { mode: "route" } };
    const config = { version: 1, defaults, profiles: { a: {}, b: {} }, default_profile: "a" };
    expect(errorsOf(config)).toHaveLength(2);
    const settled = { ...defaults.prefill, route: { profile: "a" } };
    expect(errorsOf({ ...config, defaults: { prefill: settled } })).toEqual([]);
  });
});

describe("prefill rules by client", () => {
  it("need to be told who that is", () => {
    const rules = [
      { match: { kinds: ["json"] }, mode: "strip" },
      { match: { clients: ["a"] }, mode: "strip" },
    ];
    const errors = [
      "$.profile.prefill.rules[1].match.clients: nothing tells who the client is: set observability.client_id",
    ];
    expect(errorsOf(one({ prefill: { rules } }))).toEqual(errors);
    expect(errorsOf(one({ prefill: { rules }, observability: { client_id: {} } }))).toEqual(errors);
    for (const client_id of [{ headers: ["x-id"] }, { property: ["connection", "id"] }])
      expect(errorsOf(one({ prefill: { rules }, observability: { client_id } }))).toEqual([]);
  });
});
