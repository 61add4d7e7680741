// Counters of a real Envoy add up: a mixed run of 10,000 requests many at a time.

import { expect, test } from "vitest";
import { Random } from "../../host-test/fuzz/random.ts";
import {
  add,
  countersOf,
  mixed,
  MIX_CONFIG,
  type MixedRequest,
} from "../../host-test/prefill/mix.ts";
import { answerJson, message } from "../harness/answers.ts";
import { useRig } from "../harness/rig.ts";

const REQUESTS = 10_000;
const AT_ONCE = 16;
const ANSWER = answerJson(200, message([{ type: "text", text: "Hi" }], "end_turn"));

interface Stats {
  stats: { name?: string; value?: number }[];
}

const rig = useRig({ filter: MIX_CONFIG });

/** Counters by name. */
async function counters(): Promise<Record<string, number>> {
  const page = await rig().envoy.admin("/stats?format=json&filter=bridge_prefill_total");
  const { stats } = JSON.parse(page) as Stats;
  return Object.fromEntries(stats.map(({ name = "", value = 0 }) => [name, value]));
}

test("10,000 requests of all kinds through all modes", async () => {
  const random = new Random(1, 0);
  const requests = Array.from({ length: REQUESTS }, () => mixed(random));
  const words: Record<string, number> = {};
  const send = async (request: MixedRequest): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${rig().envoy.port}${request.path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer k" },
      body: request.body,
    });
    await response.text();
    add(words, response.headers.get("x-bridge-prefill") ?? "none");
  };
  while (requests.length > 0) {
    const some = requests.splice(0, AT_ONCE);
    rig().upstream.reset();
    rig().upstream.enqueue(...some.map(() => ANSWER));
    await Promise.all(some.map(send));
  }

  const again = new Random(1, 0);
  const expected: Record<string, number> = {};
  const told: Record<string, number> = {};
  for (let index = 0; index < REQUESTS; index++) {
    const { expected: event } = mixed(again);
    add(told, event?.word ?? "none");
    if (event !== undefined) add(expected, `${event.action}/${event.kind}`);
  }
  expect(words).toEqual(told);
  expect(countersOf(await counters())).toEqual(expected);
});
