// The scenarios as the table of docs/reliability.md.

import { readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { markdownOf, withTable } from "../../host-test/bench/document.ts";
import { inRepository } from "../harness/rig.ts";
import type { Sees } from "./row.ts";
import { ROWS } from "./rows.ts";
import { SURFACES } from "./surfaces.ts";

const DOCUMENT = inRepository("docs", "reliability.md");

/** The document as it stands, and as it should stand. */
export async function documentWithTable(): Promise<{ stands: string; should: string }> {
  const stands = await readFile(DOCUMENT, "utf8");
  const style = await resolveConfig(DOCUMENT);
  const text = withTable(stands, "faults", markdownOf(cells()).replaceAll("--:", "---"));
  return { stands, should: await format(text, { ...style, filepath: DOCUMENT }) };
}

/** Writes the table into the document. */
export async function writeTable(): Promise<void> {
  await writeFile(DOCUMENT, (await documentWithTable()).should);
}

function cells(): string[][] {
  const head = ["scenario", "chat", "Responses", "native"];
  const rows = ROWS.map(({ name, sees }) => [
    name,
    ...SURFACES.map((each) => wordsOf(sees[each.name])),
  ]);
  return [head, ...rows];
}

function wordsOf(sees: Sees): string {
  if (typeof sees === "string") return quoted(sees);
  return `whole: ${quoted(sees.whole)}; stream: ${quoted(sees.stream)}`;
}

/** Status, types and codes as they stand in answers. */
function quoted(words: string): string {
  return words.replace(/\d{3}(?: \w+)+|(?<=in stream: ).*/, "`$&`");
}
