// `npm run conformance -- [--dir FOLDER] [options of its runner]`: the optional conformance set against the filter in a real
// Envoy. The set lives outside this project (`../shared/conformance` unless --dir or CONFORMANCE_DIR says otherwise); its runner
// plays client and upstream. Ends with its exit code.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Envoy, NEWEST } from "../harness/envoy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WASM = `${ROOT}build/messages-bridge.wasm`;
const FILTER = {
  version: 1,
  profile: { provider: { type: "anthropic" }, auth: { mode: "client" } },
};

/** Resolves with a port of the loopback interface that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Takes `--dir FOLDER` out of the arguments; the rest is the runner's. */
function splitArguments(args: string[]): { folder: string; rest: string[] } {
  const at = args.indexOf("--dir");
  const given = at >= 0 ? args[at + 1] : process.env["CONFORMANCE_DIR"];
  const rest = at >= 0 ? [...args.slice(0, at), ...args.slice(at + 2)] : args;
  return { folder: given ?? `${ROOT}../shared/conformance`, rest };
}

/** Runs the set's runner to its end; resolves with its exit code. */
function run(runner: string, args: string[]): Promise<number> {
  const child = spawn("python3", [runner, ...args], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  const { folder, rest } = splitArguments(process.argv.slice(2));
  const runner = `${folder}/run.py`;
  if (!existsSync(runner)) {
    console.error(`conformance: no run.py in ${folder}; name the folder with --dir`);
    return 2;
  }
  const port = await freePort();
  const envoy = await Envoy.start({
    version: NEWEST,
    wasm: WASM,
    upstream: { port },
    filter: FILTER,
  });
  try {
    const base = `http://127.0.0.1:${envoy.port}`;
    const place = [
      "--base",
      base,
      "--upstream-port",
      String(port),
      "--path-template",
      "{base}{path}",
    ];
    return await run(runner, [...place, "--provider", "anthropic", ...rest]);
  } finally {
    await envoy.stop();
  }
}

process.exitCode = await main();
