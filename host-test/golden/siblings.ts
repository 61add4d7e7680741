/**
 * Sibling expectations of golden cases: what differs by nature on a host that holds no headers. `client.apisix.sse` stands beside
 * `client.sse` (or beside `client.json`, where the answer is a stream there); a body's sibling replaces both. Headers are compared as
 * sets, because the hosts put them in different orders.
 */
import { EXPECTED, readCaseFile, type GoldenCase, type Outputs } from "./case.ts";

const BODIES = ["client.json", "client.sse"] as const;
type Expected = (typeof EXPECTED)[number];

/** `client.head.json` ▶ `client.apisix.head.json`. */
export function siblingOf(file: Expected): string {
  const dot = file.indexOf(".");
  return `${file.slice(0, dot)}.apisix${file.slice(dot)}`;
}

/** What the file must hold in nginx; undefined: it must not be there. */
export function expectedInNginx(golden: GoldenCase, file: Expected): Buffer | undefined {
  const siblings = isBody(file) ? BODIES : [file];
  const hasSibling = siblings.some((name) => readCaseFile(golden, siblingOf(name)) !== undefined);
  return readCaseFile(golden, hasSibling ? siblingOf(file) : file);
}

/** Content that can be compared between hosts: text, with lists of headers in one order. */
export function comparable(file: Expected, bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || !file.endsWith(".head.json")) return bytes?.toString("latin1");
  const head = JSON.parse(bytes.toString()) as { headers: [string, string][] };
  head.headers.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(head, null, 1);
}

/** The sibling files that a run in nginx wants, by name; undefined: there must be none. */
export function siblingsFor(
  golden: GoldenCase,
  outputs: Outputs,
): Record<string, Buffer | undefined> {
  const differs = (file: Expected): boolean =>
    comparable(file, outputs[file]) !== comparable(file, readCaseFile(golden, file));
  const bodyDiffers = BODIES.some(differs);
  return Object.fromEntries(
    EXPECTED.map((file) => [
      siblingOf(file),
      (isBody(file) ? bodyDiffers : differs(file)) ? outputs[file] : undefined,
    ]),
  );
}

function isBody(file: Expected): boolean {
  return (BODIES as readonly string[]).includes(file);
}
