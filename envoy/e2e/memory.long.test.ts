// Requests and streams leave nothing behind in Envoy's memory.

import { describe, expect, test } from "vitest";
import { CHAT, CHAT_PATH } from "../harness/answers.ts";
import type { Client } from "../harness/client.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { useRig } from "../harness/rig.ts";

const WARM_UP = 4_000;
const MEASURED = 40_000;
const AT_ONCE = 16;
/** Envoy's own memory wanders by about this much. */
const ALLOWED_GROWTH_BYTES = 4 * 1024 * 1024;

async function load(client: Client, count: number, forget: () => void): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, (_, i) =>
      client.post(CHAT_PATH, { ...CHAT, stream: i % 2 === 0 }),
    );
    for (const answer of await Promise.all(batch)) expect(answer.status).toBe(200);
    forget();
  }
}

describe.each(VERSIONS)("Envoy %s", (version) => {
  const rig = useRig({ version });

  test(`memory after ${MEASURED} requests is what it was after ${WARM_UP}`, async () => {
    const client = rig().client("h2");
    const forget = (): void => rig().upstream.reset();
    await load(client, WARM_UP, forget);
    const before = await rig().envoy.usage();
    await load(client, MEASURED, forget);
    const after = await rig().envoy.usage();
    const growth = after.rssBytes - before.rssBytes;
    const perRequest = ((after.cpuMs - before.cpuMs) * 1000) / MEASURED;
    console.log(`${Math.round(growth / 1024)} KiB grown, ${perRequest.toFixed(0)} us of CPU each`);
    expect(growth).toBeLessThan(ALLOWED_GROWTH_BYTES);
  });
});
