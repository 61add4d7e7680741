// The part that counts: candidates side by side in one real Envoy, in one run.

import { Envoy } from "../../envoy/harness/envoy.ts";
import type { Candidate } from "./candidates.ts";
import { shapeInputs } from "./inputs.ts";
import { runShapes, type Effort, type EnvoyRow, type Running } from "./shape_run.ts";
import { startUpstream } from "./upstream_process.ts";

/**
 * Runs every candidate under every shape and returns one row for each pair, shapes in the order of the inputs.
 * Rejects when a candidate does not start, does not do what it claims, or gives an answer that is not 2xx.
 * @param log gets one line per step
 */
export async function runEnvoyPart(
  bin: string,
  candidates: Candidate[],
  effort: Effort,
  log: (line: string) => void,
): Promise<EnvoyRow[]> {
  const upstream = await startUpstream();
  const live: Running[] = [];
  try {
    for (const candidate of candidates) live.push(await startEnvoy(bin, candidate, upstream.port));
    return (await runShapes(live, shapeInputs(), upstream, { ...effort, log })).rows;
  } finally {
    await Promise.all(live.map((one) => one.stop()));
    await upstream.stop();
  }
}

/** Starts an Envoy (binary `bin`, one worker) with a candidate in front of the upstream at `port`. The caller stops it. */
export async function startEnvoy(
  bin: string,
  candidate: Candidate,
  port: number,
): Promise<Running> {
  const envoy = await Envoy.start({ ...candidate.envoy, version: { bin }, upstream: { port } });
  return {
    name: candidate.name,
    effect: candidate.effect,
    target: { origin: `http://127.0.0.1:${envoy.port}` },
    usage: () => envoy.usage(),
    stop: () => envoy.stop(),
  };
}
