// Code of the documents, taken from them, so that what readers copy is what the tests run.

import { readFileSync } from "node:fs";

/** What a stream's deltas make together. */
export type Merged = Record<string, unknown>;

/** The function `merge` of docs/chat.md, "Sending it back". Throws when the document has it no more. */
export function documentedMerge(): (message: Merged, delta: object) => Merged {
  const page = readFileSync(new URL("../../docs/chat.md", import.meta.url), "utf8");
  const source = /^```js\n(function merge\(.*?\n}\n)/ms.exec(page)?.[1];
  if (source === undefined) throw new Error("docs/chat.md has no function merge");
  // The document is part of this repository: running its code is the point.
  return new Function(`${source}; return merge;`)() as (message: Merged, delta: object) => Merged;
}
