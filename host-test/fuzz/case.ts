/** One case of the fuzzer: everything that an exchange needs, made from a seed and a number alone. */
import { awkwardCuts, randomCuts, type Cut, type HeaderList } from "../host/index.ts";
import { errorTree, message, otherBody } from "./answer.ts";
import { chatRequest } from "./chat_request.ts";
import { streamBody } from "./events.ts";
import { print, type Node, type Spelling } from "./json_tree.ts";
import { mutateBytes, mutateTree } from "./mutate.ts";
import { Random } from "./random.ts";

/** A message as it is sent, with all that varies about the sending. */
export interface FuzzMessage {
  headers: HeaderList;
  /** Undefined: the message has headers only. */
  body: Uint8Array | undefined;
  cut: Cut;
  eos: "separate" | "joined";
  trailers: boolean;
  /** The sender breaks off instead of ending. */
  reset: boolean;
  /** What a body in another framing says as server-sent events, where that is known. */
  meant?: string;
  /** Words of the error that it ends in, which the client must be told. */
  says?: string;
}

export interface FuzzCase {
  name: string;
  /** Which of the configurations of run.ts. */
  config: number;
  request: FuzzMessage;
  /** `gone`: the upstream breaks the connection before it answers. */
  response: FuzzMessage | "gone";
  /** Marks that an accepted request must carry upstream; undefined: the request was damaged. */
  marks: string[] | undefined;
}

/** Number of configurations that chat cases choose from. */
export const CONFIG_COUNT = 6;

const PATHS = ["/v1/chat/completions", "/v1/chat/completions?x=1", "/openai/v1/chat/completions"];
/** None is served: the other surfaces have their own cases, `--surface all`. */
const OTHER_PATHS = [
  "/",
  "/v1/audio/speech",
  "/v1/images/edits",
  "/v1/chat/completions/abc",
  "/v1/embeddings",
  "%",
];
const METHODS = ["GET", "HEAD", "OPTIONS", "DELETE", "PUT", "CONNECT", "post"];

/** The case with this number of the run with this seed. */
export function makeCase(seed: number, index: number): FuzzCase {
  const random = new Random(seed, index);
  const { request, marks } = makeRequest(random);
  const response = random.oneIn(50) ? "gone" : makeResponse(random);
  const config = random.int(CONFIG_COUNT);
  return { name: `seed ${seed} case ${index}`, config, request, response, marks };
}

function spellingOf(random: Random): Spelling | undefined {
  return random.oneIn(2) ? undefined : { random, rarity: random.pick([3, 10, 40]) };
}

/** A chat request as a client sends it, whole or damaged. */
export function makeRequest(random: Random): { request: FuzzMessage; marks: string[] | undefined } {
  const made = chatRequest(random);
  let { tree } = made;
  let marks: string[] | undefined = made.marks;
  for (let count = random.oneIn(2) ? 0 : random.int(4); count > 0; count--) {
    tree = mutateTree(tree, random);
    marks = undefined;
  }
  let body: Uint8Array | undefined = Buffer.from(print(tree, spellingOf(random)));
  if (random.oneIn(8)) {
    body = mutateBytes(body, random);
    marks = undefined;
  }
  if (random.oneIn(60)) body = random.oneIn(2) ? undefined : new Uint8Array(0);
  const request = sending(random, requestHeaders(random, body), body);
  return { request, marks: body === undefined || body.length === 0 ? undefined : marks };
}

function requestHeaders(random: Random, body: Uint8Array | undefined): HeaderList {
  const headers: HeaderList = [
    [":method", random.oneIn(40) ? random.pick(METHODS) : "POST"],
    [":path", random.oneIn(30) ? random.pick(OTHER_PATHS) : random.pick(PATHS)],
    [":authority", "gateway.example"],
    [":scheme", "https"],
    [
      "content-type",
      random.pick(["application/json", "application/json; charset=utf-8", "text/x"]),
    ],
  ];
  if (body !== undefined && random.oneIn(2)) headers.push(["content-length", String(body.length)]);
  for (const [rarity, ...added] of EXTRA_HEADERS) if (random.oneIn(rarity)) headers.push(...added);
  return headers;
}

/** Headers that come along: one time in so many. */
const EXTRA_HEADERS: readonly [number, ...HeaderList][] = [
  [1, ["authorization", "Bearer sk-1"]],
  [8, ["x-api-key", "sk-2"]],
  [90, ["content-encoding", "gzip"]],
  [90, ["content-encoding", "identity"]],
  [60, ["upgrade", "websocket"]],
  [10, ["anthropic-beta", "files-api-2025-04-14"]],
  [10, ["x-stainless-lang", "js"], ["cookie", "a=b"]],
  [80, ...Array.from({ length: 90 }, (_, at): [string, string] => [`x-h-${at}`, "v"])],
];

const STATUSES = [
  "400",
  "401",
  "402",
  "403",
  "404",
  "408",
  "413",
  "422",
  "429",
  "500",
  "529",
  "599",
];
const ODD_STATUSES = ["204", "302", "304", "201"];

/** An answer of any kind. */
export function makeResponse(random: Random): FuzzMessage {
  const kind = random.int(10);
  const headers: HeaderList = [];
  let body: Uint8Array;
  if (kind < 5) {
    headers.push([":status", "200"], ["content-type", "text/event-stream"]);
    body = Buffer.from(streamBody(random, !random.oneIn(3)));
  } else if (kind < 8) {
    headers.push([":status", "200"], ["content-type", "application/json"]);
    body = printed(random, random.oneIn(8) ? errorTree(random) : message(random));
  } else {
    const type = random.pick(["application/json", "text/plain", "text/html"]);
    headers.push([":status", random.pick(STATUSES)], ["content-type", type]);
    body = printed(random, random.oneIn(3) ? otherBody(random) : errorTree(random));
  }
  disturbHeaders(random, headers);
  if (random.oneIn(10)) body = mutateBytes(body, random);
  const hasBody = !random.oneIn(40);
  if (hasBody && random.oneIn(3)) headers.push(["content-length", String(body.length)]);
  return sending(random, headers, hasBody ? body : undefined);
}

function disturbHeaders(random: Random, headers: HeaderList): void {
  if (random.oneIn(30)) headers[0] = [":status", random.pick(ODD_STATUSES)];
  if (random.oneIn(30)) headers[1] = ["content-type", random.pick(["", "TEXT/Event-Stream; x=y"])];
  if (random.oneIn(40)) headers.push(["content-encoding", random.pick(["gzip", "identity"])]);
  if (random.oneIn(2)) headers.push(["request-id", "req_1"]);
  if (random.oneIn(3)) {
    headers.push(["anthropic-ratelimit-requests-limit", "50"]);
    headers.push([
      "anthropic-ratelimit-requests-reset",
      random.pick(["2026-01-01T00:00:30Z", "x"]),
    ]);
    headers.push(["etag", '"1"'], ["anthropic-organization-id", "org"]);
  }
}

function printed(random: Random, node: Node | string): Uint8Array {
  if (typeof node === "string") return Buffer.from(node);
  const spelling = random.oneIn(2) ? undefined : { random, rarity: 6, plainWords: true };
  return Buffer.from(print(random.oneIn(3) ? mutateTree(node, random) : node, spelling));
}

/** A message with a way of sending it drawn from `random`. */
export function sending(
  random: Random,
  headers: HeaderList,
  body: Uint8Array | undefined,
): FuzzMessage {
  return {
    headers,
    body,
    cut: body === undefined ? "whole" : cutOf(random, body),
    eos: random.oneIn(2) ? "separate" : "joined",
    trailers: random.oneIn(12),
    reset: random.oneIn(40),
  };
}

function cutOf(random: Random, body: Uint8Array): Cut {
  switch (random.int(6)) {
    case 0:
    case 1:
      return "whole";
    case 2:
      return body.length < 400 ? 1 : random.pick([7, 31, 97]);
    case 3:
      return awkwardCuts(body).slice(0, 200);
    case 4:
      return [random.int(body.length + 1)];
    default:
      return randomCuts(body.length, random.int(1 << 30));
  }
}
