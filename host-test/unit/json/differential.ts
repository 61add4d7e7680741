/**
 * The engine against JSON.parse. They agree on every input but these: nesting beyond our limit, and raw invalid
 * UTF-8 inside strings, which we take as it is; a lossy decoding makes JSON.parse take it as well.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Probe } from "../../support/probe.ts";
import { BEHIND, DECISIONS, DOCUMENT, MUTANT } from "./arbitrary.ts";
import { verdictOf, walk } from "./walk.ts";

const DEPTH = 64;
const LOSSY = new TextDecoder("utf-8", { ignoreBOM: true });

/** How often each verdict was seen, so that a test can show that both sides are exercised. */
export type Tally = Record<string, number>;

function parse(bytes: Uint8Array): { value: unknown; exact: boolean } | undefined {
  const text = LOSSY.decode(bytes);
  try {
    return { value: JSON.parse(text), exact: !text.includes("\ufffd") };
  } catch {
    return undefined;
  }
}

/** Throws when the engine, a walk with these decisions and JSON.parse disagree; answers the verdict. */
export function compare(
  probe: Probe,
  bytes: Uint8Array,
  behind: Uint8Array,
  decisions: boolean[],
): string {
  const ptr = probe.put(bytes, behind);
  let turn = 0;
  const enter = (): boolean => decisions[turn++ % decisions.length];
  const verdict = verdictOf(probe, ptr, bytes.length, DEPTH);
  const walked = walk(probe, ptr, bytes.length, DEPTH, enter);
  probe.drop(ptr, bytes.length);
  if (walked.status !== verdict) throw new Error(`check: ${verdict}, cursor: ${walked.status}`);
  if (verdict === "TooDeep") return verdict;
  const oracle = parse(bytes);
  if ((oracle !== undefined) !== (verdict === "Ok"))
    throw new Error(`JSON.parse disagrees: ${verdict}`);
  if (oracle?.exact === true && !isDeepStrictEqual(walked.value, oracle.value)) {
    throw new Error("the values differ");
  }
  return verdict;
}

/** Compares `runs` documents, one third of them valid, and answers the verdicts by number. */
export function runDifferential(probe: Probe, runs: number, seed: number): Tally {
  const tally: Tally = {};
  const input = fc.oneof({ weight: 1, arbitrary: DOCUMENT }, { weight: 2, arbitrary: MUTANT });
  const live = probe.exports.liveBytes();
  fc.assert(
    fc.property(input, BEHIND, DECISIONS, (bytes, behind, decisions) => {
      const verdict = compare(probe, bytes, behind, decisions);
      tally[verdict] = (tally[verdict] ?? 0) + 1;
    }),
    { numRuns: runs, seed },
  );
  if (probe.exports.liveBytes() !== live) throw new Error("memory was not given back");
  return tally;
}
