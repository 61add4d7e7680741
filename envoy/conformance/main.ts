// `npm run conformance -- [--dir FOLDER] [--counts FILE] [options of its runner]`: the optional conformance set against the filter
// in a real Envoy. The set lives outside this project (`../shared/conformance` unless --dir or CONFORMANCE_DIR says otherwise); its
// runner plays client and upstream. Runs what served.ts lists, five rounds of it unless told otherwise; the last line is
// `N passed, N failed`, also written to --counts as JSON. Exit 1 when something failed, 2 without the set.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Envoy, NEWEST } from "../harness/envoy.ts";
import { freePort } from "../harness/free_port.ts";
import { SERVED, servedConfig } from "./served.ts";

interface Counts {
  passed: number;
  failed: number;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WASM = `${ROOT}build/messages-bridge.wasm`;
const CONFIG = new URL("config.json", import.meta.url);
/** Each round cuts the streams at other places. */
const ROUNDS = ["--rounds", "5"];

/** Takes our own options out of the arguments; the rest is the runner's. */
function takeOption(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

/** Runs the set's runner to its end; gives what it counted. A runner that counted nothing is one failure. */
async function run(runner: string, args: string[], report: string): Promise<Counts> {
  rmSync(report, { force: true });
  const child = spawn("python3", [runner, ...args, "--json", report], { stdio: "inherit" });
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { passed, failed } = JSON.parse(readFileSync(report, "utf8")) as Counts;
  return { passed, failed };
}

/** All pairs of SERVED, one after the other, against one Envoy. */
async function runServed(runner: string, rest: string[]): Promise<Counts> {
  const total = { passed: 0, failed: 0 };
  const port = await freePort();
  const filter = servedConfig(JSON.parse(readFileSync(CONFIG, "utf8")));
  const envoy = await Envoy.start({ version: NEWEST, wasm: WASM, upstream: { port }, filter });
  const folder = mkdtempSync(join(tmpdir(), "messages-bridge-"));
  try {
    const place = ["--base", `http://127.0.0.1:${envoy.port}`, "--upstream-port", String(port)];
    for (const [provider, surfaces] of Object.entries(SERVED)) {
      for (const surface of surfaces) {
        const pair = ["--provider", provider, "--surface", surface];
        const args = [...place, ...pair, ...ROUNDS, ...rest];
        const { passed, failed } = await run(runner, args, join(folder, "report.json"));
        total.passed += passed;
        total.failed += failed;
      }
    }
  } finally {
    await envoy.stop();
    rmSync(folder, { recursive: true });
  }
  return total;
}

async function main(): Promise<number> {
  const rest = process.argv.slice(2);
  const named = takeOption(rest, "--dir") ?? process.env["CONFORMANCE_DIR"];
  const counts = takeOption(rest, "--counts");
  const folder = named ?? `${ROOT}../shared/conformance`;
  const runner = `${folder}/run.py`;
  if (!existsSync(runner)) {
    console.error(`conformance: no run.py in ${folder}; name the folder with --dir`);
    return 2;
  }
  const total = await runServed(runner, rest);
  if (counts !== undefined) writeFileSync(counts, JSON.stringify(total));
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main();
