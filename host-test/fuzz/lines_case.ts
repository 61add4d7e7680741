/** Batches as JSON lines: the input of an eager upload, and results on their way back. No line may be lost or become none. */
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import { errorTree, message } from "./answer.ts";
import { sending, type FuzzCase } from "./case.ts";
import { chatRequest } from "./chat_request.ts";
import { EAGER } from "./hosts.ts";
import { Members, print, type Node } from "./json_tree.ts";
import { mutateBytes, mutateTree } from "./mutate.ts";
import { Random } from "./random.ts";

/** A case with what it is made of. */
export interface LinesCase extends FuzzCase {
  kind: "input" | "results";
  /** Lines that are not blank. */
  lines: number;
  /** Of the lines in order; undefined when some were damaged. */
  ids: string[] | undefined;
}

const BATCH =
  '{"id":"msgbatch_01","type":"message_batch","processing_status":"in_progress","request_counts":{"processing":2,"succeeded":0,' +
  '"errored":0,"canceled":0,"expired":0},"ended_at":null,"created_at":"2026-03-02T09:15:27.481932Z",' +
  '"expires_at":"2026-03-03T09:15:27.481932Z","archived_at":null,"cancel_initiated_at":null,"results_url":null}';
const SENT = { method: "POST", url: "/v1/chat/completions" };
const RESULT_PATHS = ["/v1/files/msgbatch_01/content", "/v1/batches/msgbatch_01/output"];

/** The case with this number of the run with this seed. */
export function makeLinesCase(seed: number, index: number): LinesCase {
  const random = new Random(seed, index);
  const kind = random.oneIn(3) ? "input" : "results";
  const count = 1 + random.int(5);
  const ids = Array.from({ length: count }, (_, at) => `q-${at}${random.pick(["", "_x", "-9"])}`);
  let damaged = false;
  const lines = ids.map((id) => {
    let node = kind === "input" ? inputLine(random, id) : resultLine(random, id);
    if (random.oneIn(6)) [node, damaged] = [mutateTree(node, random), true];
    const text = print(node, random.oneIn(3) ? { random, rarity: 10 } : undefined);
    // A line holds no line end; between tokens a space means the same.
    let bytes: Uint8Array = Buffer.from(text.replace(/[\r\n]/g, " "));
    if (random.oneIn(12)) [bytes, damaged] = [mutateBytes(bytes, random), true];
    return Buffer.from(bytes);
  });
  const body = joined(random, lines);
  const made = kind === "input" ? inputCase(random, body) : resultsCase(random, body);
  const rows = body
    .toString("latin1")
    .split(/\r?\n/)
    .filter((row) => row !== "");
  // A line of white space is no line of JSON, and told as that.
  damaged ||= rows.length !== count;
  const name = `seed ${seed} case ${index}`;
  return {
    name,
    ...made,
    marks: undefined,
    kind,
    lines: rows.length,
    ids: damaged ? undefined : ids,
  };
}

function joined(random: Random, lines: readonly Buffer[]): Buffer {
  const end = random.oneIn(3) ? "\r\n" : "\n";
  const parts = lines.flatMap((line) => [
    line,
    Buffer.from(random.oneIn(10) ? `${end}${random.pick(["", " ", "\t "])}${end}` : end),
  ]);
  if (random.oneIn(4)) parts.pop();
  return Buffer.concat(parts);
}

function inputLine(random: Random, id: string): Node {
  const { tree: body } = chatRequest(random);
  return new Members([["custom_id", id], ...Object.entries(SENT), ["body", body]]);
}

function resultLine(random: Random, id: string): Node {
  const result = (members: [string, Node][]): Node =>
    new Members([
      ["custom_id", id],
      ["result", new Members(members)],
    ]);
  switch (random.int(6)) {
    case 0:
      return result([
        ["type", "errored"],
        ["error", errorTree(random)],
      ]);
    case 1:
      return result([["type", random.pick(["expired", "canceled", "brand_new"])]]);
    default:
      return result([
        ["type", "succeeded"],
        ["message", message(random)],
      ]);
  }
}

type Made = Pick<FuzzCase, "config" | "request" | "response">;

const HEAD: HeaderList = [
  [":authority", "gateway.example"],
  ["authorization", "Bearer sk-1"],
];
const OK = (type: string): HeaderList => [
  [":status", "200"],
  ["content-type", type],
];

function inputCase(random: Random, lines: Buffer): Made {
  const body = Buffer.concat([
    Buffer.from('--b7\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'),
    Buffer.from('--b7\r\nContent-Disposition: form-data; name="file"; filename="j.jsonl"\r\n\r\n'),
    lines,
    Buffer.from("\r\n--b7--\r\n"),
  ]);
  const headers: HeaderList = [
    [":method", "POST"],
    [":path", "/v1/files"],
    ...HEAD,
    ["content-type", "multipart/form-data; boundary=b7"],
  ];
  const response = sending(random, OK("application/json"), Buffer.from(BATCH));
  return { config: EAGER, request: sending(random, headers, body), response };
}

function resultsCase(random: Random, lines: Buffer): Made {
  const headers: HeaderList = [[":method", "GET"], [":path", random.pick(RESULT_PATHS)], ...HEAD];
  return {
    config: 0,
    request: sending(random, headers, undefined),
    response: sending(random, OK("application/x-jsonl"), lines),
  };
}

/** What is wrong with the lines that came out. */
export function linesProblems(made: LinesCase, result: ExchangeResult): string[] {
  const { request, response } = made;
  if (response === "gone" || request.reset || response.reset || response.trailers) return [];
  return made.kind === "input" ? inputProblems(made, result) : resultsProblems(made, result);
}

function inputProblems(
  { ids, request }: LinesCase,
  { upstream, stream }: ExchangeResult,
): string[] {
  if (!upstream.ended || stream.reply !== undefined || request.trailers) return [];
  const sent = parse(upstream.text());
  const requests = sent?.["requests"];
  if (!Array.isArray(requests)) return ["an input that is no batch"];
  const got = requests.map((one: unknown) => (one as { custom_id?: unknown } | null)?.custom_id);
  if (ids !== undefined && got.join() !== ids.join()) return ["other requests than the lines"];
  return [];
}

function resultsProblems({ ids, lines }: LinesCase, { client }: ExchangeResult): string[] {
  if (client.status !== 200 || !client.ended) return [];
  const rows = client.text().split("\n");
  if (rows.pop() !== "") return ["the last line has no end"];
  const values = rows.map(parse);
  if (values.some((value) => value === undefined)) return ["a line that is no JSON object"];
  if (rows.length !== lines) return [`${lines} lines became ${rows.length}`];
  const got = values.map((value) => value?.["custom_id"]);
  return ids !== undefined && got.join() !== ids.join() ? ["other results than the lines"] : [];
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
