// The chart of a run with other gateways. What they cost lies orders of magnitude apart, so the axis is logarithmic.

import type { TopLevelSpec } from "vega-lite";
import { svgOf } from "./chart.ts";
import { shapeInputs } from "./inputs.ts";
import type { EnvoyRow } from "./shape_run.ts";

type Panel = Extract<TopLevelSpec, { vconcat: unknown }>["vconcat"][number];

/** Where the bars begin, microseconds: a logarithmic axis has no zero. */
const LEFT_END = 10;

/** Returns an SVG document with the CPU time of the whole process per request, a panel for each shape. */
export function peersChartOf(rows: EnvoyRow[], subtitle: string): Promise<string> {
  const panels = shapeInputs().flatMap(({ shape, title }) => {
    const mine = rows.filter((row) => row.shape === shape);
    return mine.length === 0 ? [] : [panel(title, mine)];
  });
  return svgOf({
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    title: {
      text: "CPU time of the whole process, µs per request, logarithmic (less is better)",
      subtitle,
      anchor: "start",
    },
    vconcat: panels,
  });
}

function panel(title: string, rows: EnvoyRow[]): Panel {
  const values = rows.map(({ candidate, cpuMicros }) => ({
    candidate,
    micros: cpuMicros,
    left: LEFT_END,
    label: cpuMicros.toFixed(0),
  }));
  const axis = { grid: true, tickCount: 6 };
  const x = { field: "micros", type: "quantitative", title: null, axis } as const;
  return {
    title: { text: title, anchor: "start", fontSize: 12 },
    data: { values },
    width: 520,
    height: { step: 20 },
    encoding: { y: { field: "candidate", type: "nominal", sort: null, title: null } },
    layer: [
      {
        mark: { type: "bar", color: "#4c78a8" },
        encoding: {
          x: { ...x, scale: { type: "log", domainMin: LEFT_END } },
          x2: { field: "left" },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 4 },
        encoding: { x, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}
