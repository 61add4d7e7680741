// The chart of a run: one panel of bars per shape, each with its own scale, since a stream costs a hundred times a chat.

import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { EnvoyRow } from "./shape_run.ts";
import { shapeInputs, type Shape } from "./inputs.ts";

type Panel = Extract<TopLevelSpec, { vconcat: unknown }>["vconcat"][number];

interface Bar {
  shape: Shape;
  candidate: string;
  micros: number;
  label: string;
}

/** Returns an SVG document with the cost of each filter over the bare Envoy, in CPU microseconds per request. */
export async function chartOf(rows: EnvoyRow[], subtitle: string): Promise<string> {
  const bars: Bar[] = rows.flatMap(({ shape, candidate, overBareMicros: micros }) =>
    micros === null ? [] : [{ shape, candidate, micros, label: label(micros) }],
  );
  const specification: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    title: {
      text: "CPU time of a filter in Envoy, µs per request over bare Envoy (less is better)",
      subtitle,
      anchor: "start",
    },
    vconcat: shapeInputs().map(({ shape, title }) =>
      panel(
        title,
        bars.filter((bar) => bar.shape === shape),
      ),
    ),
  };
  return svgOf(specification);
}

/** Draws a chart and returns it as an SVG document. */
export async function svgOf(specification: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(specification).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function panel(title: string, values: Bar[]): Panel {
  return {
    title: { text: title, anchor: "start", fontSize: 12 },
    data: { values },
    width: 520,
    height: { step: 20 },
    encoding: {
      y: { field: "candidate", type: "nominal", sort: null, title: null },
      x: {
        field: "micros",
        type: "quantitative",
        title: null,
        axis: { grid: true, tickCount: 6 },
      },
    },
    layer: [
      { mark: { type: "bar", color: "#4c78a8" } },
      {
        mark: { type: "text", align: "left", dx: 4 },
        encoding: { text: { field: "label", type: "nominal" } },
      },
    ],
  };
}

function label(micros: number): string {
  return micros.toFixed(micros < 100 ? 1 : 0);
}
