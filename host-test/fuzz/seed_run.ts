/** Runs a case that grew from a seed. What is judged holds for every surface. */
import type { ExchangeResult } from "../host/index.ts";
import type { FuzzCase } from "./case.ts";
import type { Home } from "./hosts.ts";
import { differences, homeProblems, operatorsOf, send, wholeCase, workProblems } from "./run.ts";

/** What else must hold for an exchange. */
export type Judge = (result: ExchangeResult) => string[];

/** What is wrong; empty when nothing is. A failure of the model (trap, hang, misuse) is one problem. */
export function runSeedCase(home: Home, seedCase: FuzzCase, judge?: Judge): string[] {
  try {
    const before = operatorsOf(home);
    const first = send(home, seedCase);
    const work = workProblems(seedCase, first, operatorsOf(home) - before);
    const problems = [...bodyProblems(first), ...refusalProblems(first, seedCase), ...work];
    problems.push(...(judge?.(first) ?? []));
    const again = send(home, wholeCase(seedCase));
    const split = differences(seedCase, first, again);
    problems.push(...split.filter((problem) => !isLateFailure(problem, first, again)));
    problems.push(...homeProblems(home, seedCase, again));
    return problems;
  } catch (error) {
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

/** Refusals of uploads come as early as their windows do; a list that breaks off is an error while nothing of it was sent, and stays open behind its first part. */
function isLateFailure(problem: string, one: ExchangeResult, other: ExchangeResult): boolean {
  if (/request/.test(problem)) return isCutOff(one) && isCutOff(other);
  if (problem !== "split: another answer") return false;
  return isFailed(one) && isFailed(other) && !isStream(one) && !isStream(other);
}

/** Refused while the request was on its way: what the upstream had by then is no whole request. */
function isCutOff({ stream, upstream }: ExchangeResult): boolean {
  return stream.reply?.origin === "filter" && !upstream.ended;
}

function isStream({ client }: ExchangeResult): boolean {
  return client.header("content-type")?.startsWith("text/event-stream") === true;
}

function isFailed({ client }: ExchangeResult): boolean {
  return client.status >= 400 || !isJson(client.text());
}

/** What the filter wrote must be of the type that it is announced as, and a refusal must look like one. */
function bodyProblems({ client, stream, upstream }: ExchangeResult): string[] {
  const problems: string[] = [];
  if (client.headers === undefined)
    return client.reset ? [] : ["the client got nothing and no reset"];
  const refused = stream.reply?.origin === "filter";
  // An answer without a body gets one by a reply, whatever its status.
  if (refused && client.status < 400 && !upstream.ended)
    problems.push(`a refusal with status ${client.status}`);
  if (!refused && upstream.headers === undefined) problems.push("neither sent nor refused");
  if (refused && !isJson(client.text())) problems.push("a refusal that is no JSON");
  return problems;
}

/** What is told of a request that is JSON must be more than that it is none. */
function refusalProblems({ client, stream }: ExchangeResult, { request }: FuzzCase): string[] {
  if (stream.reply?.origin !== "filter" || request.body === undefined) return [];
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(client.text())?.[1];
  if (message === undefined || message === "") return ["a refusal that says nothing"];
  const text = Buffer.from(request.body).toString("utf8");
  // What is no object is refused as no JSON; lone surrogates, and what no UTF-8 can be, are refused as what they are.
  if (!/^\s*\{/.test(text) || !isJson(text) || /\\u[dD]|\ufffd/.test(text)) return [];
  return /could not parse|not valid JSON/.test(message) ? ["JSON that is told to be none"] : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
