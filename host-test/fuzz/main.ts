/**
 * The fuzzer. Usage: `npm run fuzz -- [--surface NAME] [--time 30s] [--count N] [--seed S] [--from N] [--jobs J] [--build debug|fuzz]`.
 * Prints the seed first and a line for each finding; exit 1 when there was one. Any case can be made again by
 * `--seed S --from N --count 1`. Surfaces: docs/testing.md, "Fuzz". A case that takes longer than HANG_MS is a finding too.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { SURFACES } from "./surfaces.ts";
import type { Share, Told } from "./worker.ts";

/** Longest time that a case may take, the shrinking of a finding included. */
const HANG_MS = 60_000;
const LOOK_MS = 500;
const PROGRESS_MS = 60_000;

const { values } = parseArgs({
  options: {
    surface: { type: "string", default: "chat" },
    time: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    from: { type: "string", default: "0" },
    jobs: { type: "string", default: "1" },
    build: { type: "string", default: "debug" },
  },
});

function milliseconds(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (parts === null) throw new Error(`--time ${text}: expected a number and ms, s, m or h`);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts[2] as "ms" | "s" | "m" | "h"];
  return Number(parts[1]) * unit;
}

/** Findings by kind. */
const kinds = new Map<string, number>();

function note(kind: string, text: string | undefined): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (text !== undefined) console.log(text);
}

/** Runs one thread to its end, or until it stands still; answers the cases that it has judged. */
function run(share: Share): Promise<number> {
  const stand = new Float64Array(share.progress);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: share });
    let [last, since] = ["", Date.now()];
    const watch = setInterval(() => {
      const now = stand.join();
      if (now !== last) [last, since] = [now, Date.now()];
      if (Date.now() - since < HANG_MS) return;
      note("hang", `--- seed ${share.seed} case ${stand[0]}\n  ! no end after ${HANG_MS} ms`);
      finish();
    }, LOOK_MS);
    const finish = (): void => {
      clearInterval(watch);
      void worker.terminate();
      resolve(stand[1] as number);
    };
    worker.on("message", (told: Told) => ("done" in told ? finish() : note(told.kind, told.text)));
    worker.on("error", reject);
  });
}

async function main(): Promise<void> {
  const name = values.surface;
  const entry = SURFACES[name];
  if (entry === undefined)
    throw new Error(`--surface ${name}: known are ${Object.keys(SURFACES).join(", ")}`);
  if (values.build === "fuzz")
    process.env["FUZZ_WASM"] ??= fileURLToPath(new URL("../../build/fuzz.wasm", import.meta.url));
  const seed = Number(values.seed ?? Date.now() % 1_000_000_007);
  const timed = values.time ?? (values.count === undefined ? "30s" : undefined);
  const until = timed === undefined ? Infinity : Date.now() + milliseconds(timed);
  const jobs = Number(values.jobs);
  const { inputs } = entry;
  const cases = values.count === undefined ? Infinity : Math.ceil(Number(values.count) / inputs);
  console.log(`fuzz: surface ${name}, seed ${seed}`);
  const shares = Array.from({ length: jobs }, (_, job): Share => {
    const from = Number(values.from) + job;
    const count = Math.ceil((cases - job) / jobs);
    const progress = new SharedArrayBuffer(16);
    return { surface: name, seed, from, step: jobs, count, until, progress };
  });
  const started = performance.now();
  const doneSoFar = (): number =>
    shares.reduce((sum, { progress }) => sum + (new Float64Array(progress)[1] as number), 0);
  const tick = setInterval(() => console.log(`fuzz: ${doneSoFar() * inputs} inputs`), PROGRESS_MS);
  const done = (await Promise.all(shares.map(run))).reduce((sum, one) => sum + one, 0);
  clearInterval(tick);
  const seconds = (performance.now() - started) / 1000;
  for (const [kind, count] of kinds) console.log(`fuzz: ${count} times: ${kind}`);
  console.log(
    `fuzz: ${done * inputs} inputs in ${seconds.toFixed(1)} s, ${Math.round((done * inputs) / seconds)} each second, ${kinds.size} kinds of findings`,
  );
  process.exitCode = kinds.size > 0 ? 1 : 0;
}

await main();
