// The plots of a soak: memory over requests, and what happened over time.

import { svgOf } from "../bench/chart.ts";
import type { Sample } from "./envoy_report.ts";
import { ENDS } from "./envoy_verdicts.ts";

const MIB = 1 << 20;
const KIB = 1024;
const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** Returns an SVG document with resident and allocated memory of the process over the requests. */
export function soakChartOf(samples: readonly Sample[], subtitle: string): Promise<string> {
  const values = samples.flatMap(({ requests, rssBytes, allocatedBytes }) => [
    { requests, mebibytes: rssBytes / MIB, what: "resident (RSS)" },
    { requests, mebibytes: allocatedBytes / MIB, what: "allocated by Envoy" },
  ]);
  return svgOf({
    $schema: SCHEMA,
    background: "white",
    title: { text: "Memory of Envoy with the filter, MiB", subtitle, anchor: "start" },
    data: { values },
    width: 560,
    height: 220,
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: { field: "requests", type: "quantitative", title: "requests", axis: { grid: false } },
      y: { field: "mebibytes", type: "quantitative", title: null, scale: { zero: true } },
      color: { field: "what", type: "nominal", title: null, legend: { orient: "bottom" } },
    },
  });
}

/** One value of one line of a plot. */
export interface Point {
  minutes: number;
  value: number;
  what: string;
}

/** The lines of one plot. */
export interface Plot {
  title: string;
  points: Point[];
}

/** Returns an SVG document with a plot above the other: memory, what the module holds, open streams, ends of exchanges. */
export function faultChartOf(samples: readonly Sample[], subtitle: string): Promise<string> {
  return svgOf({
    $schema: SCHEMA,
    background: "white",
    title: {
      text: "Mixed traffic with faults through Envoy with the filter",
      subtitle,
      anchor: "start",
    },
    resolve: { scale: { color: "independent" } },
    vconcat: plotsOf(samples).map(({ title, points }) => ({
      title: { text: title, anchor: "start", fontSize: 12 },
      data: { values: points },
      width: 560,
      height: 110,
      mark: { type: "line", strokeWidth: 1.2 },
      encoding: {
        x: {
          field: "minutes",
          type: "quantitative",
          title: "minutes",
          axis: { grid: false },
          scale: { nice: false },
        },
        y: { field: "value", type: "quantitative", title: null, scale: { zero: true } },
        color: { field: "what", type: "nominal", title: null, sort: null },
      },
    })),
  });
}

/** Returns the plots of a run with faults. */
export function plotsOf(samples: readonly Sample[]): Plot[] {
  return [
    {
      title: "Memory, MiB",
      points: [
        ...line(samples, "resident (RSS)", ({ rssBytes }) => rssBytes / MIB),
        ...line(samples, "the module's", ({ memoryBytes }) => (memoryBytes ?? 0) / MIB),
        ...line(samples, "allocated by Envoy", ({ allocatedBytes }) => allocatedBytes / MIB),
      ],
    },
    {
      title: "What contexts of the module hold, KiB",
      points: line(samples, "held", ({ heldBytes }) => (heldBytes ?? 0) / KIB),
    },
    {
      title: "Open at the moment of a sample",
      points: [
        ...line(samples, "streams", ({ openStreams }) => openStreams),
        ...line(samples, "contexts", ({ openContexts }) => openContexts ?? 0),
      ],
    },
    { title: "Exchanges in a second, by how they ended", points: ratesOf(samples) },
    { title: "Exchanges that went wrong, all so far", points: line(samples, "wrong", wrongOf) },
  ];
}

const wrongOf = ({ wrong }: Sample): number => wrong;

function line(
  samples: readonly Sample[],
  what: string,
  value: (sample: Sample) => number,
): Point[] {
  return samples.map((sample) => ({ minutes: sample.seconds / 60, value: value(sample), what }));
}

/** What ended in each way since the sample before, in a second. */
function ratesOf(samples: readonly Sample[]): Point[] {
  return samples.slice(1).flatMap((sample, i) => {
    const { seconds, ends } = samples[i] ?? sample;
    return ENDS.map((what) => ({
      minutes: sample.seconds / 60,
      value: (sample.ends[what] - ends[what]) / (sample.seconds - seconds),
      what,
    }));
  });
}
