/**
 * Thinking goes to the client and comes back: the blocks of the next request are those of the answer, whole or streamed, in the
 * same places. Where a client lost something, no thinking at all comes back, never a wrong block.
 * Source: docs/chat.md, "Sending it back".
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Filter, HELLO, REPLY, answer, answerEvents, parseSse } from "../../support/filter.ts";

type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "redacted_thinking"; data: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, string> };

interface Entry {
  index: number;
  [key: string]: unknown;
}
interface Message {
  role: "assistant";
  content: string | null;
  reasoning_details?: Entry[];
  tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
  [key: string]: unknown;
}

const filter = Filter.load();
const MODEL = "claude-sonnet-4-5";

/** The answer's message as a client of a whole answer has it. */
function whole(blocks: Block[]): Message {
  const { client } = filter.chat(HELLO, answer({ ...REPLY, content: blocks }));
  return (JSON.parse(client.text()) as { choices: { message: Message }[] }).choices[0]
    ?.message as Message;
}

function event(type: string, more: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

/** A piece of `size` characters at a time; at least one, maybe empty. */
function pieces(text: string, size: number): string[] {
  const points = [...text];
  const list = [];
  for (let at = 0; at < points.length; at += size) list.push(points.slice(at, at + size).join(""));
  return list;
}

function blockEvents(block: Block, index: number, size: number): string {
  const delta = (type: string, key: string, value: string): string =>
    event("content_block_delta", { index, delta: { type, [key]: value } });
  const start = (content_block: object): string =>
    event("content_block_start", { index, content_block });
  const stop = event("content_block_stop", { index });
  switch (block.type) {
    case "text":
      return [
        start({ type: "text", text: "" }),
        ...pieces(block.text, size).map((text) => delta("text_delta", "text", text)),
        stop,
      ].join("");
    case "thinking":
      return [
        start({ type: "thinking", thinking: "", signature: "" }),
        ...pieces(block.thinking, size).map((text) => delta("thinking_delta", "thinking", text)),
        delta("signature_delta", "signature", block.signature),
        stop,
      ].join("");
    case "tool_use":
      return [
        start({ ...block, input: {} }),
        ...pieces(JSON.stringify(block.input), size).map((text) =>
          delta("input_json_delta", "partial_json", text),
        ),
        stop,
      ].join("");
    default:
      return start(block) + stop;
  }
}

/** The deltas that a client of a stream sees. */
function deltas(blocks: Block[], size: number): Record<string, unknown>[] {
  const body = [
    event("message_start", { message: { ...REPLY, content: [], stop_reason: null } }),
    ...blocks.map((block, index) => blockEvents(block, index, size)),
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 1 },
    }),
    event("message_stop", {}),
  ].join("");
  const { client } = filter.chat({ ...HELLO, stream: true }, answerEvents(body));
  return parseSse(client.text())
    .flatMap((item) => ("data" in item && item.data !== "[DONE]" ? [item.data] : []))
    .flatMap((data) => (JSON.parse(data) as { choices: { delta: object }[] }).choices)
    .map(({ delta }) => delta as Record<string, unknown>);
}

/** Strings add up, lists merge by their entries' `index`: what a careful accumulator does. */
function merge(into: Record<string, unknown>, delta: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(delta)) {
    const old = into[key];
    if (Array.isArray(value)) {
      const list = (into[key] ??= []) as Record<string, unknown>[];
      for (const entry of value as Entry[]) merge((list[entry.index] ??= {}), { ...entry });
    } else if (value !== null && typeof value === "object") {
      merge((into[key] ??= {}) as Record<string, unknown>, value as Record<string, unknown>);
    } else if (typeof value === "string" && typeof old === "string" && key !== "type") {
      into[key] = old + value;
    } else into[key] = value;
  }
}

function streamed(blocks: Block[], size: number): Message {
  const message: Record<string, unknown> = {};
  for (const delta of deltas(blocks, size)) merge(message, delta);
  const calls = message.tool_calls as Record<string, unknown>[] | undefined;
  for (const call of calls ?? []) delete call.index;
  return { ...message, role: "assistant" } as Message;
}

/** The assistant's blocks in the request that follows. */
function sentBack(message: Message): { blocks: Block[]; adapted: string | undefined } {
  const results = (message.tool_calls ?? []).map(({ id }) => ({
    role: "tool",
    tool_call_id: id,
    content: "done",
  }));
  const { upstream, client } = filter.chat({
    model: MODEL,
    messages: [
      { role: "user", content: "Q" },
      message,
      ...results,
      { role: "user", content: "Go on" },
    ],
  });
  const { messages } = JSON.parse(upstream.text()) as {
    messages: { content: Block[] | string }[];
  };
  const content = messages[1]?.content ?? [];
  const blocks: Block[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return { blocks, adapted: client.header("x-bridge-adapted") };
}

const isThinking = (block: Block): boolean =>
  block.type === "thinking" || block.type === "redacted_thinking";

/** Between two thinking blocks: texts as one, then calls. This much a flat message says. */
function normal(blocks: Block[]): Block[] {
  const list: Block[] = [];
  let text = "";
  let calls: Block[] = [];
  const flush = (): void => {
    if (text !== "") list.push({ type: "text", text });
    list.push(...calls);
    text = "";
    calls = [];
  };
  for (const block of blocks) {
    if (block.type === "text") text += block.text;
    else if (block.type === "tool_use") calls.push(block);
    else {
      flush();
      list.push(block);
    }
  }
  flush();
  return list;
}

const visible = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'ab "\\/\n\té€😀'),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
    maxLength: 8,
  })
  .map((text) => `${text}x`);
const word = fc.stringMatching(/^[A-Za-z0-9+/]{1,12}={0,2}$/);
const block: fc.Arbitrary<Block> = fc.oneof(
  visible.map((text): Block => ({ type: "text", text })),
  fc
    .tuple(fc.oneof(fc.constant(""), visible), word)
    .map(([thinking, signature]): Block => ({ type: "thinking", thinking, signature })),
  word.map((data): Block => ({ type: "redacted_thinking", data })),
  visible.map((city): Block => ({
    type: "tool_use",
    id: "",
    name: "get_weather",
    input: { city },
  })),
);
const turn = fc
  .array(block, { minLength: 1, maxLength: 8 })
  .map((blocks) =>
    blocks.map((it, index) => (it.type === "tool_use" ? { ...it, id: `toolu_${index}` } : it)),
  );

describe("thinking comes back as it was", () => {
  test("from a whole answer", () => {
    fc.assert(
      fc.property(turn, (blocks) => {
        const { blocks: sent, adapted } = sentBack(whole(blocks));
        expect(sent).toEqual(normal(blocks));
        expect(adapted).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test("from a stream, merged by index", () => {
    fc.assert(
      fc.property(turn, fc.integer({ min: 1, max: 5 }), (blocks, size) => {
        const { blocks: sent, adapted } = sentBack(streamed(blocks, size));
        expect(sent).toEqual(normal(blocks));
        expect(adapted).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe("a client that lost something sends no wrong block", () => {
  test("the last piece of each member overwrote the others", () => {
    fc.assert(
      fc.property(turn, fc.integer({ min: 1, max: 5 }), (blocks, size) => {
        const message = streamed(blocks, size);
        const last = deltas(blocks, size).findLast((delta) => "reasoning_details" in delta);
        if (last !== undefined) message.reasoning_details = last.reasoning_details as Entry[];
        const thinking = sentBack(message).blocks.filter(isThinking);
        if (thinking.length > 0) expect(thinking).toEqual(blocks.filter(isThinking));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["Let me see. ", "Let me"],
    ["\nLet me see.", "\nLet me see"],
    ["éé", "é"],
  ])("the text %j was cut in front of the last thinking", (text, left) => {
    const message = whole([
      { type: "thinking", thinking: "First.", signature: "S0==" },
      { type: "text", text },
      { type: "thinking", thinking: "Second.", signature: "S1==" },
      { type: "text", text: "Done." },
    ]);
    const { blocks, adapted } = sentBack({ ...message, content: left });
    expect(blocks).toEqual([{ type: "text", text: left }]);
    expect(adapted).toBe("dropped:reasoning");
  });
});

describe("blocks that the client never sees", () => {
  const hidden = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
  const blocks = [
    { type: "thinking", thinking: "First.", signature: "S0==" },
    hidden,
    { type: "thinking", thinking: "Second.", signature: "S1==" },
    { type: "text", text: "Done." },
  ] as Block[];

  test("come back with a whole answer's own blocks", () => {
    expect(sentBack(whole(blocks))).toEqual({ blocks, adapted: undefined });
  });

  test("take the thinking of a stream with them", () => {
    expect(sentBack(streamed(blocks, 3))).toEqual({
      blocks: [{ type: "text", text: "Done." }],
      adapted: "dropped:reasoning",
    });
  });
});

describe("thinking_blocks", () => {
  const on = Filter.load({
    config: {
      version: 1,
      profile: {
        provider: { type: "anthropic" },
        auth: { mode: "client" },
        reasoning: { fields: ["thinking_blocks"] },
      },
    },
  });
  const thinking = [
    { type: "thinking", thinking: "First.", signature: "S0==" },
    { type: "redacted_thinking", data: "D==" },
  ];

  test("carry the blocks of a whole answer", () => {
    const content = [...thinking, { type: "text", text: "Yes" }];
    const { client } = on.chat(HELLO, answer({ ...REPLY, content }));
    expect(JSON.parse(client.text())).toMatchObject({
      choices: [{ message: { content: "Yes", thinking_blocks: thinking } }],
    });
  });

  test("carry the pieces of a stream", () => {
    const body = [
      event("message_start", { message: { ...REPLY, content: [] } }),
      blockEvents(thinking[0] as Block, 0, 4),
      blockEvents(thinking[1] as Block, 1, 4),
      event("message_delta", { delta: { stop_reason: "end_turn" }, usage: {} }),
      event("message_stop", {}),
    ].join("");
    const { client } = on.chat({ ...HELLO, stream: true }, answerEvents(body));
    const seen = [...client.text().matchAll(/"thinking_blocks":\[(.*?\})\]/g)].map(
      ([, entry]) => JSON.parse(entry as string) as unknown,
    );
    expect(seen).toEqual([
      { type: "thinking", thinking: "Firs", signature: "" },
      { type: "thinking", thinking: "t.", signature: "" },
      { type: "thinking", thinking: "", signature: "S0==" },
      { type: "redacted_thinking", data: "D==" },
    ]);
  });
});
