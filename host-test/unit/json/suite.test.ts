import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";
import { ACCEPT, EITHER, REJECT, type SuiteCase } from "./fixtures.ts";
import { verdictOf, walk } from "./walk.ts";

const DEPTH = 64;
const probe = new Probe();
/** What may stand behind a document; each would complete or spoil something that is cut off. */
const BEHIND = ["\0", '"', "]", "}", "0", " ", "e1", ",", "ull", "rue", "alse", "\\", '":1}]'].map(
  utf8,
);

/** Verdicts of the whole-document check and of cursors that enter everything, nothing, every other container. */
function verdicts({ bytes }: SuiteCase, behind: Uint8Array): string[] {
  const ptr = probe.put(bytes, behind);
  let turn = 0;
  const enters = [() => true, () => false, () => turn++ % 2 === 0, () => turn++ % 3 !== 0];
  const walks = enters.map((enter) => walk(probe, ptr, bytes.length, DEPTH, enter).status);
  const all = [verdictOf(probe, ptr, bytes.length, DEPTH), ...walks];
  probe.drop(ptr, bytes.length);
  return all;
}

function parsed(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

describe.each([
  ["accept", ACCEPT],
  ["reject", REJECT],
  ["either", EITHER],
])("%s", (_, cases) => {
  test.each(cases.map((row) => [row.name, row.verdict, row] as const))(
    "%s: %s",
    (_, verdict, row) => {
      for (const behind of BEHIND) {
        expect(verdicts(row, behind)).toEqual(new Array(5).fill(verdict));
      }
      if (verdict === "TooDeep") return;
      const oracle = parsed(row.bytes);
      expect(oracle !== undefined).toBe(verdict === "Ok");
      const isText = Buffer.from(row.bytes).equals(Buffer.from(Buffer.from(row.bytes).toString()));
      if (oracle === undefined || !isText) return;
      const ptr = probe.put(row.bytes);
      const { value } = walk(probe, ptr, row.bytes.length, DEPTH, () => true);
      expect(isDeepStrictEqual(value, oracle.value)).toBe(true);
    },
  );
});

describe("suite", () => {
  test("names are unique and there are at least 150 rows", () => {
    const names = [...ACCEPT, ...REJECT, ...EITHER].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(150);
  });
});
