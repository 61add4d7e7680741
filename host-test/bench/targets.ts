// What the filter may cost, as multiples of the identity filter's cost in the same run (CPU time over the bare Envoy).
// The ratio, not the time, is the target: it holds on any machine.

import type { EnvoyRow } from "./shape_run.ts";
import type { Shape } from "./inputs.ts";

/** The row that the targets are for: every surface built in, observability that costs extra switched off. */
export const TARGET_CANDIDATE = "messages-bridge";
/** The same with all observability on: reported beside it, without a target. */
export const OBSERVED_CANDIDATE = "messages-bridge-all";
/** The row that the targets are multiples of. */
export const FLOOR_CANDIDATE = "identity";

/** The same host calls for headers as ours, and no translation: what of the cost is not ours to save. */
export const EDITS_CANDIDATE = "header-edits";

/** Limits per shape, as multiples of the floor. */
export interface Target {
  /** What the first release must reach. */
  first: number;
  /** What the project wants to reach. */
  final: number;
}

/** For `paced` a multiple per event is the same as one per answer: both sides have the same events. */
export const TARGETS: Record<Shape, Target> = {
  small: { first: 2, final: 1.6 },
  stream: { first: 8, final: 5 },
  paced: { first: 2, final: 2 },
  big: { first: 6, final: 4 },
};

/** One target held against one run. */
export interface TargetResult {
  shape: Shape;
  /** Cost of the filter over the floor's. */
  ratio: number;
  first: number;
  final: number;
  /** `final`: both are met; `first`: only that one; `none`: neither. */
  met: "final" | "first" | "none";
}

/** Holds the targets against the rows of a run; shapes without both rows are left out. */
export function targetResults(rows: EnvoyRow[]): TargetResult[] {
  const cost = (shape: string, candidate: string): number | null =>
    rows.find((row) => row.shape === shape && row.candidate === candidate)?.overBareMicros ?? null;
  const results: TargetResult[] = [];
  for (const [shape, target] of Object.entries(TARGETS) as [Shape, Target][]) {
    const ours = cost(shape, TARGET_CANDIDATE);
    const floor = cost(shape, FLOOR_CANDIDATE);
    if (ours === null || floor === null) continue;
    const ratio = ours / floor;
    const met = ratio <= target.final ? "final" : ratio <= target.first ? "first" : "none";
    results.push({ shape, ratio, ...target, met });
  }
  return results;
}
