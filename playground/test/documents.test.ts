/** Every configuration that a document shows is one that the filter accepts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/stamp.mjs";
import { environmentOf, parseConfig } from "../src/config/parse.ts";
import { Session } from "../src/filter/session.ts";

const FENCE = /^( *)```(json|yaml)\n(.*?)^\1```$/gms;

const documents = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((file) =>
    join("docs", file),
  ),
]
  .filter((file) => file.endsWith(".md"))
  .sort();

/** Whole configurations: parts of one, and what is shown to be wrong, have no version. */
const shown = documents.flatMap((file) => {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(FENCE)].flatMap(([, indent = "", , body = ""], index) => {
    const config = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    return /^\s*(?:\{\s*"version"|version):/.test(config)
      ? [{ name: `${file}, block ${index + 1}`, config }]
      : [];
  });
});

const session = new Session(
  new Uint8Array(readFileSync(join(ROOT, "build", "messages-bridge.wasm"))),
);

test("there are some, in many documents", () => {
  expect(shown.length).toBeGreaterThan(10);
});

test.each(shown)("$name", ({ config }) => {
  const { json, problems } = parseConfig(config);
  expect(problems).toEqual([]);
  const { ok, logs } = session.configure(json ?? "", { env: environmentOf(json ?? "") });
  expect(logs.map(({ text }) => text)).toEqual([]);
  expect(ok).toBe(true);
});
