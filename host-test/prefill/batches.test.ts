// Assistant turns at the end of the requests of a batch: each is asked about by itself; one that is refused refuses the batch.
import { describe, expect, test } from "vitest";
import type { ExchangeResult } from "../host/index.ts";
import { ask, type Asked, filterWith } from "../surfaces/support.ts";
import { ending, PREFILL, QUESTION, REFUSING } from "./support.ts";

const BATCH = {
  id: "msgbatch_1",
  type: "message_batch",
  processing_status: "in_progress",
  request_counts: { processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  created_at: "2026-03-02T09:15:27.481932Z",
  expires_at: "2026-03-03T09:15:27.481932Z",
};
const EAGER = { batches: { input_file: "eager" } };
const body = (messages: unknown[]) => ({
  model: REFUSING,
  max_tokens: 8,
  stop: ["of"],
  messages,
});
const line = (custom_id: string, messages: unknown[]) => ({
  custom_id,
  method: "POST",
  url: "/v1/chat/completions",
  body: body(messages),
});
const LINES = [
  line("a", ending()),
  line("b", [QUESTION]),
  { custom_id: "c", params: { model: REFUSING, max_tokens: 8, messages: ending("{") } },
  line("d", ending(" ")),
];

/** The two ways to make a batch: requests in the body, and an uploaded file. */
const WAYS: Record<
  string,
  (lines: unknown[], settings: Record<string, unknown>) => ExchangeResult
> = {
  inline: (requests, settings) =>
    ask({ method: "POST", path: "/v1/batches", body: { requests }, answer: BATCH, settings }),
  upload: (lines, settings) => ask(uploadOf(lines, settings)),
};

function uploadOf(lines: unknown[], settings: Record<string, unknown>): Asked {
  const file = lines.map((each) => JSON.stringify(each)).join("\n");
  const part = (head: string, text: string) =>
    `--b7\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  return {
    method: "POST",
    path: "/v1/files",
    headers: [["content-type", "multipart/form-data; boundary=b7"]],
    body: `${part('name="purpose"', "batch")}${part('name="file"; filename="j.jsonl"', file)}--b7--\r\n`,
    answer: BATCH,
    settings: { ...settings, ...EAGER },
  };
}

const messagesOf = ({ upstream }: ExchangeResult) =>
  (
    upstream.json() as { requests: { params: { messages: { content: unknown }[] } }[] }
  ).requests.map(({ params }) => params.messages);

describe.each(Object.entries(WAYS))("%s", (name, send) => {
  test("each request by itself, and each is counted", () => {
    // A configuration of its own, so that its counters are.
    const settings = { prefill: { mode: "strip" }, models: { allow: ["claude-*", name] } };
    const made = send(LINES, settings);
    expect(messagesOf(made)).toEqual([[QUESTION], [QUESTION], [QUESTION], [QUESTION]]);
    expect(made.client.header("x-bridge-prefill")).toBe("empty-dropped");
    const all = filterWith(name === "upload" ? { ...settings, ...EAGER } : settings);
    const counted = Object.entries(all.host.metrics.nonZero()).flatMap(([metric, value]) => {
      const [, action, kind] =
        /^bridge_prefill_total\.action\.=(\w+);\.kind\.=(\w+);/.exec(metric) ?? [];
      return action === undefined ? [] : [`${action}/${String(kind)} ${value}`];
    });
    expect(counted.sort()).toEqual(["drop_empty/empty 1", "strip/json 1", "strip/text 1"]);
  });

  test("an instruction; results are not searched, so stop sequences stay with the upstream", () => {
    const made = send(LINES.slice(0, 1), { prefill: { mode: "reframe" } });
    const [messages] = messagesOf(made);
    expect(messages).toHaveLength(1);
    expect(JSON.stringify(messages)).toContain(`<response_start>${PREFILL}</response_start>`);
    expect(made.upstream.text()).toContain('"stop_sequences":["of"]');
  });

  test("one that is rejected refuses the batch, and is named", () => {
    const made = send([line("x", [QUESTION]), ...LINES], { prefill: { mode: "reject" } });
    expect(made.client.status).toBe(400);
    const { error } = made.client.json() as { error: Record<string, string> };
    expect(error["message"]).toContain("does not support assistant message prefill");
    expect(`${error["param"]} ${error["message"]}`).toMatch(/requests\[1\]|line 2/i);
    expect(made.upstream.ended).toBe(false);
  });

  test("the default lets it pass, without the white space that the API refuses", () => {
    const [first, , third] = messagesOf(send(LINES, {}));
    expect(first?.at(-1)).toEqual({ role: "assistant", content: PREFILL.trimEnd() });
    expect(third).toEqual(ending("{"));
  });
});
