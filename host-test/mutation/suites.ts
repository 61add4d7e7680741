// In which order test files look for a fault: first those that are about the source that it is in, then those that see most in
// little time, at last those that take long.

/** Tests that never load the module under test: of the host model, the tools and the packages. */
export const WITHOUT_MODULE: readonly string[] = [
  "host-test/bench",
  "host-test/cli",
  "host-test/model",
  "host-test/mutation",
  "host-test/packaging",
  "host-test/soak/envoy_faults.test.ts",
  "host-test/soak/envoy_soak.test.ts",
  "host-test/unit/betas/generate.test.ts",
  "host-test/unit/models/generate.test.ts",
];

/** Every cut of everything, and many cases of chance. */
export const LONG: readonly string[] = [
  "host-test/soak",
  "host-test/split/bodies.test.ts",
  "host-test/native/split.test.ts",
  "host-test/split/bedrock.test.ts",
  "host-test/fuzz",
  "host-test/split/streams.test.ts",
];

/** What most faults fall to. */
export const BROAD: readonly string[] = [
  "host-test/golden",
  "host-test/errors",
  "host-test/surfaces",
  "host-test/providers",
  "host-test/native",
  "host-test/prefill",
  "host-test/apisix",
  "host-test/observability",
  "host-test/lifecycle",
];

/** Tests of a part of the sources, by the beginning of its path. The longest one counts. */
export const NEAR: readonly (readonly [source: string, tests: readonly string[]])[] = [
  ["plugin/abi/", ["host-test/unit/abi", "host-test/apisix", "host-test/lifecycle"]],
  ["plugin/bytes/", ["host-test/unit/bytes", "host-test/unit/base64"]],
  ["plugin/eventstream/", ["host-test/unit/eventstream", "host-test/unit/bedrock"]],
  ["plugin/filter/beta", ["host-test/unit/betas"]],
  ["plugin/filter/metric", ["host-test/observability"]],
  ["plugin/filter/nginx", ["host-test/apisix"]],
  ["plugin/filter/prefill", ["host-test/prefill"]],
  ["plugin/filter/native", ["host-test/native"]],
  ["plugin/json/", ["host-test/unit/json"]],
  ["plugin/json/dedupe", ["host-test/unit/prefill"]],
  ["plugin/json/stop_scan", ["host-test/unit/prefill"]],
  ["plugin/policy/beta", ["host-test/unit/betas"]],
  ["plugin/policy/config", ["host-test/unit/config", "host-test/unit/betas"]],
  ["plugin/policy/model", ["host-test/unit/models"]],
  ["plugin/policy/prefill", ["host-test/prefill"]],
  ["plugin/sse/", ["host-test/unit/sse"]],
  ["plugin/translate/batches/", ["host-test/surfaces", "host-test/prefill"]],
  ["plugin/translate/chat/", ["host-test/golden", "host-test/unit/chat"]],
  ["plugin/translate/completions/", ["host-test/surfaces/completions.test.ts"]],
  ["plugin/translate/files/", ["host-test/surfaces"]],
  ["plugin/translate/native/", ["host-test/native"]],
  ["plugin/translate/responses/", ["host-test/golden", "host-test/unit/responses"]],
  ["plugin/translate/shared/media", ["host-test/golden", "host-test/unit/media"]],
  ["plugin/translate/shared/names", ["host-test/golden", "host-test/unit/names"]],
  ["plugin/translate/shared/prefill", ["host-test/prefill"]],
  ["plugin/translate/shared/schema", ["host-test/golden", "host-test/unit/schema"]],
  ["plugin/wire/bedrock", ["host-test/unit/bedrock", "host-test/providers"]],
];

/** Half of the tests: all but the long ones, or those. */
export type Stage = "short" | "long";

/** True when a test file, by its path below the top, belongs to `stage`. */
export function isIn(stage: Stage, test: string): boolean {
  return rank(WITHOUT_MODULE, test) < 0 && rank(LONG, test) >= 0 === (stage === "long");
}

/** Orders two test files for a fault in `source`. */
export function inOrder(source: string, a: string, b: string): number {
  return place(source, a) - place(source, b) || a.localeCompare(b);
}

function place(source: string, test: string): number {
  const near = NEAR.filter(([start]) => source.startsWith(start)).sort(
    ([one], [other]) => other.length - one.length,
  )[0];
  const order = [...(near?.[1] ?? []), ...BROAD];
  const at = rank(order, test);
  return at < 0 ? order.length + 1 + rank(LONG, test) : at;
}

/** Which of `starts` the path begins with; -1: none. */
function rank(starts: readonly string[], path: string): number {
  return starts.findIndex((start) => path.startsWith(start));
}
