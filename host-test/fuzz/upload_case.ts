/** Uploads: forms that a client could send, forms that are none, and what of an undamaged one must go upstream. */
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import { sending, type FuzzCase } from "./case.ts";
import { mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";
import { anyText } from "./words.ts";

/** An upload, and the body that must go upstream when it is accepted; undefined when that is not known. */
export interface UploadCase extends FuzzCase {
  expected: Buffer | undefined;
}

const BOUNDARIES = ["b7", "XyZ", "----WebKitFormBoundaryAbC012", "a'()+_,-./:=?", "b".repeat(70)];
const NAMES = ["purpose", "expires_after[anchor]", "x", "", "file ", "Filename"];
const HEADS = [
  "Content-Type: application/pdf",
  "X-Odd:  1",
  "Content-Type: text/plain; charset=utf-8",
];
const PIECES = [
  "\r\n",
  "\n",
  "\r",
  "--",
  "\r\n--",
  "x",
  " \t",
  "%PDF-1.7",
  "\0\xff",
  "y".repeat(200),
];
const ANSWER = {
  id: "file_011",
  type: "file",
  filename: "a.pdf",
  mime_type: "application/pdf",
  size_bytes: 12,
  created_at: "2026-03-02T09:15:27.481932Z",
  downloadable: true,
};

/** The case with this number of the run with this seed. */
export function makeUploadCase(seed: number, index: number): UploadCase {
  const random = new Random(seed, index);
  const boundary = random.pick(BOUNDARIES);
  const parts = random.list(3, () => fieldPart(random));
  const file = filePart(random, boundary);
  parts.splice(random.int(parts.length + 1), 0, file);
  const isOdd = random.oneIn(5);
  if (isOdd)
    parts.push(random.oneIn(2) ? filePart(random, boundary) : fieldPart(random, "filename"));
  if (random.oneIn(20)) parts.reverse();
  let body = Buffer.from(formOf(parts, boundary, random), "latin1");
  const isDamaged = random.oneIn(3);
  if (isDamaged) body = Buffer.from(mutateBytes(body, random));
  const expected =
    isOdd || isDamaged ? undefined : Buffer.from(formOf([file], boundary, undefined), "latin1");
  return {
    name: `seed ${seed} case ${index}`,
    config: 0,
    request: sending(random, headersOf(random, boundary, body), body),
    response: sending(random, ANSWER_HEAD, Buffer.from(JSON.stringify(ANSWER))),
    marks: undefined,
    expected,
  };
}

const ANSWER_HEAD: HeaderList = [
  [":status", "200"],
  ["content-type", "application/json"],
];

function headersOf(random: Random, boundary: string, body: Buffer): HeaderList {
  const quoted = /[^\w-]/.test(boundary) || random.oneIn(3) ? `"${boundary}"` : boundary;
  const type = random.pick([
    "multipart/form-data; boundary=",
    "Multipart/Form-Data;x=1; Boundary=",
  ]);
  const headers: HeaderList = [
    [":method", "POST"],
    [":path", "/v1/files"],
    [":authority", "gateway.example"],
    ["authorization", "Bearer sk-1"],
    ["content-type", random.oneIn(60) ? "multipart/form-data" : type + quoted],
  ];
  if (random.oneIn(2)) headers.push(["content-length", String(body.length)]);
  return headers;
}

function part(heads: string[], body: string): string {
  return `${heads.join("\r\n")}\r\n\r\n${body}`;
}

function fieldPart(random: Random, name = random.pick(NAMES)): string {
  const value = random.oneIn(2) ? "user_data" : Buffer.from(anyText(random)).toString("latin1");
  return part([`Content-Disposition: form-data; name="${name}"`], value.replace(/\r?\n--/g, ""));
}

/** A file whose bytes come close to a delimiter and are none. */
function filePart(random: Random, boundary: string): string {
  const heads = ['Content-Disposition: form-data; name="file"; filename="plan.pdf"'];
  if (random.oneIn(2)) heads.push(random.pick(HEADS));
  if (random.oneIn(3)) heads.reverse();
  const pieces = random.list(8, () =>
    random.oneIn(4) ? `\r\n--${boundary.slice(0, -1)}` : random.pick(PIECES),
  );
  const text = pieces.join("");
  return part(heads, text.includes(`--${boundary}`) ? "x" : text);
}

/** A whole form; `random` adds what a reader passes over. */
function formOf(parts: readonly string[], boundary: string, random: Random | undefined): string {
  const rarely = (text: string): string => (random?.oneIn(12) === true ? text : "");
  const inside = parts.map((one) => `--${boundary}${rarely(" \t")}\r\n${one}\r\n`).join("");
  return `${rarely("before\r\n")}${inside}--${boundary}--${rarely("\t")}\r\n${rarely("after")}`;
}

/** What of an accepted upload went upstream must be the file's part and nothing else, byte for byte. */
export function uploadProblems(
  { expected, request }: UploadCase,
  { stream, upstream }: ExchangeResult,
): string[] {
  if (expected === undefined || request.reset || request.trailers) return [];
  const told = request.headers.some(
    ([name, value]) => name === "content-type" && /boundary/i.test(value),
  );
  if (!told) return [];
  if (stream.reply?.origin === "filter" && !upstream.ended) return ["a good upload is refused"];
  const same = Buffer.compare(upstream.body(), expected) === 0;
  return same ? [] : ["another upload than the client's"];
}
