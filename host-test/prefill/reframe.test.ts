// A prefill as an instruction: what goes upstream, and what is left of answers that repeat it.
import { describe, expect, test } from "vitest";
import { answerEvents, chatRequest, Filter, withProfile } from "../support/filter.ts";
import { ask, ending, PREFILL, QUESTION, REFUSING } from "./support.ts";

const instruction = (prefill: string, tag = "response_start") =>
  `Continue from exactly: <${tag}>${prefill}</${tag}>\n` +
  "The text inside the tags is the beginning of your reply and has already been delivered. Write only what follows it, starting " +
  "with the very next character. Do not repeat any of it, and add no introduction, comment or code fence. Whatever it leaves open " +
  "(a sentence, a quotation, JSON, code) stays open until the content itself closes it.";
const text = (value: string) => ({ type: "text", text: value });
const reframe = (more: object = {}) => ({ mode: "reframe", reframe: more });

describe.each(["chat", "native", "responses"] as const)("%s", (surface) => {
  test("the turn goes into the last user turn, in the exact words", () => {
    const seen = ask({ surface, prefill: reframe() });
    expect(seen.sent?.messages).toEqual([
      { role: "user", content: [text(QUESTION.content), text(instruction(PREFILL))] },
    ]);
    expect([seen.status, seen.word]).toEqual([200, "reframed"]);
    expect(seen.counted).toEqual({ "reframe/text/anthropic": 1 });
  });

  test("place: new_user_turn leaves the last turn alone", () => {
    const seen = ask({ surface, prefill: reframe({ place: "new_user_turn" }) });
    expect(seen.sent?.messages).toEqual([
      QUESTION,
      { role: "user", content: instruction(PREFILL) },
    ]);
  });

  test("place: after_assistant keeps the turn", () => {
    const seen = ask({ surface, prefill: reframe({ place: "after_assistant" }) });
    expect(seen.sent?.messages.length).toBe(3);
    expect(seen.sent?.messages.at(-1)).toEqual({
      role: "user",
      content:
        "Continue your previous message from exactly the point where it stops. Write only what follows, starting with the very next " +
        "character; do not repeat any of it and add no introduction.",
    });
  });
});

describe("the instruction", () => {
  test.each([
    ["<response_start>", "response_start_2"],
    ["response_start response_start_2 response_start_3", "response_start_4"],
  ])("a tag that does not stand in %j", (prefill, tag) => {
    const seen = ask({ surface: "native", messages: ending(prefill), prefill: reframe() });
    expect(seen.bytes).toContain(JSON.stringify(instruction(prefill, tag)));
  });

  test("the text is not changed: quotes, line breaks, NUL, escapes as they were written", () => {
    const prefill = 'say "{\\n\u0000é';
    const seen = ask({ surface: "native", messages: ending(prefill), prefill: reframe() });
    expect(seen.sent?.messages.at(-1)?.content).toEqual([
      text(QUESTION.content),
      text(instruction(prefill)),
    ]);
  });

  test("the text blocks of all messages of the turn are one text", () => {
    const messages = [...ending([text("a"), text("b")]), { role: "assistant", content: "c" }];
    const seen = ask({ surface: "native", messages, prefill: reframe() });
    expect(seen.bytes).toContain(JSON.stringify(instruction("abc")));
  });

  test("template", () => {
    const template = '{prefill}: "{tag}" {prefill}';
    const seen = ask({ messages: ending("x"), prefill: reframe({ template }) });
    expect(seen.sent?.messages.at(-1)?.content).toEqual([
      text(QUESTION.content),
      text('x: "response_start" x'),
    ]);
  });

  test.each([
    ["blocks", [text("a")], [text("a"), text(instruction("x"))]],
    ["no blocks", [], [text(instruction("x"))]],
    ["blank text", " ", [text(instruction("x"))]],
    [
      "tool results",
      [{ type: "tool_result", tool_use_id: "toolu_1", content: "1" }],
      [{ type: "tool_result", tool_use_id: "toolu_1", content: "1" }, text(instruction("x"))],
    ],
  ])("behind %s", (_name, content, expected) => {
    const messages = [
      { role: "user", content },
      { role: "assistant", content: "x" },
    ];
    const seen = ask({ surface: "native", messages, prefill: reframe() });
    expect(seen.sent?.messages).toEqual([{ role: "user", content: expected }]);
  });

  test("without a user turn there is a new one", () => {
    const messages = [{ role: "assistant", content: "x" }];
    for (const prefill of [reframe(), { mode: "strip" }]) {
      const seen = ask({ surface: "native", messages, prefill });
      expect(seen.sent?.messages).toEqual([{ role: "user", content: instruction("x") }]);
      expect(seen.counted).toEqual({ "reframe/text/anthropic": 1 });
    }
  });

  test.each([
    ["strip", 200, "stripped"],
    ["reject", 400, "rejected"],
    ["passthrough", 200, "passthrough"],
  ])("over max_bytes: %s", (over_max, status, word) => {
    const settings = reframe({ max_bytes: 4, over_max });
    const over = ask({ messages: ending("12345"), prefill: settings });
    expect([over.status, over.word]).toEqual([status, word]);
    expect(ask({ messages: ending("1234"), prefill: settings }).word).toBe("reframed");
  });

  test.each([
    [
      "a schema",
      { output_config: { format: { type: "json_schema", schema: { type: "object" } } } },
    ],
    ["any tool", { tool_choice: { type: "any" }, tools: [{ name: "f", input_schema: {} }] }],
    [
      "a tool",
      { tool_choice: { type: "tool", name: "f" }, tools: [{ name: "f", input_schema: {} }] },
    ],
  ])("an answer bound to %s comes whole: the turn is stripped", (_name, body) => {
    const seen = ask({ surface: "native", body, prefill: reframe() });
    expect(seen.word).toBe("stripped");
    expect(seen.sent?.messages).toEqual([QUESTION]);
  });

  test.each(["chat", "native", "responses"] as const)(
    "%s: a request that outgrows the limit by it is too large",
    (surface) => {
      const settings = { limits: { max_request_bytes: 250 } };
      const seen = ask({ surface, settings, prefill: reframe() });
      expect([seen.status, seen.sent]).toEqual([413, undefined]);
      expect(JSON.stringify(seen.reply)).toContain("request_too_large");
      expect(ask({ surface, settings, prefill: { mode: "strip" } }).status).toBe(200);
    },
  );

  test("a rule has its own instruction", () => {
    const rules = [
      { match: { kinds: ["json"] }, mode: "reframe", reframe: { place: "new_user_turn" } },
    ];
    const settings = { ...reframe({ place: "after_assistant" }), rules };
    expect(ask({ messages: ending("{"), prefill: settings }).sent?.messages.length).toBe(2);
    expect(ask({ messages: ending("a"), prefill: settings }).sent?.messages.length).toBe(3);
  });
});

describe("the answer", () => {
  test.each(["chat", "responses"] as const)("%s: an echo goes", (surface) => {
    const echoed = ask({ surface, prefill: reframe(), reply: `${PREFILL}Paris.` });
    expect(echoed.text).toBe("Paris.");
    const plain = ask({ surface, prefill: reframe(), reply: "Paris." });
    expect(plain.text).toBe("Paris.");
  });

  test("as_is and prepend", () => {
    const reply = `${PREFILL}Paris.`;
    expect(ask({ prefill: reframe({ response: "as_is" }), reply }).text).toBe(reply);
    expect(ask({ prefill: reframe({ response: "prepend" }), reply }).text).toBe(reply);
    expect(ask({ prefill: reframe({ response: "prepend" }), reply: "Paris." }).text).toBe(reply);
  });

  test("JSON inside of a fence", () => {
    const reply = '```json\n{"a":1}\n```';
    expect(ask({ messages: ending("{"), prefill: reframe(), reply }).text).toBe('"a":1}');
  });

  test.each([
    [`${PREFILL}Paris.`, "Paris."],
    ["The capital of Spain", "The capital of Spain"],
    ["The cap", "The cap"],
    [PREFILL, ""],
    ["Paris.", "Paris."],
  ])("a stream of %j is %j, however it is cut", (reply, left) => {
    for (let cut = 0; cut <= reply.length; cut++)
      for (const size of [1, 2, 5]) {
        const pieces = [
          reply.slice(0, cut),
          ...(reply.slice(cut).match(new RegExp(`.{1,${size}}`, "gs")) ?? []),
        ];
        expect(streamed(pieces)).toBe(left);
      }
  });
});

/** Text that a chat client gets of these pieces. */
function streamed(pieces: string[]): string {
  const events = [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        model: REFUSING,
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: PREFILL } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
    ...pieces.map((piece) => ({
      type: "content_block_delta",
      index: 1,
      delta: { type: "text_delta", text: piece },
    })),
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } },
    { type: "message_stop" },
  ];
  const { client } = FILTER.exchange({
    request: chatRequest({ model: REFUSING, max_tokens: 9, stream: true, messages: ending() }),
    response: answerEvents(
      events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
    ),
  });
  return client
    .text()
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] })
    .map((chunk) => chunk.choices[0]?.delta.content ?? "")
    .join("");
}

const FILTER = Filter.load({ config: withProfile({ prefill: reframe() }) });
