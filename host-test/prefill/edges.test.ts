// Edge cases of assistant turns at the end, each a row of the table in docs/prefill.md.
import { describe, expect, test } from "vitest";
import { answer, Filter, withProfile } from "../support/filter.ts";
import { ask, ending, inputOf, PREFILL, QUESTION } from "./support.ts";

const strip = { mode: "strip" };
const reframe = { mode: "reframe" };

describe("what a chat message may have besides its text", () => {
  const endsWith = (message: object) => [QUESTION, { role: "assistant", ...message }];

  test.each([
    ["a refusal", { content: null, refusal: "I will not" }, "I will not"],
    ["a refusal part", { content: [{ type: "refusal", refusal: "No" }] }, "No"],
    ["a name", { content: "So", name: "bot" }, "So"],
    ["audio", { content: "So", audio: { id: "audio_1" } }, "So"],
    ["annotations", { content: "So", annotations: [] }, "So"],
    ["another vendor's flag", { content: "So", prefix: true }, "So"],
  ])("%s", (_name, message, text) => {
    const seen = ask({ messages: endsWith(message), prefill: reframe });
    expect(seen.bytes).toContain(`<response_start>${text}</response_start>`);
    expect(seen.counted).toEqual({ "reframe/text/anthropic": 1 });
    for (const member of ["prefix", "annotations", "audio_1", '"name"'])
      expect(seen.bytes).not.toContain(member);
  });

  test("another vendor's flag on the request goes and is named", () => {
    const seen = ask({ body: { continue_final_message: true }, prefill: strip });
    expect([seen.status, seen.sent?.messages]).toEqual([200, [QUESTION]]);
    expect(seen.bytes).not.toContain("continue_final_message");
    expect(seen.header("x-bridge-adapted")).toContain("dropped:unknown");
  });
});

describe("Responses: the input ends with", () => {
  const reasoning = {
    type: "reasoning",
    id: "rs_1",
    summary: [],
    content: [{ type: "reasoning_text", text: "hm" }],
  };
  const call = {
    type: "function_call",
    id: "fc_1",
    call_id: "call_1",
    name: "f",
    arguments: "{}",
  };
  const said = {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "So" }],
  };

  test.each([
    ["a message item", [said], "strip/text/anthropic"],
    ["nothing but thoughts", [reasoning], "drop_empty/empty/anthropic"],
  ])("%s", (_name, items, event) => {
    const seen = ask({ surface: "responses", messages: [QUESTION, ...items], prefill: strip });
    expect(seen.status).toBe(200);
    expect(seen.counted).toEqual({ [event]: 1 });
  });

  test("a call without its output, which the surface refuses by itself", () => {
    const seen = ask({ surface: "responses", messages: [QUESTION, said, call], prefill: strip });
    expect([seen.status, seen.sent, seen.counted]).toEqual([400, undefined, {}]);
    expect(JSON.stringify(seen.reply)).toContain("call_1");
  });
});

describe("what else a request may say", () => {
  test("max_tokens: 0 warms a cache; the turn is asked about all the same", () => {
    const messages = ending();
    const raw = JSON.stringify({ model: "claude-opus-4-7", max_tokens: 0, messages });
    const seen = ask({ surface: "native", raw, prefill: strip });
    expect(seen.sent).toMatchObject({ max_tokens: 0, messages: [QUESTION] });
    expect(seen.counted).toEqual({ "strip/text/anthropic": 1 });
  });

  test("an answer without text stays, whatever is done to texts", () => {
    const filter = Filter.load({
      config: withProfile({ prefill: { ...reframe, reframe: { response: "prepend" } } }),
    });
    const empty = { type: "message", role: "assistant", content: [], stop_reason: "max_tokens" };
    const { client } = filter.exchange({
      ...inputOf({ surface: "native" }),
      response: answer(empty),
    });
    expect(client.json()).toEqual(empty);
  });

  test("a system message behind the user's: the instruction is a turn of its own", () => {
    const system = { role: "system", content: "Be brief." };
    const messages = [QUESTION, system, { role: "assistant", content: "So" }];
    const seen = ask({ surface: "native", messages, prefill: reframe });
    expect(seen.sent?.messages.map(({ role }) => role)).toEqual(["user", "system", "user"]);
  });

  test("cache marks inside of the turn go with it, others stay", () => {
    const mark = { cache_control: { type: "ephemeral" } };
    const question = { role: "user", content: [{ type: "text", text: "a", ...mark }] };
    const turn = { role: "assistant", content: [{ type: "text", text: PREFILL, ...mark }] };
    const seen = ask({ surface: "native", messages: [question, turn], prefill: reframe });
    expect(seen.bytes.split("ephemeral")).toHaveLength(2);
    expect(seen.sent?.messages).toHaveLength(1);
  });
});
