/** Reader of the JSON suite's tables; host-test/fixtures/json-suite/note.md says what a row is. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { utf8 } from "../../support/probe.ts";

interface Row {
  name: string;
  text?: string;
  hex?: string;
  parts?: [string, number][];
  status?: string;
  verdict?: string;
  why?: string;
}

/** One question of the suite. */
export interface SuiteCase {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Name of the expected status. */
  verdict: string;
}

function bytesOf(row: Row): Uint8Array<ArrayBuffer> {
  if (row.hex !== undefined) return new Uint8Array(Buffer.from(row.hex, "hex"));
  if (row.parts !== undefined) {
    return utf8(row.parts.map(([text, times]) => text.repeat(times)).join(""));
  }
  if (row.text === undefined) throw new Error(`${row.name}: no bytes`);
  return utf8(row.text);
}

function table(file: string): SuiteCase[] {
  const url = new URL(`../../fixtures/json-suite/${file}.yaml`, import.meta.url);
  const rows = parse(readFileSync(url, "utf8")) as Row[];
  return rows.map((row) => ({
    name: row.name,
    bytes: bytesOf(row),
    verdict: row.status ?? row.verdict ?? "Ok",
  }));
}

export const ACCEPT = table("accept");
export const REJECT = table("reject");
export const EITHER = table("either");
