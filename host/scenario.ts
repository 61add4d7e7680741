/**
 * Scenarios: one ordered list of what client, upstream and clock do, replayed against the model here and against a
 * real Envoy elsewhere. The order is total, so both runs see the same. Follows the host notes, section 6.4.
 */
import type { PropertyTable } from "./context.ts";
import { UsageError } from "./errors.ts";
import { WasmHost, type HostOptions } from "./host.ts";
import { fromBase64, utf8 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";
import type { HostProfileName } from "./profile.ts";
import type { RootContext } from "./root.ts";
import type { SeenMessage } from "./seen_message.ts";
import type { HttpStream } from "./stream.ts";
import { normaliseTrace } from "./trace.ts";

/** Text as UTF-8, base64, or a text many times over. */
export type ScenarioBytes = string | { base64: string } | { repeat: string; times: number };

/** Steps of one stream; `stream` (default 0) tells which, a stream begins by its client headers. */
export type ScenarioStep =
  | { client: "headers"; headers: HeaderList; end?: boolean; stream?: number; config?: number }
  | { client: "data"; body: ScenarioBytes; end?: boolean; stream?: number }
  | { client: "trailers"; trailers: HeaderList; stream?: number }
  | { client: "reset"; stream?: number }
  | { upstream: "headers"; headers: HeaderList; end?: boolean; stream?: number }
  | { upstream: "data"; body: ScenarioBytes; end?: boolean; stream?: number }
  | { upstream: "trailers"; trailers: HeaderList; stream?: number }
  | { upstream: "reset"; stream?: number }
  /** Envoy answers by itself: no route (404, no body), timeout (504), refused (503). */
  | { envoy: "reply"; status: number; body?: string; stream?: number }
  /** Nothing happens for this long; ticks fall due. */
  | { pauseMs: number };

/** A scenario as stored in JSON. */
export interface Scenario {
  name: string;
  profile: HostProfileName;
  /** Plugin configurations; client headers choose one by number, the first when they do not. */
  configs: unknown[];
  /** HTTP version on both sides: 1 tells the end by a call of its own, 2 with the last piece. Default 1. */
  http?: 1 | 2;
  bufferLimit?: number;
  env?: Record<string, string>;
  /** Properties of every stream, such as route metadata. */
  properties?: PropertyTable;
  steps: ScenarioStep[];
}

/** What became of one stream. */
export interface StreamOutcome {
  upstream: SeenMessage;
  client: SeenMessage;
  /** Why it would have hung; undefined when it did not. */
  hung: string | undefined;
}

export interface ScenarioResult {
  /** Normalised crossings. */
  trace: string[];
  /** By stream number. */
  streams: StreamOutcome[];
  /** Counters and gauges that are not 0. */
  metrics: Record<string, number>;
  /** What the module logged, as `level text`. */
  logs: string[];
}

/** Loads the module as `scenario` wants it: tracing, and with traps and hangs modelled instead of thrown. */
export function loadScenarioHost(
  bytes: Uint8Array,
  scenario: Scenario,
  options: Partial<HostOptions> = {},
): Promise<WasmHost> {
  return WasmHost.load(bytes, {
    profile: scenario.profile,
    trace: true,
    traps: "model",
    hangs: "model",
    ...(scenario.bufferLimit === undefined ? {} : { bufferLimit: scenario.bufferLimit }),
    ...(scenario.env === undefined ? {} : { env: scenario.env }),
    ...options,
  });
}

/** Plays the steps in order on a fresh host. Throws UsageError when the filter refuses a configuration. */
export function runScenario(host: WasmHost, scenario: Scenario): ScenarioResult {
  const properties = scenario.properties ?? {};
  const roots = scenario.configs.map((config) =>
    host.addRoot(typeof config === "string" ? config : JSON.stringify(config), { properties }),
  );
  const refused = roots.find((root) => !root.ok);
  if (refused !== undefined) {
    const reasons = refused.logs.map(({ text }) => text).join("; ");
    throw new UsageError(`scenario ${scenario.name}: configuration refused: ${reasons}`);
  }
  const streams: HttpStream[] = [];
  for (const step of scenario.steps) {
    if ("pauseMs" in step) host.advance(step.pauseMs);
    else play(new Player(host, roots, streams, scenario.http ?? 1), step);
  }
  for (const stream of streams) stream.finish();
  return {
    trace: normaliseTrace(host.trace),
    streams: streams.map(({ upstream, client, hung }) => ({ upstream, client, hung })),
    metrics: host.metrics.nonZero(),
    logs: host.logs.map(({ level, text }) => `${level} ${text}`),
  };
}

/** The bytes that a scenario means. */
export function scenarioBytes(bytes: ScenarioBytes): Uint8Array {
  if (typeof bytes === "string") return utf8(bytes);
  if ("base64" in bytes) return fromBase64(bytes.base64);
  return utf8(bytes.repeat.repeat(bytes.times));
}

type StreamStep = Exclude<ScenarioStep, { pauseMs: number }>;

class Player {
  constructor(
    private readonly host: WasmHost,
    private readonly roots: RootContext[],
    private readonly streams: HttpStream[],
    private readonly http: 1 | 2,
  ) {}

  begin(config: number, number: number): HttpStream {
    const root = this.roots[config];
    if (root === undefined) throw new UsageError(`no configuration ${config}`);
    return (this.streams[number] = this.host.stream(root));
  }

  stream(number: number): HttpStream {
    const stream = this.streams[number];
    if (stream === undefined) throw new UsageError(`stream ${number} has not begun`);
    return stream;
  }

  /** Sends a piece; on HTTP/1 the end is a call of its own. */
  data(bytes: Uint8Array, end: boolean, send: (bytes: Uint8Array, end: boolean) => void): void {
    const split = end && this.http === 1 && bytes.length > 0;
    send(bytes, end && !split);
    if (split) send(new Uint8Array(0), true);
  }
}

function play(player: Player, step: StreamStep): void {
  const number = step.stream ?? 0;
  if ("envoy" in step) player.stream(number).envoyReply(step.status, step.body ?? "");
  else if ("client" in step) playClient(player, step, number);
  else playUpstream(player, step, player.stream(number));
}

function playClient(
  player: Player,
  step: Extract<StreamStep, { client: string }>,
  number: number,
): void {
  if (step.client === "headers") {
    const stream = player.begin(step.config ?? 0, number);
    return stream.requestHeaders(step.headers, { end: step.end ?? false });
  }
  const stream = player.stream(number);
  if (step.client === "reset") return stream.clientReset();
  if (stream.ignoresUpstream) return;
  if (step.client === "trailers") return stream.requestTrailers(step.trailers);
  player.data(scenarioBytes(step.body), step.end ?? false, (bytes, end) => {
    if (!stream.over) stream.requestBody(bytes, { end });
  });
}

function playUpstream(
  player: Player,
  step: Extract<StreamStep, { upstream: string }>,
  stream: HttpStream,
): void {
  if (step.upstream === "headers") {
    return stream.responseHeaders(step.headers, { end: step.end ?? false });
  }
  if (step.upstream === "reset") return stream.upstreamReset();
  if (step.upstream === "trailers") return stream.responseTrailers(step.trailers);
  player.data(scenarioBytes(step.body), step.end ?? false, (bytes, end) =>
    stream.responseBody(bytes, { end }),
  );
}
