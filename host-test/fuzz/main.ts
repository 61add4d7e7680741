/**
 * The fuzzer. Usage: `npm run fuzz -- [--time 30s] [--count N] [--seed S] [--from N] [--surface chat|all]`. Prints the seed first
 * and a line for each finding; exit 1 when there was one. `chat` makes its exchanges from nothing and shrinks findings, `all` damages the
 * fixtures of every surface. Every case can be made again by `--seed S --from N --count 1`.
 */
import { parseArgs } from "node:util";
import { makeCase, type FuzzCase } from "./case.ts";
import { openHomes, type Home } from "./hosts.ts";
import { runCase } from "./run.ts";
import { makeSeedCase, type SeedCase } from "./seed_case.ts";
import { runSeedCase } from "./seed_run.ts";
import { readSeeds, SeedHomes } from "./seeds.ts";
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

/** One way of making and judging cases; `tell` shows a finding. */
interface Surface {
  judge(index: number): string[];
  tell(index: number, problems: string[]): string;
  /** Forgets VMs that a finding has spoilt. */
  renew(index: number): void;
}

function chatSurface(seed: number): Surface {
  let homes: Home[] = openHomes();
  const make = (index: number): FuzzCase => makeCase(seed, index);
  return {
    judge: (index) => {
      const fuzzCase = make(index);
      return runCase(homes[fuzzCase.config] as Home, fuzzCase);
    },
    tell: (index, problems) => describe(shrink(make(index), problems), problems),
    renew: () => void (homes = openHomes()),
  };
}

function seedSurface(run: number): Surface {
  const seeds = readSeeds();
  const homes = new SeedHomes();
  const make = (index: number): SeedCase => makeSeedCase(seeds, run, index);
  return {
    judge: (index) => {
      const seedCase = make(index);
      return runSeedCase(homes.of(seedCase.seed), seedCase);
    },
    tell: (index, problems) => describe(make(index), problems),
    renew: (index) => homes.drop(make(index).seed),
  };
}

/** Runs until the time or the count is used up; answers the number of kinds of findings. */
function run(surface: Surface, from: number, limits: { until: number; count: number }): number {
  const kinds = new Map<string, number>();
  let index = from;
  for (; index < from + limits.count && performance.now() < limits.until; index++) {
    const problems = surface.judge(index);
    if ((index - from + 1) % PROGRESS_EVERY === 0) console.log(`fuzz: ${index - from + 1} cases`);
    if (problems.length === 0) continue;
    const kind = kindOf(problems);
    const count = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, count);
    if (count <= SHOWN_OF_A_KIND) console.log(surface.tell(index, problems));
    if (leavesTraces(problems)) surface.renew(index);
  }
  for (const [kind, count] of kinds) console.log(`fuzz: ${count} times: ${kind}`);
  console.log(`fuzz: ${index - from} cases, ${kinds.size} kinds of findings`);
  return kinds.size;
}

const SURFACES: Readonly<Record<string, (seed: number) => Surface>> = {
  chat: chatSurface,
  all: seedSurface,
};
const open = SURFACES[values.surface];
if (open === undefined)
  throw new Error(`--surface ${values.surface}: known are ${Object.keys(SURFACES).join(" and ")}`);
const seed = Number(values.seed ?? Date.now() % 1_000_000_007);
console.log(`fuzz: seed ${seed}`);
const timed = values.time ?? (values.count === undefined ? "30s" : undefined);
const findings = run(open(seed), Number(values.from), {
  until: timed === undefined ? Infinity : performance.now() + milliseconds(timed),
  count: values.count === undefined ? Infinity : Number(values.count),
});
process.exitCode = findings > 0 ? 1 : 0;
