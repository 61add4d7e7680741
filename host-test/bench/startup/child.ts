// The program that compiles and configures for part.ts: its parent says what over IPC and gets one answer.

import { readFile } from "node:fs/promises";
import { WasmHost } from "../../../host/index.ts";
import { median } from "../median.ts";
import { PROFILE_COUNTS, withProfiles } from "./configurations.ts";
import type { ConfiguredRow, StartAnswer, StartJob } from "./part.ts";

const CUSTOM_SECTION = 0;

/** Time of the wall clock and of all threads, milliseconds. */
interface Times {
  wallMs: number;
  cpuMs: number;
}

function timed(run: () => void): Times {
  const [start, used] = [performance.now(), process.cpuUsage()];
  run();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** The same module for the engine, but not the same bytes: V8 compiles what it knows only once. */
function marked(bytes: Uint8Array, mark: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat([bytes, Uint8Array.from([CUSTOM_SECTION, 3, 1, 0x6e, mark])]),
  );
}

function configured(bytes: Uint8Array, profiles: number, rounds: number): ConfiguredRow {
  const texts = withProfiles(profiles).map((configuration) => JSON.stringify(configuration));
  const samples: number[] = [];
  let grown = 0;
  for (let round = 0; round < rounds; round++) {
    const host = WasmHost.loadSync(bytes, { profile: "envoy-hold", poison: false, canary: false });
    const before = host.memoryBytes;
    const { cpuMs } = timed(() => {
      for (const text of texts) configure(host, text);
    });
    samples.push(cpuMs);
    grown = host.memoryBytes - before;
  }
  const configBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { profiles, configBytes, configureMs: median(samples), memoryKiB: grown / 1024 };
}

function configure(host: WasmHost, text: string): void {
  const root = host.addRoot(text);
  if (!root.ok) throw new Error(`configuration refused: ${JSON.stringify(root.logs)}`);
}

async function answer({ module, rounds }: StartJob): Promise<StartAnswer> {
  try {
    const bytes = new Uint8Array(await readFile(module));
    const compiled = Array.from({ length: rounds }, (_, round) => {
      const other = marked(bytes, round);
      return timed(() => void new WebAssembly.Module(other));
    });
    return {
      compileMs: median(compiled.map(({ wallMs }) => wallMs)),
      compileCpuMs: median(compiled.map(({ cpuMs }) => cpuMs)),
      configured: PROFILE_COUNTS.map((profiles) => configured(bytes, profiles, rounds)),
    };
  } catch (error) {
    return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("disconnect", () => process.exit());
process.once("message", (job: StartJob) => {
  void answer(job).then((result) => process.send?.(result, () => process.disconnect()));
});
