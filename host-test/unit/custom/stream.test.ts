/** Input of custom tools in streams: whatever the upstream cuts it into, the client's pieces add up to it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerEvents, Filter, HELLO, parseSse } from "../../support/filter.ts";

const SEED = 20260801;
const filter = Filter.load();
const REQUEST = { ...HELLO, stream: true, tools: [{ type: "custom", custom: { name: "note" } }] };

const event = (value: { type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** A stream with one call whose input arrives in these pieces. */
function stream(pieces: string[]): string {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    usage: {},
  };
  const deltas = pieces.map((partial_json) =>
    event({
      type: "content_block_delta",
      index: 0,
      delta: { type: "input_json_delta", partial_json },
    } as { type: string }),
  );
  return [
    event({ type: "message_start", message } as { type: string }),
    event({
      type: "content_block_start",
      index: 0,
      content_block: { type: "tool_use", id: "t", name: "note", input: {} },
    } as { type: string }),
    ...deltas,
    event({ type: "content_block_stop", index: 0 } as { type: string }),
    event({ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: {} } as {
      type: string;
    }),
    event({ type: "message_stop" }),
  ].join("");
}

interface Chunk {
  choices: { delta: { tool_calls?: { custom?: { input: string } }[] } }[];
}

/** The pieces of input that the client gets. */
function received(pieces: string[]): string[] {
  const { client } = filter.chat(REQUEST, answerEvents(stream(pieces)));
  return parseSse(client.text()).flatMap((item) => {
    if (!("data" in item) || item.data === "[DONE]") return [];
    const { choices } = JSON.parse(item.data) as Chunk;
    return (choices[0]?.delta.tool_calls ?? []).map(({ custom }) => custom?.input ?? "");
  });
}

/** Cuts a text at these places, in code units: pairs are cut too, as models do. */
function cut(text: string, places: number[]): string[] {
  const at = [
    0,
    ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b),
    text.length,
  ];
  return at.slice(1).map((end, i) => text.slice(at[i], end));
}

const PIECE = fc.constantFrom(
  "a",
  '"',
  "\\",
  "\n",
  "\u0001",
  "/",
  "é",
  "\u{1F600}",
  "\u2028",
  "u0041",
  "\\u0041",
  " ",
);
const INPUT = fc.array(PIECE, { maxLength: 12 }).map((pieces) => pieces.join(""));
const PLACES = fc.array(fc.nat({ max: 200 }), { maxLength: 20 });
/** JSON with every character above ASCII, or none, as an escape. */
const escaped = (json: string): string =>
  json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("the input of a custom tool's call", () => {
  test("adds up to what the model wrote, and no piece holds half a character", () => {
    fc.assert(
      fc.property(INPUT, PLACES, fc.boolean(), (input, places, ascii) => {
        const json = JSON.stringify({ input });
        const pieces = received(cut(ascii ? escaped(json) : json, places));
        expect(pieces.join("")).toBe(input);
        for (const piece of pieces) expect(piece).toBe(Buffer.from(piece).toString());
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test("is the raw JSON when that has another form, however it is cut", () => {
    const other = fc.constantFrom(
      "{}",
      "[]",
      '{"in":1}',
      '{"input":1}',
      '{"inputs":"a"}',
      '{"input" "a"}',
      "null",
      '"a"',
      '{"a":"b"}',
    );
    fc.assert(
      fc.property(other, PLACES, (json, places) => {
        expect(received(cut(json, places)).join("")).toBe(json);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test("ends the stream with an error when another form is larger than an event may be", () => {
    const small = Filter.load({
      config: {
        version: 1,
        profile: {
          provider: { type: "anthropic" },
          auth: { mode: "client" },
          limits: { max_event_bytes: 16384 },
        },
      },
    });
    const run = (size: number): string =>
      small
        .chat(REQUEST, answerEvents(stream(["[", "x".repeat(8000), "x".repeat(size)])))
        .client.text();
    expect(run(16384 - 8001)).toContain("[DONE]");
    expect(run(16384 - 8000)).toContain('"code":"invalid_upstream_response"');
    expect(run(16384 - 8000)).not.toContain("[DONE]");
  });
});
