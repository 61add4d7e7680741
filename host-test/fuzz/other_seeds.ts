/** Exchanges of the surfaces whose cases are no folders of fixtures: models, files, batches, completions. */
import type { HeaderList } from "../host/index.ts";
import type { Seed } from "./seeds.ts";

/** How an exchange is written down here. */
interface Written {
  method?: string;
  path: string;
  type?: string;
  body?: unknown;
  answer: unknown;
  answerType?: string;
  settings?: Record<string, unknown>;
}

const MODEL = "claude-haiku-4-5";
const TIME = "2026-03-02T09:15:27.481932Z";
const MODELS = {
  data: [
    { type: "model", id: "claude-opus-4-5", display_name: "O", created_at: TIME },
    { type: "model", id: MODEL, display_name: "H", created_at: TIME, max_tokens: 64000 },
  ],
  has_more: true,
  first_id: "claude-opus-4-5",
  last_id: MODEL,
};
const FILE = {
  id: "file_011",
  type: "file",
  filename: "a.pdf",
  mime_type: "application/pdf",
  size_bytes: 12,
  created_at: TIME,
  downloadable: true,
};
const BATCH = {
  id: "msgbatch_01",
  type: "message_batch",
  processing_status: "ended",
  request_counts: { processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 0 },
  ended_at: TIME,
  created_at: TIME,
  expires_at: TIME,
  archived_at: null,
  cancel_initiated_at: null,
  results_url: "https://api.anthropic.com/v1/messages/batches/msgbatch_01/results",
};
const MESSAGE = {
  id: "msg_01",
  type: "message",
  role: "assistant",
  model: MODEL,
  content: [
    { type: "text", text: "yo \u20ac" },
    { type: "tool_use", id: "toolu_1", name: "f", input: { a: [1.0, "\n"] } },
  ],
  stop_reason: "tool_use",
  stop_sequence: null,
  usage: { input_tokens: 8, output_tokens: 3 },
};
const RESULTS = [
  { custom_id: "q-1", result: { type: "succeeded", message: MESSAGE } },
  {
    custom_id: "q-2",
    result: {
      type: "errored",
      error: { type: "error", error: { type: "invalid_request_error", message: "no" } },
    },
  },
  { custom_id: "q-3", result: { type: "expired" } },
];
const LINE = {
  custom_id: "q-1",
  method: "POST",
  url: "/v1/chat/completions",
  body: { model: MODEL, max_tokens: 8, messages: [{ role: "user", content: "hi" }] },
};
const PARTS = ["purpose", "expires_after[anchor]"].map(
  (name) => `--b7\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nbatch\r\n`,
);
const UPLOAD = [
  ...PARTS,
  '--b7\r\nContent-Disposition: form-data; name="file"; filename="jobs.jsonl"\r\n',
  "Content-Type: application/jsonl\r\n\r\n",
  `${JSON.stringify(LINE)}\n${JSON.stringify({ ...LINE, custom_id: "q-2" })}\r\n`,
  "--b7--\r\n",
].join("");
const MULTIPART = "multipart/form-data; boundary=b7";
const EAGER = { batches: { input_file: "eager" } };

const WRITTEN: readonly Written[] = [
  { path: "/v1/models", answer: MODELS },
  { path: "/v1/models?limit=2&after_id=claude-opus-4-5", answer: MODELS },
  { path: `/v1/models/${MODEL}`, answer: MODELS.data[1] },
  { method: "DELETE", path: `/v1/models/${MODEL}`, answer: {} },
  { path: "/v1/files?limit=3&order=asc", answer: { ...MODELS, data: [FILE, FILE] } },
  { path: "/v1/files/file_011", answer: FILE },
  { path: "/v1/files/file_011/content", answer: "%PDF-1.4 ...", answerType: "application/pdf" },
  {
    method: "DELETE",
    path: "/v1/files/file_011",
    answer: { id: "file_011", type: "file_deleted" },
  },
  { method: "POST", path: "/v1/files", type: MULTIPART, body: UPLOAD, answer: FILE },
  {
    method: "POST",
    path: "/v1/files",
    type: MULTIPART,
    body: UPLOAD,
    answer: BATCH,
    settings: EAGER,
  },
  {
    method: "POST",
    path: "/v1/batches",
    body: { endpoint: "/v1/chat/completions", completion_window: "24h", requests: [LINE, LINE] },
    answer: BATCH,
  },
  { path: "/v1/batches", answer: { ...MODELS, data: [BATCH, BATCH] } },
  { path: "/v1/batches/msgbatch_01", answer: BATCH },
  { method: "POST", path: "/v1/batches/msgbatch_01/cancel", answer: BATCH },
  ...["file-out-msgbatch_01", "file-err-msgbatch_01", "msgbatch_01"].map((id) => ({
    path: `/v1/files/${id}/content`,
    answer: RESULTS.map((line) => `${JSON.stringify(line)}\n`).join(""),
    answerType: "application/x-jsonl",
  })),
  {
    method: "POST",
    path: "/v1/completions",
    body: { model: MODEL, prompt: ["\n\nHuman: hi\n\nAssistant: a"], max_tokens: 9, echo: true },
    answer: MESSAGE,
  },
];

/** All of them, in a fixed order. */
export function otherSeeds(): Seed[] {
  return WRITTEN.map(({ method = "GET", path, type, body, answer, answerType, settings = {} }) => {
    const typed: HeaderList =
      body === undefined ? [] : [["content-type", type ?? "application/json"]];
    return {
      name: `${method} ${path}`,
      settings,
      request: {
        headers: [
          [":method", method],
          [":path", path],
          [":authority", "gateway.test"],
          ["authorization", "Bearer sk-test"],
          ...typed,
        ],
        body: body === undefined ? undefined : bytes(body),
      },
      response: {
        headers: [
          [":status", "200"],
          ["content-type", answerType ?? "application/json"],
        ],
        body: bytes(answer),
      },
    };
  });
}

function bytes(value: unknown): Buffer {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}
