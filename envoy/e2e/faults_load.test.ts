// Every scenario of envoy/faults/rows.ts under load: calls with content of their own are in flight through one Envoy while a share of them
// meets the fault. `npm run faults` does the same for longer.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Field, SHORT } from "../faults/field.ts";
import { ROWS } from "../faults/rows.ts";
import { documentWithTable } from "../faults/table.ts";
import { NEWEST, VERSIONS } from "../harness/envoy.ts";

/** Both versions where streams are ended by Envoy. */
const FIELDS = [
  { kind: "plain", version: NEWEST, workers: 1 },
  { kind: "small", version: NEWEST, workers: 4 },
  ...VERSIONS.flatMap((version) =>
    (["plain", "managed", "restart"] as const).map((kind) => ({ kind, version, workers: 4 })),
  ),
] as const;

describe.each(FIELDS)("$kind: Envoy $version, $workers workers", ({ kind, version, workers }) => {
  let field: Field;

  beforeAll(async () => {
    field = await Field.start(kind, version, workers);
  });
  afterAll(() => field.stop());

  const rows = ROWS.filter((row) => (row.kind ?? "plain") === kind);
  test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    expect(await field.run(row, SHORT)).toEqual([]);
  });

  test("no credential is in anything that Envoy tells", async () => {
    expect(await field.told()).not.toMatch(/sk-client-|canary-/);
  });
});

test("docs/reliability.md shows the table; `npm run faults -- --table` writes it", async () => {
  const { stands, should } = await documentWithTable();
  expect(stands).toBe(should);
});
