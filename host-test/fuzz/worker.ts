/** One thread of a run: judges its share of the cases, tells findings as messages, and where it stands in shared memory. */
import { parentPort, workerData } from "node:worker_threads";
import { kindOf, leavesTraces } from "./shrink.ts";
import { SURFACES } from "./surfaces.ts";

/** What a thread is told at its start. */
export interface Share {
  surface: string;
  seed: number;
  /** first case and the step to the next */
  from: number;
  step: number;
  /** cases at most */
  count: number;
  /** milliseconds since 1970, or no end */
  until: number;
  /** the number of the running case, then cases done */
  progress: SharedArrayBuffer;
}

/** A finding, or the last word of a thread. */
export type Told = { kind: string; index: number; text: string | undefined } | { done: true };

/** Findings of one kind that are shrunk and shown; the rest are counted. */
const SHOWN_OF_A_KIND = 2;
/** Cases between two looks at the clock. */
const LOOK_EVERY = 16;

function work({ surface: name, seed, from, step, count, until, progress }: Share): void {
  const surface = SURFACES[name]?.open(seed);
  if (surface === undefined) throw new Error(`no surface ${name}`);
  // A thread that stands still is found by these numbers.
  const stand = new Float64Array(progress);
  const kinds = new Map<string, number>();
  for (let done = 0; done < count; done++) {
    if (done % LOOK_EVERY === 0 && Date.now() >= until) break;
    const index = from + done * step;
    stand[0] = index;
    const problems = surface.judge(index);
    stand[1] = done + 1;
    if (problems.length === 0) continue;
    const kind = kindOf(problems);
    const seen = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, seen);
    const text = seen <= SHOWN_OF_A_KIND ? surface.tell(index, problems) : undefined;
    tell({ kind, index, text });
    if (leavesTraces(problems)) surface.renew(index);
  }
  tell({ done: true });
}

function tell(told: Told): void {
  parentPort?.postMessage(told);
}

work(workerData as Share);
