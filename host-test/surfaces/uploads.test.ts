/** Uploads: the form goes through window by window. Decided by docs/files.md, "Upload". */
import { describe, expect, test } from "vitest";
import type { Cut, ExchangeResult } from "../host/index.ts";
import { ask, type Asked } from "./support.ts";

const PLAN = {
  id: "file_011Abc",
  type: "file",
  filename: "plan.pdf",
  mime_type: "application/pdf",
  size_bytes: 48213,
  created_at: "2026-01-20T12:30:45.123456Z",
  downloadable: false,
};
const TYPE = "multipart/form-data; boundary=XyZ";
const FILE = [
  'Content-Disposition: form-data; name="file"; filename="plan.pdf"',
  "Content-Type: application/pdf",
];
const field = (name: string, value: string): [string[], string] => [
  [`Content-Disposition: form-data; name="${name}"`],
  value,
];
type Part = [heads: string[], body: string];

const form = (parts: Part[], boundary = "XyZ", end = "\r\n") =>
  parts
    .map(([heads, body]) => `--${boundary}\r\n${heads.join("\r\n")}\r\n\r\n${body}\r\n`)
    .join("") + `--${boundary}--${end}`;

function upload(
  body: string | Buffer,
  more: Partial<Asked> & { type?: string } = {},
): ExchangeResult {
  const { type = TYPE, headers = [], ...rest } = more;
  return ask({
    method: "POST",
    path: "/v1/files",
    headers: [["content-type", type], ...headers],
    body: Buffer.from(body),
    answer: PLAN,
    ...rest,
  });
}

/** Every single cut, and windows of a few sizes. */
function cutsOf(length: number): Cut[] {
  return [1, 2, 3, 7, ...Array.from({ length: length - 1 }, (_, at) => [at + 1])];
}

describe("the worked example", () => {
  const sent = form([field("purpose", "user_data"), [FILE, "%PDF-1.7 …bytes…"]]);
  const expected = form([[FILE, "%PDF-1.7 …bytes…"]]);

  test("upstream, at every cut", () => {
    for (const requestCut of cutsOf(Buffer.from(sent).length)) {
      const { upstream } = upload(sent, { requestCut });
      expect(upstream.text()).toBe(expected);
    }
  });

  test("headers and answer", () => {
    const { upstream, client } = upload(sent, {
      headers: [["content-length", String(Buffer.from(sent).length)]],
    });
    expect(upstream.header(":path")).toBe("/v1/files");
    expect(upstream.header("content-type")).toBe(TYPE);
    expect(upstream.header("content-length")).toBeUndefined();
    expect(upstream.header("anthropic-beta")).toBe("files-api-2025-04-14");
    expect(upstream.header("x-api-key")).toBe("sk-test");
    expect(client.text()).toBe(
      '{"id":"file_011Abc","object":"file","bytes":48213,"created_at":1768912245,"filename":"plan.pdf","purpose":"batch","status":"processed","expires_at":null,"status_details":null,"content_type":"application/pdf","downloadable":false}',
    );
  });
});

describe("the file stays as it is", () => {
  const bodies: [string, string][] = [
    ["empty", ""],
    ["line ends", "\r\n\r\n\n\r"],
    ["carriage returns at its end", "x\r\r\r"],
    ["beginnings of the delimiter", "\r\n--XyZ0\r\n--XyZ-0\r\n--XyZ \tx\r\n--Xy\r\n--XyZ\r x"],
    ["the boundary without its line end", "x--XyZ--\r\ny--XyZ\r\n"],
    ["all bytes", String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))],
    ["white space that is too long", `\r\n--XyZ${" ".repeat(100)}\r\n`],
  ];
  test.each(bodies)("%s, at every cut", (_, text) => {
    const bytes = Buffer.from(form([field("purpose", "batch"), [FILE, text]]), "latin1");
    const expected = Buffer.from(form([[FILE, text]]), "latin1");
    for (const requestCut of cutsOf(bytes.length))
      expect(Buffer.compare(upload(bytes, { requestCut }).upstream.body(), expected)).toBe(0);
  });

  test("its head, too", () => {
    const heads = [
      "X-Odd:  1",
      'content-disposition:form-data ;filename="a;\\"b\\".txt" ; name=file',
      "Content-Type: text/plain; charset=utf-8",
    ];
    expect(upload(form([[heads, "x"]])).upstream.text()).toBe(form([[heads, "x"]]));
  });
});

describe("forms", () => {
  test.each([
    ['multipart/form-data; boundary="XyZ"', "XyZ"],
    ["Multipart/Form-Data;charset=utf-8; Boundary=XyZ ; x=1", "XyZ"],
    ['multipart/form-data; boundary="a b:c"', "a b:c"],
    [`multipart/form-data; boundary=${"b".repeat(70)}`, "b".repeat(70)],
  ])("%s", (type, boundary) => {
    const parts: Part[] = [field("purpose", "x"), [FILE, "y"]];
    const { upstream } = upload(form(parts, boundary), { type });
    expect(upstream.text()).toBe(form([[FILE, "y"]], boundary));
    expect(upstream.header("content-type")).toBe(type);
  });

  test.each<[name: string, sent: string]>([
    ["a preamble and an epilogue", `before\r\n${form([[FILE, "x"]])}after\r\n--XyZ\r\n`],
    ["no last line end", form([[FILE, "x"]], "XyZ", "")],
    ["white space behind delimiters", form([[FILE, "x"]]).replace("--XyZ\r\n", "--XyZ \t\r\n")],
    ["the file first", form([[FILE, "x"], field("purpose", "batch"), field("filename", "late")])],
    [
      "fields of other names",
      form([
        field("expires_after[anchor]", "created_at"),
        field("expires_after[seconds]", "3600"),
        [FILE, "x"],
        field("x", "y".repeat(9999)),
      ]),
    ],
    [
      "a part without a name",
      form([
        [["X: y"], "z"],
        [FILE, "x"],
      ]),
    ],
    [
      "a part without a head",
      form([
        [[], "z"],
        [FILE, "x"],
      ]).replace("--XyZ\r\n\r\n\r\n", "--XyZ\r\n\r\n"),
    ],
  ])("%s, at every cut", (_, sent) => {
    for (const requestCut of cutsOf(sent.length))
      expect(upload(sent, { requestCut }).upstream.text()).toBe(form([[FILE, "x"]]));
  });

  const named = (name: string) => [
    `Content-Disposition: form-data; name="file"; filename="${name}"`,
  ];
  const bare = ['Content-Disposition: form-data; name="file"', "X: y"];
  test.each<[name: string, sent: Part[], upstream: string[]]>([
    ["no name at all", [[bare, "x"]], [`${bare[0]!}; filename="file"`, "X: y"]],
    [
      "a field with the name",
      [field("filename", "n.txt"), [bare, "x"]],
      [`${bare[0]!}; filename="n.txt"`, "X: y"],
    ],
    [
      "a field with another name",
      [field("filename", "n.txt"), [named("a.txt"), "x"]],
      named("n.txt"),
    ],
    [
      "a name of 255 bytes",
      [field("filename", "n".repeat(255)), [named("a"), "x"]],
      named("n".repeat(255)),
    ],
  ])("%s", (_, sent, upstream) => {
    expect(upload(form(sent)).upstream.text()).toBe(form([[upstream, "x"]]));
  });
});

test("a time of expiry is named, because it is lost", () => {
  const expires = [
    field("expires_after[anchor]", "created_at"),
    field("expires_after[seconds]", "3600"),
  ];
  const { client } = upload(form([...expires, [FILE, "x"]]));
  expect(client.header("x-bridge-adapted")).toBe("dropped:expires_after");
  expect(upload(form([[FILE, "x"]])).client.header("x-bridge-adapted")).toBeUndefined();
});

describe("refused", () => {
  test.each([
    ["JSON", "application/json"],
    ["no boundary", "multipart/form-data"],
    ["an empty boundary", "multipart/form-data; boundary="],
    ["a boundary of 71 letters", `multipart/form-data; boundary=${"b".repeat(71)}`],
    ["another multipart type", "multipart/mixed; boundary=XyZ"],
  ])("%s, from the headers alone", (_, type) => {
    const { upstream, client } = upload(form([[FILE, "x"]]), { type });
    expect(upstream.headers).toBeUndefined();
    expect(client.status).toBe(400);
    expect(client.json()).toMatchObject({ error: { param: "file", code: "invalid_value" } });
  });

  test("no body", () => {
    const { client } = ask({
      method: "POST",
      path: "/v1/files",
      headers: [["content-type", TYPE]],
    });
    expect(client.status).toBe(400);
  });

  test("a compressed body", () => {
    const headers: [string, string][] = [["content-encoding", "gzip"]];
    expect(upload("x", { headers }).client.status).toBe(415);
  });

  test.each<[name: string, sent: string, param: string]>([
    ["no file", form([field("purpose", "batch")]), "file"],
    [
      "two files",
      form([
        [FILE, "x"],
        [FILE, "y"],
      ]),
      "file",
    ],
    ["no end", form([[FILE, "x"]]).replace("--XyZ--", "--XyZ"), "file"],
    ["cut off", form([[FILE, "xxxxxx"]]).slice(0, -12), "file"],
    ["no form", "hello", "file"],
    ["a head above 8 KiB", form([[[`X: ${"y".repeat(8200)}`, ...FILE], "x"]]), "file"],
    ["a name of 256 bytes", form([field("filename", "n".repeat(256)), [FILE, "x"]]), "filename"],
    ["a name with a quote", form([field("filename", 'a"; x="'), [FILE, "x"]]), "filename"],
    ["a name with a line end", form([field("filename", "a\r\nX: y"), [FILE, "x"]]), "filename"],
  ])("%s", (_, sent, param) => {
    for (const requestCut of ["whole", 50] as const) {
      const { client } = upload(sent, { requestCut });
      expect(client.status).toBe(400);
      expect(client.json()).toMatchObject({ error: { param } });
    }
  });

  test.each(["vertex", "bedrock", "databricks"])("%s keeps no files", (type) => {
    const place =
      type === "vertex"
        ? { region: "global", project: "p" }
        : type === "bedrock"
          ? { region: "us-east-1" }
          : {};
    const { upstream, client } = upload(form([[FILE, "x"]]), {
      settings: { provider: { type, ...place } },
    });
    expect(upstream.headers).toBeUndefined();
    expect(client.json()).toMatchObject({ error: { code: "unsupported_operation" } });
  });

  test("an error of the upstream", () => {
    const answer = { type: "error", error: { type: "request_too_large", message: "500 MB" } };
    const { client } = upload(form([[FILE, "x"]]), { status: 413, answer });
    expect(client.status).toBe(413);
    expect(client.json()).toMatchObject({ error: { message: "500 MB" } });
  });
});

test("a large file needs no memory", () => {
  const body = form([[FILE, "\r\n--Xy".repeat(300_000)]]);
  const { upstream } = upload(body, {
    requestCut: 16384,
    settings: { limits: { max_request_bytes: 1024 } },
  });
  expect(upstream.body().length).toBe(body.length);
});
