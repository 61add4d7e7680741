// What the part about latency says: two tables for people and the same as JSON. Measures nothing.

import type { LatencyRow, SaturationRow, Spread } from "./latency_part.ts";
import type { Machine } from "./report.ts";

/** Everything that one run says; docs/bench/latency.json is this. */
export interface LatencyReport {
  machine: Machine;
  /** True for a smoke run, whose figures mean nothing. */
  quick: boolean;
  saturation: SaturationRow[];
  latency: LatencyRow[];
}

/** The candidate that the others are compared with. */
const BASE = "bare";

/** Returns what each candidate gets through as cells of a table, the head first; with the share of what the bare Envoy does. */
export function saturationCells(rows: SaturationRow[]): string[][] {
  const head = ["load", "candidate", "workers", "requests/s", "of bare", "cores busy in Envoy"];
  const body = rows.map((row) => {
    const base = rows.find(
      (one) => one.candidate === BASE && one.load === row.load && one.workers === row.workers,
    );
    const share = base === undefined ? null : row.requestsPerSecond / base.requestsPerSecond;
    return [
      row.load,
      row.candidate,
      String(row.workers),
      row.requestsPerSecond.toFixed(0),
      share === null ? "" : `${(share * 100).toFixed(0)} %`,
      row.envoyCores.toFixed(2),
    ];
  });
  return [head, ...body];
}

/** Returns the times at half load as cells of a table, the head first; `added` is what is more than through the bare Envoy. */
export function latencyCells(rows: LatencyRow[]): string[][] {
  const head = [
    "load",
    "candidate",
    "requests/s",
    "what",
    "p50 µs",
    "p99 µs",
    "added p50",
    "added p99",
  ];
  const body = rows.flatMap((row) => {
    const base = rows.find((one) => one.candidate === BASE && one.load === row.load);
    const cells = (what: string, mine: Spread, other: Spread | null | undefined): string[] => [
      row.load,
      row.candidate,
      row.requestsPerSecond.toFixed(0),
      what,
      mine.p50.toFixed(0),
      mine.p99.toFixed(0),
      ...added(mine, row === base ? null : other),
    ];
    if (row.event === null) return [cells("whole answer", row.first, base?.first)];
    return [cells("first token", row.first, base?.first), cells("event", row.event, base?.event)];
  });
  return [head, ...body];
}

function added(mine: Spread, base: Spread | null | undefined): [string, string] {
  if (base === null || base === undefined) return ["", ""];
  return [(mine.p50 - base.p50).toFixed(0), (mine.p99 - base.p99).toFixed(0)];
}
