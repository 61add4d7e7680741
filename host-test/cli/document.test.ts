/** Where configurations are found in documents of hosts, and what is around them. */
import { describe, expect, test } from "vitest";
import { findConfigurations, segments } from "../../cli/document.ts";

const CONFIG = '{"version":1,"profile":{"auth":{"mode":"keys","keys":[{"name":"a","env":"KEY"}]}}}';
const APISIX = `routes:
  - uri: /*
    plugins:
      messages-bridge:
        conf: |
          ${CONFIG}
`;
const WASM_PLUGIN = `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
spec:
  url: oci://registry.example.com/other:1.0.0
  pluginConfig:
    version: 1
    profile: {}
`;

describe("what is found", () => {
  test("a configuration of its own: what its VM has is not known", () => {
    const [found] = findConfigurations(CONFIG, "a.json");
    expect(found).toMatchObject({ form: "bare", place: "", config: CONFIG, env: undefined });
  });

  test("one in a route of APISIX, whose environment its own configuration tells", () => {
    expect(findConfigurations(APISIX)[0]).toMatchObject({ form: "apisix", env: undefined });
    const both = `nginx_config:\n  envs: [KEY]\n---\n${APISIX}`;
    expect(findConfigurations(both)[0]).toMatchObject({ env: { KEY: "$KEY" } });
    expect(findConfigurations(`nginx_config: {}\n---\n${APISIX}`)[0]).toMatchObject({ env: {} });
  });

  test("a plugin of another name whose configuration looks like ours", () => {
    expect(findConfigurations(WASM_PLUGIN)[0]).toMatchObject({
      form: "kubernetes",
      place: "spec.pluginConfig",
      config: { version: 1, profile: {} },
    });
  });

  test("a broken JSON text is left to the filter, broken YAML is told with its place", () => {
    expect(findConfigurations('{"version":1', "a.json")[0]?.config).toBe('{"version":1');
    expect(() => findConfigurations("a: [1\nb: 2\n", "a.yaml")).toThrow(/^\d+:\d+: /);
  });

  test.each(["kind: Pod\n", "static_resources: {}\n", "- a\n", "", "text\n"])(
    "nothing in %j",
    (text) => {
      expect(() => findConfigurations(text)).toThrow("no configuration");
    },
  );
});

describe("where it stands", () => {
  test("keys, entries of lists and what is missing, in a text inside a document", () => {
    const [found] = findConfigurations(APISIX);
    const at = (path: string): string => {
      const { line, column } = found?.locate(path) ?? { line: 0, column: 0 };
      return APISIX.split("\n")[line - 1]?.slice(column - 1) ?? "";
    };
    expect(at("$.profile.auth.mode")).toMatch(/^"mode":"keys"/);
    expect(at("$.profile.auth.keys[0].env")).toMatch(/^"env":"KEY"/);
    expect(at("$.profile.auth.nothing")).toMatch(/^"auth":/);
  });

  test("segments of a path", () => {
    expect(segments('$.a_b[2].c["d.e"]')).toEqual(["a_b", 2, "c", "d.e"]);
  });
});
