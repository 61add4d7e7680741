// What a soak leaves behind: its report as a file, its plot, and its tables in the documents.

import { document, markdownOf } from "../bench/document.ts";
import { table } from "../bench/report.ts";
import { faultChartOf, soakChartOf } from "./envoy_chart.ts";
import { endCells, gaugeCells, soakCells, type SoakReport } from "./envoy_report.ts";

/** Files by name. */
type Files = Record<string, string>;

/** Prints the table of the ordinary soak, puts it into performance.md and returns its files. */
export async function plainFiles(report: SoakReport, out: string): Promise<Files> {
  const cells = soakCells(report);
  console.log(`\n${table(cells).join("\n")}`);
  const chart = "![Memory of Envoy over the requests](bench/soak.svg)";
  await document(out, "soak", `${markdownOf(cells)}\n\n${chart}`);
  return {
    "soak.json": jsonOf(report),
    "soak.svg": await soakChartOf(report.samples, subtitleOf(report)),
  };
}

/** Prints the tables of the soak with faults, puts them into reliability.md and returns its files. */
export async function faultFiles(report: SoakReport, out: string): Promise<Files> {
  const tables = [soakCells(report), endCells(report), gaugeCells(report)];
  for (const cells of tables) console.log(`\n${table(cells).join("\n")}`);
  const chart = "![Memory, open streams and ends of exchanges over time](bench/soak_faults.svg)";
  const text = [...tables.map(markdownOf), chart].join("\n\n");
  await document(out, "soak with faults", text, "reliability.md");
  return {
    "soak_faults.json": jsonOf(report),
    "soak_faults.svg": await faultChartOf(report.samples, subtitleOf(report)),
  };
}

const jsonOf = (report: SoakReport): string => `${JSON.stringify(report, null, 2)}\n`;

function subtitleOf({ machine: { cpu, date, envoy } }: SoakReport): string {
  return `Envoy ${envoy}, mixed requests over 32 connections; ${cpu}; ${date.slice(0, 10)}`;
}
