// Drives one exchange of a shape through a module in the host model, and says whether it did its work.

import { WasmHost, type ExchangeResult, type RootContext } from "../../host/index.ts";
import type { Effect } from "../candidates.ts";
import type { Traffic, TrafficShape } from "./table.ts";

const BUFFER_LIMIT = 64 * 1024 * 1024;

/** A module with one configuration in a VM of its own. */
export interface Subject {
  host: WasmHost;
  root: RootContext;
}

/** The configuration of a shape: the core row's with the shape's settings. */
export function configurationOf(core: { profile: object }, { settings }: TrafficShape): object {
  return { ...core, profile: { ...core.profile, ...settings } };
}

/** Loads a module and configures it. Throws with the module's own words when it refuses. */
export function open(bytes: Uint8Array, configuration: object): Subject {
  const host = WasmHost.loadSync(bytes, {
    profile: "envoy-hold",
    bufferLimit: BUFFER_LIMIT,
    poison: false,
    canary: false,
  });
  const root = host.addRoot(configuration);
  if (!root.ok) throw new Error(`configuration refused: ${JSON.stringify(root.logs)}`);
  return { host, root };
}

/** Runs one exchange to its end. */
export function run({ host, root }: Subject, traffic: Traffic): ExchangeResult {
  host.logs.length = 0;
  const stream = host.stream(root);
  stream.requestHeaders(traffic.requestHeaders);
  traffic.request.forEach((piece, at) => {
    stream.requestBody(piece, { end: at === traffic.request.length - 1 });
  });
  if (!stream.ignoresUpstream) {
    stream.responseHeaders(traffic.responseHeaders);
    for (const piece of traffic.response) stream.responseBody(piece);
    // A chunked body ends by itself, after its last byte.
    stream.responseBody(NOTHING, { end: true });
  }
  return { stream, upstream: stream.upstream, client: stream.client };
}

/** Runs one exchange and throws unless all of it came through, at both ends. */
export function check(
  subject: Subject,
  name: string,
  effect: Effect,
  traffic: Traffic,
): ExchangeResult {
  const result = run(subject, traffic);
  const { upstream, client } = result;
  const told = `${name}: status ${client.status}: ${client.text().slice(0, 300)}`;
  if (client.status !== 200) throw new Error(told);
  if (effect !== "translates") return result;
  if (!upstream.text().includes(traffic.reachesUpstream)) {
    throw new Error(`${name}: the end of the request did not reach the upstream`);
  }
  // Both forms of a stream, plain and inside of another JSON, are read as text.
  if (!client.text().includes(traffic.reachesClient)) {
    throw new Error(`${name}: the end of the answer did not reach the client`);
  }
  return result;
}

const NOTHING = new Uint8Array(0);
