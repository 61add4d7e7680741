/** Runs a case and judges all that can be seen of it. */
import { COUNT_EXPORT } from "../bench/count/instrument.ts";
import { exchange, type ExchangeResult, type MessageInput } from "../host/index.ts";
import type { FuzzCase, FuzzMessage } from "./case.ts";
import { judgeEvents, judgeJson, nothing, type Told, type Verdict } from "./check_client.ts";
import { parseLoosely, upstreamProblems } from "./check_upstream.ts";
import { FILLS_FREED, SETUPS, type Home } from "./hosts.ts";
import { answerLimitProblems, requestLimitProblems } from "./limits.ts";
import { tellMessage, tellStream } from "./reference.ts";

/** Host calls that an exchange may make: so many at most, and so many for each body callback, of which two read the clock in a sampled stream. */
const CALLS_FIXED = 70;
const CALLS_PER_PIECE = 5;
/** Operators that an exchange may execute, measured with room to spare: at the most 1.2 million for 4 KB byte by byte. */
const WORK_FIXED = 600_000;
const WORK_PER_BYTE = 300;
const WORK_PER_CALL = 600;
/** One in so many cases of a configuration is compared with a fresh VM. */
const FRESH_EVERY = 500;

/** What is wrong with a case; empty when nothing is. A failure of the model (trap, hang, misuse) is one problem. */
export function runCase(home: Home, fuzzCase: FuzzCase): string[] {
  try {
    const before = operatorsOf(home);
    const first = send(home, fuzzCase);
    const problems = judge(fuzzCase, first);
    problems.push(...workProblems(fuzzCase, first, operatorsOf(home) - before));
    const again = send(home, wholeCase(fuzzCase));
    problems.push(...differences(fuzzCase, first, again), ...homeProblems(home, fuzzCase, again));
    return problems;
  } catch (error) {
    return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
  }
}

/** Operators that the module has executed so far. */
export function operatorsOf({ host }: Home): number {
  return host.ask(COUNT_EXPORT) ?? 0;
}

/** Work grows with the bytes that came and went and with the callbacks and calls that they took, and with nothing else. */
export function workProblems(
  { request, response }: FuzzCase,
  { stream, upstream, client }: ExchangeResult,
  operators: number,
): string[] {
  const sent =
    (request.body?.length ?? 0) + (response === "gone" ? 0 : (response.body?.length ?? 0));
  const bytes = sent + upstream.size + client.size;
  if (FILLS_FREED) return [];
  const most = WORK_FIXED + WORK_PER_BYTE * bytes + WORK_PER_CALL * stream.hostCalls;
  return operators > most ? [`${operators} operators for ${bytes} bytes`] : [];
}

/** What a VM looks like behind a case: nothing left, and now and then the same bytes as from a VM that has served nothing. */
export function homeProblems(home: Home, fuzzCase: FuzzCase, again: ExchangeResult): string[] {
  home.host.assertIdle();
  const problems: string[] = [];
  const left = (home.host.liveBytes() ?? 0) - (home.quietBytes ?? 0);
  if (left !== 0) problems.push(`${left} bytes are left allocated`);
  if (home.uses++ % FRESH_EVERY === 0) {
    const fresh = send(home.fresh(), wholeCase(fuzzCase));
    if (bytesOf(fresh) !== bytesOf(again)) problems.push("other bytes from a fresh VM");
  }
  return problems;
}

function bytesOf({ upstream, client }: ExchangeResult): string {
  return JSON.stringify(
    [upstream, client].map((seen) => [seen.headers, seen.text(), seen.trailers]),
  );
}

/** The same messages in one piece each. */
export function wholeCase(fuzzCase: FuzzCase): FuzzCase {
  const { request, response } = fuzzCase;
  const whole = (message: FuzzMessage): FuzzMessage => ({ ...message, cut: "whole" });
  return {
    ...fuzzCase,
    request: whole(request),
    response: response === "gone" ? response : whole(response),
  };
}

/** Runs the exchange of a case. Throws what the host model throws: traps, hangs, misuse of the ABI. */
export function send(home: Home, { request, response }: FuzzCase): ExchangeResult {
  return exchange(home.host, home.root, {
    request: input(request),
    response: response === "gone" ? "reset" : input(response),
  });
}

function input(message: FuzzMessage): MessageInput {
  const { headers, body, cut, eos, trailers, reset } = message;
  if (body === undefined) return { headers: [...headers] };
  const end = trailers ? { trailers: [["x-end", "1"]] as [string, string][] } : {};
  return { headers: [...headers], body, cut, eos, ...end, ...(reset ? { thenReset: true } : {}) };
}

function isSeedMode({ config }: FuzzCase): boolean {
  return JSON.stringify(SETUPS[config]).includes("bifrost");
}

/** Requests that the filter does not touch. */
function passes({ headers }: FuzzMessage): boolean {
  return headers.some(
    ([name, value]) => name === "upgrade" || value === "OPTIONS" || value === "CONNECT",
  );
}

/** Whether the filter lets this exchange pass as it is. */
function isForeign({ request, response }: FuzzCase): boolean {
  if (passes(request)) return true;
  if (response === "gone") return false;
  const status = statusOf(response);
  return !(status >= 200) || (status >= 300 && status < 400);
}

function judge(fuzzCase: FuzzCase, result: ExchangeResult): string[] {
  const problems: string[] = [];
  const { request } = fuzzCase;
  const { stream, upstream } = result;
  const pieces = upstream.chunks.length + result.client.chunks.length;
  if (stream.hostCalls > CALLS_FIXED + CALLS_PER_PIECE * (pieces + piecesIn(fuzzCase)))
    problems.push(`${stream.hostCalls} host calls`);
  const translated = upstream.ended && !passes(request);
  if (translated) {
    const marks = fuzzCase.marks ?? [];
    const body = Buffer.from(upstream.body());
    const sent = upstreamProblems(
      SETUPS[fuzzCase.config]?.invokes === true ? asMessages(body, request) : body,
      request.body ?? new Uint8Array(0),
      marks,
    );
    problems.push(...requestLimitProblems(fuzzCase, result));
    // The seed's mode sends temperatures as they are.
    problems.push(...sent.filter((problem) => !(isSeedMode(fuzzCase) && /^temp/.test(problem))));
  }
  if (isForeign(fuzzCase) && stream.reply === undefined) return problems;
  return [...problems, ...judgeClient(result, fuzzCase)];
}

/** A body of InvokeModel as the Messages API has it: what stands in the path is a member again. */
function asMessages(body: Buffer, request: FuzzMessage): Buffer {
  const sent = parseLoosely(body);
  if (typeof sent !== "object" || sent === null) return body;
  const { anthropic_version: version, ...rest } = sent as Record<string, unknown>;
  delete rest["anthropic_beta"];
  if (typeof version !== "string") return Buffer.from("no anthropic_version");
  const asked = parseLoosely(request.body ?? body) as Record<string, unknown> | null;
  const stream = asked?.["stream"] === true ? { stream: true } : {};
  return Buffer.from(JSON.stringify({ model: "m", ...rest, ...stream }));
}

function piecesIn({ request, response }: FuzzCase): number {
  const count = ({ body, cut }: FuzzMessage): number => {
    if (body === undefined || cut === "whole") return 1;
    return typeof cut === "number" ? body.length / cut : cut.length + 1;
  };
  return count(request) + (response === "gone" ? 1 : count(response));
}

function judgeClient(result: ExchangeResult, fuzzCase: FuzzCase): string[] {
  const { client, stream } = result;
  if (client.headers === undefined)
    return client.reset ? [] : ["the client got nothing and no reset"];
  const { reply } = stream;
  if (reply?.origin === "filter" && client.status < 400)
    return [`a refusal with status ${client.status}`];
  const type = client.header("content-type") ?? "";
  if (client.size === 0 || (reply?.origin === "envoy" && type === "text/plain")) return [];
  const { problems, told } = judgeBody(fuzzCase, type, client.text(), client.ended);
  const above = answerLimitProblems(fuzzCase, told);
  return [...problems, ...above, ...outcomeProblems(result, fuzzCase, told)];
}

function judgeBody(fuzzCase: FuzzCase, type: string, body: string, whole: boolean): Verdict {
  if (type === "application/json") return judgeJson(body, isNative(fuzzCase));
  if (type.startsWith("text/event-stream")) return judgeEvents(body, whole);
  return { problems: [`the client got a body of type ${type}`], told: nothing() };
}

function isNative({ request }: FuzzCase): boolean {
  return request.headers.some(
    ([name, value]) => name === ":path" && value.startsWith("/v1/messages"),
  );
}

/** What failed must look like it, and only that. */
function outcomeProblems(
  result: ExchangeResult,
  { request, response }: FuzzCase,
  told: Told,
): string[] {
  const broken =
    response === "gone" || result.stream.reply !== undefined || statusOf(response) >= 400;
  if (!broken) return truthProblems(result, response, told, isPlain(request));
  return told.failed ? [] : ["a failed exchange looks like a success"];
}

/** Whether calls and texts come back under the names that the upstream gave them. */
function isPlain({ body }: FuzzMessage): boolean {
  const value = body === undefined ? undefined : parseLoosely(body);
  return !/"(functions|response_format|custom)"/.test(JSON.stringify(value ?? null));
}

function statusOf({ headers }: FuzzMessage): number {
  return Number(headers[0]?.[1]);
}

/** Compares with what the upstream really said, as far as that can be known from outside. */
function truthProblems(
  result: ExchangeResult,
  response: FuzzMessage,
  told: Told,
  plain: boolean,
): string[] {
  const truth = truthOf(response);
  if (truth === undefined) return [];
  if (response.reset || response.trailers)
    return told.done && !truth.done ? ["a cut stream looks complete"] : [];
  if (told.done) return compare(told, truth, plain);
  if (!told.failed) return ["the answer has no end"];
  const { says } = response;
  if (says !== undefined && !result.client.text().includes(says))
    return ["an error has lost its words"];
  return truth.done && !mayRefuse(result) ? ["a good answer became an error"] : [];
}

/** Limits of a configuration may refuse what is right otherwise. */
function mayRefuse(result: ExchangeResult): boolean {
  return /too_large|event_too|invalid_upstream/.test(result.client.text());
}

function truthOf({ headers, body, meant }: FuzzMessage): Told | undefined {
  if (meant !== undefined) return meant.includes("\ufffd") ? undefined : tellStream(meant);
  if (body === undefined || headers.some(([name]) => name === "content-encoding")) return undefined;
  const text = Buffer.from(body).toString("utf8");
  if (text.includes("\ufffd")) return undefined;
  if (/^text\/event-stream/i.test(headers[1]?.[1] ?? "")) return tellStream(text);
  const value = parseLoosely(body) as { [key: string]: unknown } | null | undefined;
  const isMessage = value?.["type"] === "message" && Array.isArray(value["content"]);
  return isMessage ? tellMessage(value) : undefined;
}

function compare(told: Told, truth: Told, plain: boolean): string[] {
  if (truth.failed) return ["a broken answer looks complete"];
  if (!plain) return [];
  const problems: string[] = [];
  if (told.text !== truth.text)
    problems.push(`text ${JSON.stringify(told.text)}, not ${JSON.stringify(truth.text)}`);
  if (told.finish !== truth.finish) problems.push(`finish ${told.finish}, not ${truth.finish}`);
  if (told.tools.length !== truth.tools.length)
    return [...problems, "another number of tool calls"];
  told.tools.forEach((tool, at) => {
    const other = truth.tools[at] as Told["tools"][number];
    const same = tool.id === other.id && tool.name === other.name;
    if (!same || !sameArguments(tool.arguments, other.arguments))
      problems.push(`tool call ${JSON.stringify(tool)}, not ${JSON.stringify(other)}`);
  });
  return problems;
}

function sameArguments(one: string, other: string): boolean {
  if (one === other) return true;
  const value = parseLoosely(Buffer.from(one));
  return (
    value !== undefined &&
    JSON.stringify(value) === JSON.stringify(parseLoosely(Buffer.from(other)))
  );
}

/** The same exchange in whole pieces must give the same bytes; a sender that breaks off is left out. */
export function differences(
  fuzzCase: FuzzCase,
  one: ExchangeResult,
  other: ExchangeResult,
): string[] {
  const problems: string[] = [];
  const { request, response } = fuzzCase;
  if (request.reset) return [];
  if (Buffer.compare(one.upstream.body(), other.upstream.body()) !== 0)
    problems.push("split: another request");
  if (JSON.stringify(one.upstream.headers) !== JSON.stringify(other.upstream.headers))
    problems.push("split: other request headers");
  if (response === "gone" || response.reset) return problems;
  if (Buffer.compare(one.client.body(), other.client.body()) === 0) return problems;
  // With trailers an end can only be written while the host still collects, which the cuts decide.
  if (response.trailers || sameFailure(one, other)) return problems;
  return [...problems, `split: another answer`];
}

/** An error may find the headers held or not, by what came in the same window before it. */
function sameFailure(one: ExchangeResult, other: ExchangeResult): boolean {
  return errorOf(one) !== undefined && errorOf(one) === errorOf(other);
}

function errorOf({ client }: ExchangeResult): string | undefined {
  return /\{"error":\{.*$/m.exec(client.text())?.[0];
}
