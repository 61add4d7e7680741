// The table with other gateways, from rows made by hand.

import { expect, test } from "vitest";
import { thisMachine } from "./report.ts";
import { peersCells, type PeersReport } from "./peers_report.ts";
import type { EnvoyRow } from "./shape_run.ts";

function row(shape: EnvoyRow["shape"], candidate: string, cpuMicros: number): EnvoyRow {
  const rest = { rounds: [cpuMicros], requestsPerSecond: 100.4, pieces: 1, residentMiB: 64.6 };
  const overBareMicros = candidate === "messages-bridge" ? 20.04 : null;
  return { shape, candidate, cpuMicros, overBareMicros, ...rest };
}

const REPORT: PeersReport = {
  machine: thisMachine("1.40.0"),
  quick: false,
  candidates: { bare: "", "messages-bridge": "", portkey: "", absent: "" },
  rows: [
    row("small", "bare", 80),
    row("small", "messages-bridge", 100),
    row("small", "portkey", 2345.6),
    row("stream", "messages-bridge", 200),
  ],
  refusals: [
    {
      shape: "stream",
      candidate: "portkey",
      reason: `portkey, stream: status 500:\n a | b ${"x".repeat(200)}`,
    },
  ],
};

test("each pair of shape and candidate is a row, in the order of the run, with what ours costs as one", () => {
  expect(peersCells(REPORT).slice(1)).toEqual([
    ["small", "bare", "80.0", "0.80", "", "100", "65"],
    ["small", "messages-bridge", "100", "1.00", "20.0", "100", "65"],
    ["small", "portkey", "2346", "23", "", "100", "65"],
    ["stream", "messages-bridge", "200", "1.00", "20.0", "100", "65"],
    ["stream", "portkey", expect.stringMatching(/^not done: /), "", "", "", ""],
  ]);
});

test("a reason is one line of a cell: short, without a bar that would end it", () => {
  const reason = peersCells(REPORT).at(-1)?.[2] ?? "";
  expect(reason).toMatch(/^not done: status 500: a \\\| b x+ …$/);
  expect(reason.length).toBeLessThan(120);
});
