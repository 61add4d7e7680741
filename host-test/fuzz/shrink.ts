/** Makes a failing case small, and shows it. */
import type { FuzzCase, FuzzMessage } from "./case.ts";
import { openHomes, type Home } from "./hosts.ts";
import { runCase } from "./run.ts";

/** Most runs spent on one finding. */
const MOST_RUNS = 3000;

/** The first problem without what varies from case to case: numbers and quoted texts. */
export function kindOf(problems: readonly string[]): string {
  const plain = problems.map((problem) =>
    problem
      .split("\n", 1)[0]
      ?.replace(/".*"|\d+/g, "_")
      .slice(0, 80),
  );
  return [...new Set(plain)].sort()[0] ?? "";
}

/** Whether a VM cannot be used for further cases: it failed, a stream was left open, memory is lost. */
export function leavesTraces(problems: readonly string[]): boolean {
  return problems.some((problem) => /^\w*Error:|left allocated/.test(problem));
}

/** A smaller case with the same kind of problem; the case itself when nothing can be left out. */
export function shrink(fuzzCase: FuzzCase, problems: readonly string[]): FuzzCase {
  const wanted = kindOf(problems);
  let runs = 0;
  let homes: Home[] = openHomes();
  const fails = (candidate: FuzzCase): boolean => {
    if (runs++ > MOST_RUNS) return false;
    const found = runCase(homes[candidate.config] as Home, candidate);
    if (leavesTraces(found)) homes = openHomes();
    return found.length > 0 && kindOf(found) === wanted;
  };
  let best: FuzzCase = { ...fuzzCase, marks: undefined };
  if (!fails(best)) best = fuzzCase;
  for (const simpler of simplifications(best)) if (fails(simpler(best))) best = simpler(best);
  best = shrinkBody(best, "response", fails);
  // A body with less in it has lost its marks by itself.
  return best.marks === undefined ? shrinkBody(best, "request", fails) : best;
}

type Step = (fuzzCase: FuzzCase) => FuzzCase;

function simplifications({ response }: FuzzCase): Step[] {
  const steps: Step[] = [
    (it) => ({ ...it, config: 0 }),
    (it) => ({ ...it, request: { ...it.request, cut: "whole", eos: "joined" } }),
    (it) => ({ ...it, request: { ...it.request, trailers: false, reset: false } }),
    (it) => ({ ...it, request: { ...it.request, headers: it.request.headers.slice(0, 5) } }),
  ];
  if (response === "gone") return steps;
  const change = (part: Partial<FuzzMessage>): Step => {
    return (it) => (it.response === "gone" ? it : { ...it, response: { ...it.response, ...part } });
  };
  return [
    ...steps,
    change({ cut: "whole" }),
    change({ eos: "joined" }),
    change({ trailers: false }),
    change({ reset: false }),
    change({ headers: response.headers.slice(0, 2) }),
  ];
}

/** Leaves out pieces of a body, large ones first. */
function shrinkBody(
  fuzzCase: FuzzCase,
  side: "request" | "response",
  fails: (candidate: FuzzCase) => boolean,
): FuzzCase {
  let best = fuzzCase;
  const bodyOf = (it: FuzzCase): Uint8Array | undefined =>
    it[side] === "gone" ? undefined : it[side].body;
  for (let size = (bodyOf(best)?.length ?? 0) >> 1; size > 0; size >>= 1) {
    for (let at = 0; ;) {
      const body = bodyOf(best);
      const message = best[side];
      if (body === undefined || message === "gone" || at >= body.length) break;
      const less = Buffer.concat([body.subarray(0, at), body.subarray(at + size)]);
      const headers = message.headers.filter(([name]) => name !== "content-length");
      const candidate = { ...best, [side]: { ...message, headers, body: less } };
      if (fails(candidate)) best = candidate;
      else at += size;
    }
  }
  return best;
}

/** A finding as text: what is wrong, and all that is needed to see it again. */
export function describe(fuzzCase: FuzzCase, problems: readonly string[]): string {
  const show = (message: FuzzMessage | "gone"): string => {
    if (message === "gone") return "gone";
    const { body, ...rest } = message;
    return `${JSON.stringify(rest)}\n    ${body === undefined ? "no body" : JSON.stringify(Buffer.from(body).toString("latin1"))}`;
  };
  return [
    `--- ${fuzzCase.name}, configuration ${fuzzCase.config}`,
    ...problems.map((problem) => `  ! ${problem.split("\n").slice(0, 6).join("\n    ")}`),
    `  request ${show(fuzzCase.request)}`,
    `  response ${show(fuzzCase.response)}`,
  ].join("\n");
}
