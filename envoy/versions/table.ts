// The table of versions.

import type { Probes } from "./probes.ts";
import type { VersionRow } from "./run.ts";

/** Returns what came of each version as cells of a table, the head first. */
export function versionCells(rows: readonly (VersionRow & Probes)[]): string[][] {
  const head = [
    ...["Envoy", "tests", "an upstream's reset over HTTP/2", "a trap beside a stream"],
    ...["a new VM after 1 ms", "examples that it refuses"],
  ];
  const body = rows.map(({ version, passed, failed, silent, reset, trap, reload, refused }) => {
    return [
      version,
      testsOf(passed, failed.length + silent.length),
      reset,
      trap,
      reload,
      refused.join(", "),
    ];
  });
  return [head, ...body];
}

/** A wheel that runs no module has no tests: built without V8. */
function testsOf(passed: number | null, bad: number): string {
  if (passed === null) return "not run, only asked";
  if (passed + bad === 0) return "none: built without V8";
  return bad === 0 ? `${passed} passed` : `${passed} passed, ${bad} failed`;
}
