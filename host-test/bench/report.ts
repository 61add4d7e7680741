// Turns the figures of a run into text for a terminal, JSON and a chart. Measures nothing.

import { cpus } from "node:os";
import type { EnvoyRow } from "./shape_run.ts";
import { shapeInputs, upstreamEvents } from "./inputs.ts";
import { targetResults, type TargetResult } from "./targets.ts";
import type { WasmRow } from "./wasm_part.ts";

/** What a run was made on, and when. `envoy`: the version, null for a run without one. */
export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  envoy: string | null;
  date: string;
}

/** Everything that one run of the bench says; the JSON file is this. */
export interface Report {
  machine: Machine;
  /** True for a smoke run, whose figures mean nothing. */
  quick: boolean;
  envoy: EnvoyRow[];
  targets: TargetResult[];
  wasm: WasmRow[];
}

/** Puts the rows of both parts and the facts of this machine together. `envoyVersion`: null without that part. */
export function makeReport(
  quick: boolean,
  envoyVersion: string | null,
  envoy: EnvoyRow[],
  wasm: WasmRow[],
): Report {
  return {
    machine: thisMachine(envoyVersion),
    quick,
    envoy,
    targets: targetResults(envoy),
    wasm,
  };
}

/** Returns the facts of this machine, now. */
export function thisMachine(envoyVersion: string | null): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    envoy: envoyVersion,
    date: new Date().toISOString(),
  };
}

/** Returns the report as text: one table per part, the first cell of each shape's rows names the shape. */
export function textOf(report: Report): string {
  const { machine } = report;
  const lines = [`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`];
  if (report.quick) lines.push("A smoke run: the figures mean nothing.");
  if (report.envoy.length > 0) {
    lines.push("", `Envoy ${machine.envoy}, one worker: CPU time of the Envoy process`);
    lines.push(...table(envoyCells(report.envoy)));
  }
  if (report.targets.length > 0) {
    lines.push(
      "",
      "messages-bridge over bare, as a multiple of identity",
      ...table(targetCells(report)),
    );
  }
  if (report.wasm.length > 0) {
    lines.push(
      "",
      "The module alone, in Node (host functions included)",
      ...table(wasmCells(report.wasm)),
    );
  }
  return lines.join("\n");
}

function envoyCells(rows: EnvoyRow[]): string[][] {
  const head = [
    "shape",
    "candidate",
    "µs/request",
    "over bare",
    "per event",
    "pieces",
    "requests/s",
    "RSS MiB",
  ];
  const events = upstreamEvents().length;
  const modes = new Map(shapeInputs().map(({ shape, mode }) => [shape, mode]));
  const body = rows.map((row) => {
    const over = row.overBareMicros;
    const perEvent = over === null || modes.get(row.shape) === "json" ? null : over / events;
    return [
      row.shape,
      row.candidate,
      row.cpuMicros.toFixed(1),
      over === null ? "" : over.toFixed(1),
      perEvent === null ? "" : perEvent.toFixed(2),
      row.pieces.toFixed(0),
      row.requestsPerSecond.toFixed(0),
      row.residentMiB.toFixed(0),
    ];
  });
  return [head, ...body];
}

function targetCells(report: Report): string[][] {
  const head = ["shape", "× identity", "first target", "final target", "met"];
  const body = report.targets.map(({ shape, ratio, first, final, met }) => [
    shape,
    ratio.toFixed(2),
    `≤ ${first}`,
    `≤ ${final}`,
    met,
  ]);
  return [head, ...body];
}

function wasmCells(rows: WasmRow[]): string[][] {
  const head = ["shape", "module", "µs/request", "ns/byte", "ns/event", "host calls", "memory KiB"];
  const body = rows.map((row) => [
    row.shape,
    row.module,
    (row.nanosPerRequest / 1000).toFixed(1),
    row.nanosPerByte.toFixed(2),
    row.nanosPerEvent === null ? "" : row.nanosPerEvent.toFixed(0),
    row.hostCalls.toFixed(0),
    row.memoryKiB.toFixed(0),
  ]);
  return [head, ...body];
}

/** Lays out cells in columns: the first two to the left, figures to the right. */
export function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 2 && Number.isNaN(Number.parseFloat(cell))
          ? cell.padEnd(width)
          : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
