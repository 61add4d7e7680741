// Tables of figures in documents: a run that writes into docs/bench puts its own into the document as well.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { ROOT } from "./identity_build.ts";

const DOCS = join(ROOT, "docs");

/** Writes the tables of `part` into a document of docs/ when `out` is where the figures of record are, else does nothing. */
export async function document(
  out: string,
  part: string,
  tables: string,
  name = "performance.md",
): Promise<void> {
  if (out !== join(DOCS, "bench")) return;
  const filepath = join(DOCS, name);
  const text = withTable(await readFile(filepath, "utf8"), part, tables);
  const style = await resolveConfig(filepath);
  await writeFile(filepath, await format(text, { ...style, filepath }));
}

/** Returns cells as a Markdown table; the first two columns are words, the others figures. */
export function markdownOf(cells: string[][]): string {
  const line = (row: string[]): string => `| ${row.join(" | ")} |`;
  const [head = [], ...body] = cells;
  const rule = head.map((_, column) => (column < 2 ? "---" : "--:"));
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/**
 * Returns `document` with `table` in the place of what stands between the comments that name `part`.
 * Throws when the document has no such place.
 */
export function withTable(document: string, part: string, table: string): string {
  const begin = new RegExp(`<!-- ${part}: [^>]* -->\n`).exec(document);
  const end = document.indexOf(`<!-- end of ${part} -->`);
  if (begin === null || end < begin.index) throw new Error(`the document has no place for ${part}`);
  const from = begin.index + begin[0].length;
  return `${document.slice(0, from)}\n${table}\n\n${document.slice(end)}`;
}
