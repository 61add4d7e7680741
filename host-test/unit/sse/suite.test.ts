import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Probe, utf8 } from "../../support/probe.ts";
import { drive, WIDE_CAP, windowsOf, withoutPlaces } from "./drive.ts";
import { expectedLog } from "./oracle.ts";

interface Row {
  name: string;
  input?: string;
  hex?: string;
  cap?: number;
  log: string[];
}

const SHORT = 64;
const file = new URL("../../fixtures/sse-suite/events.yaml", import.meta.url);
const rows = parse(readFileSync(file, "utf8")) as Row[];
const probe = new Probe();

function bytesOf({ input, hex, name }: Row): Uint8Array {
  if (hex !== undefined) return Buffer.from(hex.replaceAll(" ", ""), "hex");
  if (input === undefined) throw new Error(`${name}: no stream`);
  return utf8(input);
}

/** Every way of cutting that a row is tried in. */
function* cutsOf(total: number): Generator<number[]> {
  for (let size = 1; size < total; size++) yield windowsOf(size, total);
  for (let cut = 0; cut <= total; cut++) {
    yield [cut];
    yield [cut, cut, cut];
    if (total > SHORT) continue;
    for (let second = cut + 1; second < total; second++) yield [cut, second];
  }
}

describe("event stream", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const bytes = bytesOf(row);
    const cap = row.cap ?? WIDE_CAP;
    expect(drive(probe, bytes, [], cap)).toEqual(row.log);
    const wanted = withoutPlaces(row.log);
    expect(expectedLog(bytes, cap)).toEqual(wanted);
    for (const cuts of cutsOf(bytes.length)) {
      const log = withoutPlaces(drive(probe, bytes, cuts, cap));
      if (log.join("\n") !== wanted.join("\n")) expect(log, `cut at ${cuts}`).toEqual(wanted);
    }
  });

  test("names are unique", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});
