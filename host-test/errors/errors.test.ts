/** One test for each row of docs/errors.md; what a client must get stands there. */
import { describe, expect, test } from "vitest";
import type { SeenMessage } from "../host/index.ts";
import { parseSse } from "../support/filter.ts";
import { FEATURE_ROWS } from "./features.ts";
import { PROVIDER_ROWS } from "./providers.ts";
import { REQUEST_ROWS } from "./requests.ts";
import { documentedRows, type Documented, type ErrorRow } from "./row.ts";
import { STREAM_ROWS } from "./streams.ts";
import { TYPE_ROWS } from "./types.ts";
import { UPSTREAM_ROWS } from "./upstreams.ts";

const documented = documentedRows();
const rows = [
  ...REQUEST_ROWS,
  ...FEATURE_ROWS,
  ...PROVIDER_ROWS,
  ...TYPE_ROWS,
  ...UPSTREAM_ROWS,
  ...STREAM_ROWS,
];

/** The last event's data; it must be an error, and nothing may follow it. */
function lastEvent(client: SeenMessage): string {
  expect(client.header("content-type")).toBe("text/event-stream; charset=utf-8");
  const items = parseSse(client.text());
  const events = items.flatMap((item) => ("data" in item ? [item.data] : []));
  const failures = events.filter((data) => data.startsWith('{"error"'));
  expect(failures).toHaveLength(1);
  expect(events.at(-1)).toBe(failures[0]);
  expect(events.some((data) => data.includes('"finish_reason":"'))).toBe(false);
  return failures[0] ?? "";
}

function wholeBody(client: SeenMessage): string {
  expect(client.header("content-type")).toBe("application/json");
  return client.text();
}

function check(row: ErrorRow, expected: Documented): void {
  const { client, upstream } = row.run();
  const text = row.inStream === true ? lastEvent(client) : wholeBody(client);
  const { type, code, param, status } = expected;
  // The text, so that the order of the members counts too.
  expect(text).toBe(JSON.stringify({ error: { message: row.message, type, param, code } }));
  expect(client.status).toBe(status);
  if (row.local !== true) return;
  expect(upstream.headers).toBeUndefined();
  expect(client.header("x-should-retry")).toBe(refusesForGood(row, status) ? "false" : undefined);
}

/** Envoy's own refusals carry no word of ours. */
function refusesForGood(row: ErrorRow, status: number): boolean {
  return status < 500 && !row.id.startsWith("envoy-");
}

describe("docs/errors.md", () => {
  test("documents every row that is tested, and tests every row that is documented", () => {
    expect(rows.map(({ id }) => id).sort()).toEqual([...documented.keys()].sort());
  });
});

test.each(rows)("$id", (row) => {
  const expected = documented.get(row.id);
  if (expected === undefined) throw new Error(`docs/errors.md has no row ${row.id}`);
  check(row, expected);
});

test.each(rows.filter(({ atLimit }) => atLimit !== undefined))(
  "$id: at the limit it is served",
  (row) => {
    const result = row.atLimit?.();
    expect(result?.client.status).toBe(200);
    expect(result?.client.text()).not.toContain('"error":{');
  },
);
