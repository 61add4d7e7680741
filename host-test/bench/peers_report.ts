// What a run with other gateways says: a table for people and the same as JSON. Measures nothing.

import type { EnvoyRow, Refusal } from "./shape_run.ts";
import type { Shape } from "./inputs.ts";
import type { Machine } from "./report.ts";
import { TARGET_CANDIDATE } from "./targets.ts";

/** Everything that one run says; docs/bench/peers.json is this. */
export interface PeersReport {
  machine: Machine;
  /** True for a smoke run, whose figures mean nothing. */
  quick: boolean;
  /** What each candidate is, by its name: program and version. */
  candidates: Record<string, string>;
  rows: EnvoyRow[];
  refusals: Refusal[];
}

/** Letters of a reason that a cell holds. */
const REASON = 100;

const HEAD = [
  "shape",
  "candidate",
  "CPU µs per request",
  "× messages-bridge",
  "over bare Envoy",
  "requests/s",
  "RSS MiB",
];

/**
 * Returns the report as cells of a table, the head first: a row for each pair of shape and candidate, in the order of the
 * run. What a candidate cannot do is a row with the reason in the place of the figure.
 */
export function peersCells(report: PeersReport): string[][] {
  const shapes = [...new Set([...report.rows, ...report.refusals].map(({ shape }) => shape))];
  const names = Object.keys(report.candidates);
  const rows = shapes.flatMap((shape) => names.map((name) => cellsOf(report, shape, name)));
  return [HEAD, ...rows.filter((cells) => cells.length > 0)];
}

function cellsOf({ rows, refusals }: PeersReport, shape: Shape, candidate: string): string[] {
  const find = (name: string): EnvoyRow | undefined =>
    rows.find((row) => row.shape === shape && row.candidate === name);
  const row = find(candidate);
  if (row === undefined) {
    const refusal = refusals.find((one) => one.shape === shape && one.candidate === candidate);
    if (refusal === undefined) return [];
    return [
      shape,
      candidate,
      `not done: ${oneLine(refusal.reason.replace(`${candidate}, ${shape}: `, ""))}`,
      "",
      "",
      "",
      "",
    ];
  }
  const ours = find(TARGET_CANDIDATE)?.cpuMicros;
  return [
    shape,
    candidate,
    micros(row.cpuMicros),
    ours === undefined ? "" : (row.cpuMicros / ours).toFixed(row.cpuMicros < 10 * ours ? 2 : 0),
    row.overBareMicros === null ? "" : micros(row.overBareMicros),
    row.requestsPerSecond.toFixed(0),
    row.residentMiB.toFixed(0),
  ];
}

function micros(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

/** A reason may quote a program's answer; a cell has one line and no bar. */
function oneLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
  return flat.length > REASON ? `${flat.slice(0, REASON)} …` : flat;
}
