/** The filter in the browser sends upstream what the golden files say, byte for byte: the same files that hold in Node and in Envoy. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  exchangeOf,
  goldenCases,
  readCaseFile,
  SURFACES,
  type GoldenCase,
} from "../../host-test/golden/case.ts";
import { withProfile } from "../../host-test/support/filter.ts";
import { startRig, type Rig } from "./support.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(async () => {
  expect(await rig.endTest()).toEqual([]);
});
afterAll(() => rig.close());

interface Job {
  config: string;
  headers: [string, string][];
  body: string;
}

function jobOf(golden: GoldenCase): Job {
  const settings = readCaseFile(golden, "config.json")?.toString() ?? "{}";
  const { request } = exchangeOf(golden);
  return {
    config: JSON.stringify(withProfile(JSON.parse(settings) as Record<string, unknown>)),
    headers: request.headers.map(([name, value]) => [name, value]),
    body: Buffer.from(request.body as Uint8Array).toString("base64"),
  };
}

/** Runs in the page: bodies upstream in base64, null where nothing went up. */
async function runAll(jobs: Job[]): Promise<(string | null)[]> {
  const { filter } = (globalThis as unknown as { playground: { filter: PageFilter } }).playground;
  const results: (string | null)[] = [];
  let config: string | undefined;
  for (const job of jobs) {
    if (job.config !== config) await filter.configure((config = job.config), { env: {} });
    const body = Uint8Array.from(atob(job.body), (char) => char.charCodeAt(0));
    const { upstream, failure } = await filter.translate({ headers: job.headers, body });
    if (failure !== undefined) throw new Error(failure);
    results.push(
      upstream === undefined
        ? null
        : btoa(Array.from(upstream.body, (byte) => String.fromCharCode(byte)).join("")),
    );
  }
  return results;
}

interface PageFilter {
  configure(config: string, settings: { env: Record<string, string> }): Promise<unknown>;
  translate(request: {
    headers: [string, string][];
    body: Uint8Array;
  }): Promise<{ upstream?: { body: Uint8Array }; failure?: string }>;
}

test.each(SURFACES)("goldens: %s", async (surface) => {
  const { page } = await rig.open();
  const cases = goldenCases(surface);
  const results = await page.evaluate(runAll, cases.map(jobOf));
  expect(cases.length).toBeGreaterThan(50);
  cases.forEach((golden, index) => {
    const result = results[index];
    const body =
      typeof result === "string"
        ? `${Buffer.from(result, "base64").toString("latin1")}\n`
        : undefined;
    expect(body, golden.name).toBe(
      readCaseFile(golden, "anthropic.upstream.json")?.toString("latin1"),
    );
  });
});
