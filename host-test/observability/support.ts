/** What is counted, as labels: the names of counters taken apart as Envoy's tag extraction does. */
import type { WasmHost } from "../host/index.ts";

/** One counter. */
export interface Counted {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Takes a name with labels apart; throws when it is not of the form that the tag rules of docs/observability.md take. */
export function parseName(full: string): { name: string; labels: Record<string, string> } {
  const match = /^([a-z0-9_]+)((?:\.[a-z]+\.=[^;]*;)*)$/.exec(
    full.replaceAll(";.", ";\u0000.").replaceAll("\u0000", ""),
  );
  if (match === null) throw new Error(`no name of a metric: ${full}`);
  const labels: Record<string, string> = {};
  for (const [, key, value] of match[2]!.matchAll(/\.([a-z]+)\.=([^;]*);/g)) labels[key!] = value!;
  return { name: match[1]!, labels };
}

/** All counters of a name that are not 0. */
export function counted(host: WasmHost, name: string): Counted[] {
  return Object.entries(host.metrics.nonZero())
    .map(([full, value]) => ({ ...parseName(full), value }))
    .filter((counter) => counter.name === name);
}

/** The same as text, `chat_completions anthropic …` to its value: all labels in the order of the name. */
export function totals(host: WasmHost, name: string): Record<string, number> {
  return Object.fromEntries(
    counted(host, name).map(({ labels, value }) => [Object.values(labels).join(" "), value]),
  );
}
