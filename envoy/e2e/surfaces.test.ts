// Batches, files, models and legacy Completions through the official clients and a real Envoy.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import OpenAI, { toFile } from "openai";
import { describe, expect, test } from "vitest";
import { ensurePackages } from "../../scripts/python.mjs";
import { BatchApi } from "../harness/batch_api.ts";
import { PROTOCOLS } from "../harness/client.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { downloadResults, uploadFile, useSmallBuffers } from "../harness/long_bodies.ts";
import { useRig, type Rig } from "../harness/rig.ts";

const PYTHON_CLIENT = "openai==2.54.0";
const SCRIPT = fileURLToPath(new URL("../harness/surfaces.py", import.meta.url));
const INSTALL_MS = 300_000;
const MOST_REQUESTS = 40;
const FILTER = {
  version: 1,
  profile: {
    provider: { type: "anthropic" },
    auth: { mode: "client" },
    batches: { input_file: "eager" },
  },
};
const MODEL = "claude-haiku-4-5";

function serve(rig: Rig): BatchApi {
  const api = new BatchApi();
  rig.upstream.enqueue(...Array.from({ length: MOST_REQUESTS }, () => api.script));
  return api;
}

function openai(rig: Rig): OpenAI {
  const baseURL = `http://127.0.0.1:${rig.envoy.port}/v1`;
  return new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0, timeout: 20_000 });
}

const line = (custom_id: string, content: string, more: object = {}): string =>
  JSON.stringify({
    custom_id,
    method: "POST",
    url: "/v1/chat/completions",
    body: { model: MODEL, max_tokens: 16, messages: [{ role: "user", content }], ...more },
  });
const INPUT = [line("a", "one"), line("b", "two"), line("c", "three")].join("\n");
const paramsOf = (content: string) => ({
  model: MODEL,
  max_tokens: 16,
  messages: [{ role: "user", content }],
});
const SENT = [
  { custom_id: "a", params: paramsOf("one") },
  { custom_id: "b", params: paramsOf("two") },
  { custom_id: "c", params: paramsOf("three") },
];

interface Line {
  custom_id: string;
  response: { status_code: number; body: OpenAI.ChatCompletion } | null;
}
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split("\n")
    .map((each) => JSON.parse(each) as Line);

describe.each(VERSIONS.flatMap((version) => PROTOCOLS.map((up) => [version, up] as const)))(
  "Envoy %s, upstream %s",
  (version, upstreamProtocol) => {
    const rig = useRig({ version, upstreamProtocol, filter: FILTER });

    test("a batch: uploaded, made, watched, downloaded, stopped", async () => {
      const api = serve(rig());
      const client = openai(rig());
      const input = await client.files.create({
        file: await toFile(Buffer.from(INPUT), "jobs.jsonl"),
        purpose: "batch",
      });
      expect(input).toMatchObject({
        id: "file-in-msgbatch_1",
        bytes: INPUT.length,
        filename: "jobs.jsonl",
      });
      expect(api.batches.get("msgbatch_1")).toEqual(SENT);
      const made = await client.batches.create({
        input_file_id: input.id,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
        metadata: { job: "nightly" },
      });
      expect(made).toMatchObject({
        id: "msgbatch_1",
        metadata: { job: "nightly" },
        input_file_id: input.id,
      });
      const batch = await client.batches.retrieve(made.id);
      expect(batch.status).toBe("completed");
      expect(batch.request_counts).toEqual({ total: 3, completed: 2, failed: 1 });
      const output = linesOf(await (await client.files.content(batch.output_file_id!)).text());
      expect(output.map(({ custom_id }) => custom_id)).toEqual(["a", "b"]);
      expect(output[1]?.response?.body.choices[0]?.message.content).toBe("echo: two");
      const failed = linesOf(await (await client.files.content(batch.error_file_id!)).text());
      expect(failed).toMatchObject([{ custom_id: "c", response: { status_code: 503 } }]);
      expect((await client.batches.cancel(batch.id)).status).toBe("cancelling");
      expect(api.batches.size).toBe(1);
    });

    test("a batch from requests in the body, and lists page by page", async () => {
      const api = serve(rig());
      const client = openai(rig());
      const requests = INPUT.split("\n").map((each) => JSON.parse(each) as object);
      for (let i = 0; i < 3; i++) {
        const body = {
          requests,
          input_file_id: "x",
          endpoint: "/v1/chat/completions",
          completion_window: "24h",
        };
        await client.batches.create(body as unknown as OpenAI.BatchCreateParams);
      }
      expect(api.batches.get("msgbatch_3")).toEqual(SENT);
      const ids: string[] = [];
      for await (const batch of client.batches.list({ limit: 2 })) ids.push(batch.id);
      expect(ids).toEqual(["msgbatch_1", "msgbatch_2", "msgbatch_3"]);
    });

    test("files: stored, listed, read, deleted", async () => {
      const api = serve(rig());
      const client = openai(rig());
      const bytes = Buffer.from([0, 13, 10, 45, 45, 255, ...Buffer.from("hello")]);
      const stored = await client.files.create({
        file: await toFile(bytes, "é.bin"),
        purpose: "user_data",
      });
      await client.files.create({ file: await toFile(bytes, "b.bin"), purpose: "user_data" });
      const form = api.files.get(stored.id)!;
      expect(form.includes(bytes)).toBe(true);
      expect(form.includes("purpose")).toBe(false);
      const ids: string[] = [];
      for await (const file of client.files.list({ limit: 1 })) ids.push(file.id);
      expect(ids).toEqual(["file_1", "file_2"]);
      expect((await client.files.retrieve("file_2")).status).toBe("processed");
      const content = Buffer.from(await (await client.files.content("file_1")).arrayBuffer());
      expect(content.equals(form)).toBe(true);
      expect(await client.files.delete("file_1")).toMatchObject({ id: "file_1", deleted: true });
      await expect(client.files.retrieve("file_9")).rejects.toMatchObject({ status: 404 });
    });

    test("a line that cannot be served makes no batch", async () => {
      const api = serve(rig());
      const text = [line("a", "one"), line("b", "two", { n: 2 })].join("\n");
      const upload = openai(rig()).files.create({
        file: await toFile(Buffer.from(text), "j"),
        purpose: "batch",
      });
      await expect(upload).rejects.toMatchObject({ status: 400, code: "invalid_jsonl_line" });
      expect(api.batches.size).toBe(0);
    });

    test("models and completions", async () => {
      serve(rig());
      const client = openai(rig());
      const ids: string[] = [];
      for await (const model of client.models.list()) ids.push(model.id);
      expect(ids).toEqual([0, 1, 2].map((i) => `anthropic/claude-model-${i}`));
      expect((await client.models.retrieve(ids[1]!)).id).toBe(ids[1]);
      const ask = { model: MODEL, prompt: "hi", max_tokens: 5 };
      const whole = await client.completions.create({ ...ask, echo: true });
      expect(whole.choices[0]?.text).toBe("hiecho: hi");
      let text = "";
      for await (const chunk of await client.completions.create({ ...ask, stream: true }))
        text += chunk.choices[0]?.text ?? "";
      expect(text).toBe("Elbe");
    });
  },
);

describe("bodies that no one holds", () => {
  const rig = useRig({ edit: useSmallBuffers });

  test("results of many lines", () => downloadResults(rig(), 40_000));
  test("a large upload", () => uploadFile(rig(), 96 * 1024 * 1024));
});

describe("the Python client", () => {
  const rig = useRig({ filter: FILTER });

  test("does the same", { timeout: INSTALL_MS }, async () => {
    const python = await ensurePackages(PYTHON_CLIENT.replace("==", "-"), [PYTHON_CLIENT]);
    const api = serve(rig());
    const base = `http://127.0.0.1:${rig().envoy.port}/v1`;
    const child = spawn(python, [SCRIPT, base], { stdio: ["ignore", "pipe", "pipe"] });
    let [seen, problems] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (seen += piece));
    child.stderr.setEncoding("utf8").on("data", (piece: string) => (problems += piece));
    const [code] = (await once(child, "close")) as [number | null];
    expect(problems).toBe("");
    expect(code).toBe(0);
    expect(api.batches.get("msgbatch_1")).toEqual(SENT);
    expect(JSON.parse(seen)).toMatchObject({
      upload: ["file-in-msgbatch_1", expect.any(Number), "jobs.jsonl", "processed"],
      batch: ["msgbatch_1", "completed", 2],
      output: [
        {
          custom_id: "a",
          response: { body: { choices: [{ message: { content: "echo: one" } }] } },
        },
        { custom_id: "b" },
      ],
      errors: [{ custom_id: "c", response: { status_code: 503 } }],
      list: ["msgbatch_1"],
      cancel: "cancelling",
      stored: ["file_1", true],
      files: ["file_1"],
      deleted: true,
      models: [0, 1, 2].map((i) => `anthropic/claude-model-${i}`),
      model: "anthropic/claude-model-1",
      completion: "echo: hi",
      stream: "Elbe",
    });
  });
});
