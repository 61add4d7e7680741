// The scenarios of one kind of Envoy as tests.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Field, SHORT } from "./field.ts";
import { ROWS } from "./rows.ts";
import type { Kind } from "./world.ts";

/** One Envoy to run them in. */
export interface Place {
  kind: Kind;
  version: string;
  workers: number;
}

/** Registers a test for each scenario of the kind, and one that looks for credentials afterwards. */
export function describeFaults({ kind, version, workers }: Place): void {
  describe(`${kind}: Envoy ${version}, ${workers} workers`, () => {
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
}
