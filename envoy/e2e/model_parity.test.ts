// The host model of the unit tests says what a real Envoy does: the same scenarios in both, compared callback by callback and
// byte by byte.

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { loadScenarioHost, runScenario, type Scenario } from "../../host-test/host/index.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { replay } from "../harness/replay.ts";
import { comparable, fromModel, type Comparable, type Seen } from "../harness/replay_seen.ts";
import { WASM } from "../harness/rig.ts";
import { SCENARIOS } from "../harness/scenarios.ts";

const STREAM_CALLBACK = /\[host<-vm\] proxy_on_(request|response)_(headers|body|trailers) return/;

/** What Envoy knows of every exchange and the model has no source for; the values reach log lines, whose lengths are compared. */
const PROPERTIES = {
  "request.id": "00000000-0000-4000-8000-000000000000",
  "xds.route_name": "",
};
/** Records a time, and only when any passed: the model's clock stands still. */
const TIME_RECORD = /proxy_record_metric/;

function withoutTimes(trace: readonly string[]): string[] {
  return trace.filter((line) => !TIME_RECORD.test(line));
}

/** Stream callbacks that the model makes in the first `count` steps. */
async function callbacksAfter(wasm: Buffer, scenario: Scenario, count: number): Promise<number> {
  const steps = scenario.steps.slice(0, count);
  const host = await loadScenarioHost(wasm, scenario);
  const { trace } = runScenario(host, { ...scenario, steps });
  return trace.filter((line) => STREAM_CALLBACK.test(line)).length;
}

function side(seen: Seen | undefined): Comparable | "nothing" {
  return seen === undefined || seen.headers.length === 0 ? "nothing" : comparable(seen);
}

/** What is not compared, because a real run cannot know it or the model does not say it. */
interface Blind {
  /** Without a route or an upstream, what the filter passes on gets no further; the model leaves that open. */
  upstream: boolean;
  /** A client that goes away may not have read what was already sent to it. */
  client: boolean;
  /** Node takes RST_STREAM with NO_ERROR, which Envoy 1.36 sends, for an end. */
  clientEnd: boolean;
  /** HTTP/1.1 has trailers only behind chunked bodies. */
  trailersByLength: boolean;
}

function blindSpots({ steps, http = 1 }: Scenario): Blind {
  const some = (probe: (step: Scenario["steps"][number]) => boolean): boolean => steps.some(probe);
  return {
    upstream: some((step) => "envoy" in step && step.status !== 504),
    client: some((step) => "client" in step && step.client === "reset"),
    clientEnd: http === 2 && some((step) => "upstream" in step && step.upstream === "reset"),
    trailersByLength: http === 1,
  };
}

function seenSides(upstream: Seen | undefined, client: Seen | undefined, blind: Blind): object {
  const sides = { upstream: side(upstream), client: side(client) };
  for (const each of [sides.upstream, sides.client]) {
    if (each === "nothing") continue;
    const byLength = each.headers.some((line) => line.startsWith("content-length:"));
    if (blind.trailersByLength && byLength) each.trailers = [];
  }
  if (blind.clientEnd && sides.client !== "nothing") sides.client.ended = false;
  return {
    upstream: blind.upstream ? "not compared" : sides.upstream,
    client: blind.client ? "not compared" : sides.client,
  };
}

describe.each(VERSIONS)("Envoy %s does what the model does", (version) => {
  test.each(SCENARIOS)("$name", async (scenario) => {
    const wasm = await readFile(WASM);
    const modelled = { ...scenario, properties: PROPERTIES };
    const model = runScenario(await loadScenarioHost(wasm, modelled), modelled);
    const callbacks = await Promise.all(
      scenario.steps.map((_, i) => callbacksAfter(wasm, modelled, i + 1)),
    );
    const real = await replay(scenario, { wasm: WASM, version, callbacks });
    const blind = blindSpots(scenario);
    expect({
      trace: withoutTimes(real.trace),
      streams: real.streams.map(({ upstream, client }) => seenSides(upstream, client, blind)),
    }).toEqual({
      trace: withoutTimes(model.trace),
      streams: model.streams.map(({ upstream, client }) =>
        seenSides(fromModel(upstream), fromModel(client), blind),
      ),
    });
  });
});
