/** The files in apisix/ fit each other, the companion plugin and what the command line writes; their configurations are accepted. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { apisixDocument } from "../../cli/init/apisix.ts";
import type { Plan } from "../../cli/init/plan.ts";
import { Filter } from "../support/filter.ts";

interface Settings {
  nginx_config: { envs: string[]; http_server_location_configuration_snippet: string };
  wasm: { plugins: { name: string; priority: number; http_request_phase: string }[] };
  plugins: string[];
}
interface Route {
  id: string;
  plugins: Record<string, { conf?: string }>;
}

const COMPANION = "messages-bridge-companion";
const lua = read("apisix/plugins/messages-bridge-companion.lua");
const settings = parse(read("apisix/config.yaml")) as Settings;
const routesText = read("apisix/apisix.yaml");
const { routes } = parse(routesText) as { routes: Route[] };

/** The variables that a text declares, in order. */
function declared(snippet: string): string[] {
  return [...snippet.matchAll(/set \$(\w+)/g)].map(([, name]) => String(name)).sort();
}

test("every variable of the companion and of the filter is declared, and no other", () => {
  const literals = JSON.parse(read("scripts/tables/literals.json")) as Record<string, object>;
  const ours = Object.values(literals["nginx host"] ?? {}) as string[];
  const filter = ours.filter((text) => /^bridge_\w+$/.test(text)).sort();
  const companion = [...lua.matchAll(/(?:ngx\.var\.|take\(")(bridge_\w+)/g)].map(
    ([, name]) => name,
  );
  const snippet = declared(settings.nginx_config.http_server_location_configuration_snippet);
  expect(snippet).toEqual(filter);
  expect([...new Set(companion)].sort()).toEqual(filter);
});

test("the companion runs behind the Wasm plugin, in the same phase", () => {
  const [plugin] = settings.wasm.plugins;
  const priority = Number(/priority = (\d+)/.exec(lua)?.[1]);
  expect(plugin).toMatchObject({ name: "messages-bridge", http_request_phase: "access" });
  expect(priority).toBeLessThan(plugin?.priority ?? 0);
  expect(settings.plugins).toContain(COMPANION);
  expect(settings.plugins).not.toContain("proxy-buffering");
});

test("what the command line writes declares and orders the same", () => {
  const plan = { port: 9080, auth: "keys", env: "KEY", config: {}, host: "h" } as unknown as Plan;
  const text = apisixDocument(plan);
  expect(declared(text)).toEqual(
    declared(settings.nginx_config.http_server_location_configuration_snippet),
  );
  expect(text).toMatch(new RegExp(`priority: ${settings.wasm.plugins[0]?.priority}\\b`));
  expect(text).toMatch(COMPANION);
});

describe("routes", () => {
  test("the file ends as APISIX wants it", () => expect(routesText).toMatch(/\n#END\n$/));

  test.each(routes)("$id has both plugins, and a configuration that is accepted", ({ plugins }) => {
    expect(Object.keys(plugins)).toEqual(["messages-bridge", COMPANION]);
    const names = settings.nginx_config.envs;
    const env = Object.fromEntries(names.map((name) => [name, "secret"]));
    const config: unknown = JSON.parse(plugins["messages-bridge"]?.conf ?? "");
    expect(() => Filter.load({ profile: "apisix", env, config })).not.toThrow();
  });
});

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}
