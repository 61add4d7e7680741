// Every scenario of envoy/faults/rows.ts under load: calls with content of their own are in flight through one Envoy while a share of them
// meets the fault. `npm run faults` does the same for longer.

import { expect, test } from "vitest";
import { describeFaults } from "../faults/suite.ts";
import { documentWithTable } from "../faults/table.ts";
import { NEWEST, VERSIONS } from "../harness/envoy.ts";

describeFaults({ kind: "plain", version: NEWEST, workers: 1 });
for (const version of VERSIONS) describeFaults({ kind: "plain", version, workers: 4 });

test("docs/reliability.md shows the table; `npm run faults -- --table` writes it", async () => {
  const { stands, should } = await documentWithTable();
  expect(stands).toBe(should);
});
