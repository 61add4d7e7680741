/** An uploaded input of a batch makes the batch. Decided by docs/batches.md, "Uploaded input". */
import { describe, expect, test } from "vitest";
import type { Cut, ExchangeResult } from "../host/index.ts";
import { ask, type Asked } from "./support.ts";

const MODEL = "claude-haiku-4-5";
const BATCH = {
  id: "msgbatch_01Jo",
  type: "message_batch",
  processing_status: "in_progress",
  request_counts: { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  created_at: "2026-03-02T09:15:27.481932Z",
  expires_at: "2026-03-03T09:15:27.481932Z",
};
const FILE = {
  id: "file_1",
  type: "file",
  filename: "jobs.jsonl",
  mime_type: "x",
  size_bytes: 1,
  created_at: "2026-01-20T12:30:45Z",
};
const EAGER = { batches: { input_file: "eager" } };

const request = (
  custom_id: string,
  content: string,
  more: object = {},
  url = "/v1/chat/completions",
) =>
  JSON.stringify({
    custom_id,
    method: "POST",
    url,
    body: { model: MODEL, max_tokens: 16, messages: [{ role: "user", content }], ...more },
  });
const LINES = [request("q-1", "hi"), request("q-2", "yo")];
const sentFor = (...contents: string[]) =>
  `{"requests":[${contents
    .map(
      (content, i) =>
        `{"custom_id":"q-${String(i + 1)}","params":{"model":"${MODEL}","max_tokens":16,"messages":[{"role":"user","content":"${content}"}]}}`,
    )
    .join(",")}]}`;
const UPSTREAM = sentFor("hi", "yo");

const field = (name: string, value: string) =>
  `--b7\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (text: string, name = "jobs.jsonl") =>
  `--b7\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/jsonl\r\n\r\n${text}\r\n`;
const END = "--b7--\r\n";
const PURPOSE = field("purpose", "batch");

function upload(body: string, more: Partial<Asked> = {}): ExchangeResult {
  return ask({
    method: "POST",
    path: "/v1/files",
    headers: [["content-type", "multipart/form-data; boundary=b7"]],
    body: Buffer.from(body),
    answer: BATCH,
    settings: EAGER,
    ...more,
  });
}
const error = ({ client }: ExchangeResult) =>
  (client.json() as { error: Record<string, unknown> }).error;

/** Every single cut, and windows of a few sizes. */
function cutsOf(length: number): Cut[] {
  return [1, 2, 3, 7, 100, ...Array.from({ length: length - 1 }, (_, at) => [at + 1])];
}

describe("the upload is the batch", () => {
  const sent = PURPOSE + file(LINES.join("\n")) + END;

  test("the worked example, at every cut", () => {
    for (const requestCut of cutsOf(sent.length)) {
      const { upstream, client } = upload(sent, { requestCut });
      expect(upstream.text()).toBe(UPSTREAM);
      expect(client.text()).toBe(
        `{"id":"file-in-msgbatch_01Jo","object":"file","bytes":${String(LINES.join("\n").length)},"created_at":1772442927,"filename":"jobs.jsonl","purpose":"batch","status":"processed","expires_at":1774948527,"status_details":null}`,
      );
    }
  });

  test("headers", () => {
    const { upstream } = upload(sent);
    expect(upstream.header(":path")).toBe("/v1/messages/batches");
    expect(upstream.header("content-type")).toBe("application/json");
    expect(upstream.header("content-length")).toBeUndefined();
    expect(upstream.header("anthropic-beta")).toBeUndefined();
    expect(upstream.header("x-api-key")).toBe("sk-test");
  });

  test.each<[name: string, sent: string]>([
    ["the file first, told by its first line", file(LINES.join("\n")) + PURPOSE + END],
    ["without a purpose", file(LINES.join("\n")) + END],
    [
      "CRLF, blank lines, a last line end",
      PURPOSE + file(`\r\n${LINES.join("\r\n\r\n")}\r\n`) + END,
    ],
    ["a mark of the encoding", file(`\ufeff${LINES.join("\n")}`) + PURPOSE + END],
    ["other fields", field("expires_after[anchor]", "x") + PURPOSE + file(LINES.join("\n")) + END],
  ])("%s", (_, body) => {
    for (const requestCut of ["whole", 1, 50] as Cut[])
      expect(upload(body, { requestCut }).upstream.text()).toBe(UPSTREAM);
  });

  test("names of the file", () => {
    const name = (body: string) => (upload(body).client.json() as { filename: string }).filename;
    expect(name(PURPOSE + file(LINES[0]!, "é.jsonl") + END)).toBe("é.jsonl");
    expect(name(PURPOSE + field("filename", "n") + file(LINES[0]!) + END)).toBe("n");
    expect(name(PURPOSE + file(LINES[0]!).replace('; filename="jobs.jsonl"', "") + END)).toBe(
      "msgbatch_01Jo_input.jsonl",
    );
  });

  test("its form is in the id", () => {
    const line = JSON.stringify({
      custom_id: "a",
      url: "/v1/responses",
      body: { model: MODEL, input: "hi" },
    });
    expect(upload(PURPOSE + file(line) + END).client.json()).toMatchObject({
      id: "file-in-batch_resp_msgbatch_01Jo",
    });
  });

  test("what the lines lost is named", () => {
    const body = PURPOSE + file([LINES[0]!, request("q-2", "yo", { seed: 1 })].join("\n")) + END;
    expect(upload(body).client.header("x-bridge-adapted")).toBe("dropped:seed");
  });

  test("a beta that a line needs must be in the header", () => {
    const body =
      PURPOSE +
      file(
        request("q-1", "hi", { mcp_servers: [{ type: "url", url: "https://x.test", name: "n" }] }),
      ) +
      END;
    const refused = upload(body);
    expect(refused.client.status).toBe(400);
    expect(error(refused)["message"]).toMatch(/^Line 1: .*mcp-client-/);
    const token = /mcp-client-[0-9-]+/.exec(String(error(refused)["message"]))![0];
    const headers: [string, string][] = [
      ["content-type", "multipart/form-data; boundary=b7"],
      ["anthropic-beta", token],
    ];
    expect(upload(body, { headers }).client.status).toBe(200);
  });
});

describe("the upload is a file", () => {
  const stored = (body: string, more: Partial<Asked> = {}) =>
    upload(body, { answer: FILE, ...more });

  test.each<[name: string, sent: string]>([
    ["of another purpose", field("purpose", "user_data") + file(LINES.join("\n")) + END],
    ["that is no JSON", file("hello\nworld") + END],
    ["that is other JSON", file('{"custom_id":"a"}\n') + END],
    ["that is empty", file("") + END],
    ["whose first line is long", file(`${"x".repeat(70_000)}\n`) + END],
  ])("%s", (_, body) => {
    for (const requestCut of ["whole", 1000] as Cut[]) {
      const { upstream, client } = stored(body, { requestCut });
      expect(upstream.header(":path")).toBe("/v1/files");
      expect(upstream.header("anthropic-beta")).toBe("files-api-2025-04-14");
      expect(upstream.header("content-type")).toBe("multipart/form-data; boundary=b7");
      expect(upstream.text()).toBe(body.slice(body.indexOf(file("").slice(0, 60))));
      expect(client.json()).toMatchObject({ id: "file_1" });
    }
  });

  test("where the provider has no batches", () => {
    const settings = { ...EAGER, provider: { type: "azure", resource: "res" } };
    const { upstream } = stored(PURPOSE + file(LINES[0]!) + END, { settings });
    expect(upstream.header(":path")).toBe("/anthropic/v1/files");
  });

  test("where headers cannot wait", () => {
    const { upstream } = stored(PURPOSE + file(LINES[0]!) + END, { settings: {} });
    expect(upstream.header(":path")).toBe("/v1/files");
  });
});

describe("refused, and nothing exists", () => {
  test.each<[name: string, sent: string, param: string, message: RegExp]>([
    ["a bad second line", PURPOSE + file([LINES[0]!, "x"].join("\n")) + END, "file", /^Line 2: /],
    [
      "a blank line counts",
      PURPOSE + file([LINES[0]!, "", "{}"].join("\n")) + END,
      "file",
      /^Line 3: /,
    ],
    [
      "a line whose request cannot be served",
      PURPOSE + file(request("a", "x", { n: 2 })) + END,
      "file",
      /^Line 1: .*'n'/,
    ],
    [
      "a line of another form",
      PURPOSE + file([LINES[0]!, request("a", "x", {}, "/v1/responses")].join("\n")) + END,
      "file",
      /^Line 2: /,
    ],
    [
      "betas of a line",
      PURPOSE + file(request("a", "x", { betas: ["b"] })) + END,
      "file",
      /^Line 1: .*'betas'/,
    ],
    ["no lines", PURPOSE + file("\n\n") + END, "file", /file/],
    [
      "another purpose behind",
      file(LINES.join("\n")) + field("purpose", "user_data") + END,
      "purpose",
      /purpose/,
    ],
    ["no end", PURPOSE + file(LINES.join("\n")), "file", /form/],
  ])("%s", (_, body, param, message) => {
    for (const requestCut of ["whole", 200] as Cut[]) {
      const result = upload(body, { requestCut });
      expect(result.client.status).toBe(400);
      expect(error(result)).toMatchObject({
        param,
        message: expect.stringMatching(message) as string,
      });
      expect(result.upstream.ended).toBe(false);
    }
  });

  test("a line above the limit, and one at it", () => {
    const body = PURPOSE + file(LINES.join("\n")) + END;
    const at = (max_request_bytes: number) =>
      upload(body, { settings: { ...EAGER, limits: { max_request_bytes } } });
    expect(at(LINES[0]!.length).client.status).toBe(200);
    const refused = at(LINES[0]!.length - 1);
    expect(refused.client.status).toBe(413);
    expect(error(refused)["message"]).toMatch(/^Line 1: /);
  });
});

describe("the batch of an upload", () => {
  const make = (
    input_file_id: string,
    more: object = {},
    settings: Record<string, unknown> = EAGER,
  ) =>
    ask({
      method: "POST",
      path: "/v1/batches",
      body: { input_file_id, ...more },
      answer: BATCH,
      settings,
    });

  test("is asked for instead of made", () => {
    const { upstream, client } = make("file-in-msgbatch_01Jo", {
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      metadata: { a: "b" },
    });
    expect(upstream.header(":method")).toBe("GET");
    expect(upstream.header(":path")).toBe("/v1/messages/batches/msgbatch_01Jo");
    expect(upstream.header("content-type")).toBeUndefined();
    expect(upstream.header("content-length")).toBe("0");
    expect(upstream.body()).toHaveLength(0);
    expect(client.json()).toMatchObject({
      id: "msgbatch_01Jo",
      input_file_id: "file-in-msgbatch_01Jo",
      metadata: { a: "b" },
      status: "in_progress",
    });
  });

  test("keeps its form", () => {
    expect(
      make("file-in-batch_resp_msgbatch_01Jo", { endpoint: "/v1/responses" }).client.json(),
    ).toMatchObject({
      id: "batch_resp_msgbatch_01Jo",
      endpoint: "/v1/responses",
    });
    const refused = make("file-in-batch_resp_msgbatch_01Jo", { endpoint: "/v1/chat/completions" });
    expect(refused.client.status).toBe(400);
    expect(error(refused)).toMatchObject({ param: "endpoint" });
  });

  test.each([
    "file_1",
    "file-out-msgbatch_1",
    "file-in-../x",
    "file-in-",
    "file-in-..",
    "msgbatch_1",
  ])("%s is none", (id) => {
    const { upstream, client } = make(id);
    expect(upstream.headers).toBeUndefined();
    expect(client.json()).toMatchObject({ error: { param: "input_file_id" } });
  });
});

test("a large input needs no memory", () => {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    request(`id-${String(i)}`, "x".repeat(100)),
  );
  const body = PURPOSE + file(lines.join("\n")) + END;
  const settings = { ...EAGER, limits: { max_request_bytes: 1024 } };
  const { upstream } = upload(body, { requestCut: 16384, settings });
  expect((upstream.json() as { requests: unknown[] }).requests).toHaveLength(20_000);
});
