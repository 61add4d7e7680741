// What a run with idle streams says. Measures nothing.

import type { Machine } from "../bench/report.ts";

/** Resident memory of one Envoy, bytes: before, and of each burst with all streams open and after their end. */
export interface IdleRow {
  candidate: string;
  before: number;
  bursts: { open: number; closed: number }[];
  /** What Envoy's allocator gave out for the streams of the first burst, bytes: the rest is the module's memory, and waste. */
  heap: number;
}

/** Everything that one run says; docs/bench/idle.json is this. */
export interface IdleReport {
  machine: Machine;
  streams: number;
  rows: IdleRow[];
}

/** What a later burst may need more than the first: Envoy's own memory wanders, by about this share. */
export const ALLOWED_SHARE = 0.02;
const MIB = 1 << 20;
const FLOORS = ["bare", "identity"];

/** Returns what an open stream takes, bytes, by the first burst. */
export function bytesPerStream({ before, bursts }: IdleRow, streams: number): number {
  return ((bursts[0]?.open ?? Number.NaN) - before) / streams;
}

/** Tells whether no later burst needed more than the first: what one has left is used by the next. */
export function isBounded({ bursts }: IdleRow): boolean {
  const most = (bursts[0]?.open ?? 0) * (1 + ALLOWED_SHARE);
  return bursts.every(({ open, closed }) => open <= most && closed <= most);
}

/** Returns the figures as cells of a table, the head first. */
export function idleCells({ rows, streams }: IdleReport): string[][] {
  const mebibytes = (bytes: number): string => (bytes / MIB).toFixed(1);
  const head = [
    "candidate",
    "bytes per stream",
    "Envoy's heap",
    ...FLOORS.map((name) => `less ${name}`),
    "RSS before, MiB",
  ];
  const later = ["open", "closed", "last burst open", "closed after it"];
  const body = rows.map((row) => {
    const mine = bytesPerStream(row, streams);
    const last = row.bursts.at(-1);
    const less = FLOORS.map((name) => {
      const floor = rows.find((one) => one.candidate === name);
      if (floor === undefined || floor === row) return "";
      return (mine - bytesPerStream(floor, streams)).toFixed(0);
    });
    const first = row.bursts[0];
    const sizes = [row.before, first?.open, first?.closed, last?.open, last?.closed];
    const heap = (row.heap / streams).toFixed(0);
    return [
      row.candidate,
      mine.toFixed(0),
      heap,
      ...less,
      ...sizes.map((size) => mebibytes(size ?? 0)),
    ];
  });
  return [[...head, ...later], ...body];
}
