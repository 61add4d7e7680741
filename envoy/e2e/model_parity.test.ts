// The host model of the unit tests says what a real Envoy does: the same scenarios in both, compared callback by callback and
// byte by byte.

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import {
  loadScenarioHost,
  runScenario,
  type Scenario,
  type ScenarioResult,
} from "../../host-test/host/index.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { replay } from "../harness/replay.ts";
import { comparable, fromModel, type Comparable, type Seen } from "../harness/replay_seen.ts";
import { WASM } from "../harness/rig.ts";
import { SCENARIOS } from "../harness/scenarios.ts";

const STREAM_CALLBACK = /\[host<-vm\] proxy_on_(request|response)_(headers|body|trailers) return/;

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

/** Trace and bytes of the model's run, in the terms of the comparison. */
function ofModel({ steps }: Scenario, { trace, streams }: ScenarioResult): object {
  // Without a route or an upstream, what the filter passes on gets no further, which the model leaves open.
  const alone = steps.some((step) => "envoy" in step && step.status !== 504);
  return {
    trace,
    streams: streams.map(({ upstream, client }) => ({
      upstream: alone ? "nothing" : side(fromModel(upstream)),
      client: side(fromModel(client)),
    })),
  };
}

describe.each(VERSIONS)("Envoy %s does what the model does", (version) => {
  test.each(SCENARIOS)("$name", async (scenario) => {
    const wasm = await readFile(WASM);
    const model = runScenario(await loadScenarioHost(wasm, scenario), scenario);
    const callbacks = await Promise.all(
      scenario.steps.map((_, i) => callbacksAfter(wasm, scenario, i + 1)),
    );
    const real = await replay(scenario, { wasm: WASM, version, callbacks });
    expect({
      trace: real.trace,
      streams: real.streams.map(({ upstream, client }) => ({
        upstream: side(upstream),
        client: side(client),
      })),
    }).toEqual(ofModel(scenario, model));
  });
});
