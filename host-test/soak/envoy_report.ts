// What a soak in Envoy says: how memory went. Measures nothing.

import type { Machine } from "../bench/report.ts";

/** Memory of the process at one moment. */
export interface Sample {
  /** Requests that were over. */
  requests: number;
  seconds: number;
  /** Resident memory, bytes. */
  rssBytes: number;
  /** What Envoy's allocator has given out, bytes: its own objects and buffers, not the module's memory. */
  allocatedBytes: number;
}

/** How resident memory went over the last nine tenths of a run, bytes. */
export interface Growth {
  /** At the beginning of that part, at its end (medians), and the most at any time in it. */
  from: number;
  to: number;
  most: number;
  rise: number;
}

/** Everything that one run says; docs/bench/soak.json is this. */
export interface SoakReport {
  machine: Machine;
  requests: number;
  minutes: number;
  /** Requests by kind. */
  weights: Record<string, number>;
  growth: Growth;
  samples: Sample[];
}

/** What resident memory may rise by over the last nine tenths of a run, bytes. */
export const ALLOWED_RISE = 2_000_000;
const WARM_SHARE = 0.1;
/** Share of the samples whose median stands for the beginning and for the end: one sample alone has a request in flight. */
const EDGE_SHARE = 0.05;

/** Returns how memory went after the first tenth of the samples. Throws when there are none. */
export function growthOf(samples: readonly Sample[]): Growth {
  const part = samples.slice(Math.floor(samples.length * WARM_SHARE)).map((one) => one.rssBytes);
  if (part.length === 0) throw new Error("there are no samples");
  const edge = Math.max(1, Math.round(samples.length * EDGE_SHARE));
  const from = middle(part.slice(0, edge));
  const to = middle(part.slice(-edge));
  return { from, to, most: Math.max(...part), rise: to - from };
}

/** Returns the figures as cells of a table, the head first. */
export function soakCells({ requests, minutes, growth }: SoakReport): string[][] {
  const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);
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

function middle(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
