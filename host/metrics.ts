/** Metrics as Envoy keeps them for a VM: ids carry the kind, values live under the name. */
import { MetricKind, Status } from "./abi.ts";

type KindName = "counter" | "gauge" | "histogram";
const KIND_NAMES: readonly KindName[] = ["counter", "gauge", "histogram"];
/** Envoy keeps the kind in the two low bits of an id. */
const ID_STEP = 4;

/** One metric: `value` is the sum or the level, `samples` what a histogram recorded. */
export interface Metric {
  kind: KindName;
  value: bigint;
  samples: bigint[];
}

/** All metrics of one host, by name; ids are valid for the VM that defined them. */
export class Metrics {
  private readonly byId = new Map<number, Metric>();
  private readonly byName = new Map<string, Metric>();
  private readonly nextId = [
    MetricKind.Counter,
    MetricKind.Gauge,
    MetricKind.Histogram,
  ] as number[];

  /** Defines a metric and returns its id; the same name again yields another id for the same metric. */
  define(kind: number, name: string): number {
    const kindName = KIND_NAMES[kind];
    if (kindName === undefined) return 0;
    let metric = this.byName.get(name);
    if (metric === undefined) {
      metric = { kind: kindName, value: 0n, samples: [] };
      this.byName.set(name, metric);
    }
    const id = (this.nextId[kind] ?? 0) + ID_STEP;
    this.nextId[kind] = id;
    this.byId.set(id, metric);
    return id;
  }

  /** Status: NotFound for an unknown id; BadArgument for a counter by 0 or less, and for histograms. */
  increment(id: number, offset: bigint): number {
    const metric = this.byId.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.kind === "histogram") return Status.BadArgument;
    if (metric.kind === "counter" && offset <= 0n) return Status.BadArgument;
    metric.value += offset;
    return Status.Ok;
  }

  /** Adds to a counter, sets a gauge, records into a histogram. Status: NotFound for an unknown id. */
  record(id: number, value: bigint): number {
    const metric = this.byId.get(id);
    if (metric === undefined) return Status.NotFound;
    if (metric.kind === "counter") metric.value += value;
    else if (metric.kind === "gauge") metric.value = value;
    else metric.samples.push(value);
    return Status.Ok;
  }

  /** The value of a counter or gauge; 0 when it was never defined. */
  value(name: string): number {
    return Number(this.byName.get(name)?.value ?? 0n);
  }

  /** Sum of all counters whose names are `name` and labels behind it. */
  sum(name: string): number {
    let sum = 0n;
    for (const [full, metric] of this.byName) {
      if (full === name || full.startsWith(`${name}.`)) sum += metric.value;
    }
    return Number(sum);
  }

  /** What a histogram has recorded, in order. */
  samples(name: string): number[] {
    return (this.byName.get(name)?.samples ?? []).map(Number);
  }

  /** Every metric whose value is not 0, by name in order of definition. */
  nonZero(): Record<string, number> {
    const result: Record<string, number> = {};
    for (const [name, metric] of this.byName) {
      if (metric.kind !== "histogram" && metric.value !== 0n) result[name] = Number(metric.value);
    }
    return result;
  }

  /** Sets every value to 0 and keeps the ids. */
  reset(): void {
    for (const metric of this.byName.values()) {
      metric.value = 0n;
      metric.samples.length = 0;
    }
  }

  /** Forgets the ids of a VM that is gone; names and values stay, as stats do on a real host. */
  forgetIds(): void {
    this.byId.clear();
  }
}
