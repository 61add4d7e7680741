/** Every stop reason, whole and streamed. Decided by docs/chat.md, "Stop reason and usage". */
import { describe, expect, test } from "vitest";
import { answer, answerEvents, Filter, HELLO, parseSse, REPLY } from "../support/filter.ts";

const ROWS: [reason: string | null, finish: string, told: boolean][] = [
  ["end_turn", "stop", false],
  ["stop_sequence", "stop", true],
  ["max_tokens", "length", false],
  ["tool_use", "tool_calls", false],
  ["model_context_window_exceeded", "length", true],
  ["compaction", "length", true],
  ["pause_turn", "stop", true],
  ["refusal", "content_filter", true],
  ["tomorrow", "stop", true],
  [null, "stop", false],
];

interface Ended {
  choices: { finish_reason: string | null }[];
  anthropic?: { stop_reason?: string };
}

const filter = Filter.load();

describe.each(ROWS)("%s", (reason, finish, told) => {
  const extension = told ? { stop_reason: reason } : undefined;

  test("whole", () => {
    const { client } = filter.chat(HELLO, answer({ ...REPLY, stop_reason: reason }));
    const body = client.json() as Ended;
    expect(body.choices[0]?.finish_reason).toBe(finish);
    expect(body.anthropic).toEqual(extension);
    expect(client.status).toBe(200);
  });

  test("streamed", () => {
    const events = [
      { type: "message_start", message: { id: "m", model: "m" } },
      { type: "message_delta", delta: { stop_reason: reason } },
      { type: "message_stop" },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    const { client } = filter.chat({ ...HELLO, stream: true }, answerEvents(events.join("")));
    const items = parseSse(client.text()) as { data: string }[];
    expect(items.at(-1)?.data).toBe("[DONE]");
    const chunks = items.slice(0, -1).map(({ data }) => JSON.parse(data) as Ended);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(finish);
    expect(chunks.at(-1)?.anthropic).toEqual(extension);
  });
});
