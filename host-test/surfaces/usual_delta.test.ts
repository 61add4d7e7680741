// Deltas in the usual spelling take a shorter way than others (plugin/wire/anthropic/usual_delta.ts). White space in front
// makes an event take the long one, and must make no other difference, whatever is right or wrong with the event.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask } from "./support.ts";

const TYPES = [
  ["text_delta", "text"],
  ["input_json_delta", "partial_json"],
  ["thinking_delta", "thinking"],
] as const;
type Type = (typeof TYPES)[number];

/** A content block that takes such deltas. */
const BLOCKS: Record<Type[0], object> = {
  text_delta: { type: "text", text: "" },
  input_json_delta: { type: "tool_use", id: "toolu_1", name: "read", input: {} },
  thinking_delta: { type: "thinking", thinking: "", signature: "" },
};

const SURFACES = [
  ["/v1/chat/completions", { messages: [{ role: "user", content: "Hi" }], max_tokens: 9 }],
  ["/v1/responses", { input: "Hi", max_output_tokens: 9 }],
  ["/v1/completions", { prompt: "Hi", max_tokens: 9 }],
] as const;

/** `inside` is the text between its quotes, escapes and all. */
function delta([type, member]: Type, inside: string, index = "0"): string {
  const head = `{"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${member}":"`;
  return `${head}${inside}"}}`;
}

function streamOf([type]: Type, data: string): string {
  const message = { id: "msg_1", type: "message", role: "assistant", content: [], model: "m" };
  const usage = { input_tokens: 1, output_tokens: 1 };
  return [
    JSON.stringify({ type: "message_start", message: { ...message, usage } }),
    JSON.stringify({ type: "content_block_start", index: 0, content_block: BLOCKS[type] }),
    data,
    JSON.stringify({ type: "content_block_stop", index: 0 }),
    JSON.stringify({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage }),
    JSON.stringify({ type: "message_stop" }),
  ]
    .map((event) => `data: ${event}\n\n`)
    .join("");
}

function clientBytes(path: string, members: object, type: Type, data: string): string {
  return ask({
    method: "POST",
    path,
    headers: [["content-type", "application/json"]],
    body: { model: "claude-sonnet-4-5", stream: true, ...members },
    answer: streamOf(type, data),
    answerHeaders: [["content-type", "text/event-stream"]],
  }).client.text();
}

function expectSame(type: Type, data: string): void {
  for (const [path, members] of SURFACES) {
    const long = clientBytes(path, members, type, ` ${data}`);
    expect(clientBytes(path, members, type, data)).toBe(long);
  }
}

const PIECES = [
  "a",
  " ",
  "é",
  "漢",
  "😀",
  '\\"',
  "\\\\",
  "\\n",
  "\\/",
  "\\u00e9",
  "\\ud83d\\ude00",
  "\\ud83d",
];
const inside = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join(""));

describe.each(TYPES.map((type) => ({ name: type[0], type })))("$name", ({ type }) => {
  it("says the same on both ways", () => {
    fc.assert(
      fc.property(inside, (text) => expectSame(type, delta(type, text))),
      { numRuns: 40 },
    );
  });

  it("reaches the client", () => {
    const bodies = SURFACES.map(([path, members]) =>
      clientBytes(path, members, type, delta(type, "seen")),
    );
    expect(bodies.join()).toContain("seen");
  });

  it.each([
    ["a later block", delta(type, "x", "7")],
    ["the largest index of the short way", delta(type, "x", "999999999")],
    ["a longer index", delta(type, "x", "1000000000")],
    ["an index with a leading zero", delta(type, "x", "00")],
    ["no index", delta(type, "x", "")],
    ["a negative index", delta(type, "x", "-1")],
    ["padding behind the delta", delta(type, "x").replace(/\}$/, "      }  ")],
    ["an escape that there is not", delta(type, "\\x")],
    ["a raw control character", delta(type, "\u0001")],
    ["half an escape", delta(type, "\\u00")],
    ["something behind the event", `${delta(type, "x")}}`],
    ["another member behind the text", delta(type, 'x","more":"y')],
    ["a member behind the delta", delta(type, "x").replace(/\}$/, ',"type":"ping"}')],
    ["one brace too few", delta(type, "x").slice(0, -1)],
    ["no brace", delta(type, "x").slice(0, -2)],
    ["no end of the text", delta(type, "x").slice(0, -3)],
    [
      "nothing behind the type",
      `{"type":"content_block_delta","index":0,"delta":{"type":"${type[0]}"`,
    ],
    ["nothing behind the index", '{"type":"content_block_delta","index":0'],
    ["nothing behind its name", '{"type":"content_block_delta","index":'],
  ])("says the same: %s", (_, data) => expectSame(type, data));
});
