/** What files, batches, lists, results and paths hold while they pass is given back, wherever they end. */
import { describe, it } from "vitest";
import { exchange, type HeaderList } from "../host/index.ts";
import { HELLO, REPLY } from "../support/filter.ts";
import { open } from "./support.ts";

interface Kind {
  method?: string;
  path: string;
  type?: string;
  body?: string;
  answer: string;
  answerType?: string;
}

const FILE = { id: "file_1", type: "file", filename: "a", size_bytes: 1, created_at: "" };
const BATCH = { id: "msgbatch_1", type: "message_batch", processing_status: "in_progress" };
const LINE = {
  custom_id: "q",
  result: { type: "succeeded", message: { ...REPLY, type: "message" } },
};
const FORM = [
  '--XyZ\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nuser_data\r\n',
  '--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n--XyZ--\r\n',
].join("");
const list = (...data: object[]): string => JSON.stringify({ data, has_more: false });

const KINDS: Record<string, Kind> = {
  "a path with a model": {
    method: "POST",
    path: "/openai/deployments/claude-sonnet-4-5/chat/completions",
    type: "application/json",
    body: JSON.stringify(HELLO),
    answer: JSON.stringify(REPLY),
  },
  "a list of files": { path: "/v1/files?limit=2", answer: list(FILE, FILE) },
  "a list of batches": { path: "/v1/batches", answer: list(BATCH, BATCH) },
  "a list of models": { path: "/v1/models", answer: list({ id: "claude-x", type: "model" }) },
  "a file": { path: "/v1/files/file_1", answer: JSON.stringify(FILE) },
  "an upload": {
    method: "POST",
    path: "/v1/files",
    type: "multipart/form-data; boundary=XyZ",
    body: FORM,
    answer: JSON.stringify(FILE),
  },
  "a batch": {
    method: "POST",
    path: "/v1/batches",
    type: "application/json",
    body: JSON.stringify({ requests: [{ custom_id: "a", params: { ...HELLO, max_tokens: 8 } }] }),
    answer: JSON.stringify(BATCH),
  },
  "results of a batch": {
    path: "/v1/files/file-out-msgbatch_1/content",
    answer: `${JSON.stringify(LINE)}\n`.repeat(3),
    answerType: "application/x-jsonl",
  },
};

function headersOf({ method = "GET", path, type }: Kind): HeaderList {
  return [
    [":method", method],
    [":path", path],
    [":authority", "gateway.test"],
    ["authorization", "Bearer sk-test"],
    ...(type === undefined ? [] : [["content-type", type] as [string, string]]),
  ];
}

describe.each(Object.entries(KINDS))("%s", (_name, kind) => {
  const { host, root } = open();
  const { body, answer, answerType = "application/json" } = kind;
  const half = (text: string): string => text.slice(0, text.length / 2);
  const send = (sent: string | undefined, got: string, broken?: "request" | "response"): void => {
    exchange(host, root, {
      request: {
        headers: headersOf(kind),
        ...(sent !== undefined && { body: sent, cut: 7 }),
        thenReset: broken === "request",
      },
      response: {
        headers: [
          [":status", "200"],
          ["content-type", answerType],
        ],
        body: got,
        cut: 7,
        thenReset: broken === "response",
      },
    });
  };

  it("whole", () => {
    send(body, answer);
    host.assertNothingLeaked();
  });

  it("the upstream breaks off", () => {
    send(body, half(answer), "response");
    host.assertNothingLeaked();
  });

  if (body === undefined) return;
  it("the client breaks off", () => {
    send(half(body), answer, "request");
    host.assertNothingLeaked();
  });
});
