/** `init`: every combination makes a document whose configuration the filter takes; what cannot be is refused by name. */
import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { describe, expect, test } from "vitest";
import { findConfigurations } from "../../cli/document.ts";
import { theBridge } from "../../cli/files.ts";
import { initDocument } from "../../cli/init/init.ts";
import { AUTHS, GATEWAYS, PROVIDERS, type InitOptions } from "../../cli/init/plan.ts";

interface ApisixSettings {
  nginx_config: Record<string, unknown>;
  wasm: object;
  plugins: string[];
}

const COMBINATIONS = GATEWAYS.flatMap((gateway) =>
  PROVIDERS.flatMap((provider) =>
    [undefined, ...AUTHS].map((auth) => ({
      gateway,
      provider,
      ...(auth === undefined ? {} : { auth }),
    })),
  ),
);

function isPossible({ gateway, provider, auth }: InitOptions): boolean {
  if (auth === "keys") return provider !== "vertex";
  return auth !== "upstream" || (gateway === "envoy" && /^(vertex|bedrock)$/.test(provider));
}

describe("what can be", () => {
  test.each(COMBINATIONS.filter(isPossible))("$gateway, $provider, $auth", (options) => {
    const { text, plan } = initDocument(options);
    for (const document of parseAllDocuments(text)) expect(document.errors).toEqual([]);
    const [found, ...more] = findConfigurations(text);
    expect(more).toEqual([]);
    expect(found?.hints).toEqual([]);
    const config = found?.config as string | object;
    const read = (typeof config === "string" ? JSON.parse(config) : config) as typeof plan.config;
    expect(read.profile).toEqual(plan.config.profile);
    // What the VM is given is what the configuration reads, and nothing else makes it good.
    const env = found?.env ?? {};
    expect(theBridge().check({ config, env })).toEqual({ ok: true, problems: [] });
    if (plan.auth === "keys") expect(theBridge().check({ config, env: {} }).ok).toBe(false);
  });
});

test.each(COMBINATIONS.filter((options) => !isPossible(options)))(
  "$gateway, $provider, $auth is refused",
  (options) => {
    expect(() => initDocument(options)).toThrow(/--auth/);
  },
);

test("what APISIX is given is what apisix/config.yaml says", () => {
  const file = new URL("../../apisix/config.yaml", import.meta.url);
  const documented = parse(readFileSync(file, "utf8")) as ApisixSettings;
  const { text } = initDocument({ gateway: "apisix", provider: "azure" });
  const written = parseAllDocuments(text)[0]?.toJS() as ApisixSettings;
  const snippet = "http_server_location_configuration_snippet";
  expect(written.nginx_config[snippet]).toBe(documented.nginx_config[snippet]);
  expect(written.wasm).toEqual(documented.wasm);
  expect(documented.plugins).toEqual(expect.arrayContaining(written.plugins));
  expect(text.endsWith("\n#END\n")).toBe(true);
});

test("a region decides the host", () => {
  const { text } = initDocument({ gateway: "envoy", provider: "vertex", region: "europe-west1" });
  expect(text).toContain("sni: europe-west1-aiplatform.googleapis.com");
});

test("what nobody said is told", () => {
  expect(initDocument({ gateway: "envoy", provider: "azure" }).plan.placeholders).toEqual([
    "my-foundry.services.ai.azure.com",
    "my-foundry",
  ]);
  const said = { gateway: "envoy", provider: "azure", resource: "acme" } as const;
  expect(initDocument(said).plan.placeholders).toEqual([]);
});

test("a port that is none", () => {
  expect(() => initDocument({ gateway: "envoy", provider: "azure", port: "x" })).toThrow("--port");
});
