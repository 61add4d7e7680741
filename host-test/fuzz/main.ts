/**
 * The fuzzer. Usage: `npm run fuzz -- [--time 30s] [--count N] [--seed S] [--from N] [--surface chat]`. Prints the seed first and a
 * line for each finding, shrunk; exit 1 when there was one. Every case can be made again by `--seed S --from N --count 1`.
 */
import { parseArgs } from "node:util";
import { makeCase } from "./case.ts";
import { openHomes, type Home } from "./hosts.ts";
import { runCase } from "./run.ts";
import { describe, kindOf, leavesTraces, shrink } from "./shrink.ts";

/** Findings of one kind that are shrunk and shown; the rest are counted. */
const SHOWN_OF_A_KIND = 2;
const PROGRESS_EVERY = 50_000;

const { values } = parseArgs({
  options: {
    time: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    from: { type: "string", default: "0" },
    surface: { type: "string", default: "chat" },
  },
});

function milliseconds(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (parts === null) throw new Error(`--time ${text}: expected a number and ms, s, m or h`);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts[2] as "ms" | "s" | "m" | "h"];
  return Number(parts[1]) * unit;
}

/** Runs until the time or the count is used up; answers the number of kinds of findings. */
function run(seed: number, from: number, limits: { until: number; count: number }): number {
  let homes: Home[] = openHomes();
  const kinds = new Map<string, number>();
  let index = from;
  for (; index < from + limits.count && performance.now() < limits.until; index++) {
    const fuzzCase = makeCase(seed, index);
    const problems = runCase(homes[fuzzCase.config] as Home, fuzzCase);
    if ((index - from + 1) % PROGRESS_EVERY === 0) console.log(`fuzz: ${index - from + 1} cases`);
    if (problems.length === 0) continue;
    const kind = kindOf(problems);
    const count = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, count);
    if (count <= SHOWN_OF_A_KIND) console.log(describe(shrink(fuzzCase, problems), problems));
    if (leavesTraces(problems)) homes = openHomes();
  }
  for (const [kind, count] of kinds) console.log(`fuzz: ${count} times: ${kind}`);
  console.log(`fuzz: seed ${seed}, ${index - from} cases, ${kinds.size} kinds of findings`);
  return kinds.size;
}

if (values.surface !== "chat") throw new Error(`--surface ${values.surface}: known is chat`);
const seed = Number(values.seed ?? Date.now() % 1_000_000_007);
console.log(`fuzz: seed ${seed}`);
const timed = values.time ?? (values.count === undefined ? "30s" : undefined);
const findings = run(seed, Number(values.from), {
  until: timed === undefined ? Infinity : performance.now() + milliseconds(timed),
  count: values.count === undefined ? Infinity : Number(values.count),
});
process.exitCode = findings > 0 ? 1 : 0;
