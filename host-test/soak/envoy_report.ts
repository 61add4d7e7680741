// What a soak in Envoy says: how memory went and how exchanges ended. Measures nothing.

import type { Machine } from "../bench/report.ts";
import type { Gauges } from "./envoy_gauges.ts";
import type { Count } from "./envoy_tally.ts";
import { ENDS, type End } from "./envoy_verdicts.ts";

/** One moment of a run. */
export interface Sample extends Gauges {
  /** Requests that were over. */
  requests: number;
  seconds: number;
  /** Of those, how many ended in each way as they must, and how many did not. */
  ends: Record<End, number>;
  wrong: number;
}

/** How resident memory went over the last nine tenths of a run, bytes. */
export interface Growth {
  /** At the beginning of that part, at its end (medians), and the most at any time in it. */
  from: number;
  to: number;
  most: number;
  rise: number;
}

/** Everything that one run says; docs/bench/soak.json and soak_faults.json are this. */
export interface SoakReport {
  machine: Machine;
  requests: number;
  minutes: number;
  /** Requests by kind. */
  weights: Record<string, number>;
  growth: Growth;
  counts: Count[];
  /** Before the first request, and when the last one was over and everything closed. */
  before: Gauges;
  after: Gauges;
  samples: Sample[];
}

/** What resident memory may rise by over the last nine tenths of a run, bytes. */
export const ALLOWED_RISE = 2_000_000;
const WARM_SHARE = 0.1;
/** Share of the samples whose median stands for the beginning and for the end: one sample alone has a request in flight. */
const EDGE_SHARE = 0.05;

/** Returns how memory went after the first tenth of the samples. Throws when there are none. */
export function growthOf(samples: readonly Pick<Sample, "rssBytes">[]): Growth {
  const part = samples.slice(Math.floor(samples.length * WARM_SHARE)).map((one) => one.rssBytes);
  if (part.length === 0) throw new Error("there are no samples");
  const edge = Math.max(1, Math.round(samples.length * EDGE_SHARE));
  const from = middle(part.slice(0, edge));
  const to = middle(part.slice(-edge));
  return { from, to, most: Math.max(...part), rise: to - from };
}

const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);

/** Returns the figures as cells of a table, the head first. */
export function soakCells({
  requests,
  minutes,
  growth,
}: Pick<SoakReport, "requests" | "minutes" | "growth">): string[][] {
  return [
    ["requests", "minutes", "RSS after a tenth, MiB", "RSS at the end", "at most", "rise, KiB"],
    [
      String(requests),
      minutes.toFixed(1),
      mebibytes(growth.from),
      mebibytes(growth.to),
      mebibytes(growth.most),
      (growth.rise / 1024).toFixed(0),
    ],
  ];
}

/** Gauges of a table, in what they are told, and how many of Envoy's or of the module's units that is. */
const GAUGES: [name: string, unit: string, member: keyof Gauges, each: number][] = [
  ["open streams", "", "openStreams", 1],
  ["open requests upstream", "", "openUpstream", 1],
  ["open contexts of the module", "", "openContexts", 1],
  ["what contexts hold", "bytes", "heldBytes", 1],
  ["the module's memory", "KiB", "memoryBytes", 1024],
  ["allocated by Envoy", "KiB", "allocatedBytes", 1024],
];

/** Returns the gauges before the first and after the last request, and the most in between, as cells. */
export function gaugeCells({
  before,
  after,
  samples,
}: Pick<SoakReport, "before" | "after" | "samples">): string[][] {
  const rows = GAUGES.map(([name, unit, member, each]) => {
    const told = (value: number | null): string =>
      value === null ? "" : (value / each).toFixed(0);
    const most = Math.max(...samples.map((sample) => sample[member] ?? 0));
    return [name, unit, told(before[member]), told(most), told(after[member])];
  });
  return [["gauge", "unit", "before", "at most in a sample", "when all was closed"], ...rows];
}

const MEANINGS: Record<End, string> = {
  answered: "a whole answer",
  refused: "an error: the client's fault",
  failed: "an error: the upstream's fault",
  told: "a stream that ends in an error event",
  broken: "a stream that is reset",
  left: "the client left",
};

/** Returns how many exchanges ended in each way as they must, and how many of those kinds did not, as cells. */
export function endCells({ counts }: Pick<SoakReport, "counts">): string[][] {
  const rows = ENDS.map((end) => {
    const some = counts.filter((count) => count.end === end);
    const sum = (member: "right" | "wrong"): string =>
      String(some.reduce((total, count) => total + count[member], 0));
    return [end, MEANINGS[end], String(some.length), sum("right"), sum("wrong")];
  });
  return [["must be", "which is", "kinds", "were", "were not"], ...rows];
}

function middle(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
