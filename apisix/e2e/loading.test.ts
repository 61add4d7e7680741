// What the engine of APISIX's Wasm module takes: this module, and none that asks for a function which only Envoy has.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guest } from "../../host-test/model/guest.ts";
import { CHAT, CHAT_PATH } from "../../envoy/harness/answers.ts";
import { NginxRig } from "../harness/rig.ts";

let home = "";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "messages-bridge-wasm-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function start(imports: string): Promise<NginxRig> {
  const wasm = join(home, "guest.wasm");
  await writeFile(
    wasm,
    guest(() => ({}), { imports }),
  );
  return NginxRig.start({ wasm });
}

describe("the engine", () => {
  test("loads, links, initialises and configures the module", async () => {
    const rig = await NginxRig.start();
    try {
      expect((await rig.client().post(CHAT_PATH, CHAT)).status).toBe(200);
      rig.endTest();
    } finally {
      await rig.stop();
    }
  });

  test.each(["proxy_get_log_level", "proxy_get_buffer_status", "abort"])(
    "refuses one that imports %s",
    async (name) => {
      const imports = `(import "env" "${name}" (func (param i32) (result i32)))`;
      await expect(start(imports)).rejects.toThrow(`unknown import: \`env::${name}\``);
    },
  );

  test("refuses one that imports proxy_get_metric with the type of the specification", async () => {
    const imports = `(import "env" "proxy_get_metric" (func (param i32 i32) (result i32)))`;
    await expect(start(imports)).rejects.toThrow(/incompatible import type/);
  });
});

test("a configuration that is refused is 503 for each request, and the log says why", async () => {
  const rig = await NginxRig.start({ conf: '{"version":1,"profil":{}}' });
  try {
    expect((await rig.client().post(CHAT_PATH, CHAT)).status).toBe(503);
    expect(rig.nginx.log.lines.join("\n")).toMatch(/profil.*unknown key/);
  } finally {
    await rig.stop();
  }
});
