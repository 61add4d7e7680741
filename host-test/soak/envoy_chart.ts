// The plot of a soak: memory over requests.

import { svgOf } from "../bench/chart.ts";
import type { Sample } from "./envoy_report.ts";

const MIB = 1 << 20;

/** Returns an SVG document with resident and allocated memory of the process over the requests. */
export function soakChartOf(samples: readonly Sample[], subtitle: string): Promise<string> {
  const values = samples.flatMap(({ requests, rssBytes, allocatedBytes }) => [
    { requests, mebibytes: rssBytes / MIB, what: "resident (RSS)" },
    { requests, mebibytes: allocatedBytes / MIB, what: "allocated by Envoy" },
  ]);
  return svgOf({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
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
