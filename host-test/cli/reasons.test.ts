/** Every word of `x-bridge-adapted` has its reason, and no reason is for a word that there is not. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ADAPTATIONS } from "../../cli/reasons.ts";

interface Table {
  enum?: string;
  words: Record<string, string>;
}

test("words and reasons are the same set", () => {
  const file = new URL("../../scripts/tables/keywords.json", import.meta.url);
  const tables = JSON.parse(readFileSync(file, "utf8")) as Table[];
  const words = tables.find((table) => table.enum === "Adaptation")?.words ?? {};
  expect(Object.keys(ADAPTATIONS).sort()).toEqual(Object.values(words).sort());
});
