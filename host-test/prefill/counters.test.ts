// Counters add up: over a mixed run each assistant turn at the end is exactly one event, of its final action.
import { expect, test } from "vitest";
import { Random } from "../fuzz/random.ts";
import { answer, CHAT_HEADERS, Filter, NATIVE_HEADERS, REPLY, toBytes } from "../support/filter.ts";
import { add, countersOf, mixed, MIX_CONFIG } from "./mix.ts";

const REQUESTS = 10_000;

test("10,000 requests of all kinds through all modes", () => {
  const filter = Filter.load({ config: MIX_CONFIG });
  const random = new Random(1, 0);
  const expected: Record<string, number> = {};
  let events = 0;
  for (let index = 0; index < REQUESTS; index++) {
    const request = mixed(random);
    const headers = request.path.endsWith("/messages") ? NATIVE_HEADERS : CHAT_HEADERS;
    const { client } = filter.exchange({
      request: {
        headers: headers.map(([name, value]) => [name, name === ":path" ? request.path : value]),
        body: toBytes(request.body),
      },
      response: answer(REPLY),
    });
    expect(client.header("x-bridge-prefill"), JSON.stringify(request)).toBe(request.expected?.word);
    if (request.expected === undefined) continue;
    events++;
    add(expected, `${request.expected.action}/${request.expected.kind}`);
  }
  const counted = countersOf(filter.host.metrics.nonZero());
  expect(counted).toEqual(expected);
  expect(Object.values(counted).reduce((sum, value) => sum + value, 0)).toBe(events);
  const actions = new Set(Object.keys(counted).map((key) => key.split("/")[0]));
  // All eight.
  expect([...actions].sort()).toEqual([
    "continuation",
    "drop_empty",
    "passthrough",
    "reframe",
    "reject",
    "route",
    "route_unsupported",
    "strip",
  ]);
  expect(events).toBeGreaterThan(REQUESTS / 2);
}, 120_000);
