/**
 * `report`: whose requests prefill handling degrades, most first, from Envoy's `/stats/prometheus`. `parseSamples`, `rankClients` and
 * `table` are pure; `report` reads, prints and answers the exit code, so a command line only has to call it. What is counted:
 * docs/observability.md.
 */
import { readFileSync } from "node:fs";
import { CommandError, Exit, out, print, say } from "./output.ts";

/** One sample of the Prometheus text format. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** One client and what was done to the assistant turns at the end of its requests. */
export interface Client {
  client: string;
  /** Requests that were changed or refused. */
  degraded: number;
  /** All requests that ended so, also those that passed. */
  total: number;
  /** Requests by what was done, kind, and model: only what was degraded. */
  actions: Record<string, number>;
  kinds: Record<string, number>;
  models: Record<string, number>;
}

export interface ReportOptions {
  json?: boolean;
}

const COUNTER = "bridge_prefill_total";
/** An empty turn that is left out takes nothing from anyone, and a routed one is served. */
const DEGRADING = new Set(["strip", "reframe", "reject", "route_unsupported"]);
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const DEADLINE_MS = 10_000;

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_all, char: string) => (char === "n" ? "\n" : char));
}

/** Reads the Prometheus text format; lines that are no samples are passed over. */
export function parseSamples(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const match = SAMPLE.exec(line.trim());
    if (match === null) return [];
    const [, name = "", labels = "", value = ""] = match;
    const pairs = [...labels.matchAll(LABEL)].map(([, key = "", content = ""]) => [
      key,
      unescaped(content),
    ]);
    return [
      { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) },
    ];
  });
}

function add(sums: Record<string, number>, key: string, value: number): void {
  sums[key] = (sums[key] ?? 0) + value;
}

/** The clients of the counter, those that are degraded most often first; clients that never were come last, by name. */
export function rankClients(samples: readonly Sample[]): Client[] {
  const clients = new Map<string, Client>();
  for (const { name, labels, value } of samples) {
    if (name !== COUNTER || !(value > 0)) continue;
    const { client: id = "_none", action = "", kind = "", model = "" } = labels;
    const client = clients.get(id) ?? {
      client: id,
      degraded: 0,
      total: 0,
      actions: {},
      kinds: {},
      models: {},
    };
    clients.set(id, client);
    client.total += value;
    if (!DEGRADING.has(action) || kind === "empty") continue;
    client.degraded += value;
    add(client.actions, action, value);
    add(client.kinds, kind, value);
    add(client.models, model, value);
  }
  const byName = (a: Client, b: Client) => (a.client < b.client ? -1 : 1);
  return [...clients.values()].sort((a, b) => b.degraded - a.degraded || byName(a, b));
}

function listOf(sums: Record<string, number>): string {
  const entries = Object.entries(sums).sort(([, a], [, b]) => b - a);
  return entries.map(([key, value]) => `${key} ${value}`).join(", ");
}

/** The clients as lines of a table with its head; without colours. */
export function table(clients: readonly Client[]): string[] {
  const rows = [
    ["client", "degraded", "of", "how", "what", "models"],
    ...clients.map(({ client, degraded, total, actions, kinds, models }) => [
      client,
      String(degraded),
      String(total),
      listOf(actions),
      listOf(kinds),
      listOf(models),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 1 || column === 2;
  return rows.map((row) =>
    row
      .map((cell, at) => (isNumber(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join("  ")
      .trimEnd(),
  );
}

async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}

async function read(source: string): Promise<string> {
  try {
    if (/^https?:/.test(source)) return await fetched(source);
    return readFileSync(source === "-" ? 0 : source, "utf8");
  } catch (error) {
    const why = error instanceof Error ? (error.cause ?? error) : error;
    throw new CommandError(`${source}: ${why instanceof Error ? why.message : String(why)}`);
  }
}

/** Prints the report of a URL, a file or stdin (`-`). Throws CommandError when it cannot be read, or holds none of the filter's metrics. */
export async function report(source: string, options: ReportOptions = {}): Promise<number> {
  const samples = parseSamples(await read(source));
  if (!samples.some(({ name }) => name.startsWith("bridge_")))
    throw new CommandError(
      `${source}: no metrics of messages-bridge; is it Envoy's /stats/prometheus?`,
    );
  if (samples.some(({ name }) => name.startsWith(`${COUNTER}_action_`)))
    throw new CommandError(
      `${source}: labels stand in the names: set stats_tags (docs/observability.md)`,
    );
  const clients = rankClients(samples);
  if (options.json === true) {
    print(`${JSON.stringify(clients, undefined, 2)}\n`);
    return Exit.Good;
  }
  const [head = "", ...rows] = table(clients);
  print(`${out.bold(head)}\n${rows.map((row) => `${row}\n`).join("")}`);
  const degraded = clients.filter((client) => client.degraded > 0).length;
  say(`${degraded} of ${clients.length} clients are degraded by prefill handling`);
  return Exit.Good;
}
