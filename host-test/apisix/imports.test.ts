/** One binary for both hosts: what it imports is in both of their lists, with the same types, and the harness links the same list as the model. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ENVOY_IMPORTS, NGINX_IMPORTS, WASI_IMPORTS } from "../../host/abi.ts";
import { readBinaryShape } from "../../host/wasm_binary.ts";
import { debugBytes } from "../lifecycle/support.ts";
import { filterBytes } from "../support/filter.ts";

const LUA = new URL("../../apisix/harness/imports.lua", import.meta.url);

describe.each([
  ["release", filterBytes],
  ["debug", debugBytes],
])("the %s build", (_name, bytes) => {
  test.each([
    ["Envoy", ENVOY_IMPORTS],
    ["APISIX", NGINX_IMPORTS],
  ])("imports what %s has, as it has it", (_host, list) => {
    const { imports } = readBinaryShape(bytes());
    expect(imports.length).toBeGreaterThan(10);
    for (const { module, name, signature } of imports) {
      const known = module === "env" ? list : WASI_IMPORTS;
      expect([name, known[name]]).toEqual([name, signature]);
    }
  });
});

test("the harness of the real engine links the list of the model", () => {
  const rows = [...readFileSync(LUA, "utf8").matchAll(/^ {4}(\w+) = "(\w*)",$/gm)];
  const linked = rows.map(([, name, parameters]) => [name, `${parameters}:i`]);
  expect(Object.fromEntries(linked)).toEqual(NGINX_IMPORTS);
});
