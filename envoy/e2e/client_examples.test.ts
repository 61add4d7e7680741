// examples/: those whose clients the checkout has anyway are run as they stand; `node scripts/examples.mjs` installs and runs all.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensurePackages } from "../../scripts/python.mjs";
import { Envoy, NEWEST } from "../harness/envoy.ts";
import { inRepository, WASM } from "../harness/rig.ts";
import { Upstream } from "../upstream/server.ts";

const FRANCE = "You said: What is the capital of France?";
const PYTHON_CLIENT = "openai==3.51.0";

let upstream: Upstream;
let envoy: Envoy;

beforeAll(async () => {
  upstream = await Upstream.start();
  envoy = await Envoy.start({ version: NEWEST, wasm: WASM, upstream: { port: upstream.port } });
});
afterAll(async () => {
  await envoy.stop();
  await upstream.close();
});

/** Runs a program against the gateway; resolves with its lines. */
function linesOf(program: string, name: string, file: string): Promise<string[]> {
  const env = {
    ...process.env,
    BRIDGE_URL: `http://127.0.0.1:${envoy.port}`,
    NO_PROXY: "127.0.0.1",
  };
  return new Promise((resolve, reject) => {
    execFile(program, [inRepository("examples", name, file)], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim().split("\n"));
      else reject(new Error(`${name}: ${error.message}\n${stderr}`));
    });
  });
}

const node = (name: string): Promise<string[]> => linesOf(process.execPath, name, "main.mjs");
const OPENAI = [
  `whole: ${FRANCE}`,
  `stream: ${FRANCE}`,
  "responses: You said: What is the capital of Italy?",
  "models: anthropic/claude-opus-4-6, anthropic/claude-sonnet-4-5, anthropic/claude-haiku-4-5",
];

test("node-openai", async () => {
  expect(await node("node-openai")).toEqual(OPENAI);
});

test("python-openai", async () => {
  const python = await ensurePackages(PYTHON_CLIENT.replace("==", "-"), [PYTHON_CLIENT]);
  expect(await linesOf(python, "python-openai", "main.py")).toEqual(OPENAI);
});

test("node-anthropic", async () => {
  expect(await node("node-anthropic")).toEqual([
    `whole: ${FRANCE}`,
    `stream: ${FRANCE}`,
    expect.stringMatching(/^tokens: \d+$/),
  ]);
});

test("node-openai-agents", async () => {
  expect(await node("node-openai-agents")).toEqual([
    `responses: ${FRANCE}`,
    `chat_completions: ${FRANCE}`,
  ]);
});

test("every example pins its packages, the same as the checkout where it has them", () => {
  const { devDependencies } = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const folders = readdirSync(inRepository("examples"), { withFileTypes: true });
  for (const { name } of folders.filter((entry) => entry.isDirectory())) {
    const manifest = inRepository("examples", name, "package.json");
    if (!existsSync(manifest)) {
      const wanted = readFileSync(inRepository("examples", name, "requirements.txt"), "utf8");
      expect(wanted, name).toMatch(/^([\w-]+==\d+\.\d+\.\d+\n)+$/);
      continue;
    }
    const { dependencies } = JSON.parse(readFileSync(manifest, "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const [key, version] of Object.entries(dependencies)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(version, name).toBe(devDependencies[key] ?? version);
    }
  }
});
